"""Every command is checked once, before it is queued or called: forms, bounds, and that no secret travels."""

from collections.abc import Mapping
from typing import Final

from producer import limits
from producer.commands.files import check_file
from producer.commands.forms import check_forms, is_blank
from producer.commands.handover_checks import check_control_in_send
from producer.commands.recipients import check_id, check_recipient
from producer.commands.send import SenderAction, SendMessage, SendRawBody
from producer.commands.shapes import check_shape, join, near_miss, refuse_near_miss
from producer.errors import InvalidCommandError
from producer.messages.message import Message

MESSAGING_TYPES: Final = ("UPDATE", "RESPONSE", "MESSAGE_TAG", "UTILITY")
NOTIFICATION_TYPES: Final = ("REGULAR", "SILENT_PUSH", "NO_PUSH")
TAGS: Final = ("HUMAN_AGENT",)
SENDER_ACTIONS: Final = ("mark_seen", "typing_on", "typing_off", "react", "unreact")

_SEND_OPTIONS: Final = (
    "recipient",
    "message",
    "messaging_type",
    "tag",
    "quick_replies",
    "persona_id",
    "notification_type",
    "metadata",
    "reply_to",
    "thread_control",
    "access_token",
    "filename",
)
_ACTION_OPTIONS: Final = ("recipient", "sender_action", "persona_id", "payload", "access_token")
# What makes a message say something; an unknown member may be a kind that Meta added.
_SIDE_MEMBERS: Final = frozenset({"quick_replies", "metadata"})


def check_send_message(command: SendMessage, path: str) -> None:
    """Raises unless recipient, message and options keep to Meta's bounds."""
    recipient = command.recipient
    if (
        type(recipient) is not str
        or not 0 < len(recipient) <= limits.ID_CHARACTERS_MAX
        or not (recipient.isascii() and recipient.isdigit())
    ):
        check_recipient(recipient, join(path, "recipient"))
    message = command.message
    text = message.get("text") if type(message) is dict and len(message) == 1 else None
    if type(text) is not str or not 0 < len(text) <= limits.TEXT_CHARACTERS_MAX or is_blank(text):
        check_message(message, join(path, "message"), has_file=command.filedata is not None)
    if command.messaging_type is not None:
        _check_word(command.messaging_type, MESSAGING_TYPES, join(path, "messaging_type"))
    _check_tag(command, join(path, "tag"))
    if command.persona_id is not None:
        check_id(command.persona_id, join(path, "persona_id"))
    if command.notification_type is not None:
        _check_word(command.notification_type, NOTIFICATION_TYPES, join(path, "notification_type"))
    if command.reply_to is not None:
        _check_reply_to(command.reply_to, join(path, "reply_to"))
    if command.filedata is not None:
        check_file(command.filedata, join(path, "filedata"))
    if command.extra:
        refuse_near_miss(command.extra, _SEND_OPTIONS, path)
        check_control_in_send(command.extra.get("thread_control"), join(path, "thread_control"))


def _check_tag(command: SendMessage, path: str) -> None:
    if command.tag is not None:
        _check_word(command.tag, TAGS, path)
    elif command.messaging_type == "MESSAGE_TAG":
        raise InvalidCommandError(path, f"is missing: MESSAGE_TAG goes with one, such as {TAGS[0]}")


def check_sender_action(command: SenderAction, path: str) -> None:
    """Raises unless the action has a recipient and a name."""
    check_recipient(command.recipient, join(path, "recipient"))
    _check_word(command.sender_action, SENDER_ACTIONS, join(path, "sender_action"))
    if command.persona_id is not None:
        check_id(command.persona_id, join(path, "persona_id"))
    if command.payload is not None and not isinstance(command.payload, dict):
        raise InvalidCommandError(join(path, "payload"), "must be an object")
    if command.extra:
        refuse_near_miss(command.extra, _ACTION_OPTIONS, path)


def check_send_raw_body(command: SendRawBody, path: str) -> None:
    """Raises unless the body is an object."""
    if not isinstance(command.body, dict) or not command.body:
        raise InvalidCommandError(join(path, "body"), "must be an object that is not empty")


def check_message(message: object, path: str, *, has_file: bool = False) -> None:
    """Raises unless `message` keeps to the bounds of the Send API and says something."""
    check_shape(Message, message, path)
    if not isinstance(message, Mapping):
        return
    if _SIDE_MEMBERS.issuperset(name for name, value in message.items() if value is not None):
        raise InvalidCommandError(
            path, "says nothing: give it a text, an attachment, a sticker or a template"
        )
    check_forms(message, path)
    attachment = message.get("attachment")
    if isinstance(attachment, Mapping) and not has_file:
        _check_media(attachment, join(path, "attachment"))
    attachments = message.get("attachments")
    if isinstance(attachments, list):
        for index, item in enumerate(attachments):
            _check_media(item, f"{join(path, 'attachments')}[{index}]")


def _check_media(attachment: object, path: str) -> None:
    if not isinstance(attachment, Mapping) or attachment.get("type") not in (
        "audio",
        "image",
        "video",
        "file",
    ):
        return
    payload = attachment.get("payload")
    if isinstance(payload, Mapping) and not payload:
        raise InvalidCommandError(join(path, "payload"), "must hold a url or an attachment_id")


def _check_word(value: object, known: tuple[str, ...], path: str) -> None:
    check_id(value, path)
    if isinstance(value, str) and value not in known:
        meant = near_miss(value, known)
        if meant is not None:
            raise InvalidCommandError(path, f"is no known value; did you mean {meant}?")


def _check_reply_to(reply_to: object, path: str) -> None:
    if not isinstance(reply_to, Mapping):
        raise InvalidCommandError(path, "must be an object with the mid of a message")
    refuse_near_miss(reply_to, ("mid",), path)
    if "mid" not in reply_to:
        raise InvalidCommandError(join(path, "mid"), "is missing")
    check_id(reply_to["mid"], join(path, "mid"))
