"""Commands of the Send API: a message, a sender action, a body as it is."""

from typing import TypeAlias, TypedDict

import msgspec

from producer.commands.command import CommandOf
from producer.commands.files import FileData
from producer.commands.results import SendReply


class PersonName(TypedDict):
    """The name that goes with a phone number."""

    first_name: str
    last_name: str


class RecipientObject(TypedDict, total=False):
    """Exactly one way to name a recipient; `name` goes with `phone_number` only."""

    id: str
    user_ref: str
    phone_number: str
    name: PersonName
    comment_id: str
    post_id: str
    one_time_notif_token: str
    notification_messages_token: str


# In a command a PSID is bare text, so that `{"id": psid}` and `psid` are the same command.
Recipient: TypeAlias = str | RecipientObject
StoredRecipient: TypeAlias = str | dict[str, object]


class SendMessage(
    CommandOf[SendReply],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="send_message",
    forbid_unknown_fields=True,
):
    """Sends `message` to `recipient`: the one command behind every `send_…` of a message.

    Without `messaging_type` it is `MESSAGE_TAG` when `tag` is given, else `UPDATE`. `extra` holds top-level members
    that this library does not know. `filedata` holds the bytes of an audio, image, video or file, whose attachment then
    has an empty payload.
    """

    recipient: StoredRecipient
    message: dict[str, object]
    messaging_type: str | None = None
    tag: str | None = None
    persona_id: str | None = None
    notification_type: str | None = None
    reply_to: dict[str, object] | None = None
    filedata: FileData | None = None
    extra: dict[str, object] = msgspec.field(default_factory=dict)


class SenderAction(
    CommandOf[SendReply],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="sender_action",
    forbid_unknown_fields=True,
):
    """Shows `mark_seen`, `typing_on` or `typing_off`; `react` and `unreact` name the message in `payload`."""

    recipient: StoredRecipient
    sender_action: str
    persona_id: str | None = None
    payload: dict[str, object] | None = None
    extra: dict[str, object] = msgspec.field(default_factory=dict)


class SendRawBody(
    CommandOf[SendReply],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="send_raw_body",
    forbid_unknown_fields=True,
):
    """Posts `body` to the Send API as it is; nothing inside is checked but secrets."""

    body: dict[str, object]
