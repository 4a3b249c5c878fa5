"""Whole installations on a virtual clock: whatever fails and whoever dies, what was asked for ends as the laws say.

A seed decides everything: who enqueues what, what Graph answers, who crashes where. A failing seed is printed with the
line that replays it: `SIMULATION_SEED=17 pytest tests/laws/test_simulation.py`. `SIMULATION_SEEDS` is how many are
tried on a real server, and with `SOAK_S` new ones are tried for that many seconds.
"""

import os
import time
from collections.abc import Iterator
from typing import Final

import pytest
import redis

from tests.laws.simulation.running import Simulation, Story

ONE: Final = os.environ.get("SIMULATION_SEED")
SEEDS: Final = int(os.environ.get("SIMULATION_SEEDS") or 200)
SOAK_S: Final = float(os.environ.get("SOAK_S") or 0)
FAKE_SEEDS: Final = 4  # fakeredis runs Lua slowly
COMMANDS: Final = 100
ACTIVE_MS: Final = 20_000


def story_of(client: "redis.Redis", seed: int) -> Story:
    """Returns what became of one seed."""
    return Simulation(client, seed, commands=COMMANDS, active_ms=ACTIVE_MS).run()


def seeds(*, is_fake: bool) -> Iterator[int]:
    """Yields the seeds to try."""
    if ONE is not None:
        yield int(ONE)
        return
    yield from range(FAKE_SEEDS if is_fake else SEEDS)
    until = time.monotonic() + SOAK_S
    seed = time.time_ns() // 1_000_000
    while not is_fake and time.monotonic() < until:
        seed += 1
        yield seed


@pytest.mark.long
@pytest.mark.timeout(0 if SOAK_S else 600)
def test_whatever_fails_everything_ends_as_the_laws_say(server: "redis.Redis") -> None:
    """Nothing is lost, repeated without a doubt, out of order, above a limit, or counted wrong, on any seed."""
    for seed in seeds(is_fake=type(server).__name__ == "FakeRedis"):
        story = story_of(server, seed)
        if story.problems:
            shown = "; ".join(story.problems[:3])
            pytest.fail(
                f"SIMULATION_SEED={seed} pytest tests/laws/test_simulation.py replays this: {shown}",
                pytrace=False,
            )


def test_a_seed_replays_exactly(server: "redis.Redis") -> None:
    """Two runs of one seed ask the same, fail in the same places, and get the same answers of the server."""
    first, second = (story_of(server, 7) for _ in range(2))
    assert first == second


def test_a_run_meets_what_it_is_there_for(valkey: "redis.Redis") -> None:
    """Some seeds together bring every outcome, attempts in doubt, and people who were reached twice."""
    stories = [story_of(valkey, seed) for seed in range(12)]
    assert {name for story in stories for name in story.ended} == {
        "sent",
        "refused",
        "exhausted",
        "expired",
        "cancelled",
        "unknown",
    }
    assert sum(story.twice for story in stories) > 0
    assert min(story.steps for story in stories) > 1_000
