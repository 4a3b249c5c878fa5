"""What is asked of Redis, apart from how it is asked: written once as steps, taken by a thread or by an event loop.

A function of steps is a generator: it yields what it asks, gets the answer back where it stood, and returns what the
answers mean. An error of Redis is raised where it stood, too.
"""

from collections.abc import Generator, Iterator
from itertools import islice
from typing import Any, Final, TypeAlias, TypeVar, cast

import msgspec
import redis

from producer.store.scripting import Script

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


class Signal(msgspec.Struct, frozen=True):
    """Waits up to `timeout_s` seconds for a signal on the list `key`; the answer is None when none came."""

    key: str
    timeout_s: float


class Next(msgspec.Struct, frozen=True):
    """The next `count` things of what the caller gave to be read; fewer when it ends.

    What it raises is raised once everything that it gave before was handed over.
    """

    count: int


Step: TypeAlias = Call | Together | Run | Signal | Next
Steps: TypeAlias = Generator[Step, Any, Result]

BLOCK_S_MIN: Final = 0.001


def take(steps: Steps[Result], client: "redis.Redis", source: Iterator[Any] | None = None) -> Result:
    """Takes all steps in this thread, one after the other, and returns what they come to.

    Args:
        steps: a generator that has not begun.
        client: of the server.
        source: what `Next` reads from.

    Raises:
        redis.RedisError: the server was not reached, and the steps do not say what that means.
    """
    reading = Reading(source or iter(()))
    try:
        step = next(steps)
        while True:
            try:
                answer = _answer(step, client, reading)
            except Exception as error:  # noqa: BLE001 - whatever it is, the steps may know what it means
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as done:
        return cast("Result", done.value)


class Reading:
    """Reads what a caller gave, a bounded number at a time."""

    def __init__(self, source: Iterator[Any]) -> None:
        self._source = source
        self._problem: Exception | None = None

    def some(self, count: int) -> list[Any]:
        """Returns the next things, at most `count`; raises what the source raised after the last of them."""
        problem, self._problem = self._problem, None
        if problem is not None:
            raise problem
        found: list[Any] = []
        try:
            found.extend(islice(self._source, count))
        except Exception as error:
            if not found:
                raise
            self._problem = error
        return found


def _answer(step: Step, client: "redis.Redis", reading: Reading) -> object:
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
        case Signal(key, timeout_s):
            return client.blpop([key], timeout=bounded_s(timeout_s))
        case Next(count):
            return reading.some(count)


def bounded_s(timeout_s: float) -> float:
    """Returns a time to wait as Redis takes it: whole milliseconds, at least one."""
    return max(BLOCK_S_MIN, round(timeout_s, 3))  # 0 would wait for ever
