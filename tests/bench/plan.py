"""How much a bench measures: repeats and sizes."""

from collections.abc import Callable

import msgspec

Say = Callable[[str], object]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The sizes of one run. `scale` shrinks the loads that take minutes: 1.0 passes a million messages."""

    name: str
    repeats: int
    ours: int
    window_s: float
    enqueued: int
    lone: int
    idle_s: float
    with_shapes: bool
    shape: int
    scale: float

    def scaled(self, count: int) -> int:
        """Returns a long load's size in this run, in whole thousands."""
        return max(1_000, round(count * self.scale / 1_000) * 1_000)


def quick_plan() -> Plan:
    """Returns the plan of the main ratios alone: two minutes at most on two cores."""
    return Plan(
        name="quick",
        repeats=3,
        ours=20_000,
        window_s=1.5,
        enqueued=4_000,
        lone=120,
        idle_s=20.0,
        with_shapes=False,
        shape=0,
        scale=0.0,
    )


def full_plan(scale: float = 1.0) -> Plan:
    """Returns the plan of every figure: a quarter of an hour at most on two cores."""
    return Plan(
        name="full",
        repeats=5,
        ours=40_000,
        window_s=2.0,
        enqueued=10_000,
        lone=250,
        idle_s=30.0,
        with_shapes=True,
        shape=30_000,
        scale=scale,
    )
