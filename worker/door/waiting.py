"""Many requests wait for outcomes, and Redis is asked for all of them together."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final, cast

import msgspec
import redis
import redis.asyncio

from producer.store.keys import Keys
from producer.tickets.outcome import Outcome, outcome_of

# How long after its beginning a wait is looked at how often: most end within milliseconds, some never.
LOOKS: Final = ((0.1, 0.004), (1.0, 0.02), (5.0, 0.1), (float("inf"), 0.5))
ASKED_MAX: Final = 500


class _Wait(msgspec.Struct, eq=False):
    command_id: str
    began_s: float
    due_s: float
    future: "asyncio.Future[Outcome]"


class Outcomes:
    """Gives the outcomes of commands to those who wait for them; for the tasks of one event loop."""

    def __init__(self, client: "redis.asyncio.Redis", keys: Keys) -> None:
        self._client = client
        self._keys = keys
        self._waits: set[_Wait] = set()
        self._looking: asyncio.Task[None] | None = None

    async def of(self, command_ids: Sequence[str], timeout_s: float) -> list[Outcome] | None:
        """Returns the outcomes of commands in their order, or None when one has not ended within `timeout_s`.

        Raises:
            redis.RedisError: Redis was not reached.
        """
        now = time.monotonic()
        loop = asyncio.get_running_loop()
        waits = [_Wait(each, now, now + LOOKS[0][1] / 2, loop.create_future()) for each in command_ids]
        self._waits.update(waits)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(timeout_s):
                return [await each.future for each in waits]
        except TimeoutError:
            return None
        finally:
            self._waits.difference_update(waits)
            for each in waits:
                each.future.cancel()

    async def _look(self) -> None:
        while self._waits:
            now = time.monotonic()
            due = [each for each in self._waits if each.due_s <= now][:ASKED_MAX]
            if due:
                await self._ask(due)
            first_s = min((each.due_s for each in self._waits), default=now)
            await asyncio.sleep(max(0.001, first_s - time.monotonic()))

    async def _ask(self, due: Sequence[_Wait]) -> None:
        try:
            values = await self._client.mget([self._keys.outcome(each.command_id) for each in due])
        except redis.RedisError as error:
            for each in due:
                if not each.future.done():
                    each.future.set_exception(error)
            self._waits.difference_update(due)
            return
        now = time.monotonic()
        for each, value in zip(due, values, strict=True):
            if value is not None and not each.future.done():
                each.future.set_result(outcome_of(cast("bytes", value)))
                self._waits.discard(each)
            each.due_s = now + next(every for age, every in LOOKS if now - each.began_s < age)
