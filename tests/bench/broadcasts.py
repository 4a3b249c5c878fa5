"""What a broadcast to a million people takes: time, Redis memory a person who waits, and memory of the process."""

import subprocess
import sys
from typing import Final

import msgspec

from tests.bench.arena import Arena, clean_environment
from tests.bench.broadcaster import Told
from tests.bench.figures import BenchFailedError, Figure, Section, Target
from tests.bench.plan import Plan, Say
from tests.bench.spread import spread_of

MILLION: Final = 1_000_000
MEGABYTE: Final = 1024 * 1024
RUN_S_MAX: Final = 600.0
BYTES_A_PERSON: Final = Target("at most", 150.0)
RESIDENT: Final = Target("at most", 60e6 / MEGABYTE)


def measure(arena: Arena, plan: Plan, say: Say) -> Section:
    """Returns the section of one broadcast, to a million people or the plan's share of them; no worker runs."""
    people = plan.scaled(MILLION)
    say(f"a broadcast to {people:,} people")
    arena.empty()
    told = _broadcast(arena, people)
    arena.empty()
    return section_of(told)


def section_of(told: Told) -> Section:
    """Returns what one broadcast took as figures, with their targets."""
    people = f"{told.people:,} people"
    return Section(
        "Broadcast of a million" if told.people == MILLION else f"Broadcast of a million, scaled to {people}",
        [
            Figure(
                key="broadcast_seconds",
                title=f"broadcast_to {people}, from a generator",
                unit="s",
                spread=spread_of([told.seconds]),
                note=f"{told.people / told.seconds:,.0f} people/s",
            ),
            Figure(
                key="broadcast_bytes",
                title="Redis memory a person who waits",
                unit="bytes",
                spread=spread_of([told.redis / told.people]),
                target=BYTES_A_PERSON,
                note="once all are added",
            ),
            Figure(
                key="broadcast_bytes_adding",
                title="the same at most, while people are added",
                unit="bytes",
                spread=spread_of([told.redis_peak / told.people]),
                target=BYTES_A_PERSON,
                note="with the set of those added, which tells who is listed twice",
            ),
            Figure(
                key="broadcast_resident",
                title="resident memory of the process above its start, at most",
                unit="MiB",
                spread=spread_of([told.resident / MEGABYTE]),
                target=RESIDENT,
            ),
        ],
    )


def _broadcast(arena: Arena, people: int) -> Told:
    done = subprocess.run(  # noqa: S603 (our own interpreter and module)
        [sys.executable, "-m", "tests.bench.broadcaster", str(people)],
        env=clean_environment() | {"REDIS_URL": arena.redis_url},
        capture_output=True,
        timeout=RUN_S_MAX,
        check=False,
    )
    if done.returncode != 0:
        words = done.stderr.decode("utf-8", "replace")[-1_000:]
        raise BenchFailedError(f"the broadcast ended with {done.returncode}:\n{words}")
    return msgspec.json.decode(done.stdout, type=Told)
