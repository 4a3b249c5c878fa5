"""When the calls before a command will have been made, at the rate of its lane; pure functions of what Redis holds."""

import math
import re
from typing import Final

import msgspec

UNITS: Final = (("h", 3_600_000), ("m", 60_000), ("s", 1_000))
RATE: Final = re.compile(r"(\w+):(g|w|off):?([\d.]*):?(\d*)")


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """The limit of a lane's rate class: one call every `every_ms` with a burst, or `calls` in any `window_ms`."""

    every_ms: float = 0
    burst: int = 0
    calls: int = 0
    window_ms: int = 0

    def slower(self, factor: float) -> "Pace":
        """Returns the pace of a Page whose calls come further apart for a while."""
        burst = max(1, math.floor(self.burst / factor))
        return msgspec.structs.replace(self, every_ms=self.every_ms * factor, burst=burst)

    @property
    def words(self) -> str:
        """The pace as a setting names it: `40/s`, `10/10m`, `750/h`."""
        if self.window_ms:
            unit, unit_ms = next((each for each in UNITS if self.window_ms % each[1] == 0), UNITS[-1])
            number = round(self.window_ms / unit_ms)
            return f"{self.calls}/{number if number > 1 or unit == 's' else ''}{unit}"
        return f"{1000 / self.every_ms:g}/s"


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What of a limit is spent: when its budget is full again, or the calls in its window and the oldest of them."""

    full_at_ms: float = 0
    window_calls: int = 0
    window_oldest_ms: float = 0


def paces_of(text: str) -> dict[str, Pace | None]:
    """Returns rates as scripts read them (`t:g:25:40,p:w:10:600000,m:off`) by class; None is no limit."""
    paces: dict[str, Pace | None] = {}
    for name, kind, first, second in RATE.findall(text):
        if kind == "g":
            paces[name] = Pace(every_ms=float(first), burst=int(second))
        elif kind == "w":
            paces[name] = Pace(calls=int(first), window_ms=int(second))
        else:
            paces[name] = None
    return paces


def slow_factor(entry: str, now_ms: int) -> float:
    """Returns by how much a Page's calls come further apart now (an entry of `slow`); 1 for not at all."""
    until_ms, _, factor = entry.partition("|")
    try:
        return float(factor) if int(until_ms) > now_ms else 1.0
    except ValueError:
        return 1.0


def leaves_at_ms(pace: Pace | None, spent: Spent, ahead: int, now_ms: int) -> float:
    """Returns when the call after `ahead` others may be made, if nothing else spends the budget."""
    if pace is None:
        return now_ms
    calls = ahead + 1
    if pace.window_ms:
        free = pace.calls - spent.window_calls
        if calls <= free:
            return now_ms
        opens_ms = max(now_ms, spent.window_oldest_ms + pace.window_ms)
        return opens_ms + (calls - free - 1) // pace.calls * pace.window_ms
    return max(now_ms, max(now_ms, spent.full_at_ms) + (calls - pace.burst) * pace.every_ms)


def pace_for(rates: str, overrides: str, rate_class: str, slow: str, now_ms: int) -> Pace | None:
    """Returns the pace of one class of a Page: the worker's, or the Page's own, slower while Meta asks for it."""
    pace = (paces_of(rates) | paces_of(overrides)).get(rate_class)
    factor = slow_factor(slow, now_ms)
    if pace is None or factor == 1.0 or pace.window_ms:
        return pace
    return pace.slower(factor)
