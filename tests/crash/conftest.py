"""Every crash test has a Valkey server of its own, with a client for the test."""

from collections.abc import Iterator

import pytest
import redis

from tests.running import Valkey


@pytest.fixture
def valkey_server() -> Iterator[Valkey]:
    """A server that nothing else uses."""
    with Valkey() as server:
        yield server


@pytest.fixture
def client(valkey_server: Valkey) -> Iterator["redis.Redis"]:
    """The test's own client of that server."""
    with valkey_server.client() as made:
        yield made
