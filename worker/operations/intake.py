"""Puts a file of commands on the queue, and knows at every moment exactly how far it came.

The id of each line's command follows from the run and the line's number, so that going on with the same run after a
lost connection never queues a line twice: the queue leaves alone what it knows already.
"""

import re
from collections.abc import Callable, Iterator
from typing import IO, Final

import msgspec

from producer.errors import IdempotencyError, InvalidCommandError, OutboundError
from producer.queue.accepting import Terms, enveloped, prepare
from producer.queue.envelope import Delivery
from producer.queue.rounds import rounds_of
from producer.store.ids import new_id
from producer.store.intake import Arguments, Prepared
from producer.store.queue import Queue
from worker.operations.lines import QueuedLine, as_bad_line, parse_line

ROUND: Final = 500
LINE_BYTES_MAX: Final = 16 * 1024 * 1024
# What Meta retired is refused by Graph, not here: whoever writes a file may know better than this package.
TERMS: Final = Terms(allow_retired=True)
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
        source: lines of JSON (`worker.operations.lines`); empty ones count as lines and are skipped.
        queue: takes them, some hundreds in each round trip.
        defaults: the Page and priority of lines that name none.
        progress: the run; its ids depend on it.
        on_bad: is told of each bad line, and the run goes on; without it the run stops there.
        on_progress: is called after each round trip.

    Raises:
        LineRefusedError: a line is bad (its key stands for another command, too), and there is no `on_bad`.
        QueueFullError: the lines from `progress.next_line` on are not on the queue.
        QueueUnavailableError: whether the next few hundred are is unknown; going on with the same run is safe.
    """
    rounds = _Rounds(queue, progress, on_progress)
    number = progress.next_line - 1
    for number, line in _numbered(source, progress):
        try:
            rounds.take(number, _prepared(line, number, defaults, progress.run))
        except (InvalidCommandError, IdempotencyError) as error:
            bad = BadLine(number, str(error))
            if on_bad is None:
                rounds.put(number - 1)
                raise LineRefusedError(bad) from None
            progress.bad += 1
            on_bad(bad)
        if rounds.is_full:
            rounds.put(number)
    rounds.put(number)


class _Rounds:
    """Gathers commands, puts some hundreds of them at a time on the queue, and notes how far that came."""

    def __init__(
        self, queue: Queue, progress: Progress, on_progress: Callable[[Progress], None] | None
    ) -> None:
        self._queue = queue
        self._progress = progress
        self._told = on_progress
        self._waiting: list[Arguments] = []

    @property
    def is_full(self) -> bool:
        return len(self._waiting) >= ROUND

    def take(self, number: int, ready: Prepared | None) -> None:
        """Takes what a line holds; what has a key or bytes goes alone, behind all that came before it."""
        if ready is None:
            return
        if ready.once is None and not ready.content:
            self._waiting += ready.arguments
            return
        self.put(number - 1)
        self._queue.take(self._queue.intake.accept(ready, TERMS.keep_ms))
        self._progress.commands += len(ready.arguments)

    def put(self, through: int) -> None:
        """Puts all that waits on the queue; every line through this one is done then."""
        if self._waiting:
            # a round that was accepted stays: going on with the same run leaves alone what is known
            for part, after in rounds_of(self._waiting):
                self._queue.put(part, and_more=after)
            self._progress.commands += len(self._waiting)
            self._waiting.clear()
        self._progress.next_line = through + 1
        if self._told is not None:
            self._told(self._progress)


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


def _prepared(line: bytes, number: int, defaults: Delivery, run: str) -> Prepared | None:
    if not line.strip():
        return None
    if len(line) > LINE_BYTES_MAX:
        raise InvalidCommandError("", f"the line has more than {LINE_BYTES_MAX:,} bytes")
    return prepared(parse_line(line, defaults), f"{run}{number:0{LINE_DIGITS}x}")


def prepared(line: QueuedLine, command_id: str) -> Prepared:
    """Returns what the queue takes for one line: a command under this id, or the parts of an explicit batch.

    A command with an idempotency key has an id of its own, for its key tells it from others.

    Raises:
        InvalidCommandError: the command is too large, or is none that can be queued.
    """
    command, delivery = line.command, line.delivery
    with as_bad_line():
        if delivery.idempotency_key is not None:
            return prepare(command, delivery, TERMS)
        return Prepared(*enveloped(command, command_id, delivery))
