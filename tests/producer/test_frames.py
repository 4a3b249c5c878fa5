"""How far it is from a service's call to Redis's socket."""

import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

import producer
from producer import Producer

FRAMES_MAX = 4
OURS = str(Path(producer.__file__).parent)


@pytest.fixture
def seen(valkey_url: str) -> Iterator[tuple[Producer, list[int]]]:
    """A producer on connections that note how many frames of ours stand above each question."""
    counts: list[int] = []

    class Noting(redis.UnixDomainSocketConnection):
        def send_packed_command(self, command: object, check_health: bool = True) -> None:
            counts.append(sum(each.filename.startswith(OURS) for each in traceback.extract_stack()))
            super().send_packed_command(command, check_health)  # type: ignore[no-untyped-call]  # redis-py's own

    with redis.Redis.from_url(valkey_url) as client:
        client.connection_pool.connection_class = Noting
        yield Producer.on(client, page="P1"), counts


def test_a_text_is_at_most_four_frames_from_the_socket(seen: tuple[Producer, list[int]]) -> None:
    """What a reader of a traceback, and the processor, has to go through."""
    made, counts = seen
    made.send_text("1", "opens the connection")
    counts.clear()
    made.send_text("2", "Hello!")
    assert counts == [FRAMES_MAX]
