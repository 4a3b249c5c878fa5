"""What is asked of Redis, apart from how it is asked: written once as steps, taken by a thread or by an event loop.

A function of steps is a generator: it yields what it asks, gets the answer back where it stood, and returns what the
answers mean. An error of Redis is raised where it stood, too.
"""

from collections.abc import Callable, Generator, Iterator
from itertools import islice
from typing import Any, Final, Protocol, TypeAlias, TypeVar, cast

import msgspec
import redis

from producer.store.scripting import Script
from producer.store.wire import Reply, Wire

Result = TypeVar("Result")

Value: TypeAlias = str | bytes | int


class Call(msgspec.Struct, frozen=True):
    """One command of Redis, such as `Call(("GET", key))`."""

    words: tuple[Value, ...]


class Together(msgspec.Struct, frozen=True):
    """Several commands in one transaction; the answer is the list of theirs."""

    calls: tuple[Call, ...]


class Run(msgspec.Struct, frozen=True):
    """One script on the keys of a prefix."""

    script: Script
    prefix: str
    arguments: tuple[Value, ...]


class Sent(Protocol):
    """A script on its way; `is_answered` tells that nothing is waited for."""

    @property
    def is_answered(self) -> bool:
        """Tells whether its answer is there already."""
        ...

    def finish(self) -> object:
        """Returns the script's answer; raises `redis.RedisError`."""
        ...

    def abandon(self) -> None:
        """Leaves the answer unread."""
        ...


class Answered:
    """A script that has its answer, or met an error."""

    is_answered: Final = True

    def __init__(self, answer: object, error: redis.RedisError | None = None) -> None:
        self._answer = answer
        self._error = error

    def finish(self) -> object:
        """Returns the answer; raises `redis.RedisError`."""
        if self._error is not None:
            raise self._error
        return self._answer

    def abandon(self) -> None:
        """Does nothing: the answer was read."""


class Send(msgspec.Struct, frozen=True):
    """Sends a script on its way; the answer is a `Sent`, for `Receive`. An event loop waits for it at once."""

    run: Run


class Receive(msgspec.Struct, frozen=True):
    """What a script that was sent is answered."""

    sent: Sent


class Signal(msgspec.Struct, frozen=True):
    """Waits up to `timeout_s` seconds for a signal on the list `key`; the answer is None when none came."""

    key: str
    timeout_s: float


class Next(msgspec.Struct, frozen=True):
    """The next `count` things of what the caller gave to be read; fewer when it ends.

    With `bytes_of` fewer too, once what was read has `bytes_max` bytes. What the source raises is raised once
    everything that it gave before was handed over.
    """

    count: int
    bytes_of: Callable[[Any], int] | None = None
    bytes_max: int = 0


Asked: TypeAlias = Call | Together | Run | Signal
Step: TypeAlias = Asked | Send | Receive | Next
Steps: TypeAlias = Generator[Step, Any, Result]

BLOCK_S_MIN: Final = 0.001


def take(
    steps: Steps[Result],
    client: "redis.Redis",
    source: Iterator[Any] | None = None,
    *,
    wire: Wire | None = None,
) -> Result:
    """Takes all steps in this thread, one after the other, and returns what they come to.

    Args:
        steps: a generator that has not begun.
        client: of the server.
        source: what `Next` reads from.
        wire: runs the scripts; the client does without one.

    Raises:
        redis.RedisError: the server was not reached, and the steps do not say what that means.
    """
    reading = Reading(source or iter(()))
    try:
        step = next(steps)
        while True:
            try:
                # the commonest step is asked from here: what a service waits for has no frames to spare
                if wire is not None and type(step) is Run:
                    reply = wire.send(step.script.sha, 1, step.prefix, *step.arguments)
                    answer = _read(step, wire, reply)
                else:
                    answer = _answer(step, client, wire, reading)
            except Exception as error:  # noqa: BLE001 - whatever it is, the steps may know what it means
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as done:
        return cast("Result", done.value)
    finally:
        steps.close()


class Reading:
    """Reads what a caller gave, a bounded number at a time."""

    def __init__(self, source: Iterator[Any]) -> None:
        self._source = source
        self._problem: Exception | None = None

    def some(self, step: Next) -> list[Any]:
        """Returns the next things, as many as `step` says; raises what the source raised after the last of them."""
        problem, self._problem = self._problem, None
        if problem is not None:
            raise problem
        found: list[Any] = []
        try:
            if step.bytes_of is None:
                found.extend(islice(self._source, step.count))
            else:
                self._weighed(step, step.bytes_of, found)
        except Exception as error:
            if not found:
                raise
            self._problem = error
        return found

    def _weighed(self, step: Next, bytes_of: Callable[[Any], int], found: list[Any]) -> None:
        left = step.bytes_max
        for one in islice(self._source, step.count):
            found.append(one)
            left -= bytes_of(one)
            if left <= 0:
                break


def _read(step: Run, wire: Wire, reply: Reply) -> object:
    try:
        return reply.read()
    except redis.exceptions.NoScriptError:
        return wire.eval(step.script.source, 1, step.prefix, *step.arguments)


def _answer(  # noqa: PLR0911 (one for each kind of step)
    step: Step, client: "redis.Redis", wire: Wire | None, reading: Reading
) -> object:
    match step:
        case Call(words):
            return client.execute_command(*words)  # type: ignore[no-untyped-call]  # redis-py's own
        case Together(calls):
            with client.pipeline(transaction=True) as pipe:
                for each in calls:
                    pipe.execute_command(*each.words)  # type: ignore[no-untyped-call]
                return pipe.execute()
        case Run(script, prefix, arguments):
            return script.run(client, prefix, arguments)
        case Send(run):
            return run.script.send(wire or Wire(client), run.prefix, run.arguments)
        case Receive(sent):
            return sent.finish()
        case Signal(key, timeout_s):
            return client.blpop([key], timeout=bounded_s(timeout_s))
        case Next():
            return reading.some(step)


def bounded_s(timeout_s: float) -> float:
    """Returns a time to wait as Redis takes it: whole milliseconds, at least one."""
    return max(BLOCK_S_MIN, round(timeout_s, 3))  # 0 would wait for ever
