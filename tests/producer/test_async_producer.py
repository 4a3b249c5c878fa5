"""What only a producer of an event loop has: coroutines, many tasks at once, cancellation, and an end."""

import asyncio
import inspect
import threading
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import pytest
import redis
import redis.asyncio

from producer import (
    AsyncProducer,
    AsyncTicket,
    EventLoopError,
    InvalidCommandError,
    QueueUnavailableError,
    SendManyError,
    SettingsError,
    batch,
    messages,
)
from producer.commands import Command
from producer.commands.results import SendReply
from producer.store.taking import BLOCKED_MAX, CONNECTIONS_MAX
from producer.vocabulary.methods import Vocabulary
from tests.blocking import async_client
from tests.producer.test_both import sent, settle
from tests.running import wait_until


def test_every_method_of_the_vocabulary_is_a_coroutine() -> None:
    """Each has the parameters and the docstring of the one method that was written."""
    methods = {name for name in dir(Vocabulary) if not name.startswith("_")}
    waiting = AsyncProducer.connect().send_text("1", "x")
    assert asyncio.iscoroutine(waiting)
    waiting.close()
    for name in methods:
        written, found = getattr(Vocabulary, name), getattr(AsyncProducer, name)
        assert (found.__doc__, inspect.signature(found)) == (written.__doc__, inspect.signature(written))


def test_what_is_wrong_is_refused_when_it_is_awaited(server: "redis.Redis") -> None:
    """A coroutine that nobody has awaited yet raises nothing, and enqueues nothing."""

    async def main() -> None:
        async with AsyncProducer.on(async_client(server), page="P1") as producer:
            wrong = producer.send_text("1", "x" * 2_001)
            with pytest.raises(InvalidCommandError, match="at most 2000"):
                await wrong
            unnamed = AsyncProducer.on(async_client(server))
            with pytest.raises(InvalidCommandError, match="no Page is named"):
                await unnamed.send_text("1", "x")
            await unnamed.aclose()

    asyncio.run(main())
    assert server.hlen("outbound:commands") == 0


def test_many_tasks_share_one_producer(server: "redis.Redis") -> None:
    """A thousand tasks enqueue at once through one producer, and nothing is lost or doubled."""

    async def main() -> None:
        async with AsyncProducer.on(async_client(server), page="P1") as producer:
            tickets = await asyncio.gather(*(producer.send_text(str(n), "x") for n in range(1_000)))
            assert len({ticket.id for ticket in tickets}) == 1_000

    asyncio.run(main())
    assert server.hlen("outbound:commands") == 1_000


def _blocked(valkey: "redis.Redis") -> int:
    info: Any = valkey.info("clients")
    return int(info["blocked_clients"])


def test_connections_have_a_bound(valkey: "redis.Redis", valkey_url: str) -> None:
    """Whatever its tasks ask for, a producer keeps at most 64 connections, and waiting tickets stop no sends."""
    before = len(valkey.client_list())  # other tests' connections may wait to be collected

    async def main() -> None:
        async with AsyncProducer.connect(valkey_url, page="P1") as producer:
            tickets = await asyncio.gather(*(producer.send_text(str(n), "x") for n in range(50)))
            waiters = [asyncio.create_task(each.wait(20)) for each in tickets for _ in range(4)]
            await asyncio.to_thread(
                wait_until, lambda: _blocked(valkey) > BLOCKED_MAX // 2, within_s=5, why="they wait"
            )
            async with asyncio.timeout(5):
                await asyncio.gather(*(producer.send_text(str(n), "y") for n in range(500)))
            assert _blocked(valkey) <= BLOCKED_MAX
            assert len(valkey.client_list()) <= CONNECTIONS_MAX + before
            await asyncio.to_thread(settle, valkey, sent)
            async with asyncio.timeout(5):
                assert {each.name for each in await asyncio.gather(*waiters)} == {"sent"}

    asyncio.run(main())


