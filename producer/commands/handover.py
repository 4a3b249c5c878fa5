"""Commands that say which app speaks in a conversation: Meta's conversation routing, and the handover before it."""

from producer.commands.command import CommandOf
from producer.commands.fields import ControlSeconds, Id, IdText, ThreadMetadata
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
    """Passes a conversation to another app, or, without a target, to the default app of conversation routing."""

    recipient: StoredRecipient
    target_app_id: Id | None = None
    metadata: ThreadMetadata | None = None


class ReleaseThreadControl(
    CommandOf[Success],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="release_thread_control",
    forbid_unknown_fields=True,
):
    """Gives a conversation up, which is then nobody's."""

    recipient: StoredRecipient
    metadata: ThreadMetadata | None = None


class ExtendThreadControl(
    CommandOf[Success],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="extend_thread_control",
    forbid_unknown_fields=True,
):
    """Keeps a conversation for `duration` seconds more."""

    recipient: StoredRecipient
    duration: ControlSeconds


class TakeThreadControl(
    CommandOf[Success],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="take_thread_control",
    forbid_unknown_fields=True,
):
    """Takes a conversation from the app that has it."""

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
    """Asks the app that has a conversation for it."""

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

    platform: IdText | None = None
