"""A template that Meta would refuse is refused here: its buttons, its elements, its members."""

from typing import Any

import pytest

from producer import batch
from tests.producer.commands.refusal import LONG, Make, Refused, refusal_of

V: Any = batch  # the calls below are wrong on purpose
POSTBACK = {"type": "postback", "title": "Start", "payload": "START"}
ELEMENT = {"title": "Hat", "subtitle": "A hat"}

REFUSED: list[Refused] = [
    (
        "no button",
        lambda: V.send_button_template("1", "x", []),
        "message.attachment.payload.buttons",
        "at least 1 entry",
    ),
    (
        "4 buttons",
        lambda: V.send_button_template("1", "x", [POSTBACK] * 4),
        "message.attachment.payload.buttons[3]",
        "at most 3 entries",
    ),
    (
        "a button's title over its bound",
        lambda: V.send_button_template("1", "x", [POSTBACK | {"title": LONG}]),
        "message.attachment.payload.buttons[0].title",
        "at most 20 characters",
    ),
    (
        "a button's payload over its bound",
        lambda: V.send_button_template("1", "x", [POSTBACK | {"payload": LONG}]),
        "message.attachment.payload.buttons[0].payload",
        "at most 1000 characters",
    ),
    (
        "a button of a misspelt type",
        lambda: V.send_button_template("1", "x", [POSTBACK | {"type": "postbak"}]),
        "message.attachment.payload.buttons[0].type",
        "is no known kind; did you mean postback?",
    ),
    (
        "a button's misspelt member",
        lambda: V.send_button_template(
            "1",
            "x",
            [{"type": "web_url", "url": "https://e.com", "title": "t", "webview_hight_ratio": "tall"}],
        ),
        "message.attachment.payload.buttons[0].webview_hight_ratio",
        "is no known member; did you mean webview_height_ratio?",
    ),
    (
        "a button text over its bound",
        lambda: V.send_button_template("1", "x" * 641, [POSTBACK]),
        "message.attachment.payload.text",
        "at most 640 characters",
    ),
    (
        "no element",
        lambda: V.send_generic_template("1", []),
        "message.attachment.payload.elements",
        "at least 1 entry",
    ),
    (
        "11 elements",
        lambda: V.send_generic_template("1", [ELEMENT] * 11),
        "message.attachment.payload.elements[10]",
        "at most 10 entries",
    ),
    (
        "an element's title over its bound",
        lambda: V.send_generic_template("1", [ELEMENT | {"title": "t" * 81}]),
        "message.attachment.payload.elements[0].title",
        "at most 80 characters",
    ),
    (
        "an element's subtitle over its bound",
        lambda: V.send_generic_template("1", [ELEMENT | {"subtitle": "t" * 81}]),
        "message.attachment.payload.elements[0].subtitle",
        "at most 80 characters",
    ),
    (
        "an element's 4 buttons",
        lambda: V.send_generic_template("1", [ELEMENT | {"buttons": [POSTBACK] * 4}]),
        "message.attachment.payload.elements[0].buttons[3]",
        "at most 3 entries",
    ),
    (
        "an element without a title",
        lambda: V.send_generic_template("1", [{"subtitle": "s"}]),
        "message.attachment.payload.elements[0].title",
        "is missing",
    ),
    (
        "2 media elements",
        lambda: V.send_media_template("1", [{"media_type": "image", "attachment_id": "1"}] * 2),
        "message.attachment.payload.elements[1]",
        "at most 1 entry",
    ),
    (
        "5 list items",
        lambda: V.send_list_template("1", [ELEMENT] * 5),
        "message.attachment.payload.elements[4]",
        "at most 4 entries",
    ),
    (
        "2 list buttons",
        lambda: V.send_list_template("1", [ELEMENT] * 2, [POSTBACK] * 2),
        "message.attachment.payload.buttons[1]",
        "at most 1 entry",
    ),
    (
        "a template of a misspelt type",
        lambda: V.send_template("1", {"template_type": "genric", "elements": [ELEMENT]}),
        "message.attachment.payload.template_type",
        "is no known kind; did you mean generic?",
    ),
    (
        "a template without a type",
        lambda: V.send_template("1", {"elements": [ELEMENT]}),
        "message.attachment.payload.template_type",
        "is missing",
    ),
    (
        "a receipt without a summary",
        lambda: V.send_receipt_template(
            "1", {"recipient_name": "n", "order_number": "1", "currency": "USD", "payment_method": "Visa"}
        ),
        "message.attachment.payload.summary",
        "is missing",
    ),
    (
        "a notification's title over its bound",
        lambda: V.send_one_time_notif_req_template("1", "t" * 66, "p"),
        "message.attachment.payload.title",
        "at most 65 characters",
    ),
    (
        "1 image of a grid",
        lambda: V.send_image_grid_template("1", [{"images": [{"url": "https://e.com/a.png"}]}]),
        "message.attachment.payload.elements[0].images",
        "at least 2 entries",
    ),
]


@pytest.mark.parametrize(
    ("make", "path", "problem"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_meta_would_refuse_is_refused_with_its_path(make: Make, path: str, problem: str) -> None:
    """The error names the path and the bound, and nothing of the value."""
    assert refusal_of(make) == (path, problem)
