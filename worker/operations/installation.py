"""One snapshot of an installation: read once, with a bounded number of questions; every face only presents it.

What belongs to single lanes is read for the Pages that a face shows, by `worker.operations.lanes`, from the same
snapshot.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, cast

import msgspec
import redis

from producer.store.keys import Keys
from worker.operations.attempts import instant
from worker.operations.holds import HoldSeen, list_holds
from worker.operations.server import ServerSeen, read_server
from worker.operations.serving import beats
from worker.operations.traffic import RECENT_MAX, per_second, settled_of
from worker.operations.unserved import unserved_pages
from worker.operations.workers import WorkerSeen, read_workers

DEPTHS_MAX: Final = 20_000
TYPES_MAX: Final = 100
HOLDS_MAX: Final = 10_000
OUTCOMES: Final = ("sent", "refused", "exhausted", "expired", "cancelled", "unknown")
NEVER_MS: Final = 9_000_000_000_000_000


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """An installation at one moment of its server's time.

    `depth` has the commands of each Page that have not ended; of more than 20,000 Pages that of as many, picked by
    chance, while `pages_total` counts all. `later` are scheduled, or to be tried again, or await their echo. `parked`
    counts by type, `counts` what has ended by outcome, and what was retried, reaped or dropped, since the beginning.
    `digests` are the profiles of living workers. `sent_per_s` is how many commands a second were sent lately, 0.0 when
    none was. `timer_late_s` is how long the timer's next task is overdue.
    """

    at_ms: int
    workers: Sequence[WorkerSeen]
    digests: Sequence[str]
    depth: Mapping[str, int]
    pages_total: int
    later: int
    next_due: datetime | None
    parked: Mapping[str, int]
    unserved: Sequence[str]
    dead_letters: int
    counts: Mapping[str, int]
    holds: Sequence[HoldSeen]
    sent_per_s: float
    timer_kept: bool
    timer_late_s: float
    server: ServerSeen = ServerSeen()

    @property
    def at(self) -> datetime:
        """The moment."""
        return instant(self.at_ms)

    @property
    def not_ended(self) -> int:
        """Commands that have not ended."""
        return sum(self.depth.values())

    @property
    def taken(self) -> int:
        """Commands that workers have."""
        return sum(worker.taken for worker in self.workers)

    @property
    def waiting(self) -> int:
        """Commands in lanes, or behind an earlier one of their conversation."""
        elsewhere = self.later + self.taken + sum(self.parked.values())
        return max(0, self.not_ended - elsewhere)

    @property
    def ended(self) -> dict[str, int]:
        """Commands that have ended, by outcome."""
        return {name: self.counts.get(name, 0) for name in OUTCOMES}

    @property
    def alive(self) -> int:
        """Workers that are heard."""
        return sum(worker.alive for worker in self.workers)

    @property
    def silent(self) -> int:
        """Workers that are not heard any more, and were not given up yet."""
        return len(self.workers) - self.alive

    def fullest(self, most: int) -> list[str]:
        """Returns at most so many of the Pages with commands, those with most commands first."""
        return sorted(self.depth, key=lambda page: (-self.depth[page], page))[:most]


def read_snapshot(client: "redis.Redis", keys: Keys, *, timeout_ms: int) -> Snapshot:
    """Returns what an installation is as a whole, by a few round trips, whatever the number of its lanes.

    Args:
        client: of the server.
        keys: of the installation.
        timeout_ms: after how long a silent worker counts as dead.

    Raises:
        redis.RedisError: the server was not reached.
    """
    with client.pipeline(transaction=False) as pipe:
        pipe.time()
        pipe.hlen(keys.of("depth"))
        pipe.zcard(keys.of("later"))
        pipe.zrange(keys.of("later"), 0, 0, withscores=True)
        pipe.srandmember(keys.of("parked"), TYPES_MAX)
        pipe.zcard(keys.of("dead"))
        pipe.hgetall(keys.of("counts"))
        pipe.exists(keys.of("keeper"))
        pipe.get(keys.of("next"))
        pipe.lrange(keys.of("recent"), 0, RECENT_MAX - 1)
        time, total, later, first, parked, dead, counts, keeper, due, recent = pipe.execute()
    at_ms = time[0] * 1000 + time[1] // 1000
    known = beats(client, keys)
    return Snapshot(
        at_ms=at_ms,
        workers=read_workers(client, keys, known, at_ms, timeout_ms),
        digests=sorted({beat.digest for beat in known if at_ms - beat.at_ms < timeout_ms}),
        depth=_depth(client, keys, total),
        pages_total=total,
        later=later,
        next_due=instant(first[0][1]) if first else None,
        parked=_parked(client, keys, sorted(kind.decode() for kind in parked)),
        unserved=unserved_pages(client, keys),
        dead_letters=dead,
        counts={name.decode(): int(number) for name, number in counts.items()},
        holds=list_holds(client, keys, limit=HOLDS_MAX),
        sent_per_s=per_second(settled_of(recent), at_ms),
        timer_kept=bool(keeper),
        timer_late_s=max(0.0, (at_ms - float(due or NEVER_MS)) / 1000),
        server=read_server(client),
    )


def _depth(client: "redis.Redis", keys: Keys, total: int) -> dict[str, int]:
    if total <= DEPTHS_MAX:
        found = cast("dict[bytes, bytes]", client.hgetall(keys.of("depth")))
    else:
        flat = cast("list[bytes]", client.hrandfield(keys.of("depth"), DEPTHS_MAX, withvalues=True))
        found = dict(zip(flat[::2], flat[1::2], strict=True))
    return {page.decode(): int(number) for page, number in found.items()}


def _parked(client: "redis.Redis", keys: Keys, kinds: Sequence[str]) -> dict[str, int]:
    with client.pipeline(transaction=False) as pipe:
        for kind in kinds:
            pipe.llen(keys.of(f"parked:{kind}"))
        return {kind: number for kind, number in zip(kinds, pipe.execute(), strict=True) if number}
