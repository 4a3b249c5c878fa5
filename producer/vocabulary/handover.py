"""The handover protocol: which app speaks in a conversation."""

from typing import Final, Unpack, cast

from producer.commands.handover import (
    GetSecondaryReceivers,
    GetThreadOwner,
    PassThreadControl,
    RequestThreadControl,
    TakeThreadControl,
)
from producer.commands.recipients import bare
from producer.commands.send import Recipient, StoredRecipient
from producer.vocabulary.checking import checked
from producer.vocabulary.options import CallOptions

# The Page Inbox is an app of Meta's own, the same for every Page.
PAGE_INBOX_APP_ID: Final = 263902037430900


def pass_thread_control(
    recipient: Recipient,
    target_app_id: str | int,
    metadata: str | None = None,
    **options: Unpack[CallOptions],
) -> PassThreadControl:
    """Passes a conversation to the app `target_app_id`.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        target_app_id: text of 1 to 512 characters, or a whole number.
        metadata: text of at most 1000 characters.
        options: `access_token` as text or `producer.secret("name")`.
    """
    command = PassThreadControl(
        recipient=_stored(recipient), target_app_id=target_app_id, metadata=metadata, **options
    )
    return checked(command)


def pass_thread_control_to_page_inbox(
    recipient: Recipient, metadata: str | None = None, **options: Unpack[CallOptions]
) -> PassThreadControl:
    """Passes a conversation to the people at the Page's Inbox.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        metadata: text of at most 1000 characters.
        options: `access_token` as text or `producer.secret("name")`.
    """
    command = PassThreadControl(
        recipient=_stored(recipient), target_app_id=PAGE_INBOX_APP_ID, metadata=metadata, **options
    )
    return checked(command)


def take_thread_control(
    recipient: Recipient, metadata: str | None = None, **options: Unpack[CallOptions]
) -> TakeThreadControl:
    """Takes a conversation back from a secondary receiver.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        metadata: text of at most 1000 characters.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(TakeThreadControl(recipient=_stored(recipient), metadata=metadata, **options))


def request_thread_control(
    recipient: Recipient, metadata: str | None = None, **options: Unpack[CallOptions]
) -> RequestThreadControl:
    """Asks the primary receiver for a conversation.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        metadata: text of at most 1000 characters.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(RequestThreadControl(recipient=_stored(recipient), metadata=metadata, **options))


def get_thread_owner(user_id: str, **options: Unpack[CallOptions]) -> GetThreadOwner:
    """Reads which app owns the conversation with a person; None when none does.

    Args:
        user_id: PSID as text of 1 to 512 characters.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(GetThreadOwner(user_id=user_id, **options))


def get_secondary_receivers(**options: Unpack[CallOptions]) -> GetSecondaryReceivers:
    """Reads the apps that are secondary receivers of the Page.

    Args:
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(GetSecondaryReceivers(**options))


def _stored(recipient: object) -> StoredRecipient:
    return cast("StoredRecipient", bare(recipient))
