"""`Spread`: repeated measurements as median, least and most; and the steady rate of a count that grows."""

import math
import statistics
from collections.abc import Sequence
from typing import Final

import msgspec

RAMP: Final = 0.1
TAIL: Final = 0.95


class Spread(msgspec.Struct, frozen=True):
    """Repeated measurements of one thing."""

    median: float
    least: float
    most: float
    samples: int


def spread_of(values: Sequence[float]) -> Spread:
    """Returns the spread of one or more measurements.

    Raises:
        ValueError: there is none.
    """
    if not values:
        raise ValueError("a spread needs at least one measurement")
    return Spread(statistics.median(values), min(values), max(values), len(values))


def percentile(values: Sequence[float], share: float) -> float:
    """Returns the value that `share` (0 to 1) of the measurements do not exceed; the nearest rank, never a mean.

    Raises:
        ValueError: there is no measurement.
    """
    if not values:
        raise ValueError("a percentile needs at least one measurement")
    rank = min(len(values), max(1, math.ceil(share * len(values))))
    return sorted(values)[rank - 1]


def steady_rate(samples: Sequence[tuple[float, int]], total: int) -> float:
    """Returns how many a second were done between the first tenth and the last twentieth of `total`.

    `samples` are pairs of seconds and the number done by then, in order. With too few of them inside, the rate is that
    of the whole.
    """
    inside = [each for each in samples if RAMP * total <= each[1] <= TAIL * total]
    if len(inside) < 2 or inside[-1][1] == inside[0][1]:
        inside = [samples[0], samples[-1]]
    (began, first), (ended, last) = inside[0], inside[-1]
    return (last - first) / max(ended - began, 1e-9)
