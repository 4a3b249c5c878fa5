"""What else of a Page Meta would refuse is refused here: labels, thread control, personas, apps, moderation."""

from typing import Any

import pytest

from producer import batch
from tests.producer.commands.refusal import LONG, Make, Refused, refusal_of

V: Any = batch  # the calls below are wrong on purpose
NOBODY = (
    "must hold exactly one of id, user_ref, phone_number, comment_id, post_id, one_time_notif_token, "
    "notification_messages_token"
)

REFUSED: list[Refused] = [
    ("an empty label name", lambda: V.create_label(""), "name", "must not be empty"),
    (
        "a label of another type",
        lambda: V.associate_label("1", 1.5),
        "label_id",
        "must be text or a whole number",
    ),
    (
        "a thread kept for more than 7 days",
        lambda: V.extend_thread_control("1", 604_801),
        "duration",
        "at most 604800",
    ),
    ("a thread kept for no time", lambda: V.extend_thread_control("1", 0), "duration", "at least 1"),
    ("a thread of nobody", lambda: V.release_thread_control({}), "recipient", NOBODY),
    (
        "a misspelt control in a send",
        lambda: V.send_text("1", "x", thread_control={"control_typ": "pass"}),
        "thread_control.control_typ",
        "is no known member; did you mean control_type?",
    ),
    (
        "a control in a send without its type",
        lambda: V.send_text("1", "x", thread_control={"app_id": 5}),
        "thread_control.control_type",
        "is missing: pass or release",
    ),
    (
        "a misspelt type of control in a send",
        lambda: V.send_text("1", "x", thread_control={"control_type": "releas"}),
        "thread_control.control_type",
        "is no known value; did you mean release?",
    ),
    (
        "a thread released to an app",
        lambda: V.send_text("1", "x", thread_control={"control_type": "release", "app_id": 5}),
        "thread_control.app_id",
        "goes with pass only",
    ),
    (
        "a control in a send that is no object",
        lambda: V.send_text("1", "x", thread_control="pass"),
        "thread_control",
        "must be an object with control_type: pass or release",
    ),
    (
        "a marketing text over its bound",
        lambda: V.send_marketing_message(1, 2, "t", {"text": "x" * 641}),
        "message.text",
        "at most 640 characters in a marketing message",
    ),
    (
        "a marketing message that says nothing",
        lambda: V.send_marketing_message(1, 2, "t", {}),
        "message",
        "says nothing: give it a text, an attachment, a sticker or a template",
    ),
    (
        "a marketing message to nobody",
        lambda: V.send_marketing_message(1, 2, "", {"text": "x"}),
        "subscription_token",
        "must not be empty",
    ),
    (
        "a marketing message after no time",
        lambda: V.send_marketing_message(1, 2, "t", {"text": "x"}, min_conversation_gap_seconds=0),
        "min_conversation_gap_seconds",
        "at least 1",
    ),
    (
        "a misspelt option of a marketing message",
        lambda: V.send_marketing_message(1, 2, "t", {"text": "x"}, min_conversation_gap_second=1),
        "min_conversation_gap_second",
        "is no known member; did you mean min_conversation_gap_seconds?",
    ),
    (
        "a misspelt budget",
        lambda: V.create_message_campaign(1, "n", 2, daily_budgt=100),
        "campaign.daily_budgt",
        "is no known member; did you mean daily_budget?",
    ),
    ("a campaign without a name", lambda: V.create_message_campaign(1, "", 2), "campaign.name", "is missing"),
    (
        "a title of an opt-in over its bound",
        lambda: V.send_notification_messages_template("1", {"title": "t" * 66}),
        "message.attachment.payload.title",
        "at most 65 characters",
    ),
    (
        "thread metadata over its bound",
        lambda: V.pass_thread_control("1", 5, "m" * 1001),
        "metadata",
        "at most 1000 characters",
    ),
    (
        "a persona's name over its bound",
        lambda: V.create_persona(name="n" * 51, profile_picture_url="https://e.com"),
        "name",
        "at most 50 characters",
    ),
    ("too many best", lambda: V.set_nlp_configs(n_best=9), "n_best", "at most 8"),
    ("too small a code", lambda: V.generate_messenger_code(image_size=99), "image_size", "at least 100"),
    (
        "events that are no list",
        lambda: V.log_custom_events(page_id="1", page_scoped_user_id="1", events={"a": 1}),
        "events",
        "must be a list; a dict was given",
    ),
    (
        "a block and its undoing",
        lambda: V.moderate_conversations(["1"], ["block_user", "unblock_user"]),
        "actions",
        "block_user and unblock_user do not go together",
    ),
    (
        "11 people to moderate",
        lambda: V.moderate_conversations(["1"] * 11, ["block_user"]),
        "user_ids[10]",
        "at most 10 entries",
    ),
    (
        "a creative over its bound",
        lambda: V.create_message_creative([{"text": "x"}, {"text": LONG}]),
        "messages[1].text",
        "at most 2000 characters",
    ),
]


@pytest.mark.parametrize(
    ("make", "path", "problem"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_meta_would_refuse_is_refused_with_its_path(make: Make, path: str, problem: str) -> None:
    """The error names the path and the bound, and nothing of the value."""
    assert refusal_of(make) == (path, problem)
