"""Builders of the `message` object: `send_message(psid, messages.text("Hello!"))` equals `send_text(psid, "Hello!")`.

A builder checks nothing; the method that takes its message refuses what breaks a bound, with the path. Structs and
plain dicts of the same form may be mixed. `quick_replies` may hold at most 13, `metadata` at most 1000 characters; an
empty list of quick replies is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias, cast

import msgspec

from producer.by_value import by_value
from producer.errors import InvalidCommandError, given
from producer.messages.airline import (
    AirlineBoardingPassTemplate,
    AirlineCheckinTemplate,
    AirlineItineraryTemplate,
    AirlineUpdateTemplate,
)
from producer.messages.buttons import Button
from producer.messages.message import Attachment, AttachmentPayload, Message, Template
from producer.messages.quick_replies import QuickReply
from producer.messages.receipt import ReceiptTemplate
from producer.messages.templates import (
    CouponTemplate,
    CustomerFeedbackTemplate,
    GenericElement,
    GridElement,
    MediaElement,
    NotificationMessagesTemplate,
    OpenGraphElement,
    ProductElement,
    UtilityTemplate,
)

Json: TypeAlias = dict[str, object]
Like: TypeAlias = Mapping[str, object]
QuickReplies: TypeAlias = Sequence[QuickReply | Like] | None


def message(
    message: Message | Like, *, quick_replies: QuickReplies = None, metadata: str | None = None
) -> Json:
    """Returns a copy of `message` with the given quick replies and metadata in place of its own."""
    return _finished(plain_object(message, "message"), quick_replies, metadata)


def text(text: str, *, quick_replies: QuickReplies = None, metadata: str | None = None) -> Json:
    """Returns a text message of 1 to 2000 characters."""
    return _finished({"text": text}, quick_replies, metadata)


def attachment(
    attachment: Attachment | Like, *, quick_replies: QuickReplies = None, metadata: str | None = None
) -> Json:
    """Returns a message of one attachment: `{"type": …, "payload": …}`."""
    return _finished({"attachment": plain(attachment)}, quick_replies, metadata)


def audio(
    audio: str | AttachmentPayload | Like, *, quick_replies: QuickReplies = None, metadata: str | None = None
) -> Json:
    """Returns a sound by URL, or by a payload such as `{"attachment_id": …}`."""
    return _finished(_media("audio", audio), quick_replies, metadata)


def image(
    image: str | AttachmentPayload | Like, *, quick_replies: QuickReplies = None, metadata: str | None = None
) -> Json:
    """Returns a picture (jpg, png, gif) by URL, or by a payload such as `{"attachment_id": …}`."""
    return _finished(_media("image", image), quick_replies, metadata)


def video(
    video: str | AttachmentPayload | Like, *, quick_replies: QuickReplies = None, metadata: str | None = None
) -> Json:
    """Returns a video by URL, or by a payload such as `{"attachment_id": …}`."""
    return _finished(_media("video", video), quick_replies, metadata)


def file(
    file: str | AttachmentPayload | Like, *, quick_replies: QuickReplies = None, metadata: str | None = None
) -> Json:
    """Returns a file by URL, or by a payload such as `{"attachment_id": …}`."""
    return _finished(_media("file", file), quick_replies, metadata)


def like_heart(*, metadata: str | None = None) -> Json:
    """Returns the heart, which Instagram alone has."""
    return _finished({"attachment": {"type": "like_heart"}}, None, metadata)


def media_share(media_id: str | int, *, metadata: str | None = None) -> Json:
    """Returns a post of the business on Instagram, by its id."""
    attachment = {"type": "MEDIA_SHARE", "payload": {"id": media_id}}
    return _finished({"attachment": attachment}, None, metadata)


def images(
    images: Iterable[str | AttachmentPayload | Like],
    *,
    quick_replies: QuickReplies = None,
    metadata: str | None = None,
) -> Json:
    """Returns one message of 1 to 30 pictures, each by URL or by payload (Meta: since 19 Mar 2025).

    Raises `InvalidCommandError` for what is no list.
    """
    if not isinstance(images, Iterable):
        raise InvalidCommandError("images", f"must be a list{given(images)}")
    pictures = [_media("image", image)["attachment"] for image in images]
    return _finished({"attachments": pictures}, quick_replies, metadata)


def sticker(
    sticker_id: str | int, *, quick_replies: QuickReplies = None, metadata: str | None = None
) -> Json:
    """Returns a sticker by its id (Meta: since 1 Jun 2026)."""
    return _finished({"sticker_id": sticker_id}, quick_replies, metadata)


def message_template(
    template: UtilityTemplate | Like, *, quick_replies: QuickReplies = None, metadata: str | None = None
) -> Json:
    """Returns an approved message template by name and language; it is sent with messaging type `UTILITY`."""
    return _finished({"template": plain(template)}, quick_replies, metadata)


def template(
    payload: Template | Like, *, quick_replies: QuickReplies = None, metadata: str | None = None
) -> Json:
    """Returns a structured message of any `template_type`."""
    return _finished(_template(plain_object(payload, "payload")), quick_replies, metadata)


def button_template(
    text: str,
    buttons: Sequence[Button | Like],
    *,
    quick_replies: QuickReplies = None,
    metadata: str | None = None,
) -> Json:
    """Returns a text of at most 640 characters over 1 to 3 buttons."""
    payload: Json = {"template_type": "button", "text": text, "buttons": plain(buttons)}
    return _finished(_template(payload), quick_replies, metadata)


def generic_template(
    elements: Sequence[GenericElement | Like],
    *,
    image_aspect_ratio: str | None = "horizontal",
    quick_replies: QuickReplies = None,
    metadata: str | None = None,
) -> Json:
    """Returns a row of 1 to 10 bubbles; the pictures are `horizontal` (default) or `square`."""
    payload: Json = {
        "template_type": "generic",
        "elements": plain(elements),
        "image_aspect_ratio": image_aspect_ratio or "horizontal",
    }
    return _finished(_template(payload), quick_replies, metadata)


def list_template(
    elements: Sequence[GenericElement | Like],
    buttons: Sequence[Button | Like] | None = None,
    *,
    top_element_style: str | None = "large",
    quick_replies: QuickReplies = None,
    metadata: str | None = None,
) -> Json:
    """Returns a list of at most 4 items and one button, topped `large` (default) or `compact`; gone since v4.0."""
    payload: Json = {"template_type": "list", "elements": plain(elements)}
    if buttons is not None:
        payload["buttons"] = plain(buttons)
    payload["top_element_style"] = top_element_style or "large"
    return _finished(_template(payload), quick_replies, metadata)


def open_graph_template(
    elements: Sequence[OpenGraphElement | Like],
    *,
    quick_replies: QuickReplies = None,
    metadata: str | None = None,
) -> Json:
    """Returns one address with its Open Graph record; exactly one element; gone since v4.0."""
    payload: Json = {"template_type": "open_graph", "elements": plain(elements)}
    return _finished(_template(payload), quick_replies, metadata)


def media_template(
    elements: Sequence[MediaElement | Like],
    *,
    quick_replies: QuickReplies = None,
    metadata: str | None = None,
) -> Json:
    """Returns a picture or video with buttons; exactly one element."""
    payload: Json = {"template_type": "media", "elements": plain(elements)}
    return _finished(_template(payload), quick_replies, metadata)


def receipt_template(
    receipt: ReceiptTemplate | Like, *, quick_replies: QuickReplies = None, metadata: str | None = None
) -> Json:
    """Returns an order confirmation of at most 100 elements."""
    return _finished(_record("receipt", receipt), quick_replies, metadata)


def airline_boarding_pass_template(
    attributes: AirlineBoardingPassTemplate | Like,
    *,
    quick_replies: QuickReplies = None,
    metadata: str | None = None,
) -> Json:
    """Returns boarding passes; gone since 6 Dec 2021."""
    return _finished(_record("airline_boardingpass", attributes), quick_replies, metadata)


def airline_checkin_template(
    attributes: AirlineCheckinTemplate | Like,
    *,
    quick_replies: QuickReplies = None,
    metadata: str | None = None,
) -> Json:
    """Returns a check-in reminder; gone since 6 Dec 2021."""
    return _finished(_record("airline_checkin", attributes), quick_replies, metadata)


def airline_itinerary_template(
    attributes: AirlineItineraryTemplate | Like,
    *,
    quick_replies: QuickReplies = None,
    metadata: str | None = None,
) -> Json:
    """Returns an itinerary; gone since 6 Dec 2021."""
    return _finished(_record("airline_itinerary", attributes), quick_replies, metadata)


def airline_update_template(
    attributes: AirlineUpdateTemplate | Like,
    *,
    quick_replies: QuickReplies = None,
    metadata: str | None = None,
) -> Json:
    """Returns a flight's change; gone since 6 Dec 2021."""
    return _finished(_record("airline_update", attributes), quick_replies, metadata)


