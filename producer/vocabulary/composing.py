"""Options find their place: quick replies and metadata in the message, the rest beside it, each once."""

from collections.abc import Mapping
from typing import Any, Final

from producer.commands.files import FileData
from producer.commands.recipients import bare
from producer.commands.send import Recipient, SenderAction, SendMessage, StoredRecipient
from producer.errors import InvalidCommandError
from producer.messages import builders
from producer.messages.builders import plain
from producer.messages.message import Attachment
from producer.vocabulary.options import ActionOptions, MediaOptions, SendOptions
from producer.vocabulary.uploads import Media, is_upload, payload_of, read_upload

_OF_BYTES: Final = frozenset({"filename", "content_type"})
_LINKS: Final = frozenset({"name", "depends_on", "omit_response_on_success"})


def send_message(
    recipient: Recipient, message: dict[str, object], options: SendOptions, filedata: FileData | None = None
) -> SendMessage:
    """Returns the command that sends `message`, a plain object that nobody else holds."""
    whom = recipient if isinstance(recipient, str) else _stored(recipient)
    if not options and filedata is None:
        return SendMessage(recipient=whom, message=message)
    rest: dict[str, Any] = dict(options)
    quick_replies = rest.pop("quick_replies", None)
    if quick_replies:
        message["quick_replies"] = plain(quick_replies)
    metadata = rest.pop("metadata", None)
    if metadata is not None:
        message["metadata"] = metadata
    reply_to = rest.pop("reply_to", None)
    return SendMessage(
        recipient=whom,
        message=message,
        messaging_type=rest.pop("messaging_type", None),
        tag=rest.pop("tag", None),
        persona_id=rest.pop("persona_id", None),
        notification_type=rest.pop("notification_type", None),
        reply_to={"mid": reply_to} if isinstance(reply_to, str) else reply_to,
        access_token=rest.pop("access_token", None),
        filedata=filedata,
        extra=extra_of(rest),
    )


def send_attachment(
    recipient: Recipient, attachment: Attachment | Mapping[str, object], options: MediaOptions
) -> SendMessage:
    """Returns the command that sends an attachment object, whose payload may be bytes, a path or an open file."""
    kind = attachment.get("type") if isinstance(attachment, Mapping) else None
    payload: Any = attachment.get("payload") if isinstance(attachment, Mapping) else None
    if isinstance(kind, str) and is_upload(payload):
        return send_media(recipient, kind, payload, options)
    rest: Any = {name: value for name, value in options.items() if name not in _OF_BYTES}
    return send_message(recipient, builders.attachment(attachment), rest)


def send_media(recipient: Recipient, kind: str, media: Media, options: MediaOptions) -> SendMessage:
    """Returns the command that sends an audio, image, video or file, by URL, by payload or with its bytes."""
    rest: Any = dict(options)
    filename = rest.pop("filename", None)
    content_type = rest.pop("content_type", None)
    payload = payload_of(media)
    filedata = None
    if payload is None:
        filedata = read_upload(media, kind, kind, filename=filename, content_type=content_type)
    message: dict[str, object] = {"attachment": {"type": kind, "payload": payload or {}}}
    return send_message(recipient, message, rest, filedata)


def sender_action(
    recipient: Recipient, action: str, options: ActionOptions, payload: dict[str, object] | None = None
) -> SenderAction:
    """Returns the command that shows a sender action."""
    whom = recipient if isinstance(recipient, str) else _stored(recipient)
    if not options:
        return SenderAction(recipient=whom, sender_action=action, payload=payload)
    rest: dict[str, Any] = dict(options)
    return SenderAction(
        recipient=whom,
        sender_action=action,
        persona_id=rest.pop("persona_id", None),
        access_token=rest.pop("access_token", None),
        payload=rest.pop("payload", payload),
        extra=extra_of(rest),
    )


def _stored(recipient: object) -> StoredRecipient:
    stored: Any = bare(recipient)
    return stored  # type: ignore[no-any-return]  # what is no recipient is refused by `check`, with its path


def extra_of(rest: dict[str, object]) -> dict[str, object]:
    """Returns the options that the library does not know, as they go to Graph; raises for a batch's own."""
    for link in _LINKS & rest.keys():
        raise InvalidCommandError(link, f"links a part of a batch: batch.part(command, {link}=…)")
    return {name: plain(value) for name, value in rest.items() if value is not None} if rest else {}
