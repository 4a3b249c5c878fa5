"""The queue's writing side, in steps: commands are accepted in Redis, all of a call or none, once each."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext, suppress
from functools import cache
from typing import Final, TypeAlias, cast

import msgspec
import redis

from producer.errors import IdempotencyError, QueueFullError, QueueUnavailableError
from producer.store.keys import Keys
from producer.store.refusals import refused
from producer.store.scripting import Script
from producer.store.steps import Answered, Call, Receive, Run, Send, Sent, Steps, Value
from producer.tracing.traces import Enqueuing, enqueuing

PAGE_QUEUE_MAX: Final = 5_000_000
# A script touches at most so many entries, so that Redis answers others meanwhile.
ROUND_MAX: Final = 1_000
# The bytes of a command lie alone for this long until the command is put.
BYTES_ALONE_MS: Final = 15 * 60 * 1000
# What the scripts answer instead of a count.
PAGE_FULL, REPEATED, DIFFERENT, BYTES_GONE, PARTS_GONE = -1, -2, -3, -4, -5

Arguments: TypeAlias = Sequence[str | bytes]


@cache
def _script(name: str) -> Script:
    return Script(name)


class Once(msgspec.Struct, frozen=True):
    """What an idempotency key stands for: `key` is `<page>:<key>`, and `digest` that of the commands, hexadecimal."""

    key: str
    digest: str


class Prepared(msgspec.Struct, frozen=True):
    """What one call asks for, as Redis is to accept it: its ticket, its envelopes, and the bytes beside them.

    `given` is what the caller gave, for who keeps that instead.
    """

    ticket: str
    arguments: list[Arguments]
    content: list[tuple[str, bytes]]
    given: object = None
    once: Once | None = None


class Putting:
    """Commands on their way to the server, which accepts all or none of them."""

    def __init__(self, sent: Sent, span: Enqueuing | None, page_queue_max: int) -> None:
        self._sent = sent
        self._span = span
        self._page_queue_max = page_queue_max

    @property
    def is_answered(self) -> bool:
        """Tells whether `finish` waits for nothing."""
        return self._sent.is_answered

    def finish(self) -> Steps[int]:
        """Comes to how many of the commands were new, once the server has accepted them; raises as `Intake.put`."""
        span, self._span = self._span, None
        with span or nullcontext():
            try:
                answer = yield Receive(self._sent)
            except redis.RedisError as error:
                raise refused(error) from error
            return cast("int", granted(answer, self._page_queue_max)[0])

    def abandon(self) -> None:
        """Leaves the answer unread, where it was not read: the commands may be accepted or not."""
        self._sent.abandon()
        if self._span is not None:
            self._span.end(failed=True)
            self._span = None


class Intake:
    """Accepts commands; every step is safe to repeat.

    Raises `QueueFullError` when Redis is at its `maxmemory`, or a Page's queue is full: nothing was accepted; and
    `QueueUnavailableError` when Redis was not reached: the same ids may be put again.
    """

    def __init__(self, keys: Keys, page_queue_max: int = PAGE_QUEUE_MAX) -> None:
        self.keys = keys
        self.page_queue_max = page_queue_max

    def accept(self, ready: Prepared, keep_ms: int) -> Steps[str]:
        """Accepts what was prepared, all or none, and comes to its ticket's id; the first one's, under a known key.

        Args:
            ready: what is asked for.
            keep_ms: for how long its key is kept.

        Raises:
            IdempotencyError: the key stands for something else.
        """
        for command_id, content in ready.content:
            yield from self._put_bytes(command_id, content)
        if len(ready.arguments) > ROUND_MAX:
            return (yield from self._accept_staged(ready, keep_ms))
        if ready.once is None:
            yield from self.put(ready.arguments)
            return ready.ticket
        return (yield from self._accept_once(ready, ready.once, keep_ms))

    def put(self, commands: Iterable[Arguments], *, and_more: int = 0) -> Steps[int]:
        """Accepts commands, all or none, and comes to how many were new; ids that are known already change nothing.

        At most 1,000 at a time; `and_more` must fit into the Page's queue after them.
        """
        first = ("", self.page_queue_max - and_more)
        return cast("int", (yield from self._run("enqueue", first, commands))[0])

    def begin(self, ready: Prepared) -> Steps[Putting]:
        """Sends commands on their way; they are accepted once `Putting.finish` is done."""
        for command_id, content in ready.content:
            yield from self._put_bytes(command_id, content)
        if len(ready.arguments) > ROUND_MAX:  # a batch that is more than one script takes
            yield from self._accept_staged(ready, 0)
            return Putting(Answered([len(ready.arguments)]), None, self.page_queue_max)
        span = enqueuing()
        arguments = together(("", self.page_queue_max), ready.arguments, span)
        sent = yield Send(Run(_script("enqueue"), self.keys.prefix, tuple(arguments)))
        return Putting(sent, span, self.page_queue_max)

    def _put_bytes(self, command_id: str, content: bytes) -> Steps[None]:
        """Stores the bytes of a command before it is put; without it they are gone after some minutes."""
        try:
            yield Call(("SET", self.keys.blob(command_id), content, "PX", BYTES_ALONE_MS, "NX"))
        except redis.RedisError as error:
            raise refused(error) from error

    def _accept_once(self, ready: Prepared, once: Once, keep_ms: int) -> Steps[str]:
        first = ("", self.page_queue_max, once.key, once.digest, ready.ticket, keep_ms)
        ids = [command_id for command_id, _ in ready.content]
        try:
            answer = yield from self._run("enqueue_once", first, ready.arguments)
            ticket = first_of(answer, ready.ticket)
        except (IdempotencyError, QueueFullError):
            yield from self._forget(map(self.keys.blob, ids))
            raise  # when Redis was not reached it may have accepted them: then the bytes of what it did not expire
        if ticket != ready.ticket:
            yield from self._forget(map(self.keys.blob, ids))
        return ticket

    def _accept_staged(self, ready: Prepared, keep_ms: int) -> Steps[str]:
        """Accepts more than one script may touch: put aside in rounds, then accepted in one step."""
        name, total = ready.ticket, len(ready.arguments)
        once = ready.once or Once("", "")
        accepting = (
            "accept",
            "",
            name,
            total,
            self.page_queue_max,
            once.key,
            once.digest,
            ready.ticket,
            keep_ms,
        )
        try:
            for start in range(0, total, ROUND_MAX):
                part = ready.arguments[start : start + ROUND_MAX]
                yield from self._run("enqueue_whole", ("stage", "", name, start), part)
            answer = yield from self._run("enqueue_whole", accepting, ())
            ticket = first_of(answer, ready.ticket)
        except (IdempotencyError, QueueFullError):
            yield from self._forget((self.keys.staged(name),))
            raise
        if answer[0] == REPEATED:
            yield from self._forget((self.keys.staged(name),))
            return ticket
        with suppress(QueueFullError, QueueUnavailableError):  # it is accepted: what is left the timer enters
            while cast("int", answer[1]) > 0:
                answer = yield from self._run("enqueue_whole", ("enter", "", name), ())
        return ticket

    def _forget(self, keys: Iterable[str]) -> Steps[None]:
        named = tuple(keys)
        with suppress(redis.RedisError):
            if named:
                yield Call(("UNLINK", *named))

    def _run(
        self, script: str, first: Sequence[Value], commands: Iterable[Arguments]
    ) -> Steps[list[int | bytes]]:
        span = enqueuing()
        with span or nullcontext():
            arguments = together(first, commands, span)
            try:
                answer = yield Run(_script(script), self.keys.prefix, tuple(arguments))
            except redis.RedisError as error:
                raise refused(error) from error
            return granted(answer, self.page_queue_max)


def together(
    first: Iterable[str | bytes | int], commands: Iterable[Arguments], span: Enqueuing | None
) -> list[str | bytes | int]:
    """Returns the arguments of a script of enqueueing: what comes first, then each command, with its trace if any."""
    arguments = list(first)
    if span is not None:
        commands = map(span.marked, commands)
    for each in commands:
        arguments += each
    return arguments


def granted(answer: list[int | bytes], page_queue_max: int) -> list[int | bytes]:
    """Returns what a script of enqueueing answered, unless it accepted nothing.

    Raises:
        QueueFullError: a Page's queue is full.
        QueueUnavailableError: the bytes of an upload are gone.
    """
    if answer[0] == PAGE_FULL:
        page = cast("bytes", answer[1]).decode()
        raise QueueFullError(
            f"{cast('int', answer[2]):,} commands wait for Page {page}, at most {page_queue_max:,} may: "
            "nothing was accepted; let the workers drain it, then send the command again"
        )
    if answer[0] == BYTES_GONE:
        raise QueueUnavailableError(
            "Redis no longer has the bytes of the upload: nothing was accepted; "
            "send the command again, or use a URL"
        )
    if answer[0] == PARTS_GONE:
        raise QueueUnavailableError(
            "Redis no longer has all parts of the batch: nothing was accepted; send it again"
        )
    return answer


def first_of(answer: list[int | bytes], ticket: str) -> str:
    """Returns the ticket that a key stands for: `ticket` when the key is new; raises `IdempotencyError`."""
    if answer[0] not in {REPEATED, DIFFERENT}:
        return ticket
    first = cast("bytes", answer[1]).decode()
    if answer[0] == DIFFERENT:
        raise IdempotencyError(
            f"idempotency_key: stands for another command already, whose ticket is {first}; "
            "use a key of its own for each command"
        )
    return first
