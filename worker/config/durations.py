"""Durations and rates as people write them in settings: `1s`, `2m`, `10s`; `40/s`, `10/10m`, `off`."""

import re
from typing import Final

from worker.engine.knowledge import Rate

_UNITS_MS: Final = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_RATE: Final = re.compile(r"(\d+)/(\d*)(s|m|h)")

CALLS_MAX: Final = 1_000_000


def duration_ms(text: str) -> int:
    """Returns the milliseconds of a duration such as `500ms`, `10s`, `1.5m` or `2h`.

    Raises:
        ValueError: says which forms there are.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError("a duration is a number and a unit, such as 500ms, 10s, 2m or 1h")
    return round(float(match[1]) * _UNITS_MS[match[2]])


def rate_of(text: str, *, burst_ms: int = 1_000) -> Rate | None:
    """Returns the limit that `40/s`, `10/10m` or `off` stands for; None is no limit.

    A rate by the second is spread evenly, with a burst of what it allows in `burst_ms` milliseconds, at least one call.
    A rate over a longer time is an exact window.

    Raises:
        ValueError: says which forms there are.
    """
    if text.strip() == "off":
        return None
    match = _RATE.fullmatch(text.strip())
    if match is None or not 0 < int(match[1]) <= CALLS_MAX or match[2] == "0":
        raise ValueError("a rate is calls by time, such as 40/s, 10/10m or 750/h, or off")
    calls, per_ms = int(match[1]), int(match[2] or "1") * _UNITS_MS[match[3]]
    if match[3] == "s" and not match[2]:
        return Rate(calls, per_ms, max(1, calls * burst_ms // 1_000))
    return Rate(calls, per_ms)
