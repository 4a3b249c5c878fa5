"""The process that `tests.bench.broadcasts` measures: `python -m tests.bench.broadcaster COUNT` begins one broadcast.

It takes the server's address from `REDIS_URL`, and prints one JSON document.
"""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, cast

import msgspec
import redis

from producer import Producer, messages

PAGE: Final = "100000000000001"
PEOPLE_FIRST: Final = 10**16
TEXT: Final = "The sale ends tonight: everything is half the price, at both shops and at home."
# Asked for each this many people: often enough to see a peak, and seldom enough not to be one.
ASKED_EVERY: Final = 50_000
# Redis frees the set of those added in a thread of its own.
SETTLE_S: Final = 0.5


class Told(msgspec.Struct, frozen=True):
    """What one broadcast took: memory in bytes above that of the start; `redis_peak` is that while people are added."""

    people: int
    seconds: float
    resident: int
    redis: int
    redis_peak: int


def main() -> None:
    """Begins a broadcast to as many people as the first argument says, and prints what it took."""
    count = int(sys.argv[1])
    url = os.environ["REDIS_URL"]
    with redis.Redis.from_url(url) as client:
        sys.stdout.buffer.write(msgspec.json.encode(broadcast(url, client, count)))


def broadcast(url: str, client: "redis.Redis", count: int) -> Told:
    """Returns what it takes to begin a broadcast of one text to `count` people, whom a generator yields."""
    producer = Producer.connect(url, page=PAGE)
    used = _memory(client)
    start, resident, redis_peak = _resident(), 0, 0

    def note(position: int) -> None:
        nonlocal resident, redis_peak
        resident = max(resident, _resident() - start)
        if position % ASKED_EVERY == 0 or position == count:
            redis_peak = max(redis_peak, _memory(client) - used)

    began = time.perf_counter()
    producer.broadcast_to(_people(count), messages.text(TEXT), broadcast_id="bench", on_progress=note)
    seconds = time.perf_counter() - began
    time.sleep(SETTLE_S)
    return Told(count, seconds, resident, _memory(client) - used, redis_peak)


def _people(count: int) -> Iterator[str]:
    return (str(PEOPLE_FIRST + number) for number in range(count))


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _memory(client: "redis.Redis") -> int:
    return int(cast("Mapping[str, int]", client.info("memory"))["used_memory"])


if __name__ == "__main__":
    main()
