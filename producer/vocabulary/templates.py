"""Sends of templates, one method for each."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from producer.commands.send import Recipient, SendMessage
from producer.messages import builders
from producer.messages.buttons import Button
from producer.messages.message import Template
from producer.messages.receipt import ReceiptTemplate
from producer.messages.templates import (
    CouponTemplate,
    CustomerFeedbackTemplate,
    GenericElement,
    GridElement,
    MediaElement,
    OpenGraphElement,
    ProductElement,
    UtilityTemplate,
)
from producer.vocabulary import composing
from producer.vocabulary.checking import checked
from producer.vocabulary.options import SendOptions


def send_template(
    recipient: Recipient, template: Template | Mapping[str, object], **options: Unpack[SendOptions]
) -> SendMessage:
    """Sends a template of any `template_type`.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        template: an object with Meta's members, or its struct.
        options: see `SendOptions`.
    """
    return checked(composing.send_message(recipient, builders.template(template), options))


def send_button_template(
    recipient: Recipient,
    text: str,
    buttons: Sequence[Button | Mapping[str, object]],
    **options: Unpack[SendOptions],
) -> SendMessage:
    """Sends a text of at most 640 characters over 1 to 3 buttons with titles of at most 20.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        text: 1 to 640 characters.
        buttons: 1 to 3 objects or structs; titles of at most 20, payloads of at most 1000 characters.
        options: see `SendOptions`.
    """
    return checked(composing.send_message(recipient, builders.button_template(text, buttons), options))


def send_generic_template(
    recipient: Recipient,
    elements: Sequence[GenericElement | Mapping[str, object]],
    *,
    image_aspect_ratio: str | None = "horizontal",
    **options: Unpack[SendOptions],
) -> SendMessage:
    """Sends 1 to 10 bubbles; titles and subtitles of at most 80 characters; pictures `horizontal` or `square`.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        elements: 1 to 10 objects or `messages.GenericElement`.
        image_aspect_ratio: `horizontal` (default) or `square`.
        options: see `SendOptions`.
    """
    message = builders.generic_template(elements, image_aspect_ratio=image_aspect_ratio)
    return checked(composing.send_message(recipient, message, options))


def send_list_template(
    recipient: Recipient,
    elements: Sequence[GenericElement | Mapping[str, object]],
    buttons: Sequence[Button | Mapping[str, object]] | None = None,
    *,
    top_element_style: str | None = "large",
    **options: Unpack[SendOptions],
) -> SendMessage:
    """Sends a list of at most 4 items and 1 button; Meta removed it after v4.0, use a generic template.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        elements: 1 to 4 objects or `messages.GenericElement`.
        buttons: at most 1 object or struct.
        top_element_style: `large` (default) or `compact`.
        options: see `SendOptions`.
    """
    message = builders.list_template(elements, buttons, top_element_style=top_element_style)
    return checked(composing.send_message(recipient, message, options))


def send_open_graph_template(
    recipient: Recipient,
    elements: Sequence[OpenGraphElement | Mapping[str, object]],
    **options: Unpack[SendOptions],
) -> SendMessage:
    """Sends one address with its Open Graph record; Meta removed it after v4.0, use a generic template.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        elements: exactly 1 object or `messages.OpenGraphElement`.
        options: see `SendOptions`.
    """
    return checked(composing.send_message(recipient, builders.open_graph_template(elements), options))


def send_media_template(
    recipient: Recipient,
    elements: Sequence[MediaElement | Mapping[str, object]],
    **options: Unpack[SendOptions],
) -> SendMessage:
    """Sends one picture or video of Facebook with at most 3 buttons; exactly one element.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        elements: exactly 1 object or `messages.MediaElement`.
        options: see `SendOptions`.
    """
    return checked(composing.send_message(recipient, builders.media_template(elements), options))


def send_receipt_template(
    recipient: Recipient,
    receipt: ReceiptTemplate | Mapping[str, object],
    **options: Unpack[SendOptions],
) -> SendMessage:
    """Sends an order confirmation of at most 100 elements.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        receipt: an object or `messages.ReceiptTemplate`; at most 100 elements.
        options: see `SendOptions`.
    """
    return checked(composing.send_message(recipient, builders.receipt_template(receipt), options))


def send_one_time_notif_req_template(
    recipient: Recipient, title: str, payload: str, **options: Unpack[SendOptions]
) -> SendMessage:
    """Asks to be allowed one later message; the title has 1 to 65 characters.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        title: 1 to 65 characters.
        payload: text of at most 1000 characters.
        options: see `SendOptions`.
    """
    message = builders.one_time_notif_req_template(title, payload)
    return checked(composing.send_message(recipient, message, options))


def send_product_template(
    recipient: Recipient,
    elements: Sequence[ProductElement | Mapping[str, object]],
    **options: Unpack[SendOptions],
) -> SendMessage:
    """Sends 1 to 10 products of the Page's catalogue, each `{"id": …}`.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        elements: 1 to 10 objects or `messages.ProductElement`.
        options: see `SendOptions`.
    """
    return checked(composing.send_message(recipient, builders.product_template(elements), options))


def send_coupon_template(
    recipient: Recipient,
    coupon: CouponTemplate | Mapping[str, object],
    **options: Unpack[SendOptions],
) -> SendMessage:
    """Sends a coupon: title of at most 80 characters, and a code or an address.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        coupon: an object or `messages.CouponTemplate`.
        options: see `SendOptions`.
    """
    return checked(composing.send_message(recipient, builders.coupon_template(coupon), options))


def send_customer_feedback_template(
    recipient: Recipient,
    feedback: CustomerFeedbackTemplate | Mapping[str, object],
    **options: Unpack[SendOptions],
) -> SendMessage:
    """Asks for a score: title of at most 65, subtitle of at most 80 characters.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        feedback: an object or `messages.CustomerFeedbackTemplate`.
        options: see `SendOptions`.
    """
    message = builders.customer_feedback_template(feedback)
    return checked(composing.send_message(recipient, message, options))


def send_image_grid_template(
    recipient: Recipient,
    elements: Sequence[GridElement | Mapping[str, object]],
    **options: Unpack[SendOptions],
) -> SendMessage:
    """Sends a grid of 2 to 6 pictures (Meta: since 30 Jun 2026); exactly one element.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        elements: exactly 1 object or `messages.GridElement`.
        options: see `SendOptions`.
    """
    return checked(composing.send_message(recipient, builders.image_grid_template(elements), options))


def send_message_template(
    recipient: Recipient,
    template: UtilityTemplate | Mapping[str, object],
    **options: Unpack[SendOptions],
) -> SendMessage:
    """Sends an approved message template by name; its messaging type is `UTILITY` unless another is given.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        template: an object with Meta's members, or its struct.
        options: see `SendOptions`.
    """
    chosen: Any = {"messaging_type": "UTILITY", **options}
    return checked(composing.send_message(recipient, builders.message_template(template), chosen))
