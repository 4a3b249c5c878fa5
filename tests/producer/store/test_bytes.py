"""Bytes that lie beside a command are those of its first try."""

import asyncio

import redis

from producer.aio.queue import AsyncQueue
from producer.store.queue import Queue


def test_a_repeat_leaves_the_bytes_that_are_there(server: "redis.Redis") -> None:
    """A command under a key that was accepted keeps its own, whatever a later try brings, and for as long."""
    queue = Queue(server)
    queue.take(queue.intake._put_bytes("a", b"first"))
    server.persist(queue.keys.blob("a"))
    queue.take(queue.intake._put_bytes("a", b"second"))
    assert (server.get(queue.keys.blob("a")), server.pttl(queue.keys.blob("a"))) == (b"first", -1)


def test_a_repeat_without_blocking_leaves_them_too(valkey: "redis.Redis", valkey_url: str) -> None:
    """The same of the asynchronous producer."""

    async def put() -> None:
        async with redis.asyncio.Redis.from_url(valkey_url) as client:
            queue = AsyncQueue(client)
            for content in (b"first", b"second"):
                await queue.taker.take(queue.intake._put_bytes("a", content))

    asyncio.run(put())
    assert valkey.get("outbound:blob:a") == b"first"