def test_an_awaited_ticket_is_its_result(server: "redis.Redis") -> None:
    """`await ticket` waits for the end, and gives what the method would give."""

    async def main() -> None:
        async with AsyncProducer.on(async_client(server), page="P1") as producer:
            ticket = await producer.send_text("1", "x")
            assert isinstance(ticket, AsyncTicket)
            await asyncio.to_thread(settle, server, sent)
            assert await ticket == {"message_id": "m_1"}
            assert await producer.ticket(ticket.id) == {"message_id": "m_1"}

    asyncio.run(main())


async def _commands(count: int, *, fails: bool = False) -> AsyncIterator[Command]:
    for each in range(count):
        await asyncio.sleep(0)
        yield batch.send_text(str(each + 1), "x")
    if fails:
        raise ConnectionError("the database went away")


def test_asynchronous_iterables_are_taken(server: "redis.Redis") -> None:
    """`send_many` and `broadcast_to` read them round by round; what one raises says how far it came."""

    async def people(count: int) -> AsyncIterator[str]:
        async for command in _commands(count):
            assert isinstance(command, batch.send_text("1", "x").__class__)
            yield str(command.recipient)

    async def main() -> None:
        async with AsyncProducer.on(async_client(server), page="P1") as producer:
            assert await producer.send_many(_commands(1_100)) == 1_100
            with pytest.raises(SendManyError, match="command 700: the database went away") as caught:
                await producer.send_many(_commands(700, fails=True))
            assert (caught.value.enqueued, server.hlen("outbound:commands")) == (700, 1_800)
            begun = await producer.broadcast_to(people(1_500), messages.text("Hi!"))
            assert (await begun.progress()).added == 1_500

    asyncio.run(main())


def test_no_more_is_read_than_a_round(server: "redis.Redis") -> None:
    """Memory is bounded: a round ends at 500 commands, and with uploads at 32 MB of bytes."""
    enqueued_when_read: list[int] = []

    async def uploads() -> AsyncIterator[Command]:
        content = bytes(20 * 1024 * 1024)
        for each in range(5):
            enqueued_when_read.append(server.hlen("outbound:commands"))
            yield batch.send_file(str(each), content, filename="a.bin")

    async def main() -> None:
        async with AsyncProducer.on(async_client(server), page="P1") as producer:
            assert await producer.send_many(uploads()) == 5

    asyncio.run(main())
    assert enqueued_when_read == [0, 0, 2, 2, 4]


def test_a_file_is_read_beside_the_loop(server: "redis.Redis", tmp_path: Path) -> None:
    """A path is opened in another thread, so that other tasks go on."""
    readers: list[int] = []

    class Slow:
        name = "a.png"

        def read(self, _size: int = -1, /) -> bytes:
            readers.append(threading.get_ident())
            return b"content"

    async def main() -> None:
        async with AsyncProducer.on(async_client(server), page="P1") as producer:
            await producer.send_image("1", Slow())
            with pytest.raises(FileNotFoundError):
                await producer.send_image("1", tmp_path / "none.png")

    asyncio.run(main())
    assert len(readers) == 1
    assert readers[0] != threading.get_ident()


def test_a_cancelled_task_leaves_its_command_whole_or_not_at_all(
    valkey: "redis.Redis", valkey_url: str
) -> None:
    """A cancel in the middle of an answer spoils no other one, and what the server did get is one whole command."""

    async def main() -> None:
        async with AsyncProducer.connect(valkey_url, page="P1") as producer:
            first = await producer.send_text("1", "first")
            valkey.client_pause(60_000, all=False)  # everything that may write stands still
            tasks = [asyncio.create_task(producer.send_text(str(n), "cancelled")) for n in range(20)]
            await asyncio.sleep(0.1)
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert {type(each) for each in ended} == {asyncio.CancelledError}
            valkey.client_unpause()
            after = await asyncio.gather(*(producer.send_text(str(n), "after") for n in range(20)))
            assert await first.outcome() is None
            assert len({ticket.id for ticket in after}) == 20

    asyncio.run(main())
    count = valkey.hlen("outbound:commands")
    assert 21 <= count <= 41
    assert int(valkey.hget("outbound:depth", "P1") or 0) == count


