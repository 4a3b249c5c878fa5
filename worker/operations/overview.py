"""What `outbound status` shows of an installation: the snapshot, with the lanes of its fullest Pages."""

from datetime import datetime
from typing import Final

import msgspec
import redis

from producer.store.keys import Keys
from worker.operations.holds import HoldSeen
from worker.operations.installation import Snapshot, read_snapshot
from worker.operations.lanes import LaneSeen, LanesSeen, read_lanes
from worker.operations.server import ServerSeen
from worker.operations.troubles import Trouble, troubles_of
from worker.operations.workers import WorkerSeen

PAGES_MAX: Final = 1_000


class PageSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One Page with commands that have not ended; `served` when a live worker holds a token for it."""

    page: str
    not_ended: int
    in_lanes: int
    served: bool


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """An installation at one moment.

    `not_ended` is the sum of `in_lanes`, `behind` (behind an earlier command of their conversation), `later` (scheduled
    or to be tried again), `taken` and `parked`. At most 1,000 Pages are looked into, those with most commands first;
    `pages_total` counts all. `troubles` is what is wrong, the worst first.
    """

    at: datetime
    workers: list[WorkerSeen]
    pages: list[PageSeen]
    pages_total: int
    lanes: list[LaneSeen]
    holds: list[HoldSeen]
    not_ended: int
    in_lanes: int
    behind: int
    later: int
    next_due: datetime | None
    taken: int
    parked: dict[str, int]
    unserved: list[str]
    dead_letters: int
    ended: dict[str, int]
    retried: int
    reaped: int
    troubles: list[Trouble] = []
    server: ServerSeen = ServerSeen()


def read_overview(client: "redis.Redis", keys: Keys, *, timeout_ms: int) -> Overview:
    """Returns what there is to see.

    Args:
        client: of the server.
        keys: of the installation.
        timeout_ms: after how long a silent worker counts as dead.

    Raises:
        redis.RedisError: the server was not reached.
    """
    whole = read_snapshot(client, keys, timeout_ms=timeout_ms)
    return overview_of(whole, read_lanes(client, keys, whole, whole.fullest(PAGES_MAX)))


def overview_of(whole: Snapshot, lanes: LanesSeen) -> Overview:
    """Returns what there is to see of a snapshot and the lanes of its fullest Pages."""
    in_lanes = {page: sum(lane.waiting for lane in those) for page, those in lanes.by_page.items()}
    return Overview(
        at=whole.at,
        workers=list(whole.workers),
        pages=[
            PageSeen(
                page=page,
                not_ended=whole.depth[page],
                in_lanes=in_lanes[page],
                served=page in lanes.served,
            )
            for page in lanes.by_page
        ],
        pages_total=whole.pages_total,
        lanes=lanes.all,
        holds=list(whole.holds),
        not_ended=whole.not_ended,
        in_lanes=sum(in_lanes.values()),
        behind=max(0, whole.waiting - sum(in_lanes.values())),
        later=whole.later,
        next_due=whole.next_due,
        taken=whole.taken,
        parked=dict(whole.parked),
        unserved=list(whole.unserved),
        dead_letters=whole.dead_letters,
        ended=whole.ended,
        retried=whole.counts.get("retried", 0),
        reaped=whole.counts.get("reaped", 0),
        troubles=troubles_of(whole),
        server=whole.server,
    )
