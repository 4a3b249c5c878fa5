"""A batch of more parts than one script takes, from an event loop: all or none, as far as can be, and exactly said."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import cast

import pytest
import redis

from producer import (
    AsyncProducer,
    InvalidCommandError,
    Producer,
    QueueFullError,
    QueueUnavailableError,
    SendManyError,
    batch,
    messages,
)
from producer.aio.queue import AsyncQueue
from producer.commands import Command
from producer.queue.envelope import Delivery
from producer.store.queue import Arguments
from tests.blocking import async_client
from tests.producer.test_both import sent
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes

PROFILE = Profile(rates={"text": None}, types=("send_message",), pages={"P1": KnownPage()})
PARTS = [batch.send_text(str(n), "x") for n in range(1, 2_501)]
FULL = QueueFullError("Redis is at its maxmemory: nothing was accepted")
AWAY = QueueUnavailableError("Redis was not reached: send the command again")


class Failing(AsyncQueue):
    """Raises `error` in the place of one round, once, after a worker has sent `sent` of those before."""

    def __init__(self, server: "redis.Redis", error: Exception, *, at: int, sent: int = 0) -> None:
        super().__init__(async_client(server))
        self.server = server
        self.error = error
        self.rounds_left = at
        self.sent = sent

    async def put(self, commands: Iterable[Arguments], *, and_more: int = 0) -> int:
        """Accepts all rounds but one."""
        self.rounds_left -= 1
        if self.rounds_left:
            return await super().put(commands, and_more=and_more)
        if self.sent:
            send(self.server, self.sent)
        raise self.error


def send(server: "redis.Redis", number: int) -> None:
    """Takes commands as a worker does, and ends them as Graph's success does."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    chunk = lanes.take("w", 1, PROFILE, limit=number).chunk
    assert chunk is not None
    lanes.settle(chunk, [sent(each) for each in chunk.commands])


def counts_of(server: "redis.Redis") -> dict[bytes, int]:
    """Returns how many commands ended in which way, and how many wait."""
    ended = cast("dict[bytes, bytes]", server.hgetall("outbound:counts"))
    numbers = {name: int(number) for name, number in ended.items()}
    return numbers | {b"waiting": server.hlen("outbound:commands")}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        pytest.param(
            FULL,
            "Redis took the first 2,000 of 2,500 parts and no more: 30 may be sent, the others were taken back",
            id="full",
        ),
        pytest.param(
            AWAY,
            # nobody knows of the last 500 whether Redis had them
            "Redis was not reached: send the command again; at most 530 of the 2,500 parts may be sent, "
            "the others were taken back",
            id="not reached",
        ),
    ],
)
def test_what_a_refused_round_leaves_is_taken_back(
    server: "redis.Redis", error: Exception, said: str
) -> None:
    """The rounds before it are cancelled, and the error says how many were too late for that."""

    async def main() -> None:
        queue = Failing(server, error, at=3, sent=30)
        async with AsyncProducer(queue, Delivery(page="P1")) as producer:
            with pytest.raises(type(error)) as caught:
                await producer.send_batch(PARTS)
            assert str(caught.value) == said

    asyncio.run(main())
    assert counts_of(server) == {b"sent": 30, b"cancelled": 1_970, b"waiting": 0}


def test_a_batch_under_a_key_goes_on_where_it_broke_off(server: "redis.Redis") -> None:
    """The same call again puts what is missing under the first one's ticket, and nothing twice."""

    async def main() -> None:
        queue = Failing(server, FULL, at=2)  # the round under the key is not counted
        async with AsyncProducer(queue, Delivery(page="P1", idempotency_key="k")) as producer:
            with pytest.raises(QueueFullError, match="the first 2,000 of 2,500 parts are on the queue: send"):
                await producer.send_batch(PARTS)
            send(server, 40)
            ticket = await producer.send_batch(PARTS)
            assert (await producer.send_batch(PARTS)).id == ticket.id

    asyncio.run(main())
    assert counts_of(server) == {b"sent": 40, b"waiting": 2_460}


def test_a_batch_that_is_refused_among_many_stops_before_itself(server: "redis.Redis") -> None:
    """What `send_many` says is on the queue is on the queue, and nothing else."""
    commands: list[Command] = [*PARTS[:600], batch.send_batch(PARTS)]

    async def main() -> None:
        queue = Failing(server, FULL, at=3)  # the first 500, then one round of the 2,600 others
        async with AsyncProducer(queue, Delivery(page="P1")) as producer:
            with pytest.raises(SendManyError) as caught:
                await producer.send_many(commands)
            assert caught.value.enqueued == 500

    asyncio.run(main())
    assert counts_of(server) == {b"cancelled": 1_000, b"waiting": 500}


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
