"""Sends: messages, media, templates, sender actions, a raw body, and a batch of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Unpack

from producer.commands.parts import BatchItem, RawPart, SendBatch
from producer.commands.secrets import Secret
from producer.commands.send import Recipient, SenderAction, SendMessage, SendRawBody
from producer.errors import InvalidCommandError, given
from producer.messages import builders
from producer.messages.message import Attachment, Message
from producer.vocabulary import composing
from producer.vocabulary.checking import checked
from producer.vocabulary.options import ActionOptions, MediaOptions, SendOptions
from producer.vocabulary.uploads import Media

NO_PART: Final = (
    'must be a command of producer.batch, such as batch.send_text(psid, "Hello!"), or a raw part as an object'
)


def send_raw_body(body: Mapping[str, object]) -> SendRawBody:
    """Posts `body` to the Send API as it is; nothing in it is checked.

    Args:
        body: an object, not empty.
    """
    plain = builders.plain_object(body, "body")
    return checked(SendRawBody(body=plain))


def send_message(
    recipient: Recipient, message: Message | Mapping[str, object], **options: Unpack[SendOptions]
) -> SendMessage:
    """Sends a message object; `producer.messages` builds them.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        message: a message object or `messages.Message`: text of 1 to 2000 characters, at most 13 quick replies.
        options: see `SendOptions`.
    """
    plain = builders.plain_object(message, "message")
    return checked(composing.send_message(recipient, plain, options))


def send_text(recipient: Recipient, text: str, **options: Unpack[SendOptions]) -> SendMessage:
    """Sends a text of 1 to 2000 characters.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        text: 1 to 2000 characters.
        options: see `SendOptions`.
    """
    return checked(composing.send_message(recipient, {"text": text}, options))


def send_attachment(
    recipient: Recipient,
    attachment: Attachment | Mapping[str, object],
    **options: Unpack[MediaOptions],
) -> SendMessage:
    """Sends an attachment object, `{"type": …, "payload": …}`.

    The payload of an `audio`, `image`, `video` or `file` may be its bytes, a path or an open file of at most 25 MB,
    which `filename` names.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        attachment: an attachment object, `{"type": …, "payload": …}`.
        options: see `MediaOptions`.
    """
    return checked(composing.send_attachment(recipient, attachment, options))


def send_audio(recipient: Recipient, audio: Media, **options: Unpack[MediaOptions]) -> SendMessage:
    """Sends a sound: URL, `{"attachment_id": …}`, or bytes, path or open file of at most 25 MB.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        audio: a URL, a payload object, or bytes, a path or an open file of at most 25 MB.
        options: see `MediaOptions`.
    """
    return checked(composing.send_media(recipient, "audio", audio, options))


def send_image(recipient: Recipient, image: Media, **options: Unpack[MediaOptions]) -> SendMessage:
    """Sends a picture (jpg, png, gif): URL, `{"attachment_id": …}`, or bytes, path or open file up to 25 MB.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        image: a URL, a payload object, or bytes, a path or an open file of at most 25 MB.
        options: see `MediaOptions`.
    """
    return checked(composing.send_media(recipient, "image", image, options))


def send_video(recipient: Recipient, video: Media, **options: Unpack[MediaOptions]) -> SendMessage:
    """Sends a video: URL, `{"attachment_id": …}`, or bytes, path or open file of at most 25 MB.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        video: a URL, a payload object, or bytes, a path or an open file of at most 25 MB.
        options: see `MediaOptions`.
    """
    return checked(composing.send_media(recipient, "video", video, options))


def send_file(recipient: Recipient, file: Media, **options: Unpack[MediaOptions]) -> SendMessage:
    """Sends a file: URL, `{"attachment_id": …}`, or bytes, path or open file of at most 25 MB.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        file: a URL, a payload object, or bytes, a path or an open file of at most 25 MB.
        options: see `MediaOptions`.
    """
    return checked(composing.send_media(recipient, "file", file, options))


def send_images(
    recipient: Recipient,
    images: Iterable[str | Mapping[str, object]],
    **options: Unpack[SendOptions],
) -> SendMessage:
    """Sends 1 to 30 pictures in one message, each by URL or by payload.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        images: 1 to 30 URLs or payload objects.
        options: see `SendOptions`.
    """
    return checked(composing.send_message(recipient, builders.images(images), options))


def send_sticker(recipient: Recipient, sticker_id: str | int, **options: Unpack[SendOptions]) -> SendMessage:
    """Sends a sticker by its id.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        sticker_id: text or whole number.
        options: see `SendOptions`.
    """
    return checked(composing.send_message(recipient, builders.sticker(sticker_id), options))


def send_like_heart(recipient: Recipient, **options: Unpack[SendOptions]) -> SendMessage:
    """Sends a heart, which Instagram alone has.

    Args:
        recipient: IGSID as text of 1 to 512 characters, or a recipient object.
        options: see `SendOptions`.
    """
    return checked(composing.send_message(recipient, builders.like_heart(), options))


def send_media_share(
    recipient: Recipient, media_id: str | int, **options: Unpack[SendOptions]
) -> SendMessage:
    """Sends a post of the business on Instagram by its id.

    Args:
        recipient: IGSID as text of 1 to 512 characters, or a recipient object.
        media_id: text of 1 to 512 characters, or a whole number.
        options: see `SendOptions`.
    """
    return checked(composing.send_message(recipient, builders.media_share(media_id), options))


def send_sender_action(recipient: Recipient, action: str, **options: Unpack[ActionOptions]) -> SenderAction:
    """Shows `mark_seen`, `typing_on` or `typing_off`.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        action: text, as Meta spells it.
        options: see `ActionOptions`.
    """
    return checked(composing.sender_action(recipient, action, options))


def mark_seen(recipient: Recipient, **options: Unpack[ActionOptions]) -> SenderAction:
    """Marks the person's last message as seen.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        options: see `ActionOptions`.
    """
    return checked(composing.sender_action(recipient, "mark_seen", options))


def typing_on(recipient: Recipient, **options: Unpack[ActionOptions]) -> SenderAction:
    """Shows that the Page is typing, for at most 20 seconds or until the next message.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        options: see `ActionOptions`.
    """
    return checked(composing.sender_action(recipient, "typing_on", options))


def typing_off(recipient: Recipient, **options: Unpack[ActionOptions]) -> SenderAction:
    """Stops showing that the Page is typing.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        options: see `ActionOptions`.
    """
    return checked(composing.sender_action(recipient, "typing_off", options))


def react(
    recipient: Recipient, message_id: str, reaction: str, **options: Unpack[ActionOptions]
) -> SenderAction:
    """Puts `reaction` (`love`, or an emoji) on the message with this id.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        message_id: text of 1 to 512 characters, the `mid` of a message.
        reaction: text: `love`, `smile`, or an emoji.
        options: see `ActionOptions`.
    """
    payload: dict[str, object] = {"message_id": message_id, "reaction": reaction}
    return checked(composing.sender_action(recipient, "react", options, payload))


def unreact(recipient: Recipient, message_id: str, **options: Unpack[ActionOptions]) -> SenderAction:
    """Takes the Page's reaction off the message with this id.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        message_id: text of 1 to 512 characters, the `mid` of a message.
        options: see `ActionOptions`.
    """
    payload: dict[str, object] = {"message_id": message_id}
    return checked(composing.sender_action(recipient, "unreact", options, payload))


def send_batch(
    parts: Sequence[BatchItem | Mapping[str, object]],
    *,
    include_headers: bool | None = None,
    access_token: str | Secret | None = None,
) -> SendBatch:
    """Makes the calls of `parts`, 1 to 10 000 commands of `producer.batch` and raw parts, in order.

    Gives a list with `code`, `headers` and the parsed `body` of each part; a failed part is a value in it.

    Args:
        parts: 1 to 10 000 commands of `producer.batch` and raw parts as objects.
        include_headers: false leaves the headers of the parts out; true when absent.
        access_token: another token, as text or `producer.secret("name")`.
    """
    if not isinstance(parts, Iterable) or isinstance(parts, str | bytes | Mapping):
        raise InvalidCommandError("parts", f"must be a list of commands{given(parts)}")
    items = [_item(part, index) for index, part in enumerate(parts)]
    return checked(SendBatch(parts=items, include_headers=include_headers, access_token=access_token))


def _item(part: object, index: int) -> BatchItem:
    if isinstance(part, Mapping):
        return RawPart(part=builders.plain_object(part, f"parts[{index}]"))
    if isinstance(part, BatchItem):
        return part
    raise InvalidCommandError(f"parts[{index}]", NO_PART + given(part))
