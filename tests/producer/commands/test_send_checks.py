"""A send that Meta would refuse is refused here: its recipient, its text, its quick replies, its options."""

from typing import Any

import pytest

from producer import batch, messages
from tests.producer.commands.refusal import Make, Refused, refusal_of

V: Any = batch  # the calls below are wrong on purpose
REPLY = {"content_type": "text", "title": "Red", "payload": "RED"}
WAYS = "id, user_ref, phone_number, comment_id, post_id, one_time_notif_token, notification_messages_token"

REFUSED: list[Refused] = [
    (
        "a text over its bound",
        lambda: V.send_text("1", "x" * 2001),
        "message.text",
        "at most 2000 characters",
    ),
    ("an empty text", lambda: V.send_text("1", ""), "message.text", "must not be empty"),
    ("a text of another type", lambda: V.send_text("1", 5), "message.text", "must be text"),
    ("bytes for a text", lambda: V.send_text("1", b"Hello"), "message.text", "must be text"),
    (
        "a text that is none",
        lambda: V.send_text("1", None),
        "message",
        "says nothing: give it a text, an attachment, a sticker or a template",
    ),
    (
        "an empty message",
        lambda: V.send_message("1", {}),
        "message",
        "says nothing: give it a text, an attachment, a sticker or a template",
    ),
    (
        "a message of metadata alone",
        lambda: V.send_message("1", {"metadata": "m"}),
        "message",
        "says nothing: give it a text, an attachment, a sticker or a template",
    ),
    ("no message at all", lambda: V.send_message("1", None), "message", "must be an object"),
    (
        "a misspelt text",
        lambda: V.send_message("1", {"texts": "x"}),
        "message.texts",
        "is no known member; did you mean text?",
    ),
    ("an empty PSID", lambda: V.send_text("", "x"), "recipient", "must not be empty"),
    ("a PSID of spaces", lambda: V.send_text("  ", "x"), "recipient", "must not be empty"),
    ("a PSID over its bound", lambda: V.send_text("1" * 513, "x"), "recipient", "at most 512 characters"),
    (
        "a number for a PSID",
        lambda: V.send_text(1, "x"),
        "recipient",
        "must be a PSID as text, or a recipient object",
    ),
    (
        "a recipient without a way",
        lambda: V.send_text({}, "x"),
        "recipient",
        f"must hold exactly one of {WAYS}",
    ),
    (
        "a recipient with two ways",
        lambda: V.send_text({"id": "1", "user_ref": "2"}, "x"),
        "recipient",
        f"must hold exactly one of {WAYS}",
    ),
    (
        "a recipient's misspelt member",
        lambda: V.send_text({"user_reff": "1"}, "x"),
        "recipient.user_reff",
        "is no known member; did you mean user_ref?",
    ),
    (
        "a name without a phone number",
        lambda: V.send_text({"id": "1", "name": {}}, "x"),
        "recipient.name",
        f"is no known member; a recipient has one of {WAYS}",
    ),
    ("a number inside a recipient", lambda: V.send_text({"id": 1}, "x"), "recipient.id", "must be text"),
    (
        "14 quick replies",
        lambda: V.send_text("1", "x", quick_replies=[REPLY] * 14),
        "message.quick_replies[13]",
        "at most 13 entries",
    ),
    (
        "quick replies that are no list",
        lambda: V.send_text("1", "x", quick_replies=REPLY),
        "message.quick_replies",
        "must be a list",
    ),
    (
        "a quick reply's title over its bound",
        lambda: V.send_text("1", "x", quick_replies=[REPLY, REPLY | {"title": "t" * 21}]),
        "message.quick_replies[1].title",
        "at most 20 characters",
    ),
    (
        "a quick reply's payload over its bound",
        lambda: V.send_text("1", "x", quick_replies=[REPLY | {"payload": "t" * 1001}]),
        "message.quick_replies[0].payload",
        "at most 1000 characters",
    ),
    (
        "a quick reply without a title",
        lambda: V.send_text("1", "x", quick_replies=[{"content_type": "text", "payload": "p"}]),
        "message.quick_replies[0].title",
        "is missing",
    ),
    (
        "a quick reply without a type",
        lambda: V.send_text("1", "x", quick_replies=[{"title": "t", "payload": "p"}]),
        "message.quick_replies[0].content_type",
        "is missing",
    ),
    (
        "a quick reply of a misspelt type",
        lambda: V.send_text("1", "x", quick_replies=[{"content_type": "user_emial"}]),
        "message.quick_replies[0].content_type",
        "is no known kind; did you mean user_email?",
    ),
    (
        "a struct over its bound",
        lambda: V.send_text("1", "x", quick_replies=[messages.TextReply(title="t" * 21, payload="p")]),
        "message.quick_replies[0].title",
        "at most 20 characters",
    ),
    (
        "quick replies of an image",
        lambda: V.send_image("1", "https://e.com/a.png", quick_replies=[REPLY] * 14),
        "message.quick_replies[13]",
        "at most 13 entries",
    ),
    (
        "metadata over its bound",
        lambda: V.send_text("1", "x", metadata="m" * 1001),
        "message.metadata",
        "at most 1000 characters",
    ),
    (
        "metadata of another type",
        lambda: V.send_text("1", "x", metadata=5),
        "message.metadata",
        "must be text",
    ),
    (
        "a misspelt option",
        lambda: V.send_text("1", "x", quick_replys=[REPLY]),
        "quick_replys",
        "is no known member; did you mean quick_replies?",
    ),
    (
        "a misspelt messaging type",
        lambda: V.send_text("1", "x", messaging_type="RESPONS"),
        "messaging_type",
        "is no known value; did you mean RESPONSE?",
    ),
    ("an empty tag", lambda: V.send_text("1", "x", tag=""), "tag", "must not be empty"),
    ("a persona of another type", lambda: V.send_text("1", "x", persona_id=5), "persona_id", "must be text"),
    (
        "a misspelt notification type",
        lambda: V.send_text("1", "x", notification_type="NO_PUSHH"),
        "notification_type",
        "is no known value; did you mean NO_PUSH?",
    ),
    ("a reply to nothing", lambda: V.send_text("1", "x", reply_to={"id": "m"}), "reply_to.mid", "is missing"),
    (
        "a misspelt action",
        lambda: V.send_sender_action("1", "typing_no"),
        "sender_action",
        "is no known value; did you mean typing_on?",
    ),
    ("an action without a name", lambda: V.send_sender_action("1", ""), "sender_action", "must not be empty"),
    ("an empty raw body", lambda: V.send_raw_body({}), "body", "must be an object that is not empty"),
]


@pytest.mark.parametrize(
    ("make", "path", "problem"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_meta_would_refuse_is_refused_with_its_path(make: Make, path: str, problem: str) -> None:
    """The error names the path and the bound, and nothing of the value."""
    assert refusal_of(make) == (path, problem)
