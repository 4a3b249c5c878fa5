"""Which app speaks in a conversation: conversation routing, which took the place of the handover protocol.

All but the reads concern one person, and wait their turn in that person's conversation. Sources: Meta's pages
"Conversation Routing" and "Conversation Control APIs" of Messenger and Instagram.
"""

from typing import Final, Unpack, cast

from producer.commands.handover import (
    ExtendThreadControl,
    GetSecondaryReceivers,
    GetThreadOwner,
    PassThreadControl,
    ReleaseThreadControl,
    RequestThreadControl,
    TakeThreadControl,
)
from producer.commands.recipients import bare
from producer.commands.send import Recipient, StoredRecipient
from producer.vocabulary.checking import checked
from producer.vocabulary.options import CallOptions, PlatformOptions

# The Inboxes are apps of Meta's own, the same for every Page and account.
PAGE_INBOX_APP_ID: Final = 263902037430900
INSTAGRAM_INBOX_APP_ID: Final = 1217981644879628


def pass_thread_control(
    recipient: Recipient,
    target_app_id: str | int | None = None,
    metadata: str | None = None,
    **options: Unpack[CallOptions],
) -> PassThreadControl:
    """Passes a conversation to the app `target_app_id`, with conversation routing and without it.

    Only the app that has the conversation may do so, or any while it is nobody's. Without a target it goes to the
    default app, which there is with routing only.

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
    """Passes a conversation to the people at the Page's Inbox, with conversation routing and without it.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        metadata: text of at most 1000 characters.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return pass_thread_control(recipient, PAGE_INBOX_APP_ID, metadata, **options)


def pass_thread_control_to_instagram_inbox(
    recipient: Recipient, metadata: str | None = None, **options: Unpack[CallOptions]
) -> PassThreadControl:
    """Passes a conversation on Instagram to the people at the account's Inbox; needs conversation routing.

    Args:
        recipient: IGSID as text of 1 to 512 characters, or a recipient object.
        metadata: text of at most 1000 characters.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return pass_thread_control(recipient, INSTAGRAM_INBOX_APP_ID, metadata, **options)


def release_thread_control(
    recipient: Recipient, metadata: str | None = None, **options: Unpack[CallOptions]
) -> ReleaseThreadControl:
    """Gives a conversation up before its time: it is then nobody's, and the person's next message finds its app anew.

    Only the app that has the conversation may do so.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        metadata: text of at most 1000 characters.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(ReleaseThreadControl(recipient=_stored(recipient), metadata=metadata, **options))


def extend_thread_control(
    recipient: Recipient, duration: int, **options: Unpack[CallOptions]
) -> ExtendThreadControl:
    """Keeps a conversation past the 24 hours after which it is nobody's, for at most 7 days.

    Only the app that has the conversation may do so. It opens no window: whether the Page may still write to the person
    is another matter.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        duration: seconds, 1 to 604 800.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(ExtendThreadControl(recipient=_stored(recipient), duration=duration, **options))


def take_thread_control(
    recipient: Recipient, metadata: str | None = None, **options: Unpack[CallOptions]
) -> TakeThreadControl:
    """Takes a conversation from the app that has it.

    With conversation routing only where the Page's settings let this app take control; without it, only as the primary
    receiver.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        metadata: text of at most 1000 characters.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(TakeThreadControl(recipient=_stored(recipient), metadata=metadata, **options))


def request_thread_control(
    recipient: Recipient, metadata: str | None = None, **options: Unpack[CallOptions]
) -> RequestThreadControl:
    """Asks the app that has a conversation for it; only without conversation routing.

    Args:
        recipient: PSID as text of 1 to 512 characters, or a recipient object.
        metadata: text of at most 1000 characters.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(RequestThreadControl(recipient=_stored(recipient), metadata=metadata, **options))


def get_thread_owner(user_id: str, **options: Unpack[CallOptions]) -> GetThreadOwner:
    """Reads which app owns the conversation with a person; None when none does, or Meta does not say.

    Args:
        user_id: PSID as text of 1 to 512 characters.
        options: `access_token` as text or `producer.secret("name")`.
    """
    return checked(GetThreadOwner(user_id=user_id, **options))


def get_secondary_receivers(**options: Unpack[PlatformOptions]) -> GetSecondaryReceivers:
    """Reads the apps that are secondary receivers of the Page.

    Args:
        options: `access_token` as text or `producer.secret("name")`, `platform`: `instagram` or `messenger`.
    """
    return checked(GetSecondaryReceivers(**options))


def _stored(recipient: object) -> StoredRecipient:
    return cast("StoredRecipient", bare(recipient))
