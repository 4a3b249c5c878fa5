"""What a lane may call now, and how long it takes to empty: many lanes at once, in two round trips."""

import math
from collections.abc import Mapping, Sequence
from typing import Final, cast

import msgspec
import redis

from producer.store.keys import CLASSES, Keys
from worker.operations.waking import Pace, Spent, leaves_at_ms, paces_of, slow_factor

NO_LIMIT: Final = "no limit"


class Known(msgspec.Struct, frozen=True):
    """What running workers know of a Page: the fingerprints of its tokens, and its paces by class; None is no limit."""

    app: str
    fingerprints: frozenset[str]
    paces: Mapping[str, Pace | None]


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """The limit of one class of a Page in words, the calls that are free now, and by what factor Meta slows it.

    `used` is the share of it that is spent, more than 1 for a debt; None where there is no limit, or nobody knows it.
    """

    rate: str | None = None
    free: int | None = None
    slowed: float | None = None
    used: float | None = None


class Line(msgspec.Struct, frozen=True):
    """One class of a Page, whose lanes share a budget."""

    page: str
    rate_class: str


class Spending(msgspec.Struct, frozen=True):
    """The pace of a class now, and what of it is spent."""

    pace: Pace | None
    spent: Spent
    factor: float
    known: bool


def known_pages(
    client: "redis.Redis", keys: Keys, digests: Sequence[str], pages: Sequence[str]
) -> dict[str, Known]:
    """Returns what workers with these profiles know of those of `pages` that they have a token for."""
    known: dict[str, Known] = {}
    for digest in sorted(set(digests)) if pages else ():
        key = keys.of(f"profile:{digest}")
        rates, *entries = cast("list[bytes | None]", client.hmget(key, ["@rates", *pages]))
        for page, entry in zip(pages, entries, strict=True):
            if entry is None:
                continue
            app, fingerprint, own = (*entry.decode().split(";", 2), "", "")[:3]
            before = known[page].fingerprints if page in known else frozenset()
            paces = paces_of((rates or b"").decode()) | paces_of(own)
            known[page] = Known(app, before | {fingerprint}, paces)
    return known


def read_spending(
    client: "redis.Redis", keys: Keys, lines: Sequence[Line], known: Mapping[str, Known], now_ms: int
) -> dict[Line, Spending]:
    """Returns the pace of each class of a Page, and what of it is spent."""
    if not lines:
        return {}
    limits = {line: _limit(line, known) for line in lines}
    with client.pipeline(transaction=False) as pipe:
        pipe.hmget(keys.of("rate"), [f"{line.page}/{CLASSES[line.rate_class]}" for line in lines])
        pipe.hmget(keys.of("slow"), [line.page for line in lines])
        for line, limit in limits.items():
            calls = limit.calls if limit is not None else 0
            pipe.lrange(keys.of(f"log:{line.page}/{CLASSES[line.rate_class]}"), -max(1, calls), -1)
        full, slow, *logs = pipe.execute()
    found: dict[Line, Spending] = {}
    for line, full_at, slowed, log in zip(lines, full, slow, logs, strict=True):
        limit, factor = limits[line], slow_factor((slowed or b"").decode(), now_ms)
        window_ms = limit.window_ms if limit is not None else 0
        recent = [float(at) for at in log if float(at) > now_ms - window_ms]
        spent = Spent(
            full_at_ms=float(full_at or 0),
            window_calls=len(recent),
            window_oldest_ms=min(recent, default=0.0),
        )
        pace = limit.slower(factor) if limit is not None and factor != 1.0 and not window_ms else limit
        found[line] = Spending(pace, spent, factor, line.page in known)
    return found


def budget_of(spending: Spending, now_ms: int) -> Budget:
    """Returns a class's budget as a person reads it."""
    if not spending.known:
        return Budget()
    slowed = spending.factor if spending.factor != 1.0 else None
    pace = spending.pace
    if pace is None:
        return Budget(rate=NO_LIMIT, slowed=slowed)
    if pace.window_ms:
        free = pace.calls - spending.spent.window_calls
        used = spending.spent.window_calls / pace.calls
    else:
        owed = max(0.0, spending.spent.full_at_ms - now_ms) / pace.every_ms
        free = math.floor(pace.burst - owed + 1e-6)
        used = owed / pace.burst
    return Budget(rate=pace.words, free=max(0, free), slowed=slowed, used=round(used, 4))


def backlog_s(
    spending: Spending, calls: int, now_ms: int, wakes_ms: float, sent_per_s: float = 0.0
) -> float | None:
    """Returns in how many seconds so many calls are made at the lane's pace, from `wakes_ms` on; None: nobody knows.

    Where there is no limit, that pace is `sent_per_s`, the installation's own lately.
    """
    if not spending.known:
        return None
    if not calls:
        return 0.0
    starts_ms = round(max(now_ms, wakes_ms))
    if spending.pace is None:
        return (starts_ms - now_ms) / 1000 + calls / sent_per_s if sent_per_s else None
    return max(0.0, leaves_at_ms(spending.pace, spending.spent, calls - 1, starts_ms) - now_ms) / 1000


def _limit(line: Line, known: Mapping[str, Known]) -> Pace | None:
    there = known.get(line.page)
    return there.paces.get(CLASSES[line.rate_class]) if there is not None else None
