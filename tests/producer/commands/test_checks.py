"""What Meta would refuse is refused here, with the path and the bound, never the value; what it may take passes."""

from typing import Any

import pytest

from producer import batch, secret
from producer.commands import RawPart, SendMessage, check
from producer.errors import InvalidCommandError
from tests.producer.commands.refusal import LONG, Make, Refused, refusal_of

V: Any = batch  # the calls below are wrong on purpose
POSTBACK = {"type": "postback", "title": "Start", "payload": "START"}
REPLY = {"content_type": "text", "title": "Red", "payload": "RED"}

REFUSED: list[Refused] = [
    (
        "a secret without a name",
        lambda: V.get_page_info(access_token=secret("")),
        "access_token",
        "the name of a secret has 1 to 100 characters",
    ),
    (
        "something that is no JSON",
        lambda: V.send_message("1", {"text": "x", "extra": object()}),
        "",
        "holds something that is no JSON",
    ),
]


@pytest.mark.parametrize(
    ("make", "path", "problem"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_meta_would_refuse_is_refused_with_its_path(make: Make, path: str, problem: str) -> None:
    """The error names the path and the bound, and nothing of the value."""
    assert refusal_of(make) == (path, problem)


ACCEPTED: list[tuple[str, Make]] = [
    ("a text at its bound", lambda: V.send_text("1", "x" * 2000)),
    ("13 quick replies", lambda: V.send_text("1", "x", quick_replies=[REPLY] * 13)),
    (
        "a title with spaces around 20 characters",
        lambda: V.send_text("1", "x", quick_replies=[REPLY | {"title": f" {'t' * 20} "}]),
    ),
    (
        "an unknown kind of quick reply",
        lambda: V.send_text("1", "x", quick_replies=[{"content_type": "calendar_date"}]),
    ),
    (
        "an unknown kind of button",
        lambda: V.send_button_template("1", "x", [{"type": "hologram", "depth": 3}]),
    ),
    ("an unknown kind of template", lambda: V.send_template("1", {"template_type": "hologram", "depth": 3})),
    ("an unknown kind of message", lambda: V.send_message("1", {"poll": {"question": "?"}})),
    (
        "an unknown member of a message",
        lambda: V.send_message("1", {"text": "x", "translations": {"de": "y"}}),
    ),
    (
        "an unknown member of a button",
        lambda: V.send_button_template("1", "x", [POSTBACK | {"colour": "red"}]),
    ),
    ("an unknown option", lambda: V.send_text("1", "x", suggestion_action={"payload": "p"})),
    (
        "an unknown value of an option",
        lambda: V.send_text("1", "x", messaging_type="NON_PROMOTIONAL_SUBSCRIPTION"),
    ),
    (
        "a phone number with a name",
        lambda: V.send_text(
            {"phone_number": "+15105559999", "name": {"first_name": "A", "last_name": "B"}}, "x"
        ),
    ),
    (
        "every way to name a recipient",
        lambda: [
            V.send_text({way: "1"}, "x")
            for way in (
                "id",
                "user_ref",
                "phone_number",
                "comment_id",
                "post_id",
                "one_time_notif_token",
                "notification_messages_token",
            )
        ],
    ),
    (
        "numbers where Meta's samples have text",
        lambda: V.send_media_template("1", [{"media_type": "image", "attachment_id": 1854626884821032}]),
    ),
    ("an empty list of quick replies", lambda: V.send_text("1", "x", quick_replies=[])),
    ("an unknown property", lambda: V.set_messenger_profile({"hologram": True})),
    ("ice breakers in their older form", lambda: V.set_ice_breakers([{"question": "q", "payload": "p"}])),
]


@pytest.mark.parametrize("make", [case[1] for case in ACCEPTED], ids=[case[0] for case in ACCEPTED])
def test_what_meta_may_take_passes(make: Make) -> None:
    """What is at its bound, or unknown but well formed, is no error."""
    assert make()


def test_check_stands_on_its_own() -> None:
    """A command that was made without a method is checked the same."""
    with pytest.raises(InvalidCommandError, match=r"^message\.text: at most 2000 characters$"):
        check(SendMessage(recipient="1", message={"text": LONG}))
    check(RawPart(part={"method": "GET", "relative_url": "me"}))
