"""What waits for a signal keeps its question, and takes none that is for others."""

import time
from collections.abc import Iterator
from typing import cast

import pytest
import redis

from tests.running import Valkey
from worker.engine.lanes import Lanes

KEY = "outbound:alarm"


@pytest.fixture(scope="module")
def valkey() -> Iterator[Valkey]:
    """One server for these tests."""
    with Valkey() as server:
        yield server


@pytest.fixture
def lanes(valkey: Valkey) -> Iterator[Lanes]:
    """An empty key space."""
    with valkey.client() as client:
        client.flushall()
        yield Lanes(client)


def asking(client: "redis.Redis") -> int:
    """Returns how many clients wait for a signal now."""
    return int(cast("dict[str, int]", client.info("clients"))["blocked_clients"])


def test_a_signal_between_two_waits_is_not_missed(lanes: Lanes) -> None:
    """The question of the wait before is still there."""
    waiter = lanes.waiter("alarm")
    assert waiter.wait(0.02) is False
    lanes.client.rpush(KEY, "1")
    assert waiter.wait(0.5) is True
    waiter.close()


def test_after_a_signal_the_next_is_for_whoever_asks(lanes: Lanes) -> None:
    """The one that has what it waited for does not take a second while it works."""
    waiter = lanes.waiter("alarm")
    lanes.client.rpush(KEY, "1")
    assert waiter.wait(1) is True
    assert asking(lanes.client) == 0
    lanes.client.rpush(KEY, "1")
    other = lanes.waiter("alarm")
    assert other.wait(1) is True
    other.close()


def test_closed_it_leaves_its_question(lanes: Lanes) -> None:
    """A signal that it would get is lost for the worker that waits for it."""
    waiter = lanes.waiter("alarm")
    waiter.wait(0.01)
    assert asking(lanes.client) == 1
    waiter.close()
    deadline = time.monotonic() + 2
    while asking(lanes.client) and time.monotonic() < deadline:
        time.sleep(0.01)
    lanes.client.rpush(KEY, "1")
    assert lanes.client.llen(KEY) == 1
