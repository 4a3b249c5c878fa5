"""A server in this process that runs the queue's scripts, for threads and event loops."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import fakeredis
import lupa  # type: ignore[import-untyped]  # noqa: F401 (without it fakeredis knows no scripts: say so at once)
import redis
import redis.asyncio


@contextmanager
def server() -> "Iterator[redis.Redis]":
    """Runs an empty server, and gives a client of it."""
    client: redis.Redis = fakeredis.FakeRedis(server=fakeredis.FakeServer())
    try:
        yield client
    finally:
        client.close()


def awaited(client: "redis.Redis") -> "redis.asyncio.Redis":
    """Returns a client for event loops of the same server; of a real one too."""
    pool = client.connection_pool
    if isinstance(client, fakeredis.FakeRedis):
        fake = fakeredis.FakeAsyncRedis(server=pool.connection_kwargs["server"])
        return cast("redis.asyncio.Redis", fake)
    kept = {
        name: pool.connection_kwargs[name]
        for name in ("host", "port", "db", "username", "password")
        if name in pool.connection_kwargs
    }
    if "path" in pool.connection_kwargs:
        return redis.asyncio.Redis(unix_socket_path=pool.connection_kwargs["path"], **kept)
    return redis.asyncio.Redis(**kept)
