"""The queue's writing side for event loops: what `producer.queue` accepts, asked through `redis.asyncio`."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import nullcontext, suppress
from typing import cast

import redis
import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff

from producer.errors import QueueFullError, QueueUnavailableError
from producer.queue.accepting import Prepared
from producer.queue.rounds import ROUND_MAX, broken_off, rest_under, rounds_of, what_is_left
from producer.store.keys import PREFIX_DEFAULT, Keys
from producer.store.queue import (
    ANSWER_TIMEOUT_S,
    BYTES_ALONE_MS,
    CONNECT_TIMEOUT_S,
    PAGE_QUEUE_MAX,
    TRIES_AGAIN,
    Arguments,
    first_of,
    granted,
    refused,
    together,
)
from producer.store.queue import connect as checked_url
from producer.store.scripting import Script
from producer.store.steps import Call, Run
from producer.store.taking import Taker
from producer.tracing.traces import enqueuing


def connect(redis_url: str) -> "redis.asyncio.Redis":
    """Returns a client with time-outs on everything; connects when it is first used.

    Raises:
        SettingsError: the URL is none of Redis.
    """
    checked_url(redis_url).close()
    return redis.asyncio.Redis.from_url(
        redis_url,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        socket_timeout=ANSWER_TIMEOUT_S,
        retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), TRIES_AGAIN),
    )


class AsyncQueue:
    """One installation's queue on one server; safe to share between the tasks of one event loop."""

    def __init__(
        self,
        client: "redis.asyncio.Redis",
        *,
        prefix: str = PREFIX_DEFAULT,
        page_queue_max: int = PAGE_QUEUE_MAX,
    ) -> None:
        self.taker = Taker(client)
        self.keys = Keys(prefix)
        self.page_queue_max = page_queue_max
        self._enqueue = Script("enqueue")
        self._enqueue_once = Script("enqueue_once")

    async def accept(self, ready: Prepared, keep_ms: int) -> str:
        """Puts one prepared command, and returns the id of its ticket; the first one's, under a known key.

        Raises:
            IdempotencyError: the key stands for something else.
            QueueFullError: nothing was accepted.
            QueueUnavailableError: Redis was not reached.
        """
        for command_id, content in ready.content:
            await self.put_bytes(command_id, content)
        if ready.key is None:
            await self.put_whole(ready.arguments)
            return ready.ticket
        first: str | None = None
        once = (ready.key, ready.digest, ready.ticket, keep_ms)
        more = max(0, len(ready.arguments) - ROUND_MAX)
        try:
            answer = await self._accepted(self._enqueue_once, once, ready.arguments[:ROUND_MAX], more)
            first = first_of(answer, ready.ticket)
        finally:
            if first != ready.ticket and not _is_cancelled():
                await self._drop_bytes([command_id for command_id, _ in ready.content])
        for part, after in rounds_of(rest_under(ready.arguments, ready.ticket, first)):
            try:
                await self.put(part, and_more=after)
            except (QueueFullError, QueueUnavailableError) as error:
                said = broken_off(error, len(ready.arguments), after + len(part))
                raise type(error)(said) from error
        return first

    async def put_whole(self, arguments: Sequence[Arguments]) -> None:
        """Accepts envelopes that belong together, all or none; see `producer.rounds.put_whole`.

        Raises:
            QueueFullError: Redis is at its `maxmemory`, or the Page's queue is full.
            QueueUnavailableError: Redis was not reached; the error says what is on the queue.
        """
        for part, after in rounds_of(arguments):
            try:
                await self.put(part, and_more=after)
            except (QueueFullError, QueueUnavailableError) as error:
                before = len(arguments) - after - len(part)
                if before == 0:
                    raise
                steps = what_is_left(arguments, before, len(part), error, self.keys)
                raise type(error)(await self.taker.take(steps)) from error

    async def put(self, commands: Iterable[Arguments], *, and_more: int = 0) -> int:
        """Accepts commands, all or none, and returns how many were new; ids that are known already change nothing.

        At most 1,000 at a time; `and_more` must fit into the Page's queue after them.

        Raises:
            QueueFullError: Redis is at its `maxmemory`, or a Page's queue is full: nothing was accepted.
            QueueUnavailableError: Redis was not reached; the same ids may be put again.
        """
        return cast("int", (await self._accepted(self._enqueue, (), commands, and_more))[0])

    async def put_bytes(self, command_id: str, content: bytes) -> None:
        """Stores the bytes of a command before it is put; without it they are gone after some minutes.

        Raises:
            QueueFullError: Redis is at its `maxmemory`.
            QueueUnavailableError: Redis was not reached.
        """
        try:
            await self.taker.answer(
                Call(("SET", self.keys.blob(command_id), content, "PX", BYTES_ALONE_MS, "NX"))
            )
        except redis.RedisError as error:
            raise refused(error) from error

    async def _drop_bytes(self, command_ids: Sequence[str]) -> None:
        with suppress(redis.RedisError):
            if command_ids:
                await self.taker.answer(Call(("DEL", *(self.keys.blob(each) for each in command_ids))))

    async def _accepted(
        self, script: Script, once: Sequence[str | int], commands: Iterable[Arguments], and_more: int
    ) -> list[int | bytes]:
        span = enqueuing()
        with span or nullcontext():
            arguments = together(("", self.page_queue_max - and_more, *once), commands, span)
            try:
                answer = await self.taker.answer(Run(script, self.keys.prefix, tuple(arguments)))
            except redis.RedisError as error:
                raise refused(error) from error
            return granted(cast("list[int | bytes]", answer), self.page_queue_max)


def _is_cancelled() -> bool:
    """Tells whether this task is being cancelled: then the bytes of an upload are left to expire."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
