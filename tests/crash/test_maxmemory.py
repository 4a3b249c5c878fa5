"""Law 12 on a real server at its maxmemory: only enqueue refuses, and workers drain the queue all the same."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import cast

import pytest
import redis

from producer import AsyncProducer, Producer, QueueFullError, SendManyError, Ticket, batch
from producer.commands import Command
from tests.crash.books import Text, text_of
from tests.running import (
    Running,
    Valkey,
    names_of,
    settings_of,
    ticket_of,
    wait_for_worker,
    wait_until,
    wait_until_ended,
    waiting,
    worker_child,
)
from worker.stub import StubProcess

pytestmark = pytest.mark.process

PADDING = "x" * 1_000
OPEN, PEOPLE_MAX = "1", 100_000
IDLE_S = 0.5  # until nothing is to be done, and the worker waits
STOPS_S = 1.5  # an idle wait lasts four seconds, the timer's two


@pytest.fixture
def small() -> Iterator[Valkey]:
    """A server with room for some thousand commands, which evicts nothing."""
    with Valkey(**{"maxmemory": "12mb", "maxmemory-policy": "noeviction"}) as server:
        yield server


def fill(producer: Producer) -> int:
    """Enqueues padded texts, one for each person, until not one more fits; returns how many were accepted."""
    with pytest.raises(SendManyError, match="maxmemory") as refused:
        producer.send_many(padded(person) for person in range(1, PEOPLE_MAX))
    accepted = refused.value.enqueued
    with suppress(QueueFullError):
        while True:
            producer.send_text(str(accepted + 1), "text 0", metadata=PADDING)
            accepted += 1
    return accepted


def padded(person: int) -> Command:
    """Returns a text of some size."""
    return batch.send_text(str(person), "text 0", metadata=PADDING)


def everything(client: "redis.Redis") -> dict[bytes, object]:
    """Returns every key with its value."""
    found: dict[bytes, object] = {}
    for key in cast("list[bytes]", client.keys("*")):
        found[key] = client.dump(key)
    return found


def shrink(client: "redis.Redis") -> None:
    """Sets maxmemory below what is used, so that the server stays full while the queue is drained."""
    client.config_set("maxmemory", "1mb")


def beats_of(client: "redis.Redis", running: Running) -> float:
    """Returns the time of a worker's last heartbeat."""
    [name] = names_of(client, running.pid)
    return cast("float", client.zscore("outbound:beats", name))


async def both_told(ticket: Ticket[object], url: str) -> list[bool]:
    """Tells whether one who waits in a thread, and one who waits in an event loop, see the command sent."""
    async with AsyncProducer.connect(url, page="P1") as producer:
        waits = asyncio.to_thread(ticket.wait, 10), producer.ticket(ticket.id).wait(10)
        return [each.sent for each in await asyncio.gather(*waits)]


def test_a_full_server(small: Valkey) -> None:
    """A full Redis refuses new commands and accepts none by half; workers beat, take, settle and reap, and drain it."""
    producer = Producer.connect(small.url, page="P1")
    with small.client() as client, StubProcess() as stub:
        settings = settings_of(
            small.url, stub.origin, {"P1": "TOKEN-P1"}, rate_text="off", heartbeat_timeout="1s"
        )
        accepted = fill(producer)
        before = everything(client)
        with pytest.raises(SendManyError, match="maxmemory") as refused:
            producer.send_many(padded(person) for person in range(500))
        assert (refused.value.enqueued, everything(client), waiting(client)) == (0, before, accepted)

        shrink(client)
        stub.faults.add("hang", recipient=OPEN, times=1, deliver=True)
        with worker_child(settings, threads=1) as first:
            wait_until(lambda: stub.stats().open == 1, within_s=20, why="the first worker has a request open")
            assert waiting(client) == accepted
            first.kill()
        with worker_child(settings, threads=2) as second:
            wait_for_worker(client, second)
            said_hello = beats_of(client, second)
            wait_until(lambda: beats_of(client, second) > said_hello, within_s=5, why="it beats")
            with pytest.raises(QueueFullError, match="maxmemory"):
                producer.send_text("1", "text 1")
            wait_until_ended(client, within_s=60)
            assert len(second.events("worker.died")) == 1
            client.config_set("maxmemory", "12mb")
            assert ticket_of(producer.send_text("1", "text 1")).wait(10).sent
            assert second.stop() < 2
        deliveries = Counter(text_of(each) for each in stub.ledger)
    producer.close()
    again = {text: times for text, times in deliveries.items() if times == 2}
    assert set(deliveries) == {Text("P1", str(each), 0) for each in range(1, accepted + 1)} | {
        Text("P1", "1", 1)
    }
    assert (Text("P1", OPEN, 0) in again, len(again) <= 50, max(deliveries.values())) == (True, True, 2)


def test_a_worker_of_a_full_server_stops_at_once(small: Valkey) -> None:
    """SIGTERM wakes an idle worker although Redis is full; who waits for a ticket is told its outcome all the same."""
    producer = Producer.connect(small.url, page="P1")
    with small.client() as client, StubProcess(latency_ms=1_500) as stub:
        settings = settings_of(small.url, stub.origin, {"P1": "TOKEN-P1"})
        with worker_child(settings, threads=2) as worker:
            wait_for_worker(client, worker)
            ticket = ticket_of(producer.send_text("1", "text 0"))
            wait_until(lambda: stub.stats().open == 1, within_s=5, why="its request is open")
            shrink(client)
            with pytest.raises(redis.exceptions.OutOfMemoryError):
                client.rpush("any", "1")
            assert asyncio.run(both_told(ticket, small.url)) == [True, True]
            assert client.zscore("outbound:waiters", ticket.id) is None
            time.sleep(IDLE_S)
            assert worker.stop() < STOPS_S
        assert client.hlen("outbound:workers") == 0
    producer.close()
