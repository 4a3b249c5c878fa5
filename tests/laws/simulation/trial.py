"""Seeds tried side by side, in as many processes as the machine has processors, each with a server of its own."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec
import redis

from tests.laws.simulation.running import Simulation, Story

COMMANDS: Final = 100
ACTIVE_MS: Final = 20_000
PROCESSES: Final = min(4, os.cpu_count() or 1)
ROOT: Final = Path(__file__).parents[3]


class Trial(msgspec.Struct, frozen=True):
    """How many seeds were tried, and the one that broke a law, if one did."""

    number: int
    seed: int | None = None
    problems: tuple[str, ...] = ()


def story_of(client: "redis.Redis", seed: int) -> Story:
    """Returns what became of one seed."""
    return Simulation(client, seed, commands=COMMANDS, active_ms=ACTIVE_MS).run()


def side_by_side(seeds: int, seconds: float) -> list[Trial]:
    """Tries the seeds from 0, and then new ones for so many seconds, in as many processes as there are processors."""
    with contextlib.ExitStack() as stack:
        running = [
            stack.enter_context(
                subprocess.Popen(  # noqa: S603 (our own interpreter and module)
                    [
                        sys.executable,
                        "-m",
                        "tests.laws.simulation",
                        *map(str, (first, seeds, PROCESSES, seconds)),
                    ],
                    cwd=ROOT,
                    stdout=subprocess.PIPE,
                )
            )
            for first in range(PROCESSES)
        ]
        for each in running:
            stack.callback(each.terminate)
        return [msgspec.json.decode(each.communicate()[0], type=Trial) for each in running]
