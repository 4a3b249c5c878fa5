"""Builders of messages: structs and dicts give the same object, options go where Meta wants them."""

import json
from typing import Any

import pytest

from producer import batch, messages
from producer.errors import InvalidCommandError

M: Any = messages
BUTTON = messages.PostbackButton(title="Start", payload="START")
BUTTON_DICT = {"type": "postback", "title": "Start", "payload": "START"}
REPLY = messages.TextReply(title="Red", payload="RED", image_url="https://e.com/r.png")
REPLY_DICT = {"content_type": "text", "title": "Red", "payload": "RED", "image_url": "https://e.com/r.png"}


def template(payload: dict[str, object]) -> dict[str, object]:
    """Return a template's message."""
    return {"attachment": {"type": "template", "payload": payload}}


BUILT: list[tuple[str, object, dict[str, object]]] = [
    (
        "a text with replies",
        messages.text("Which?", quick_replies=[REPLY, REPLY_DICT], metadata="m"),
        {"text": "Which?", "quick_replies": [REPLY_DICT, REPLY_DICT], "metadata": "m"},
    ),
    ("no replies", messages.text("x", quick_replies=[]), {"text": "x"}),
    (
        "a message struct",
        messages.message(messages.Message(text="x", metadata="m")),
        {"text": "x", "metadata": "m"},
    ),
    (
        "replies in place of a message's own",
        messages.message({"text": "x", "quick_replies": [1]}, quick_replies=[REPLY]),
        {"text": "x", "quick_replies": [REPLY_DICT]},
    ),
    (
        "an attachment struct",
        messages.attachment(messages.ImageAttachment(payload=messages.AttachmentPayload(url="u"))),
        {"attachment": {"type": "image", "payload": {"url": "u"}}},
    ),
    (
        "an image with replies",
        messages.image("u", quick_replies=[REPLY]),
        {"attachment": {"type": "image", "payload": {"url": "u"}}, "quick_replies": [REPLY_DICT]},
    ),
    (
        "a video by its id",
        messages.video({"attachment_id": "5"}),
        {"attachment": {"type": "video", "payload": {"attachment_id": "5"}}},
    ),
    (
        "audio by a struct",
        messages.audio(messages.AttachmentPayload(url="u", is_reusable=True)),
        {"attachment": {"type": "audio", "payload": {"url": "u", "is_reusable": True}}},
    ),
    (
        "several images",
        messages.images(["u", {"attachment_id": "5"}]),
        {
            "attachments": [
                {"type": "image", "payload": {"url": "u"}},
                {"type": "image", "payload": {"attachment_id": "5"}},
            ]
        },
    ),
    ("a sticker", messages.sticker(369239263222822), {"sticker_id": 369239263222822}),
    (
        "buttons",
        messages.button_template("x", [BUTTON, BUTTON_DICT]),
        template({"template_type": "button", "text": "x", "buttons": [BUTTON_DICT, BUTTON_DICT]}),
    ),
    (
        "an element struct",
        messages.generic_template(
            [messages.GenericElement(title="t", buttons=[BUTTON])], image_aspect_ratio="square"
        ),
        template(
            {
                "template_type": "generic",
                "elements": [{"title": "t", "buttons": [BUTTON_DICT]}],
                "image_aspect_ratio": "square",
            }
        ),
    ),
    (
        "a list without buttons",
        messages.list_template([{"title": "t"}]),
        template({"template_type": "list", "elements": [{"title": "t"}], "top_element_style": "large"}),
    ),
    (
        "a request for marketing messages",
        messages.notification_messages_template({"title": "t", "payload": "p"}),
        template({"template_type": "notification_messages", "title": "t", "payload": "p"}),
    ),
    (
        "a notification request",
        messages.one_time_notif_req_template("t", "p"),
        template({"template_type": "one_time_notif_req", "title": "t", "payload": "p"}),
    ),
    (
        "products",
        messages.product_template([messages.ProductElement(id="5")]),
        template({"template_type": "product", "elements": [{"id": "5"}]}),
    ),
    (
        "a coupon",
        messages.coupon_template(messages.CouponTemplate(title="t", coupon_code="c")),
        template({"template_type": "coupon", "title": "t", "coupon_code": "c"}),
    ),
    (
        "a grid",
        messages.image_grid_template(
            [
                messages.GridElement(
                    images=[messages.GridImage(url="a"), messages.GridImage(url="b", is_hero_image=True)]
                )
            ]
        ),
        template(
            {
                "template_type": "image_grid",
                "elements": [{"images": [{"url": "a"}, {"url": "b", "is_hero_image": True}]}],
            }
        ),
    ),
    (
        "feedback",
        messages.customer_feedback_template(
            {"title": "t", "feedback_screens": [{"questions": [{"id": "q", "type": "csat"}]}]}
        ),
        template(
            {
                "template_type": "customer_feedback",
                "title": "t",
                "feedback_screens": [{"questions": [{"id": "q", "type": "csat"}]}],
            }
        ),
    ),
    (
        "a message template",
        messages.message_template(
            messages.UtilityTemplate(name="n", language=messages.TemplateLanguage(code="en_US"))
        ),
        {"template": {"name": "n", "language": {"code": "en_US"}}},
    ),
    (
        "a template struct",
        messages.template(messages.ButtonTemplate(text="x", buttons=[BUTTON])),
        template({"template_type": "button", "text": "x", "buttons": [BUTTON_DICT]}),
    ),
    (
        "a receipt's own type",
        messages.receipt_template({"template_type": "receipt_2", "order_number": "1"}),
        template({"template_type": "receipt_2", "order_number": "1"}),
    ),
]


@pytest.mark.parametrize(
    ("message", "expected"), [case[1:] for case in BUILT], ids=[case[0] for case in BUILT]
)
def test_a_builder_makes_plain_json_in_metas_form(message: object, expected: dict[str, object]) -> None:
    """Structs become what a dict would have been, member by member and in order."""
    assert json.dumps(message) == json.dumps(expected)


def test_a_builder_keeps_nothing_of_what_it_was_given() -> None:
    """A dict that changes later changes no command."""
    given = {"text": "x", "quick_replies": [dict(REPLY_DICT)]}
    command = batch.send_message("1", given)
    given["text"] = "y"
    assert command.message == {"text": "x", "quick_replies": [REPLY_DICT]}


def test_what_is_no_json_is_refused() -> None:
    """An object of Python's own has no place in a message."""
    with pytest.raises(InvalidCommandError):
        M.attachment(object())
    with pytest.raises(InvalidCommandError, match="message: must be an object"):
        M.message([1])


def test_the_public_names_are_listed() -> None:
    """`__all__` holds every builder and struct, once."""
    assert len(set(messages.__all__)) == len(messages.__all__)
    public = {name for name in vars(messages) if not name.startswith("_")}
    modules = {
        "airline",
        "builders",
        "buttons",
        "fields",
        "profile",
        "quick_replies",
        "receipt",
        "splitting",
        "templates",
    }
    # `message` is a module and the builder that takes its name.
    assert public - modules == set(messages.__all__)