def one_time_notif_req_template(
    title: str, payload: str, *, quick_replies: QuickReplies = None, metadata: str | None = None
) -> Json:
    """Returns a request to send one later message; the title has at most 65 characters."""
    request: Json = {"template_type": "one_time_notif_req", "title": title, "payload": payload}
    return _finished(_template(request), quick_replies, metadata)


def notification_messages_template(
    request: NotificationMessagesTemplate | Like,
    *,
    quick_replies: QuickReplies = None,
    metadata: str | None = None,
) -> Json:
    """Returns a request to subscribe to marketing messages; the title has at most 65 characters."""
    return _finished(_record("notification_messages", request), quick_replies, metadata)


def product_template(
    elements: Sequence[ProductElement | Like],
    *,
    quick_replies: QuickReplies = None,
    metadata: str | None = None,
) -> Json:
    """Returns 1 to 10 products of the Page's catalogue, each `{"id": …}`."""
    payload: Json = {"template_type": "product", "elements": plain(elements)}
    return _finished(_template(payload), quick_replies, metadata)


def coupon_template(
    coupon: CouponTemplate | Like, *, quick_replies: QuickReplies = None, metadata: str | None = None
) -> Json:
    """Returns a coupon with a code, or with the address where the person gets one."""
    return _finished(_record("coupon", coupon), quick_replies, metadata)


