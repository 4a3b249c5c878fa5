"""What a bench finds: figures with their targets, in sections, and series for the plots."""

from typing import Final, Literal

import msgspec

from producer.errors import OutboundError
from tests.bench.spread import Spread

TIMES: Final = "times"


class BenchFailedError(OutboundError):
    """Something that was measured ended or stood still; the message has its last words."""


class Target(msgspec.Struct, frozen=True):
    """What a figure's median is to be: at least or at most `bound`."""

    sense: Literal["at least", "at most"]
    bound: float

    def is_met_by(self, value: float) -> bool:
        """Tells whether a value reaches the target."""
        return value >= self.bound if self.sense == "at least" else value <= self.bound


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One measured figure. `key` is for ever; `title` and `note` are for people."""

    key: str
    title: str
    unit: str
    spread: Spread
    target: Target | None = None
    note: str = ""

    @property
    def reached(self) -> bool | None:
        """Tells whether the median reaches the target; None without one."""
        return None if self.target is None else self.target.is_met_by(self.spread.median)


class Section(msgspec.Struct, frozen=True):
    """Figures that belong together, with the remarks that a reader needs to judge them."""

    title: str
    figures: list[Figure]
    remarks: list[str] = []


class Series(msgspec.Struct, frozen=True):
    """A line of a plot: `points` are pairs of x and y."""

    name: str
    x: str
    y: str
    points: list[tuple[float, float]]


class Results(msgspec.Struct, frozen=True):
    """All that one run of the bench found."""

    machine: dict[str, str]
    versions: dict[str, str]
    plan: str
    seconds: float
    sections: list[Section]
    series: list[Series]

    def figure(self, key: str) -> Figure:
        """Returns the figure of a key.

        Raises:
            KeyError: this run did not measure it.
        """
        for section in self.sections:
            for figure in section.figures:
                if figure.key == key:
                    return figure
        raise KeyError(key)
