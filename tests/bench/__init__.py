"""`make bench`: every figure of our speed and size in one run, on an embedded Valkey and a stub of Graph.

It starts all that it measures, and ends it by its process id.
"""

from tests.bench.figures import BenchFailedError, Figure, Results, Section, Series, Target
from tests.bench.running import Bench, Plan
from tests.bench.spread import Spread, spread_of

__all__ = [
    "Bench",
    "BenchFailedError",
    "Figure",
    "Plan",
    "Results",
    "Section",
    "Series",
    "Spread",
    "Target",
    "spread_of",
]
