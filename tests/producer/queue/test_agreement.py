"""A producer whose workers call another version of the Graph API says so, once."""

import asyncio

import msgspec
import pytest
import redis

from producer import AsyncProducer, Producer
from tests.blocking import async_client
from worker.config.settings import Settings
from worker.engine.knowledge import Profile
from worker.engine.lanes import Lanes
from worker.judge import DEFAULT
from worker.take.introduction import about

LOGGER = "outbound.producer"


def hello(server: "redis.Redis", version: str) -> None:
    """Makes a worker known that calls this version."""
    told = msgspec.json.encode(about(Settings(graph_version=version), DEFAULT))
    Lanes(server).hello(f"w{version}", Profile(rates={}, types=(), pages={}), told)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Returns what the producer's log has said."""
    return [each.getMessage() for each in caplog.records if each.name == LOGGER]


def test_a_version_that_differs_is_told_once(server: "redis.Redis", caplog: pytest.LogCaptureFixture) -> None:
    """The sentence names both, and what to set; views of a producer say it no second time."""
    hello(server, "26.0")
    producer = Producer.on(server, page="P1", graph_version="27.0")
    for _ in range(3):
        producer.for_page("P2").send_text("1", "x")
    assert len(warnings(caplog)) == 1
    assert warnings(caplog)[0].startswith("workers call Graph v26.0, this producer checks for v27.0")


def test_one_that_agrees_says_nothing(server: "redis.Redis", caplog: pytest.LogCaptureFixture) -> None:
    """Neither does one whose workers are not there yet, or that cannot be read."""
    producer = Producer.on(server, page="P1", graph_version="26.0")
    producer.send_text("1", "x")
    hello(server, "26.0")
    server.hset("outbound:workers:info", "odd", b"{")
    Producer.on(server, page="P1", graph_version="26.0").send_text("1", "x")
    assert warnings(caplog) == []


def test_an_async_producer_says_it_too(server: "redis.Redis", caplog: pytest.LogCaptureFixture) -> None:
    """The same words, in an event loop."""
    hello(server, "26.0")

    async def main() -> None:
        async with AsyncProducer.on(async_client(server), page="P1") as producer:
            await producer.send_text("1", "x")
            await producer.send_text("1", "y")

    asyncio.run(main())
    assert len(warnings(caplog)) == 1
