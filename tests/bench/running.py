"""`Bench`: one run of all that a plan names, in the order of importance."""

import time
from collections.abc import Callable

from tests.bench import broadcasts, enqueueing, footprint, growth, latency, shapes, throughput
from tests.bench.arena import open_arena, valkey_version
from tests.bench.figures import Results, Section, Series
from tests.bench.machine import machine, versions
from tests.bench.plan import Plan

__all__ = ["Bench", "Plan"]


class Bench:
    """One run; `say` is called with each step's name in words, `sections` are those that are done."""

    def __init__(self, plan: Plan, say: Callable[[str], object] = lambda _step: None) -> None:
        self._plan = plan
        self._say = say
        self.sections: list[Section] = []

    def run(self) -> Results:
        """Returns what was found; all that was started has ended by then.

        Raises:
            BenchFailedError: something that was measured ended or stood still.
        """
        started = time.monotonic()
        found_machine = machine()
        sections = self.sections
        series: list[Series] = []
        with open_arena() as arena:
            server = valkey_version(arena.client)
            sections.append(throughput.measure(arena, self._plan, self._say))
            sections.append(enqueueing.measure(arena, self._plan, self._say))
            sections.append(footprint.measure(arena, self._plan, self._say))
        with open_arena(ledger=True) as arena:
            section, curves = latency.measure(arena, self._plan, self._say)
            sections.append(section)
            series += curves
        sections.append(shapes.measure_with_latency(self._plan, self._say))
        if self._plan.with_shapes:
            self._measure_shapes(sections, series)
        return Results(
            machine=found_machine,
            versions=versions(server),
            plan=self._plan.name,
            seconds=round(time.monotonic() - started, 1),
            sections=sections,
            series=series,
        )

    def _measure_shapes(self, sections: list[Section], series: list[Series]) -> None:
        with open_arena() as arena:
            sections.append(broadcasts.measure(arena, self._plan, self._say))
            sections.append(shapes.measure(arena, self._plan, self._say))
            for section, lines in (
                growth.measure_pages(arena, self._say),
                growth.measure_backlog(arena, self._plan, self._say),
            ):
                sections.append(section)
                series += lines
        section, lines = growth.measure_workers(self._plan, self._say)
        sections.append(section)
        series += lines
