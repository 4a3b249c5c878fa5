"""Takes steps in an event loop; many tasks may do so at once through one client."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import Any, Final, TypeAlias, TypeVar, cast

import redis
import redis.asyncio

from producer.errors import EventLoopError
from producer.store.scripting import Script
from producer.store.steps import (
    Answered,
    Asked,
    Call,
    Next,
    Reading,
    Receive,
    Result,
    Run,
    Send,
    Signal,
    Step,
    Steps,
    Together,
    Value,
    bounded_s,
)
from producer.store.wire import ROLE_AGAIN_S, ROLE_S

Item = TypeVar("Item")

Source: TypeAlias = Iterable[Item] | AsyncIterable[Item]

CONNECTIONS_MAX: Final = 64
BLOCKED_MAX: Final = 32
LOOK_S: Final = 0.25
OTHER_LOOP: Final = (
    "this producer has connections of another event loop: make one producer for each event loop, "
    "or end it in its own with aclose() before it is used in the next; nothing was asked of Redis"
)


class Reader:
    """Reads what a caller gave, from an iterable of either kind, a bounded number at a time."""

    def __init__(self, source: Source[Any]) -> None:
        self._later: AsyncIterator[Any] | None = None
        self._now = Reading(iter(()))
        self._problem: Exception | None = None
        if isinstance(source, AsyncIterable):
            self._later = aiter(source)
        else:
            self._now = Reading(iter(source))

    async def some(self, step: Next) -> list[Any]:
        """Returns the next things, as many as `step` says; raises what the source raised after the last of them."""
        if self._later is None:
            return self._now.some(step)
        problem, self._problem = self._problem, None
        if problem is not None:
            raise problem
        found: list[Any] = []
        left = step.bytes_max
        while len(found) < step.count and (step.bytes_of is None or left > 0):
            try:
                found.append(await anext(self._later))
                left -= 0 if step.bytes_of is None else step.bytes_of(found[-1])
            except StopAsyncIteration:
                break
            except Exception as error:
                if not found:
                    raise
                self._problem = error
                break
        return found


class Taker:
    """Takes steps on one client, through at most `CONNECTIONS_MAX` connections.

    Waiting for a signal keeps a connection busy: above `BLOCKED_MAX` at a time, others look four times a second
    instead.
    """

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self.client = client
        self._blocked = 0
        self._room = asyncio.Semaphore(CONNECTIONS_MAX)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def close(self) -> None:
        """Closes all connections; new ones may be opened in another event loop.

        Raises:
            EventLoopError: they are of another one.
        """
        self._keep_to_one_loop()
        await self.client.aclose()
        self._room = asyncio.Semaphore(CONNECTIONS_MAX)
        self._loop = None

    async def take(self, steps: Steps[Result], source: Source[Any] = ()) -> Result:
        """Takes all steps, one after the other, and returns what they come to.

        Cancelled, it takes no further step; the one under way may have happened or not.

        Raises:
            redis.RedisError: the server was not reached, and the steps do not say what that means.
        """
        reader = Reader(source)
        with contextlib.closing(steps):
            try:
                step = next(steps)
                while True:
                    try:
                        answer = await self._next(step, reader)
                    except Exception as error:  # noqa: BLE001 - whatever it is, the steps may know what it means
                        step = steps.throw(error)
                    else:
                        step = steps.send(answer)
            except StopIteration as done:
                return cast("Result", done.value)

    async def _next(self, step: Step, reader: Reader) -> object:
        if isinstance(step, Next):
            return await reader.some(step)
        if isinstance(step, Receive):
            return step.sent.finish()
        if isinstance(step, Send):
            return await self._sent(step.run)
        if not isinstance(step, Signal):
            return await self.answer(step)
        if self._blocked >= BLOCKED_MAX:
            await asyncio.sleep(min(step.timeout_s, LOOK_S))
            return None
        self._blocked += 1
        try:
            return await self.answer(step)
        finally:
            self._blocked -= 1

    async def _sent(self, run: Run) -> Answered:
        try:
            return Answered(await self.answer(run))
        except redis.RedisError as error:
            return Answered(None, error)

    async def answer(self, step: Asked) -> object:
        """Returns the server's answer to one step, once a connection is free for it.

        Raises:
            EventLoopError: the connections are of another event loop; nothing was asked.
            redis.RedisError: the server was not reached, or refused.
        """
        self._keep_to_one_loop()
        asking = asyncio.ensure_future(self._asked(step))
        try:
            return await asyncio.shield(asking)
        except asyncio.CancelledError:
            # redis-py can swallow a cancel while it connects: whoever cancels does not wait for it
            asking.cancel()
            raise
        except (redis.ConnectionError, redis.TimeoutError):
            self._loop = None  # what failed is closed: the next try may be in another loop
            raise

    def _keep_to_one_loop(self) -> None:
        running = asyncio.get_running_loop()
        if self._loop is not None and self._loop is not running:
            raise EventLoopError(OTHER_LOOP)
        self._loop = running

    async def _asked(self, step: Asked) -> object:
        """Asks the primary: one that is it no longer costs the idle connections, and the name is asked anew."""
        deadline = time.monotonic() + ROLE_S
        while True:
            try:
                return await self._asked_once(step)
            except redis.exceptions.ReadOnlyError:
                await self.client.connection_pool.disconnect(inuse_connections=False)
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(ROLE_AGAIN_S)

    async def _asked_once(self, step: Asked) -> object:
        async with self._room:
            match step:
                case Call(words):
                    return await self.client.execute_command(*words)  # type: ignore[no-untyped-call]  # redis-py's own
                case Together(calls):
                    async with self.client.pipeline(transaction=True) as pipe:
                        for each in calls:
                            pipe.execute_command(*each.words)
                        return await pipe.execute()
                case Run(script, prefix, arguments):
                    return await self._run(script, prefix, arguments)
                case Signal(key, timeout_s):
                    return cast("object", await self.client.blpop([key], timeout=bounded_s(timeout_s)))

    async def _run(self, script: Script, prefix: str, arguments: tuple[Value, ...]) -> object:
        try:
            return cast("object", await self.client.evalsha(script.sha, 1, prefix, *arguments))
        except redis.exceptions.NoScriptError:
            return cast("object", await self.client.eval(script.source, 1, prefix, *arguments))
