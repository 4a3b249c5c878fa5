"""Commands of the handover protocol."""

from producer.commands.command import CommandOf
from producer.commands.fields import Id, IdText, ThreadMetadata
from producer.commands.results import Receiver, Success, ThreadOwner
from producer.commands.send import StoredRecipient


class PassThreadControl(
    CommandOf[Success],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="pass_thread_control",
    forbid_unknown_fields=True,
):
    """Passes a conversation to another app."""

    recipient: StoredRecipient
    target_app_id: Id
    metadata: ThreadMetadata | None = None


class TakeThreadControl(
    CommandOf[Success],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="take_thread_control",
    forbid_unknown_fields=True,
):
    """Takes a conversation back from a secondary receiver."""

    recipient: StoredRecipient
    metadata: ThreadMetadata | None = None


class RequestThreadControl(
    CommandOf[Success],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="request_thread_control",
    forbid_unknown_fields=True,
):
    """Asks the primary receiver for a conversation."""

    recipient: StoredRecipient
    metadata: ThreadMetadata | None = None


class GetThreadOwner(
    CommandOf[ThreadOwner | None],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_thread_owner",
    forbid_unknown_fields=True,
):
    """Reads which app owns a conversation; None when none does."""

    user_id: IdText


class GetSecondaryReceivers(
    CommandOf[list[Receiver]],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="get_secondary_receivers",
    forbid_unknown_fields=True,
):
    """Reads the apps that are secondary receivers of the Page."""
