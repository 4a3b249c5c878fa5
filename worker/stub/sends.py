"""The Send API: reads, refuses and describes one send."""

from typing import Any

import msgspec

from worker.stub.options import RateClass
from worker.stub.refusals import Refusal, invalid
from worker.stub.wire import Upload

TEXT_MAX = 2_000
QUICK_REPLIES_MAX = 13
IMAGES_MAX = 30
_ACTIONS = frozenset({"typing_on", "typing_off", "mark_seen", "react", "unreact"})
_MESSAGING_TYPES = frozenset({"RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY", "NON_PROMOTIONAL_SUBSCRIPTION"})
_MEDIA = frozenset({"image", "audio", "video", "file"})
_STREAMED = frozenset({"audio", "video"})
_OTHER_KEYS = (
    "user_ref",
    "phone_number",
    "comment_id",
    "post_id",
    "one_time_notif_token",
    "notification_messages_token",
)


class Recipient(msgspec.Struct, gc=False):
    """The `recipient` object; exactly one member names somebody."""

    id: str | int | None = None
    user_ref: str | None = None
    phone_number: str | None = None
    comment_id: str | None = None
    post_id: str | None = None
    one_time_notif_token: str | None = None
    notification_messages_token: str | None = None


class Attachment(msgspec.Struct, gc=False):
    """One attachment of a message."""

    type: str
    payload: dict[str, Any] | None = None


class Message(msgspec.Struct, gc=False):
    """The members of a `message` object that decide whether and how it is delivered."""

    text: str | None = None
    attachment: Attachment | None = None
    attachments: list[Attachment] | None = None
    quick_replies: list[dict[str, Any]] | None = None
    metadata: str | None = None
    template: dict[str, Any] | None = None
    sticker_id: str | int | None = None


class Send(msgspec.Struct, gc=False):
    """One send as read from its form; `refusal` is set when Graph would not take it.

    Attributes:
        recipient: As the ledger writes it: the PSID, or `user_ref:…` and the like.
        recipient_id: What the answer names; empty when it names nobody.
        kind: `message` or `sender_action`.
        body: The message's JSON text, or the action.
        metadata: The message's metadata.
        rate_class: `text` or `media`.
        attachments: What the message carries, templates included.
        reusable: The answer gives an `attachment_id`.
        refusal: Why it is not delivered.
    """

    recipient: str
    recipient_id: str
    kind: str
    body: str
    metadata: str | None = None
    rate_class: RateClass = "text"
    attachments: list[Attachment] = []
    reusable: bool = False
    refusal: Refusal | None = None


_decode_recipient = msgspec.json.Decoder(Recipient).decode
_decode_message = msgspec.json.Decoder(Message).decode


def read_send(form: dict[str, str], files: dict[str, Upload]) -> Send:
    """Returns what the form of a `POST /me/messages` asks for, with Graph's refusal if it is not right."""
    try:
        recipient = _decode_recipient(form["recipient"])
    except KeyError:
        return _refused("", form, invalid("The parameter recipient is required"))
    except msgspec.DecodeError as error:
        return _refused("", form, invalid(f"Param recipient must be a JSON object: {error}"))
    if recipient.id is not None:
        key = named = str(recipient.id)
    else:
        key, named = _other_key(recipient), ""
        if not key:
            return _refused("", form, invalid("Param recipient must name somebody", 2018001))
    action = form.get("sender_action")
    if action is not None:
        return _read_action(key, named, form, action)
    return _read_message(key, named, form, files)


def _other_key(recipient: Recipient) -> str:
    for name in _OTHER_KEYS:
        value = getattr(recipient, name)
        if value is not None:
            return f"{name}:{value}"
    return ""


def _refused(key: str, form: dict[str, str], refusal: Refusal) -> Send:
    return Send(key, "", "message", form.get("message", ""), refusal=refusal)


def _read_action(key: str, named: str, form: dict[str, str], action: str) -> Send:
    refusal = None
    if "message" in form:
        refusal = invalid("Cannot send message and sender_action together", 2018014)
    elif action.lower() not in _ACTIONS:
        refusal = invalid(f"Param sender_action must be one of {{{', '.join(sorted(_ACTIONS))}}}")
    return Send(key, named, "sender_action", action, refusal=refusal)


def _read_message(key: str, named: str, form: dict[str, str], files: dict[str, Upload]) -> Send:
    text = form.get("message", "")
    if not text:
        return _refused(key, form, invalid("The parameter message is required"))
    try:
        message = _decode_message(text)
    except msgspec.DecodeError as error:
        return _refused(key, form, invalid(f"Param message must be a JSON object: {error}"))
    send = Send(key, named, "message", text, message.metadata)
    if message.attachment is not None or message.attachments:
        _read_attachments(send, message, files)
    if send.refusal is None:
        send.refusal = _refuse_message(message) or _refuse_type(form)
    return send


def _refuse_message(message: Message) -> Refusal | None:
    if message.text is not None and len(message.text) > TEXT_MAX:
        return invalid(f"Length of param message[text] must be less than or equal to {TEXT_MAX}")
    if message.quick_replies is not None and len(message.quick_replies) > QUICK_REPLIES_MAX:
        return invalid(f"Param message[quick_replies] must have at most {QUICK_REPLIES_MAX} elements")
    if message.text or message.attachment or message.attachments or message.template or message.sticker_id:
        return None
    return invalid("Message cannot be empty, must provide valid attachment or text", 2018034)


def _refuse_type(form: dict[str, str]) -> Refusal | None:
    kind = form.get("messaging_type")
    if kind is None:
        return None
    if kind not in _MESSAGING_TYPES:
        return invalid(f"Param messaging_type must be one of {{{', '.join(sorted(_MESSAGING_TYPES))}}}")
    if kind == "MESSAGE_TAG" and not form.get("tag"):
        return invalid("Param tag is required when messaging_type is MESSAGE_TAG")
    return None


def _read_attachments(send: Send, message: Message, files: dict[str, Upload]) -> None:
    alone = [message.attachment] if message.attachment is not None else []
    send.attachments = alone + (message.attachments or [])
    if len(send.attachments) > IMAGES_MAX:
        send.refusal = invalid(f"Param message[attachments] must have at most {IMAGES_MAX} elements")
    for attachment in send.attachments:
        payload = attachment.payload or {}
        if attachment.type in _MEDIA:
            saved = payload.get("attachment_id") is not None
            if not saved and payload.get("url") is None and not files:
                send.refusal = invalid(
                    "Param message[attachment][payload] needs url, attachment_id or a file"
                )
            if not saved or attachment.type in _STREAMED:
                send.rate_class = "media"
            send.reusable = send.reusable or (not saved and payload.get("is_reusable") in (True, "true"))
        elif attachment.type not in {"template", "fallback", "like_heart", "MEDIA_SHARE"}:
            send.refusal = invalid(
                "Param message[attachment][type] must be one of {IMAGE, AUDIO, VIDEO, FILE, TEMPLATE}"
            )
