"""From a command to what Redis accepts: checked for the queue, its bytes stored beside it, once for each key."""

import hashlib
import re
from typing import Final

import msgspec

from producer.commands import (
    Command,
    SendBatch,
    SendMessage,
    UploadAttachment,
    check_queueable,
    detached,
)
from producer.commands.codec import json_of
from producer.commands.forms import check_cards
from producer.commands.retirement import check_not_retired
from producer.errors import InvalidCommandError, SettingsError
from producer.queue.agreement import Agreement
from producer.queue.batching import Share, shares_of
from producer.queue.envelope import Delivery, arguments_of
from producer.queue.routing import route
from producer.store.ids import new_id
from producer.store.intake import Arguments, Intake, Once, Prepared
from producer.store.steps import Steps
from producer.versions import NEWEST, Version

DAY_MS: Final = 24 * 3600 * 1000
KEPT_DAYS_MAX: Final = 30
# That of the reference document, whose examples are all taken.
REFERENCE_VERSION: Final = (4, 0)
VERSION_DEFAULT: Final = (int(NEWEST.partition(".")[0]), int(NEWEST.partition(".")[2]))
_VERSION: Final = re.compile(r"v?(\d{1,3})\.(\d{1,3})")


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for all commands of a producer: the Graph version of its workers, and how long keys are kept."""

    version: Version = VERSION_DEFAULT
    allow_retired: bool = False
    keep_ms: int = DAY_MS
    agreement: Agreement | None = msgspec.field(default_factory=Agreement)


def terms_of(graph_version: str, *, allow_retired: bool, idempotency_retention_s: float) -> Terms:
    """Returns the terms of a producer.

    Raises:
        SettingsError: names the argument and its form.
    """
    match = _VERSION.fullmatch(graph_version)
    if match is None:
        raise SettingsError("graph_version must be a version of the Graph API, such as 27.0 or v27.0")
    keep_ms = int(idempotency_retention_s * 1000)
    if not 0 < keep_ms <= KEPT_DAYS_MAX * DAY_MS:
        raise SettingsError(
            f"idempotency_retention_s must be more than 0 and at most {KEPT_DAYS_MAX} days of seconds"
        )
    return Terms(version=(int(match[1]), int(match[2])), allow_retired=allow_retired, keep_ms=keep_ms)


def admit(command: Command, terms: Terms) -> None:
    """Raises unless `command` may lie in Redis, and Graph of the workers' version still takes it.

    Raises:
        InvalidCommandError: it carries a secret as text.
        RetiredCommandError: Meta has removed it; the message says what to use instead.
    """
    if _is_plain_text(command):  # it holds no secret, and was never removed
        return
    check_queueable(command)
    if not terms.allow_retired:
        check_not_retired(command, terms.version)
        if isinstance(command, SendMessage) and terms.version > REFERENCE_VERSION:
            check_cards(command.message, "message")


def _is_plain_text(command: Command) -> bool:
    return (
        type(command) is SendMessage
        and type(command.recipient) is str
        and command.access_token is None
        and command.tag is None
        and not command.extra
        and len(command.message) == 1
        and "text" in command.message
    )


class Given(msgspec.Struct, frozen=True):
    """What a caller gave: the commands, each with the id of its ticket, and how they are delivered."""

    commands: list[tuple[str, Command]]
    delivery: Delivery


def prepare(command: Command, delivery: Delivery, terms: Terms) -> Prepared:
    """Returns a checked command as Redis is to accept it; raises `InvalidCommandError`."""
    admit(command, terms)
    ticket, arguments, content = enveloped(command, new_id(), delivery)
    what = Given([(ticket, command)], delivery)
    if delivery.idempotency_key is None:
        return Prepared(ticket, arguments, content, what)
    once = Once(f"{delivery.page}:{delivery.idempotency_key}", digest_of(command))
    return Prepared(ticket, arguments, content, what, once)


def enqueue(intake: Intake, command: Command, delivery: Delivery, terms: Terms) -> Steps[str]:
    """Puts one checked command on the queue and comes to the id of its ticket; the first one's, under a known key."""
    ticket = yield from intake.accept(prepare(command, delivery, terms), terms.keep_ms)
    if terms.agreement is not None and terms.agreement.is_due():
        yield from terms.agreement.asked(intake.keys, terms.version)
    return ticket


Enveloped = tuple[str, list[Arguments], list[tuple[str, bytes]]]


def enveloped(command: Command, base: str, delivery: Delivery) -> Enveloped:
    """Returns the ticket's id of a command, its envelopes (those of a batch's parts), and the bytes beside them.

    Raises:
        InvalidCommandError: it is larger than an envelope may be, or links too many parts.
    """
    if isinstance(command, SendBatch):
        ticket, shares = shares_of(command, base)
        return ticket, [_envelope(each, delivery) for each in shares], []
    arguments, content = stored(base, command, delivery)
    return base, [arguments], content


def _envelope(share: Share, delivery: Delivery) -> Arguments:
    return arguments_of(share.id, share.command, route(share.command), delivery)


def stored(
    command_id: str, command: Command, delivery: Delivery
) -> tuple[list[str | bytes], list[tuple[str, bytes]]]:
    """Returns a command as it is accepted, and what lies beside it: its bytes, if it has any."""
    where = route(command)
    # the first question is the cheap one, and answers for nearly all
    if getattr(command, "filedata", None) is None or not isinstance(command, SendMessage | UploadAttachment):
        return arguments_of(command_id, command, where, delivery), []
    bare, content = detached(command)
    return arguments_of(command_id, bare, where, delivery), [(command_id, content)]


def digest_of(command: Command) -> str:
    """Returns what tells one command from another, its bytes included."""
    content = b""
    if isinstance(command, SendMessage | UploadAttachment):
        command, content = detached(command)
    hashed = hashlib.sha256(json_of(command))
    hashed.update(b"\n" + content)
    return hashed.hexdigest()


def without_key(delivery: Delivery) -> Delivery:
    """Returns the options of a bulk; raises `InvalidCommandError` for a key, which stands for one command only."""
    if delivery.idempotency_key is not None:
        raise InvalidCommandError("idempotency_key", "stands for one command: a bulk takes none")
    return delivery
