"""Where each kind of command waits, in whose order, and what it costs."""

from typing import Any

import pytest

from producer import batch
from producer.commands import Command, decode, detached, encode, tag_of
from producer.queue.routing import Route, route

B: Any = batch
PHONE = {"phone_number": "+15105559999"}
OTHER = Route(rate_class="other")
PROFILE = Route(rate_class="profile")
CONTROL = Route(rate_class="other", recipient="1", joins=True)
UPLOAD = Route(rate_class="media", alone=True)
MADE = Route(rate_class="other", recipient="1", joins=True, is_send=True)
MAKES = Route(rate_class="other", is_send=True)


def text(recipient: str, **more: Any) -> Route:  # noqa: ANN401 - any field of a route
    """Return the route of a text."""
    return Route(rate_class="text", recipient=recipient, joins=True, is_send=True, **more)


def media(recipient: str, **more: Any) -> Route:  # noqa: ANN401 - any field of a route
    """Return the route of media."""
    return Route(rate_class="media", recipient=recipient, joins=True, is_send=True, alone=True, **more)


ROUTES: list[tuple[str, Command, Route]] = [
    ("a text", B.send_text("1", "x"), text("1")),
    ("a text to an object", B.send_text({"id": "1"}, "x"), text("1")),
    ("a text to a phone number", B.send_text(PHONE, "x"), text("phone_number:+15105559999")),
    ("a text to a user_ref", B.send_text({"user_ref": "r"}, "x"), text("user_ref:r")),
    (
        "a private reply to a comment",
        B.send_text({"comment_id": "c"}, "x"),
        text("comment_id:c", bucket="private_reply"),
    ),
    (
        "a private reply to a post",
        B.send_image({"post_id": "p"}, "https://e.com/a.png"),
        media("post_id:p", bucket="private_reply"),
    ),
    ("a template", B.send_generic_template("1", [{"title": "t"}]), text("1")),
    ("a sticker", B.send_sticker("1", 5), text("1")),
    ("an image by URL", B.send_image("1", "https://e.com/a.png"), media("1")),
    ("an image by its id", B.send_image("1", {"attachment_id": "5"}), text("1")),
    ("an image with its bytes", B.send_image("1", b"x"), media("1")),
    (
        "an unknown attachment",
        B.send_attachment("1", {"type": "fallback", "payload": {"url": "https://e.com"}}),
        text("1"),
    ),
    ("several images by URL", B.send_images("1", ["https://e.com/a.png"]), media("1")),
    ("several images by their ids", B.send_images("1", [{"attachment_id": "5"}]), text("1")),
    ("typing on", B.typing_on("1"), text("1")),
    ("typing off", B.typing_off("1"), Route(rate_class="text", recipient="1", joins=True)),
    ("mark seen", B.mark_seen("1"), Route(rate_class="text", recipient="1", joins=True)),
    ("a reaction", B.react("1", "m", "love"), Route(rate_class="text", recipient="1", joins=True)),
    ("a raw text", B.send_raw_body({"recipient": {"id": "1"}, "message": {"text": "x"}}), text("1")),
    (
        "a raw image",
        B.send_raw_body(
            {"recipient": {"id": "1"}, "message": {"attachment": {"type": "image", "payload": {"url": "u"}}}}
        ),
        media("1"),
    ),
    (
        "a raw action",
        B.send_raw_body({"recipient": {"id": "1"}, "sender_action": "mark_seen"}),
        Route(rate_class="text", recipient="1", joins=True),
    ),
    (
        "a raw body for nobody",
        B.send_raw_body({"message": {"text": "x"}}),
        Route(rate_class="text", is_send=True),
    ),
    ("a thread control", B.pass_thread_control("1", 5), Route(rate_class="other", recipient="1", joins=True)),
    ("a thread released", B.release_thread_control("1"), CONTROL),
    ("a thread kept", B.extend_thread_control("1", 60), CONTROL),
    ("a thread passed to the default app", B.pass_thread_control({"id": "1"}), CONTROL),
    (
        "a send that passes its thread",
        B.send_text("1", "x", thread_control={"control_type": "pass"}),
        text("1"),
    ),
    ("a thread's owner", B.get_thread_owner("1"), OTHER),
    ("a person's profile", B.get_user_profile("1"), OTHER),
    ("a label", B.associate_label("1", 5), OTHER),
    ("reading the Messenger profile", B.get_greeting(), PROFILE),
    ("setting the Messenger profile", B.set_greeting("x"), PROFILE),
    ("deleting of the Messenger profile", B.delete_greeting(), PROFILE),
    ("a person's menu", B.get_user_persistent_menu("1"), Route(rate_class="other", bucket="user_menu:1")),
    ("an upload", B.upload_image("https://e.com/a.png"), UPLOAD),
    ("a persona", B.create_persona(name="n", profile_picture_url="https://e.com"), MAKES),
    ("a broadcast", B.send_broadcast_message(5), MAKES),
    (
        "a marketing message",
        B.send_marketing_message("act_1", 2, "TOKEN", {"text": "x"}),
        Route(rate_class="other", bucket="marketing:f98103e9217f0992", is_send=True),
    ),
    ("a campaign of marketing messages", B.create_message_campaign(1, "n", 2), MAKES),
    ("who has subscribed", B.get_notification_message_tokens(), OTHER),
    ("metrics", B.get_insights(["m"]), OTHER),
]


