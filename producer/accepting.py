"""From a command to what Redis accepts: checked for the queue, its bytes stored beside it, once for each key."""

import hashlib
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from producer.batching import Share, shares_of
from producer.commands import (
    TYPES,
    Command,
    SendBatch,
    SendMessage,
    UploadAttachment,
    check,
    check_queueable,
    detached,
)
from producer.envelope import Delivery, arguments_of
from producer.errors import (
    InvalidCommandError,
    QueueFullError,
    QueueUnavailableError,
    SettingsError,
    given,
)
from producer.ids import new_id
from producer.queue import Arguments, Queue
from producer.retirement import check_not_retired
from producer.rounds import ROUND_MAX, put_whole, rounds_of
from producer.routing import route

ROUND: Final = 500
DAY_MS: Final = 24 * 3600 * 1000
KEPT_DAYS_MAX: Final = 30
KINDS: Final = frozenset(TYPES.values())
NO_COMMAND: Final = 'must be a command of producer.batch, such as batch.send_text(psid, "Hello!")'
_VERSION: Final = re.compile(r"v?(\d{1,3})\.(\d{1,3})")


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for all commands of a producer: the Graph version of its workers, and how long keys are kept."""

    version: tuple[int, int] = (4, 0)
    allow_retired: bool = False
    keep_ms: int = DAY_MS


def terms_of(graph_version: str, *, allow_retired: bool, idempotency_retention_s: float) -> Terms:
    """Returns the terms of a producer.

    Raises:
        SettingsError: names the argument and its form.
    """
    match = _VERSION.fullmatch(graph_version)
    if match is None:
        raise SettingsError("graph_version must be a version of the Graph API, such as 26.0 or v26.0")
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
    check_queueable(command)
    if not terms.allow_retired:
        check_not_retired(command, terms.version)


def enqueue(queue: Queue, command: Command, delivery: Delivery, terms: Terms) -> str:
    """Puts one checked command on the queue and returns the id of its ticket; the first one's, under a known key."""
    admit(command, terms)
    ticket, shares = _shares(command)
    if delivery.idempotency_key is None:
        put_whole(queue, [_stored(queue, each.id, each.command, delivery) for each in shares])
        return ticket
    arguments = [_stored(queue, each.id, each.command, delivery) for each in shares]
    key = f"{delivery.page}:{delivery.idempotency_key}"
    first: str | None = None
    rest = arguments[ROUND_MAX:]
    try:
        first = queue.put_once(
            arguments[:ROUND_MAX],
            key=key,
            digest=_digest(command),
            ticket=ticket,
            keep_ms=terms.keep_ms,
            and_more=len(rest),
        )
    finally:
        if first != ticket and _has_bytes(command):
            queue.drop_bytes(ticket)
    if rest and isinstance(command, SendBatch):
        _put_rest(queue, command, first, delivery)
    return first


def _put_rest(queue: Queue, command: SendBatch, ticket: str, delivery: Delivery) -> None:
    """Puts what a batch under a key has beyond its first round; what an earlier call has put already is left alone."""
    _, shares = shares_of(command, ticket.partition("x")[0])
    arguments = [_stored(queue, each.id, each.command, delivery) for each in shares[ROUND_MAX:]]
    for part, after in rounds_of(arguments):
        try:
            queue.put(part, and_more=after)
        except (QueueFullError, QueueUnavailableError) as error:
            placed = len(shares) - after - len(part)
            raise type(error)(
                f"{error}; the first {placed:,} of {len(shares):,} parts are on the queue: "
                "send it again under the same idempotency_key, and the rest follows"
            ) from error


def _has_bytes(command: Command) -> bool:
    return isinstance(command, SendMessage | UploadAttachment) and command.filedata is not None


def _digest(command: Command) -> str:
    """Returns what tells one command from another, its bytes included."""
    content = b""
    if isinstance(command, SendMessage | UploadAttachment):
        command, content = detached(command)
    hashed = hashlib.sha256(msgspec.json.encode(command, order="deterministic"))
    hashed.update(b"\n" + content)
    return hashed.hexdigest()


def _stored(queue: Queue, command_id: str, command: Command, delivery: Delivery) -> Arguments:
    """Returns the command as it is accepted; its bytes are in Redis already."""
    if not isinstance(command, SendMessage | UploadAttachment) or command.filedata is None:
        return arguments_of(command_id, command, route(command), delivery)
    where = route(command)
    bare, content = detached(command)
    arguments = arguments_of(command_id, bare, where, delivery)
    queue.put_bytes(command_id, content)
    return arguments


def next_round(
    queue: Queue, source: Iterator[Command], delivery: Delivery, terms: Terms
) -> tuple[list[Arguments], int, Exception | None, bool]:
    """Returns the next commands as they are accepted, of how many, what stopped them, and whether these are all."""
    arguments: list[Arguments] = []
    commands = 0
    while len(arguments) < ROUND:
        try:
            command = next(source)
            _check_kind(command)
            check(command)
            admit(command, terms)
            shares = _shares(command)[1]
            arguments += [_stored(queue, each.id, each.command, delivery) for each in shares]
        except StopIteration:
            return arguments, commands, None, True
        except Exception as error:  # noqa: BLE001 (the caller's iterator may raise anything: what came before it counts)
            return arguments, commands, error, True
        commands += 1
    return arguments, commands, None, False


def _check_kind(command: object) -> None:
    if type(command) not in KINDS:
        raise InvalidCommandError("", NO_COMMAND + given(command))


def _shares(command: Command) -> tuple[str, list[Share]]:
    """Returns the ticket's id and the envelopes of a command: one, or those of the parts of an explicit batch."""
    ticket = new_id()
    if isinstance(command, SendBatch):
        return shares_of(command, ticket)
    return ticket, [Share(ticket, command, (0,))]


def without_key(delivery: Delivery) -> Delivery:
    """Returns the options of a bulk; raises `InvalidCommandError` for a key, which stands for one command only."""
    if delivery.idempotency_key is not None:
        raise InvalidCommandError("idempotency_key", "stands for one command: a bulk takes none")
    return delivery
