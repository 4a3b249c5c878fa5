"""A bulk on its way: rounds of commands, each put while the next one is read and made."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import msgspec

from producer.commands import TYPES, Command, check
from producer.errors import InvalidCommandError, OutboundError, SendManyError, given
from producer.queue.accepting import Given, Terms, admit, enveloped
from producer.queue.envelope import Delivery
from producer.queue.plain import PlainTexts
from producer.store.ids import new_id
from producer.store.intake import Arguments, Intake, Prepared, Putting
from producer.store.steps import Next, Steps

ROUND: Final = 500
ROUND_BYTES_MAX: Final = 32 * 1024 * 1024
KINDS: Final = frozenset(TYPES.values())
NO_COMMAND: Final = 'must be a command of producer.batch, such as batch.send_text(psid, "Hello!")'

OnProgress = Callable[[int], object]


class Round(msgspec.Struct, frozen=True):
    """The next commands of a bulk as they are accepted, how many they are, and what stopped them."""

    ready: Prepared
    commands: int
    problem: Exception | None


def enqueue_many(
    intake: Intake, delivery: Delivery, terms: Terms, on_progress: OnProgress | None
) -> Steps[int]:
    """Puts all commands that are read on the queue, and comes to how many they were.

    Raises:
        SendManyError: says at which command it stopped, and how many before it are on the queue.
    """
    bulk = _Bulk(intake, on_progress)
    plain = PlainTexts(delivery)
    read: list[Command] = []
    problem: Exception | None = None
    try:
        while problem is None:
            read.clear()  # nobody needs what is on its way
            try:
                read = yield Next(ROUND, content_bytes, ROUND_BYTES_MAX)
            except Exception as error:  # noqa: BLE001 (the caller's iterator may raise anything: what came before counts)
                problem = error
            if not read:
                break
            for round_ in rounds_of_many(read, plain, delivery, terms):
                yield from bulk.put(round_)
                problem = round_.problem
        yield from bulk.settle()
    finally:
        bulk.abandon()
    if problem is not None:
        raise SendManyError(bulk.enqueued, bulk.enqueued, str(problem)) from problem
    return bulk.enqueued


def content_bytes(command: Any) -> int:  # noqa: ANN401 (whatever the caller's iterator gave)
    """Returns how many bytes a command carries beside itself."""
    filedata = getattr(command, "filedata", None)
    return 0 if filedata is None else len(filedata.content)


def rounds_of_many(
    commands: Iterable[Command], plain: PlainTexts, delivery: Delivery, terms: Terms
) -> Iterator[Round]:
    """Yields commands in rounds of some hundreds of envelopes; the last one may say what stopped it."""
    source = iter(commands)
    while True:
        round_ = _next_round(source, plain, delivery, terms)
        if round_.commands or round_.problem:
            yield round_
        if round_.problem or len(round_.ready.arguments) < ROUND:
            return


def _next_round(source: Iterator[Command], plain: PlainTexts, delivery: Delivery, terms: Terms) -> Round:
    arguments: list[Arguments] = []
    content: list[tuple[str, bytes]] = []
    commands: list[tuple[str, Command]] = []
    ready = Prepared("", arguments, content, Given(commands, delivery))
    try:
        for command in source:
            ticket = new_id()
            made = plain.arguments_of(ticket, command)
            if made is not None:
                arguments.append(made)
            else:
                _check(command, terms)
                ticket, envelopes, beside = enveloped(command, ticket, delivery)
                arguments += envelopes
                content += beside
            commands.append((ticket, command))
            if len(arguments) >= ROUND:
                break
    except Exception as error:  # noqa: BLE001 (whatever it is, what came before it counts)
        return Round(ready, len(commands), error)
    return Round(ready, len(commands), None)


def _check(command: Command, terms: Terms) -> None:
    if type(command) not in KINDS:
        raise InvalidCommandError("", NO_COMMAND + given(command))
    check(command)
    admit(command, terms)


class _Bulk:
    """Puts rounds; `enqueued` counts the commands that are surely on the queue."""

    def __init__(self, intake: Intake, on_progress: OnProgress | None) -> None:
        self.enqueued = 0
        self._intake = intake
        self._on_progress = on_progress
        self._posted: tuple[Putting, int] | None = None

    def put(self, round_: Round) -> Steps[None]:
        """Sends a round on its way, once the one before it is on the queue; raises `SendManyError`."""
        yield from self.settle()
        if not round_.commands:
            return
        with self._told():
            putting = yield from self._intake.begin(round_.ready)
        self._posted = putting, round_.commands
        if putting.is_answered:
            yield from self.settle()

    def settle(self) -> Steps[None]:
        """Is done once the round that is on its way is on the queue; raises `SendManyError`."""
        if self._posted is None:
            return
        (putting, commands), self._posted = self._posted, None
        with self._told():
            yield from putting.finish()
        self.enqueued += commands
        if self._on_progress is not None:
            self._on_progress(self.enqueued)

    def abandon(self) -> None:
        """Leaves the round that is on its way: it may be accepted or not."""
        if self._posted is not None:
            self._posted[0].abandon()
            self._posted = None

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OutboundError as error:
            raise SendManyError(self.enqueued, self.enqueued, str(error)) from error
