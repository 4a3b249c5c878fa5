"""Fixtures for the tests of a service; pytest finds them by itself once the package is installed.

They live beside the worker because two of them run it: the producer stays free of it. Each loads what it needs when a
test first asks for it, and says what to install when that is not there. `-p no:outbound` turns them off.
"""

import importlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest


@pytest.fixture
def outbound_page() -> str:
    """The Page that producers of the kit send for; define this fixture to name yours."""
    return "111111111111111"


@pytest.fixture
def outbound_pages(outbound_page: str) -> tuple[str, ...]:
    """The Pages that `outbound_worker` has a token for; define this fixture to name more."""
    return (outbound_page,)


@pytest.fixture
def outbound_settings() -> Mapping[str, str]:
    """More settings of `outbound_worker`, as environment variables; define this fixture to give some."""
    return {}


@pytest.fixture
def outbox(outbound_page: str) -> Any:  # noqa: ANN401 (a `producer.testing.Outbox`, loaded when it is asked for)
    """A producer without Redis that keeps what was enqueued: `outbox.assert_sent(recipient="7", text="Hello!")`."""
    return _loaded("producer.testing", "outbox").Outbox(outbound_page)


@pytest.fixture
def outbound_redis() -> Iterator[Any]:
    """A `redis.Redis` of a server in this process that runs the queue's scripts; nothing else shares it."""
    with _loaded("worker.testing.servers", "outbound_redis").server() as client:
        yield client


@pytest.fixture
def outbound_producer(outbound_redis: Any, outbound_page: str) -> Any:  # noqa: ANN401 (a redis.Redis; a Producer)
    """A `Producer` on `outbound_redis`."""
    return _loaded("producer", "outbound_producer").Producer.on(outbound_redis, page=outbound_page)


@pytest.fixture
def outbound_async_producer(outbound_redis: Any, outbound_page: str) -> Any:  # noqa: ANN401 (as above, of an event loop)
    """An `AsyncProducer` on the same server as `outbound_redis`; use it in one event loop."""
    client = _loaded("worker.testing.servers", "outbound_async_producer").awaited(outbound_redis)
    return _loaded("producer", "outbound_async_producer").AsyncProducer.on(client, page=outbound_page)


@pytest.fixture
def graph() -> Iterator[Any]:
    """The stub of Graph as a server on a free port of loopback, with its ledger and faults: `graph.texts("7")`."""
    with _loaded("worker.testing.graph", "graph").Graph() as stub:
        yield stub


@pytest.fixture
def outbound_worker(
    outbound_redis: Any,  # noqa: ANN401 (a redis.Redis)
    graph: Any,  # noqa: ANN401 (a worker.testing.graph.Graph)
    outbound_pages: tuple[str, ...],
    outbound_settings: Mapping[str, str],
) -> Iterator[Any]:
    """A worker in this process between `outbound_redis` and `graph`; `drain()` returns when all that is due ended."""
    worker = _loaded("worker.testing.draining", "outbound_worker")
    with worker.Worker(outbound_redis, graph.origin, outbound_pages, outbound_settings) as running:
        yield running


def _loaded(module: str, fixture: str) -> Any:  # noqa: ANN401 (a module)
    """Returns a module; fails the test in a sentence when a package that it needs is not installed."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        pytest.fail(
            f"the fixture {fixture} needs the package {missing}, which is not installed: "
            "pip install 'messenger-outbound[worker,testing]'",
            pytrace=False,
        )