def customer_feedback_template(
    feedback: CustomerFeedbackTemplate | Like,
    *,
    quick_replies: QuickReplies = None,
    metadata: str | None = None,
) -> Json:
    """Returns a request for a score."""
    return _finished(_record("customer_feedback", feedback), quick_replies, metadata)


def image_grid_template(
    elements: Sequence[GridElement | Like], *, quick_replies: QuickReplies = None, metadata: str | None = None
) -> Json:
    """Returns a grid of 2 to 6 pictures (Meta: since 30 Jun 2026); exactly one element."""
    payload: Json = {"template_type": "image_grid", "elements": plain(elements)}
    return _finished(_template(payload), quick_replies, metadata)


def plain(value: object) -> object:
    """Returns `value` with every struct turned into plain JSON, as a copy that the caller cannot change later.

    Raises `InvalidCommandError` for what JSON cannot carry.
    """
    try:
        return msgspec.to_builtins(value, builtin_types=(bytes, bytearray, memoryview), enc_hook=by_value)
    except (TypeError, ValueError, RecursionError):
        raise InvalidCommandError("", "holds something that is no JSON") from None


def plain_object(value: object, path: str) -> Json:
    """Returns `value` as a plain JSON object; raises `InvalidCommandError` with `path` when it is none."""
    result = plain(value)
    if not isinstance(result, dict):
        raise InvalidCommandError(path, "must be an object")
    return result


def plain_list(value: object, path: str) -> list[Json]:
    """Returns `value`, a list or a tuple of objects, as a plain JSON list; its entries are checked with their command.

    Raises `InvalidCommandError` with `path` for what is no list.
    """
    result = plain(value)
    if not isinstance(result, list | tuple):
        raise InvalidCommandError(path, f"must be a list{given(value)}")
    return cast("list[Json]", list(result))


def _finished(message: Json, quick_replies: QuickReplies, metadata: str | None) -> Json:
    if quick_replies:
        message["quick_replies"] = plain(quick_replies)
    if metadata is not None:
        message["metadata"] = metadata
    return message


def _media(kind: str, source: str | AttachmentPayload | Like) -> Json:
    payload = {"url": source} if isinstance(source, str) else plain(source)
    return {"attachment": {"type": kind, "payload": payload}}


def _template(payload: Json) -> Json:
    return {"attachment": {"type": "template", "payload": payload}}


def _record(template_type: str, record: object) -> Json:
    return _template({"template_type": template_type, **plain_object(record, "message.attachment.payload")})
