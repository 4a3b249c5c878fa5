"""Every test that asks for `produce` runs on both producers: the one of threads and the one of event loops."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
import redis

from producer import Producer
from tests.blocking import Blocking, blocking

Produce = Callable[..., Producer]


@pytest.fixture(params=["threads", "event loop"])
def produce(request: pytest.FixtureRequest, server: "redis.Redis") -> Iterator[Produce]:
    """Makes producers on `server`, with the arguments of `Producer.on`; they are closed when the test ends."""
    if request.param == "threads":

        def plain(**options: str | int) -> Producer:
            return Producer.on(server, **options)  # type: ignore[arg-type]  # checked where they are used

        yield plain
        return
    made: list[Producer] = []
    with asyncio.Runner() as runner:

        def awaited(**options: object) -> Producer:
            made.append(blocking(server, runner, **options))
            return made[-1]

        yield awaited
        for each in made:
            assert isinstance(each, Blocking)
            runner.run(each.inner.aclose())