def test_a_cancelled_bulk_leaves_whole_rounds(server: "redis.Redis") -> None:
    """Rounds before the cancel are on the queue, and progress has told of them."""
    seen: list[int] = []
    stalled = asyncio.Event()

    async def endless() -> AsyncIterator[Command]:
        async for command in _commands(750):
            yield command
        stalled.set()
        await asyncio.Event().wait()

    async def main() -> None:
        async with AsyncProducer.on(async_client(server), page="P1") as producer:
            task = asyncio.create_task(producer.send_many(endless(), on_progress=seen.append))
            await stalled.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert (seen, server.hlen("outbound:commands")) == ([500], 500)


def test_a_producer_is_closed_with_its_context(valkey: "redis.Redis", valkey_url: str) -> None:
    """All of its connections are closed then; a later call opens new ones, in another event loop too."""
    before = len(valkey.client_list())

    async def main(producer: AsyncProducer) -> None:
        async with producer as same:
            await asyncio.gather(*(same.send_text(str(n), "x") for n in range(10)))
        await asyncio.to_thread(
            wait_until, lambda: len(valkey.client_list()) == before, within_s=2, why="they are closed"
        )

    producer = AsyncProducer.connect(valkey_url, page="P1")
    asyncio.run(main(producer))
    asyncio.run(main(producer))
    assert valkey.hlen("outbound:commands") == 20


def test_a_producer_is_of_one_event_loop(server: "redis.Redis") -> None:
    """In another one every question is refused in a sentence, and asks nothing; in its own the producer goes on."""
    producer = AsyncProducer.on(async_client(server), page="P1")

    async def send() -> AsyncTicket[SendReply]:
        return await producer.send_text("1", "x")

    with asyncio.Runner() as first:
        ticket = first.run(send())
        for ask in (
            send,
            ticket.outcome,
            ticket.cancel,
            producer.broadcast("sale").progress,
            producer.aclose,
        ):
            question: Coroutine[Any, Any, object] = ask()
            with pytest.raises(EventLoopError) as caught:
                asyncio.run(question)
            assert str(caught.value) == (
                "this producer has connections of another event loop: make one producer for each event loop, "
                "or end it in its own with aclose() before it is used in the next; nothing was asked of Redis"
            )
        assert server.hlen("outbound:commands") == 1
        first.run(send())
        first.run(producer.aclose())

    async def last() -> None:
        async with producer:
            await send()

    asyncio.run(last())
    assert server.hlen("outbound:commands") == 3


def test_a_producer_whose_first_loop_reached_no_server_may_try_in_another() -> None:
    """A script that runs a loop for each try in an outage is told of the outage each time."""
    producer = AsyncProducer.connect("redis://127.0.0.1:1/0", page="P1")

    async def send() -> None:
        await producer.send_text("1", "x")

    for _ in range(2):
        with pytest.raises(QueueUnavailableError, match="Redis was not reached"):
            asyncio.run(send())


def test_redis_that_is_not_there_is_a_sentence() -> None:
    """A server that is not reached is an error of this library, for each question."""

    async def main() -> None:
        async with AsyncProducer.connect("redis://127.0.0.1:1/0", page="P1") as producer:
            for ask in (
                producer.send_text("1", "x"),
                producer.ticket("0" * 26).outcome(),
                producer.ticket("0" * 26).cancel(),
                producer.broadcast("sale").progress(),
                producer.send_image("1", b"x"),
            ):
                with pytest.raises(QueueUnavailableError, match="Redis was not reached"):
                    await ask

    asyncio.run(main())


@pytest.mark.parametrize("url", ["http://127.0.0.1", "redis://user:se/cret@127.0.0.1:6379/0"])
def test_a_wrong_url_is_refused_without_its_password(url: str) -> None:
    """At once, and the error shows nothing of what was given."""
    with pytest.raises(SettingsError, match="redis://") as caught:
        AsyncProducer.connect(url, page="P1")
    assert "cret" not in str(caught.value)
