"""After a planned failover the first send reaches the new primary, by the same name and within seconds."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis

from producer import AsyncProducer, Producer
from tests.running import Valkey

BACK_S = 0.5


@contextmanager
def no_primary_for(client: "redis.Redis", seconds: float) -> Iterator[None]:
    """Makes a server a replica for so long; connections stay open meanwhile, as after a planned failover."""
    client.execute_command("REPLICAOF", "127.0.0.1", "1")  # type: ignore[no-untyped-call]  # redis-py's own

    def back() -> None:
        time.sleep(seconds)
        client.execute_command("REPLICAOF", "NO", "ONE")  # type: ignore[no-untyped-call]  # redis-py's own

    thread = threading.Thread(target=back)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def clients_of(client: "redis.Redis") -> set[str]:
    """Returns the ids of the connections that are open."""
    return {each["id"] for each in client.client_list()}


def test_a_send_waits_for_the_new_primary_and_asks_for_it_anew() -> None:
    """The command is accepted once, over a connection of its own: the old one is left."""
    with Valkey() as valkey, valkey.client() as client:
        producer = Producer.connect(valkey.url, page="P1")
        producer.send_text("1", "before")
        before = clients_of(client)
        with no_primary_for(client, BACK_S):
            started = time.monotonic()
            ticket = producer.send_text("2", "after")
            assert time.monotonic() - started < 3
        assert client.hexists("outbound:commands", ticket.id)
        assert client.hlen("outbound:commands") == 2
        assert clients_of(client) - before != set()
        producer.close()


def test_an_async_send_waits_too() -> None:
    """In an event loop as in a thread."""

    async def main(valkey: Valkey, client: "redis.Redis") -> None:
        async with AsyncProducer.connect(valkey.url, page="P1") as producer:
            await producer.send_text("1", "before")
            with no_primary_for(client, BACK_S):
                ticket = await producer.send_text("2", "after")
            assert client.hexists("outbound:commands", ticket.id)

    with Valkey() as valkey, valkey.client() as client:
        asyncio.run(main(valkey, client))


@pytest.mark.parametrize("reading", [True, False])
def test_a_replica_that_stays_one_is_told(reading: bool) -> None:
    """After three seconds the caller is told, and may try again; what only reads is answered all the same."""
    with Valkey() as valkey, valkey.client() as client:
        producer = Producer.connect(valkey.url, page="P1")
        ticket = producer.send_text("1", "before")
        with no_primary_for(client, 5.0):
            if reading:
                assert ticket.outcome() is None
            else:
                with pytest.raises(Exception, match="ReadOnly"):
                    producer.send_text("2", "after")
        producer.close()
