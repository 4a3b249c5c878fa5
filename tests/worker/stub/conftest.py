"""A running stub and a client for it, new for each test."""

from collections.abc import Iterator

import httpx
import pytest

from worker.stub import GraphStub


@pytest.fixture
def stub() -> Iterator[GraphStub]:
    """Gives a stub that takes any token."""
    with GraphStub() as running:
        yield running


@pytest.fixture
def http(stub: GraphStub) -> Iterator[httpx.Client]:
    """Gives a client with kept-alive connections to the stub."""
    with httpx.Client(base_url=stub.origin, timeout=10) as client:
        yield client
