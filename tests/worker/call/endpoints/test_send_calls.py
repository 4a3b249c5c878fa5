"""What a send asks of Graph: its recipient, its options, its token; beyond the recorded cases."""

from typing import Any

import pytest

from producer import batch, secret
from producer.commands import Command
from tests.worker.call.endpoints.tokens import CONTEXT, NAMED, OVERRIDE
from worker.call.endpoints import Call, call_for

B: Any = batch
REPLY = {"content_type": "text", "title": "Red", "payload": "RED"}


def sent(body: dict[str, object], **more: Any) -> Call:  # noqa: ANN401 - any field of a call
    """Return the call of a send."""
    return Call(method="POST", path="me/messages", body=body, **more)


def update(recipient: dict[str, object], message: dict[str, object], **options: object) -> dict[str, object]:
    """Return the body of a send."""
    return {"messaging_type": "UPDATE", "recipient": recipient, "message": message, **options}


CALLS: list[tuple[str, Command, Call]] = [
    (
        "a text in other letters",
        B.send_text("1", "Grüße, 世界 🎉"),
        sent(update({"id": "1"}, {"text": "Grüße, 世界 🎉"})),
    ),
    ("a user_ref", B.send_text({"user_ref": "r"}, "x"), sent(update({"user_ref": "r"}, {"text": "x"}))),
    (
        "a phone number with a name",
        B.send_text({"phone_number": "+1", "name": {"first_name": "A", "last_name": "B"}}, "x"),
        sent(update({"phone_number": "+1", "name": {"first_name": "A", "last_name": "B"}}, {"text": "x"})),
    ),
    (
        "a messaging type",
        B.send_text("1", "x", messaging_type="RESPONSE"),
        sent({"messaging_type": "RESPONSE", "recipient": {"id": "1"}, "message": {"text": "x"}}),
    ),
    (
        "a tag with a messaging type",
        B.send_text("1", "x", messaging_type="UPDATE", tag="T"),
        sent(update({"id": "1"}, {"text": "x"}, tag="T")),
    ),
    (
        "every option",
        B.send_text(
            "1",
            "x",
            tag="T",
            quick_replies=[REPLY],
            persona_id="p",
            notification_type="NO_PUSH",
            metadata="m",
            reply_to="mid",
            thread_control={"control_type": "pass", "app_id": 5},
        ),
        sent(
            {
                "messaging_type": "MESSAGE_TAG",
                "recipient": {"id": "1"},
                "message": {"text": "x", "quick_replies": [REPLY], "metadata": "m"},
                "tag": "T",
                "persona_id": "p",
                "notification_type": "NO_PUSH",
                "reply_to": {"mid": "mid"},
                "thread_control": {"control_type": "pass", "app_id": 5},
            }
        ),
    ),
    (
        "an option of None",
        B.send_text("1", "x", tag=None, metadata=None),
        sent(update({"id": "1"}, {"text": "x"})),
    ),
    (
        "quick replies of a medium",
        B.send_image("1", {"attachment_id": "5"}, quick_replies=[REPLY]),
        sent(
            update(
                {"id": "1"},
                {
                    "attachment": {"type": "image", "payload": {"attachment_id": "5"}},
                    "quick_replies": [REPLY],
                },
            )
        ),
    ),
    (
        "another token",
        B.send_text("1", "x", access_token="OTHER_TOKEN"),
        sent(update({"id": "1"}, {"text": "x"}), token=OVERRIDE, place="both"),
    ),
    (
        "a named token",
        B.send_text("1", "x", access_token=secret("shop")),
        sent(update({"id": "1"}, {"text": "x"}), token=NAMED, place="both"),
    ),
    (
        "a message template",
        B.send_message_template("1", {"name": "n", "language": {"code": "en"}}),
        sent(
            {
                "messaging_type": "UTILITY",
                "recipient": {"id": "1"},
                "message": {"template": {"name": "n", "language": {"code": "en"}}},
            }
        ),
    ),
    (
        "an action with a persona",
        B.typing_on("1", persona_id="p"),
        sent({"recipient": {"id": "1"}, "sender_action": "typing_on", "persona_id": "p"}),
    ),
    (
        "an action with another token",
        B.mark_seen("1", access_token="OTHER_TOKEN"),
        sent({"recipient": {"id": "1"}, "sender_action": "mark_seen"}, token=OVERRIDE, place="both"),
    ),
    (
        "a reaction",
        B.react("1", "m", "love"),
        sent(
            {
                "recipient": {"id": "1"},
                "sender_action": "react",
                "payload": {"message_id": "m", "reaction": "love"},
            }
        ),
    ),
    (
        "a reaction taken back",
        B.unreact("1", "m"),
        sent({"recipient": {"id": "1"}, "sender_action": "unreact", "payload": {"message_id": "m"}}),
    ),
    (
        "a raw body with its token",
        B.send_raw_body({"access_token": "OTHER_TOKEN", "a": None}),
        sent({"access_token": "OTHER_TOKEN", "a": None}, token=OVERRIDE, place="both"),
    ),
    (
        "a raw body with a named token",
        B.send_raw_body({"access_token": {"secret": "shop"}, "a": 1}),
        sent({"a": 1}, token=NAMED, place="both"),
    ),
]


@pytest.mark.parametrize(
    ("command", "expected"), [case[1:] for case in CALLS], ids=[case[0] for case in CALLS]
)
def test_a_command_becomes_its_call(command: Command, expected: Call) -> None:
    """Every field of the call is what Graph and the worker need."""
    assert call_for(command, CONTEXT) == expected
