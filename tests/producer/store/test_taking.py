"""Who cancels a step does not wait for the server."""

import asyncio
import time

import pytest
import redis

from producer.store.steps import Call
from producer.store.taking import Taker

DEAF_S = 5.0


class Deaf(redis.asyncio.Connection):
    """A connection that swallows the first cancel while it is made, as redis-py's own does at times."""

    async def connect(self) -> None:
        """Hears of no cancel for some seconds."""
        try:
            await asyncio.sleep(DEAF_S)
        except asyncio.CancelledError:
            await asyncio.sleep(DEAF_S)


def test_a_cancel_that_a_connection_swallows_comes_through_at_once() -> None:
    """A service whose request was given up goes on, whatever the connection to a dead server is about."""

    async def give_up() -> float:
        pool = redis.asyncio.ConnectionPool(connection_class=Deaf)
        taker = Taker(redis.asyncio.Redis(connection_pool=pool))
        asking = asyncio.ensure_future(taker.answer(Call(("PING",))))
        await asyncio.sleep(0.05)
        began = time.monotonic()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        took_s = time.monotonic() - began
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        return took_s

    assert asyncio.run(give_up()) < DEAF_S / 2