@pytest.mark.parametrize(
    ("command", "expected"), [case[1:] for case in ROUTES], ids=[case[0] for case in ROUTES]
)
def test_a_command_has_its_place(command: Command, expected: Route) -> None:
    """The route follows from the command alone."""
    assert route(command) == expected


def test_a_queued_file_is_still_media() -> None:
    """A command whose bytes lie elsewhere keeps its route."""
    command, _content = detached(B.send_image("1", b"x"))
    assert route(decode(tag_of(command), encode(command))) == media("1")


def test_a_batch_charges_every_part_and_joins_every_conversation() -> None:
    """A batch is alone in its request, and goes with the slowest of its parts."""
    command = B.send_batch(
        [
            B.send_text("1", "x"),
            B.send_image("2", "https://e.com/a.png"),
            B.mark_seen("1"),
            B.get_user_profile("3"),
        ]
    )
    assert route(command) == Route(
        rate_class="media",
        joins=True,
        cost=4,
        alone=True,
        is_send=True,
        recipients=("1", "2"),
        charges=(("text", 2), ("media", 1), ("other", 1)),
    )


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"method": "GET", "relative_url": "me/messenger_profile?fields=greeting"}, PROFILE),
        ({"method": "GET", "relative_url": "me?fields=id"}, OTHER),
        ({"method": "POST", "relative_url": "me/custom_labels", "body": {"name": "n"}}, MAKES),
        (
            {
                "method": "POST",
                "relative_url": "me/messages",
                "body": {"recipient": {"id": "1"}, "message": {"text": "x"}},
            },
            text("1"),
        ),
        (
            {"method": "POST", "relative_url": "me/messages", "body": "recipient=%7B%22id%22%3A%221%22%7D"},
            text("1"),
        ),
        (
            {
                "method": "POST",
                "relative_url": "/v27.0/me/x_thread_control",
                "body": {"recipient": {"id": "1"}},
            },
            MADE,
        ),
        (
            {"method": "POST", "relative_url": "me/x_control?recipient=%7B%22id%22%3A%221%22%7D&a=b"},
            MADE,
        ),
        ({"method": "POST", "relative_url": "me/unlink_accounts", "body": {"psid": "1"}}, MADE),
        ({"method": "GET", "relative_url": "me/thread_owner?recipient=1"}, OTHER),
        ({"method": "POST", "relative_url": "me/message_attachments", "body": {}}, UPLOAD),
        (
            {"method": "DELETE", "relative_url": "me/custom_user_settings?psid=1"},
            Route(rate_class="other", bucket="user_menu:1"),
        ),
        (
            {
                "method": "POST",
                "relative_url": "act_1/messages",
                "body": {"messenger_delivery_data": {"subscription_token": "TOKEN"}},
            },
            Route(rate_class="other", bucket="marketing:f98103e9217f0992", is_send=True),
        ),
    ],
)
def test_a_raw_part_is_seen_through(part: dict[str, object], expected: Route) -> None:
    """A raw send joins its conversation as any other."""
    (raw,) = B.send_batch([part]).parts
    assert route(raw) == expected
