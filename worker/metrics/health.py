"""Whether a worker lives, and whether it is ready: decided from what its processes, Redis and the Pages file show."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from worker.observe.metering import Loop

STILL_S: Final = 30.0


class Finding(msgspec.Struct, frozen=True):
    """What a probe is answered; `problems` is empty when all is well."""

    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Tells whether nothing is wrong."""
        return not self.problems


class Health:
    """Answers the probes of one worker.

    Args:
        ages: returns how many seconds ago each loop of each process last went round, by process id.
        heartbeat_s: how often a process says to Redis that it lives, at the latest.
        redis_problem: returns why Redis is not reached, or None.
        pages_problem: returns why the Pages file cannot be read, or None.
        away: returns why processes take Graph to be down, by process id; those that reach it are not in it.
        stopping: tells whether the worker was told to stop.
    """

    def __init__(
        self,
        *,
        ages: Callable[[], Mapping[int, Mapping[Loop, float]]],
        heartbeat_s: float,
        redis_problem: Callable[[], str | None],
        pages_problem: Callable[[], str | None],
        stopping: Callable[[], bool],
        away: Callable[[], Mapping[int, str]] = dict,
    ) -> None:
        self._ages = ages
        self._still_s: Mapping[Loop, float] = {
            "consumer": STILL_S,
            "timer": STILL_S,
            "heartbeat": STILL_S + heartbeat_s,
        }
        self._redis_problem = redis_problem
        self._pages_problem = pages_problem
        self._stopping = stopping
        self._away = away

    def live(self) -> Finding:
        """Tells whether every loop of every process goes round; a worker that stops lives until it has stopped.

        Neither Redis nor Graph is asked: that they are away is no reason to start a worker anew.
        """
        return Finding() if self._stopping() else Finding(tuple(self._still()))

    def ready(self) -> Finding:
        """Tells whether commands are delivered now: it lives, Redis and Graph answer, the Pages file can be read."""
        if self._stopping():
            return Finding(("the worker is stopping",))
        found = [*self._still(), self._redis_problem(), self._pages_problem(), self._graph_problem()]
        if not self._ages():
            found.insert(0, "no process has begun yet")
        return Finding(tuple(each for each in found if each is not None))

    def _graph_problem(self) -> str | None:
        """Returns why nothing of what this worker tries reaches Graph; None while a process of it does."""
        away, processes = self._away(), self._ages()
        if not processes or not away.keys() >= processes.keys():
            return None
        return f"Graph does not answer: {', '.join(sorted({away[pid] for pid in processes}))}"

    def _still(self) -> list[str]:
        return [
            f"the {loop} of process {pid} has stood still for {age_s:.0f} s"
            for pid, loops in sorted(self._ages().items())
            for loop, age_s in loops.items()
            if age_s > self._still_s[loop]
        ]
