"""An asynchronous producer behind the face of a blocking one, so that one test runs on both."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any, cast

import fakeredis
import redis
import redis.asyncio

from producer import AsyncBroadcast, AsyncProducer, AsyncTicket, Producer

WRAPPED = (AsyncProducer, AsyncTicket, AsyncBroadcast)


def async_client(server: "redis.Redis") -> "redis.asyncio.Redis":
    """Returns an asynchronous client of the server that `server` talks to."""
    options = server.connection_pool.connection_kwargs
    if isinstance(server, fakeredis.FakeRedis):
        return cast("redis.asyncio.Redis", fakeredis.FakeAsyncRedis(server=options["server"]))
    return redis.asyncio.Redis.from_url(f"unix://{options['path']}")


class Blocking:
    """Runs each coroutine of `inner` to its end, and puts the same face before what comes of it."""

    def __init__(self, inner: Any, runner: asyncio.Runner) -> None:  # noqa: ANN401 - a producer, ticket or broadcast
        self.inner = inner
        self._runner = runner

    def __getattr__(self, name: str) -> object:
        found = getattr(self.inner, name)
        return self._called(found) if callable(found) else self._faced(found)

    def _called(self, method: Callable[..., object]) -> Callable[..., object]:
        def blocking(*args: object, **options: object) -> object:
            answer = method(*args, **options)
            return self._faced(self._runner.run(answer) if inspect.iscoroutine(answer) else answer)

        return blocking

    def _faced(self, value: object) -> object:
        if isinstance(value, tuple):
            return tuple(self._faced(each) for each in value)
        return Blocking(value, self._runner) if isinstance(value, WRAPPED) else value


def blocking(server: "redis.Redis", runner: asyncio.Runner, **options: object) -> Producer:
    """Returns an `AsyncProducer` on `server` that looks like a `Producer`; the runner's end closes nothing of it."""
    made: Callable[..., AsyncProducer] = AsyncProducer.on
    return cast("Producer", Blocking(made(async_client(server), **options), runner))
