"""The regression guard: a short run of the main ratios, with bounds at about half of what a quiet machine measures."""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec
import pytest

from tests.bench import broadcasts, enqueueing, footprint, throughput
from tests.bench.arena import Arena, open_arena
from tests.bench.figures import Figure, Section
from tests.bench.plan import quick_plan

pytestmark = [pytest.mark.alone, pytest.mark.process, pytest.mark.usefixtures("untraced")]

SHORT = msgspec.structs.replace(
    quick_plan(), name="guard", ours=8_000, window_s=0.8, enqueued=2_000, lone=0, idle_s=10.0
)
TRIES: Final = 3  # whatever else this machine does can only take from a figure


@pytest.fixture(scope="module")
def arena() -> Iterator[Arena]:
    """An embedded Valkey and a stub of Graph for all measurements of this file."""
    with open_arena() as opened:
        yield opened


def silent(_step: str) -> None:
    """Says nothing."""


def by_key(section: Section) -> dict[str, Figure]:
    """Returns the figures of a section by their keys."""
    return {each.key: each for each in section.figures}


def missed(
    measure: Callable[[], Section], least: dict[str, float], most: dict[str, float]
) -> dict[str, Figure]:
    """Measures until every figure keeps its bound, at most three times; returns those that did not in the last."""
    found: dict[str, Figure] = {}
    for _ in range(TRIES):
        figures = by_key(measure())
        found = {key: figures[key] for key, bound in least.items() if figures[key].spread.most < bound}
        found |= {key: figures[key] for key, bound in most.items() if figures[key].spread.least > bound}
        if not found:
            break
    return found


def test_throughput_keeps_its_ratios(arena: Arena) -> None:
    """One worker process stays many times faster than Dramatiq's one post a message, and near the bare loop."""
    least = {"ratio_dramatiq": 15.0, "ratio_batches": 0.45}
    assert missed(lambda: throughput.measure(arena, SHORT, silent), least, {"stub_share": 0.6}) == {}


def test_enqueueing_keeps_its_ratios(arena: Arena) -> None:
    """`send_many` stays many times faster than `actor.send`, and what waits takes little more memory than it did."""
    least = {"enqueue_ratio_many": 10.0, "enqueue_ratio_one": 0.6}
    assert missed(lambda: enqueueing.measure(arena, SHORT, silent), least, {"memory_many": 280}) == {}


def test_rest_costs_next_to_nothing(arena: Arena) -> None:
    """An idle worker asks Redis twice a second at most, and the producer imports in a moment."""
    most = {"idle_commands": 2.2, "import_cost": 0.10}
    assert missed(lambda: footprint.measure(arena, SHORT, silent), {}, most) == {}


def test_a_broadcast_keeps_its_size(arena: Arena) -> None:
    """A person who waits costs no more than its target, and the process that adds them stays as large as it was."""
    found = broadcasts.measure(arena, msgspec.structs.replace(SHORT, scale=0.1), silent)
    figures = by_key(found)
    assert found.title == "Broadcast of a million, scaled to 100,000 people"
    reached = {key: each.reached for key, each in figures.items()}
    assert reached == {
        "broadcast_seconds": None,
        "broadcast_bytes": True,
        "broadcast_bytes_adding": True,
        "broadcast_resident": True,
    }, figures
    assert figures["broadcast_bytes"].spread.median < figures["broadcast_bytes_adding"].spread.median
