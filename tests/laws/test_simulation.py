"""Whole installations on a virtual clock: whatever fails and whoever dies, what was asked for ends as the laws say.

A seed decides everything: who enqueues what, what Graph answers, who crashes where. A failing seed is printed with the
line that replays it: `SIMULATION_SEED=17 pytest tests/laws/test_simulation.py`. `SIMULATION_SEEDS` is how many are
tried on a real server, and with `SOAK_S` new ones are tried for that many seconds.
"""

import os
from typing import Final

import pytest
import redis

from tests.laws.simulation.trial import side_by_side, story_of

ONE: Final = os.environ.get("SIMULATION_SEED")
SEEDS: Final = int(os.environ.get("SIMULATION_SEEDS") or 200)
SOAK_S: Final = float(os.environ.get("SOAK_S") or 0)
FAKE_SEEDS: Final = 3  # fakeredis runs Lua slowly


def fail(seed: int, problems: tuple[str, ...]) -> None:
    """Fails with what broke, and the line that replays it."""
    shown = "; ".join(problems[:3])
    pytest.fail(
        f"SIMULATION_SEED={seed} pytest tests/laws/test_simulation.py replays this: {shown}", pytrace=False
    )


@pytest.mark.alone
@pytest.mark.long
@pytest.mark.skipif(ONE is not None, reason="SIMULATION_SEED names one seed")
@pytest.mark.timeout(0 if SOAK_S else 600)
def test_whatever_fails_everything_ends_as_the_laws_say() -> None:
    """Nothing is lost, repeated without a doubt, out of order, above a limit, or counted wrong, on any seed."""
    trials = side_by_side(SEEDS, SOAK_S)
    for each in trials:
        if each.seed is not None:
            fail(each.seed, each.problems)
    assert sum(each.number for each in trials) >= SEEDS


def test_some_seeds_end_as_the_laws_say_on_each_server(server: "redis.Redis") -> None:
    """A few seeds, or the one that is named, end well on fakeredis as on Valkey."""
    for seed in range(FAKE_SEEDS) if ONE is None else (int(ONE),):
        story = story_of(server, seed)
        if story.problems:
            fail(seed, story.problems)


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
