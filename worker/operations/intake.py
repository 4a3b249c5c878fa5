"""Puts a file of commands on the queue, and knows at every moment exactly how far it came.

The id of each line's command follows from the run and the line's number, so that going on with the same run after a
lost connection never queues a line twice: the queue leaves alone what it knows already.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Final

import msgspec

from producer.commands import Command, SendBatch
from producer.errors import InvalidCommandError, OutboundError
from producer.queue.batching import shares_of
from producer.queue.envelope import Delivery, arguments_of
from producer.queue.rounds import rounds_of
from producer.queue.routing import route
from producer.store.ids import new_id
from producer.store.intake import Arguments
from producer.store.queue import Queue
from worker.operations.lines import QueuedLine, parse_line

ROUND: Final = 500
LINE_BYTES_MAX: Final = 16 * 1024 * 1024
RUN_DIGITS: Final = 13
LINE_DIGITS: Final = 7
RUN: Final = re.compile(rf"[0-9a-v]{{{RUN_DIGITS}}}")


class BadLine(msgspec.Struct, frozen=True):
    """A line that is no command, and why."""

    number: int
    problem: str


class Progress(msgspec.Struct):
    """How far a run has come: `commands` are on the queue, and so is every good line before `next_line`."""

    run: str
    next_line: int = 1
    commands: int = 0
    bad: int = 0
    bytes_read: int = 0


class LineRefusedError(OutboundError):
    """A line is no command, and the run stops before it: every line before it is on the queue."""

    def __init__(self, line: BadLine) -> None:
        self.line = line
        super().__init__(f"line {line.number}: {line.problem}")


def new_run() -> str:
    """Returns a fresh name for a run: 13 digits and letters, of which the first nine are the time."""
    return new_id()[:RUN_DIGITS]


def enqueue_lines(
    source: IO[bytes],
    queue: Queue,
    defaults: Delivery,
    progress: Progress,
    *,
    on_bad: Callable[[BadLine], None] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> None:
    """Enqueues the lines of `source` from `progress.next_line` on, and keeps `progress` true all the while.

    Args:
        source: lines of JSON (`worker.cli.lines`); empty ones count as lines and are skipped.
        queue: takes them, some hundreds in each round trip.
        defaults: the Page and priority of lines that name none.
        progress: the run; its ids depend on it.
        on_bad: is told of each bad line, and the run goes on; without it the run stops there.
        on_progress: is called after each round trip.

    Raises:
        LineRefusedError: a line is bad, and there is no `on_bad`.
        QueueFullError: the lines from `progress.next_line` on are not on the queue.
        QueueUnavailableError: whether the next few hundred are is unknown; going on with the same run is safe.
    """
    waiting: list[Arguments] = []

    def put(through: int) -> None:
        if waiting:
            # a round that was accepted stays: going on with the same run leaves alone what is known
            for part, after in rounds_of(waiting):
                queue.put(part, and_more=after)
            progress.commands += len(waiting)
            waiting.clear()
        progress.next_line = through + 1
        if on_progress is not None:
            on_progress(progress)

    number = progress.next_line - 1
    for number, line in _numbered(source, progress):
        try:
            waiting += _accepted(line, number, defaults, progress.run)
        except InvalidCommandError as error:
            bad = BadLine(number, str(error))
            if on_bad is None:
                put(number - 1)
                raise LineRefusedError(bad) from None
            progress.bad += 1
            on_bad(bad)
        if len(waiting) >= ROUND:
            put(number)
    put(number)


def _numbered(source: IO[bytes], progress: Progress) -> Iterator[tuple[int, bytes]]:
    first = progress.next_line
    for number, line in enumerate(_bounded(source), start=1):
        progress.bytes_read += len(line)
        if number >= first:
            yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line


def _bounded(source: IO[bytes]) -> Iterator[bytes]:
    while line := source.readline(LINE_BYTES_MAX + 1):
        yield line
        while len(line) > LINE_BYTES_MAX and not line.endswith(b"\n"):
            line = source.readline(LINE_BYTES_MAX)
            if not line:
                return


def _accepted(line: bytes, number: int, defaults: Delivery, run: str) -> Iterable[Arguments]:
    if not line.strip():
        return []
    if len(line) > LINE_BYTES_MAX:
        raise InvalidCommandError("", f"the line has more than {LINE_BYTES_MAX:,} bytes")
    parsed = parse_line(line, defaults)
    return arguments_for(parsed, f"{run}{number:0{LINE_DIGITS}x}")[1]


def arguments_for(line: QueuedLine, command_id: str) -> tuple[str, list[Arguments]]:
    """Returns the ticket's id and what the queue takes for one line: a command, or the parts of an explicit batch."""
    command, delivery = line.command, line.delivery
    ticket_id = command_id
    pairs: list[tuple[str, Command]] = [(command_id, command)]
    if isinstance(command, SendBatch):
        ticket_id, shares = shares_of(command, command_id)
        pairs = [(share.id, share.command) for share in shares]
    return ticket_id, [arguments_of(share_id, each, route(each), delivery) for share_id, each in pairs]
