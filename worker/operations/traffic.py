"""How much is sent and how long it takes, now: from the counts of two moments, and the latest settles."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, cast

import msgspec
import redis

from producer.store.keys import Keys

RECENT_MAX: Final = 256
FIELDS: Final = 4
# A rate is that of the last minute, and of at least so much of it.
LATELY_MS: Final = 60_000
MEASURED_MS: Final = 5_000
FAILED: Final = ("refused", "exhausted", "expired", "unknown")


class Settled(msgspec.Struct, frozen=True):
    """One settle that brought `sent`: how many commands, and from their enqueueing to its moment, in ms."""

    at_ms: int
    commands: int
    mean_ms: int
    longest_ms: int


class Moment(msgspec.Struct, frozen=True):
    """What was counted until one moment of the server's time, and the latest settles, the latest first."""

    at_ms: int
    counts: Mapping[str, int]
    recent: Sequence[Settled]


class Took(msgspec.Struct, frozen=True):
    """How long commands took from their enqueueing until they were sent: half of them at most `typical_ms`."""

    typical_ms: int
    longest_ms: int


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """Commands a second between two moments, and how long those took that were sent; None when none was."""

    sent_per_s: float
    failed_per_s: float
    retried_per_s: float
    took: Took | None


def read_moment(client: "redis.Redis", keys: Keys) -> Moment:
    """Returns what is counted now, in one round trip.

    Raises:
        redis.RedisError: the server was not reached.
    """
    with client.pipeline(transaction=True) as pipe:
        pipe.time()
        pipe.hgetall(keys.of("counts"))
        pipe.lrange(keys.of("recent"), 0, RECENT_MAX - 1)
        (seconds, microseconds), counts, recent = pipe.execute()
    return Moment(
        seconds * 1000 + microseconds // 1000,
        {name.decode(): int(number) for name, number in cast("dict[bytes, bytes]", counts).items()},
        settled_of(cast("list[bytes]", recent)),
    )


def settled_of(entries: Iterable[bytes]) -> list[Settled]:
    """Returns the latest settles, as they lie in Redis; what cannot be read is left out."""
    return [each for each in map(_settled, entries) if each is not None]


def per_second(settles: Sequence[Settled], at_ms: int) -> float:
    """Returns how many commands a second were sent in the last minute, or as far as the latest settles reach."""
    lately = [each for each in settles if at_ms - LATELY_MS < each.at_ms <= at_ms]
    span_ms = max(MEASURED_MS, at_ms - min((each.at_ms for each in lately), default=at_ms))
    return sum(each.commands for each in lately) / span_ms * 1000


def rates_between(earlier: Moment, later: Moment) -> Rates:
    """Returns what happened between two moments, by the second."""
    span_s = max(0.001, (later.at_ms - earlier.at_ms) / 1000)

    def rate(*names: str) -> float:
        number = sum(later.counts.get(name, 0) - earlier.counts.get(name, 0) for name in names)
        return max(0, number) / span_s

    return Rates(
        sent_per_s=rate("sent"),
        failed_per_s=rate(*FAILED),
        retried_per_s=rate("retried"),
        took=took_since(later, earlier.at_ms),
    )


def took_since(moment: Moment, after_ms: int) -> Took | None:
    """Returns how long those took that were sent after a time, by the latest 256 settles; None when none was."""
    settles = [each for each in moment.recent if each.at_ms > after_ms]
    half = sum(each.commands for each in settles) / 2
    for each in sorted(settles, key=lambda settled: settled.mean_ms):
        half -= each.commands
        if half <= 0:
            return Took(each.mean_ms, max(settled.longest_ms for settled in settles))
    return None


def _settled(entry: bytes) -> Settled | None:
    parts = entry.split(b"|")
    if len(parts) != FIELDS or not all(part.isdigit() for part in parts):
        return None
    return Settled(*(int(part) for part in parts))
