"""From a command to what Redis accepts: checked for the queue, its bytes stored beside it, once for each key."""

import hashlib
import re
from collections.abc import Iterator
from typing import Final, Protocol

import msgspec

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
from producer.commands.retirement import check_not_retired
from producer.errors import (
    InvalidCommandError,
    QueueFullError,
    QueueUnavailableError,
    SettingsError,
    given,
)
from producer.queue.agreement import Agreement
from producer.queue.batching import Share, shares_of
from producer.queue.envelope import Delivery, arguments_of
from producer.queue.plain import PlainTexts
from producer.queue.rounds import ROUND_MAX, broken_off, put_whole, rest_under, rounds_of
from producer.queue.routing import route
from producer.store.ids import new_id
from producer.store.queue import Arguments, Queue
from producer.versions import NEWEST, Version

ROUND: Final = 500
DAY_MS: Final = 24 * 3600 * 1000
KEPT_DAYS_MAX: Final = 30
KINDS: Final = frozenset(TYPES.values())
NO_COMMAND: Final = 'must be a command of producer.batch, such as batch.send_text(psid, "Hello!")'
VERSION_DEFAULT: Final = (int(NEWEST.partition(".")[0]), int(NEWEST.partition(".")[2]))
_VERSION: Final = re.compile(r"v?(\d{1,3})\.(\d{1,3})")


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for all commands of a producer: the Graph version of its workers, and how long keys are kept."""

    version: Version = VERSION_DEFAULT
    allow_retired: bool = False
    keep_ms: int = DAY_MS
    agreement: Agreement = msgspec.field(default_factory=Agreement)


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


class Bytes(Protocol):
    """Takes the bytes of commands before these are put."""

    def put_bytes(self, command_id: str, content: bytes) -> None:
        """Stores the bytes of one command."""


class Aside(msgspec.Struct, frozen=True):
    """Keeps bytes until somebody stores them."""

    kept: list[tuple[str, bytes]] = []

    def put_bytes(self, command_id: str, content: bytes) -> None:
        """Keeps the bytes of one command."""
        self.kept.append((command_id, content))


class Prepared(msgspec.Struct, frozen=True):
    """One command as Redis is to accept it: its ticket, its envelopes and bytes, and what its key stands for.

    `key` is None for a command without one; else it is `<page>:<key>`, and `digest` that of the command.
    """

    ticket: str
    arguments: list[Arguments]
    content: list[tuple[str, bytes]]
    key: str | None = None
    digest: str = ""


def prepare(command: Command, delivery: Delivery, terms: Terms) -> Prepared:
    """Returns a checked command as Redis is to accept it; raises `InvalidCommandError`."""
    admit(command, terms)
    aside = Aside()
    ticket, shares = _shares(command)
    arguments = [stored(aside, each.id, each.command, delivery) for each in shares]
    if delivery.idempotency_key is None:
        return Prepared(ticket, arguments, aside.kept)
    key = f"{delivery.page}:{delivery.idempotency_key}"
    return Prepared(ticket, arguments, aside.kept, key, _digest(command))


def enqueue(queue: Queue, command: Command, delivery: Delivery, terms: Terms) -> str:
    """Puts one checked command on the queue and returns the id of its ticket; the first one's, under a known key."""
    return accept(queue, prepare(command, delivery, terms), terms)


def accept(queue: Queue, ready: Prepared, terms: Terms) -> str:
    """Puts what was prepared on the queue and returns the id of its ticket; the first one's, under a known key."""
    for command_id, content in ready.content:
        queue.put_bytes(command_id, content)
    if ready.key is None:
        put_whole(queue, ready.arguments)
        return ready.ticket
    first: str | None = None
    try:
        first = queue.put_once(
            ready.arguments[:ROUND_MAX],
            key=ready.key,
            digest=ready.digest,
            ticket=ready.ticket,
            keep_ms=terms.keep_ms,
            and_more=max(0, len(ready.arguments) - ROUND_MAX),
        )
    finally:
        if first != ready.ticket:
            for command_id, _ in ready.content:
                queue.drop_bytes(command_id)
    _put_rest(queue, ready, first)
    return first


def _put_rest(queue: Queue, ready: Prepared, first: str) -> None:
    """Puts what a batch under a key has beyond its first round; what an earlier call has put already is left alone."""
    for part, after in rounds_of(rest_under(ready.arguments, ready.ticket, first)):
        try:
            queue.put(part, and_more=after)
        except (QueueFullError, QueueUnavailableError) as error:
            said = broken_off(error, len(ready.arguments), after + len(part))
            raise type(error)(said) from error


def _digest(command: Command) -> str:
    """Returns what tells one command from another, its bytes included."""
    content = b""
    if isinstance(command, SendMessage | UploadAttachment):
        command, content = detached(command)
    hashed = hashlib.sha256(msgspec.json.encode(command, order="deterministic"))
    hashed.update(b"\n" + content)
    return hashed.hexdigest()


def stored(queue: Bytes, command_id: str, command: Command, delivery: Delivery) -> Arguments:
    """Returns the command as it is accepted; its bytes are with `queue` already."""
    if not isinstance(command, SendMessage | UploadAttachment) or command.filedata is None:
        return arguments_of(command_id, command, route(command), delivery)
    where = route(command)
    bare, content = detached(command)
    arguments = arguments_of(command_id, bare, where, delivery)
    queue.put_bytes(command_id, content)
    return arguments


class Round(msgspec.Struct, frozen=True):
    """The next commands of a bulk as they are accepted, what stopped them, and whether these are all."""

    arguments: list[Arguments]
    commands: int
    problem: Exception | None
    ended: bool


def next_round(queue: Bytes, source: Iterator[Command], delivery: Delivery, terms: Terms) -> Round:
    """Returns the next commands of a bulk, some hundreds at most."""
    arguments: list[Arguments] = []
    commands = 0
    plain = PlainTexts(delivery)
    while len(arguments) < ROUND:
        try:
            command = next(source)
            command_id = new_id()
            made = plain.arguments_of(command_id, command)
            if made is not None:
                arguments.append(made)
                commands += 1
                continue
            _check_kind(command)
            check(command)
            admit(command, terms)
            if isinstance(command, SendBatch):
                shares = _shares(command)[1]
                arguments += [stored(queue, each.id, each.command, delivery) for each in shares]
            else:
                arguments.append(stored(queue, command_id, command, delivery))
        except StopIteration:
            return Round(arguments, commands, None, ended=True)
        except Exception as error:  # noqa: BLE001 (the caller's iterator may raise anything: what came before it counts)
            return Round(arguments, commands, error, ended=True)
        commands += 1
    return Round(arguments, commands, None, ended=False)


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
