"""The regression guard: a short run of the bench's main ratios, with floors at about half of what we measure."""

from collections.abc import Iterator

import msgspec
import pytest

from worker.bench import broadcasts, enqueueing, footprint, throughput
from worker.bench.arena import Arena, open_arena
from worker.bench.figures import Figure, Section
from worker.bench.plan import quick_plan

pytestmark = pytest.mark.process

SHORT = msgspec.structs.replace(
    quick_plan(), name="guard", ours=8_000, window_s=0.8, enqueued=1_500, lone=0, idle_s=4.0
)


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


def test_throughput_keeps_its_ratios(arena: Arena) -> None:
    """One worker process stays several times faster than Dramatiq's one post a message, and near the bare loop."""
    found = by_key(throughput.measure(arena, SHORT, silent))
    assert found["ratio_dramatiq"].spread.most >= 6.0, found["ratio_dramatiq"]
    assert found["ratio_batches"].spread.most >= 0.2, found["ratio_batches"]
    assert found["stub_share"].spread.median <= 0.6, found["stub_share"]


def test_enqueueing_keeps_its_ratios(arena: Arena) -> None:
    """`send_many` stays several times faster than `actor.send`, and what waits takes no more memory than it did."""
    found = by_key(enqueueing.measure(arena, SHORT, silent))
    assert found["enqueue_ratio_many"].spread.most >= 2.5, found["enqueue_ratio_many"]
    assert found["enqueue_ratio_one"].spread.most >= 0.5, found["enqueue_ratio_one"]
    assert found["memory_many"].spread.median <= 500, found["memory_many"]


def test_rest_costs_next_to_nothing(arena: Arena) -> None:
    """An idle worker asks Redis a few times a second at most, and the producer imports in a moment."""
    found = by_key(footprint.measure(arena, SHORT, silent))
    assert found["idle_commands"].spread.median <= 4.0, found["idle_commands"]
    assert found["import_cost"].spread.least <= 0.10, found["import_cost"]


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
