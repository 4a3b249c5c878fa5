"""What an asynchronous list gives, and where it breaks."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import redis

from producer import AsyncProducer, InvalidCommandError, Producer, messages
from tests.blocking import async_client


def test_all_that_a_list_gives_before_it_breaks_are_added(server: "redis.Redis") -> None:
    """Whatever an asynchronous cursor raises comes out as it is; the same list goes on where it broke."""

    async def people(count: int, *, breaks: bool) -> AsyncIterator[str]:
        for each in range(count):
            yield str(each + 1)
        if breaks:
            raise LookupError("the cursor is gone")

    async def main() -> None:
        async with AsyncProducer.on(async_client(server), page="P1") as producer:
            text = messages.text("Hi!")
            with pytest.raises(LookupError, match="the cursor is gone"):
                await producer.broadcast_to(people(1_234, breaks=True), text, broadcast_id="sale")
            found = await producer.broadcast("sale").progress()
            assert (found.added, found.state) == (1_234, "open")
            await producer.broadcast_to(people(1_500, breaks=False), text, broadcast_id="sale")
            found = await producer.broadcast("sale").progress()
            assert (found.added, found.state) == (1_500, "complete")

    asyncio.run(main())


def test_an_asynchronous_list_is_for_an_event_loop(server: "redis.Redis") -> None:
    """The producer of threads says so, and begins nothing."""

    async def people() -> AsyncIterator[str]:
        yield "1"

    with pytest.raises(InvalidCommandError, match=r"for AsyncProducer; an async_generator was given$"):
        Producer.on(server, page="P1").broadcast_to(people(), messages.text("Hi!"))  # type: ignore[arg-type]
    assert server.keys("outbound:broadcast*") == []
