"""What an idle worker asks of Redis, and what it costs to import the producer."""

import subprocess
import sys
import time
from typing import Final

import redis

from tests.bench.arena import Arena, clean_environment
from tests.bench.figures import Figure, Section, Target
from tests.bench.plan import Plan, Say
from tests.bench.processes import our_worker
from tests.bench.spread import spread_of

QUIET_S: Final = 6.0  # until each of its regular questions was asked once, and its connections are open
IMPORTS: Final = 7
TIMED: Final = "import time; t = time.perf_counter(); import {names}; print(time.perf_counter() - t)"
LUA: Final = "lua"
END: Final = "the count ends here"


def measure(arena: Arena, plan: Plan, say: Say) -> Section:
    """Returns the section of what we cost while nothing happens."""
    say("idle worker: counting its commands")
    # a heartbeat as it is by default, for that is what an idle worker sends
    with our_worker(arena.settings(heartbeat_timeout="10s")):
        time.sleep(QUIET_S)
        asked, inside = _commands_seen(arena, plan.idle_s)
    arena.empty()
    say("imports")
    return Section(
        "At rest",
        [
            Figure(
                key="idle_commands",
                title="Redis commands of an idle worker process",
                unit="a second",
                spread=spread_of([asked / plan.idle_s]),
                target=Target("at most", 2.0),
                note=f"round trips, over {plan.idle_s:g} s; {inside / plan.idle_s:.1f} a second more inside scripts",
            ),
            _import_cost(),
        ],
    )


def _commands_seen(arena: Arena, seconds: float) -> tuple[int, int]:
    """Returns how many commands Redis saw from clients, and how many scripts called, within so many seconds."""
    asked, inside = 0, 0
    arena.client.ping()  # its connection is open before the count begins
    with (
        redis.Redis.from_url(arena.redis_url) as watcher,
        watcher.monitor() as monitor,
    ):
        time.sleep(seconds)
        arena.client.echo(END)
        while END not in (seen := monitor.next_command())["command"]:
            if seen["client_type"] == LUA:
                inside += 1
            else:
                asked += 1
    return asked, inside


def _import_cost() -> Figure:
    pairs = [(_import_s("redis, msgspec"), _import_s("producer")) for _ in range(IMPORTS)]
    bare = spread_of([each[0] for each in pairs])
    return Figure(
        key="import_cost",
        title="import producer, above import redis, msgspec",
        unit="s",
        spread=spread_of([ours - theirs for theirs, ours in pairs]),
        target=Target("at most", 0.10),
        note=f"import redis, msgspec takes {bare.median:.3f} s",
    )


def _import_s(names: str) -> float:
    command = [sys.executable, "-c", TIMED.format(names=names)]
    done = subprocess.run(command, capture_output=True, check=True, env=clean_environment())  # noqa: S603 (our own interpreter)
    return float(done.stdout)
