"""What an installation looks like at this moment, read with a bounded number of questions and no key search."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, cast

import msgspec
import redis

from producer.store.keys import Keys
from worker.operations.budgets import Known, Line, Spending, backlog_s, known_pages, read_spending
from worker.operations.holds import HoldSeen, list_holds
from worker.operations.lane_states import Sleeping, State, sleeping_of
from worker.operations.places import Place, age_s, calls_before_empty, places_of
from worker.operations.serving import Beat, Served, beats, now_ms
from worker.operations.unserved import unserved_pages

PAGES_MAX: Final = 1_000
PAGES_READ_MAX: Final = 10_000
ASLEEP_MAX: Final = 1_000
TYPES_MAX: Final = 100
SECONDS_LAST: Final = datetime.max.replace(tzinfo=UTC).timestamp() - 1
OUTCOMES: Final = ("sent", "refused", "exhausted", "expired", "cancelled", "unknown")


class WorkerSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One worker process; `alive` while its heartbeat is younger than the time-out."""

    name: str
    host: str
    pid: int
    since: datetime | None
    heartbeat_age_s: float
    alive: bool
    pages: int
    taken: int


class LaneSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One lane with commands in it; that of a broadcast has its id.

    `next_age_s` is the age of the command that leaves next, `backlog_s` in how many seconds the lane is empty at its
    present rate; None where it is not known, has no limit, or is held until it is released.
    """

    page: str
    rate_class: str
    priority: str
    broadcast: str | None = None
    waiting: int
    next_age_s: float | None
    backlog_s: float | None = None
    state: State
    until: datetime | None = None
    reason: str | None = None


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
    `pages_total` counts all.
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


def read_overview(client: "redis.Redis", keys: Keys, *, timeout_ms: int) -> Overview:
    """Returns what there is to see.

    Args:
        client: of the server.
        keys: of the installation.
        timeout_ms: after how long a silent worker counts as dead.

    Raises:
        redis.RedisError: the server was not reached.
    """
    at_ms = now_ms(client)
    known = beats(client, keys)
    workers = read_workers(client, keys, known, at_ms, timeout_ms)
    facts = read_facts(client, keys)
    pages = sorted(facts.depth, key=lambda page: (-facts.depth[page], page))[:PAGES_MAX]
    alive = {beat.digest for beat in known if at_ms - beat.at_ms < timeout_ms}
    served = known_pages(client, keys, sorted(alive), pages)
    holds = list_holds(client, keys)
    lanes = _lanes(client, keys, pages, _around(facts, holds, served, at_ms))
    in_lanes: dict[str, int] = {}
    for lane in lanes:
        in_lanes[lane.page] = in_lanes.get(lane.page, 0) + lane.waiting
    counted = {
        "not_ended": sum(facts.depth.values()),
        "in_lanes": sum(in_lanes.values()),
        "later": facts.later,
        "taken": sum(worker.taken for worker in workers),
    }
    elsewhere = counted["in_lanes"] + facts.later + counted["taken"] + sum(facts.parked.values())
    return Overview(
        at=_instant(at_ms),
        workers=workers,
        pages=[
            PageSeen(
                page=page,
                not_ended=facts.depth[page],
                in_lanes=in_lanes.get(page, 0),
                served=page in served,
            )
            for page in pages
        ],
        pages_total=facts.pages_total,
        lanes=lanes,
        holds=holds,
        behind=max(0, counted["not_ended"] - elsewhere),
        next_due=facts.next_due,
        parked=facts.parked,
        unserved=list(facts.unserved),
        dead_letters=facts.dead,
        ended={name: facts.counts.get(name, 0) for name in OUTCOMES},
        retried=facts.counts.get("retried", 0),
        reaped=facts.counts.get("reaped", 0),
        **counted,
    )


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What decides whether lanes sleep, and how fast they empty."""

    sleeping: Sleeping
    known: Mapping[str, Known]
    at_ms: int


def _around(facts: "Facts", holds: Sequence[HoldSeen], known: Mapping[str, Known], at_ms: int) -> Around:
    served = {page: Served(each.app, each.fingerprints) for page, each in known.items()}
    sleeping = Sleeping(holds=holds, asleep=facts.asleep, unserved=frozenset(facts.unserved), served=served)
    return Around(sleeping=sleeping, known=known, at_ms=at_ms)


class _Info(msgspec.Struct):
    host: str = ""
    pid: int = 0
    since: float | None = None
    pages: int = 0


class Facts(msgspec.Struct):
    """What an installation is as a whole, by a few round trips, whatever the number of its lanes."""

    depth: dict[str, int]
    pages_total: int
    asleep: Mapping[str, int]
    later: int
    next_due: datetime | None
    unserved: Sequence[str]
    parked: dict[str, int]
    dead: int
    counts: Mapping[str, int]


def _instant(at_ms: float) -> datetime:
    return datetime.fromtimestamp(min(at_ms / 1000, SECONDS_LAST), UTC)


def read_workers(
    client: "redis.Redis", keys: Keys, known: Sequence[Beat], at_ms: int, timeout_ms: int
) -> list[WorkerSeen]:
    """Returns the workers of these heartbeats, with what each has taken."""
    if not known:
        return []
    names = [beat.worker for beat in known]
    infos = cast("list[bytes | None]", client.hmget(keys.of("workers:info"), names))
    with client.pipeline(transaction=False) as pipe:
        for name in names:
            pipe.hvals(keys.of(f"taken:{name}"))
        taken = cast("list[list[bytes]]", pipe.execute())
    return [
        _worker(beat, _info(info), sum(chunk.count(b",") + 1 for chunk in chunks), at_ms, timeout_ms)
        for beat, info, chunks in zip(known, infos, taken, strict=True)
    ]


def _info(text: bytes | None) -> _Info:
    try:
        return msgspec.json.decode(text or b"{}", type=_Info)
    except msgspec.DecodeError:
        return _Info()


def _worker(beat: Beat, info: _Info, taken: int, at_ms: int, timeout_ms: int) -> WorkerSeen:
    age_ms = max(0, at_ms - beat.at_ms)
    return WorkerSeen(
        name=beat.worker,
        host=info.host,
        pid=info.pid,
        since=_instant(info.since * 1000) if info.since is not None else None,
        heartbeat_age_s=age_ms / 1000,
        alive=age_ms < timeout_ms,
        pages=info.pages,
        taken=taken,
    )


def read_facts(client: "redis.Redis", keys: Keys) -> Facts:
    """Returns what is known of all Pages together, and how much each has to do."""
    with client.pipeline(transaction=False) as pipe:
        pipe.hlen(keys.of("depth"))
        pipe.zrange(keys.of("asleep"), 0, ASLEEP_MAX - 1, withscores=True)
        pipe.zcard(keys.of("later"))
        pipe.zrange(keys.of("later"), 0, 0, withscores=True)
        pipe.srandmember(keys.of("parked"), TYPES_MAX)
        pipe.zcard(keys.of("dead"))
        pipe.hgetall(keys.of("counts"))
        total, asleep, later, first, parked, dead, counts = pipe.execute()
    return Facts(
        depth=_depth(client, keys, total),
        pages_total=total,
        asleep={member.decode(): int(until) for member, until in asleep},
        later=later,
        next_due=_instant(first[0][1]) if first else None,
        unserved=unserved_pages(client, keys),
        parked=_parked(client, keys, [kind.decode() for kind in parked]),
        dead=dead,
        counts={name.decode(): int(number) for name, number in counts.items()},
    )


def _depth(client: "redis.Redis", keys: Keys, total: int) -> dict[str, int]:
    """Returns the depth of each Page; of more than 10,000 Pages that of as many, picked by chance."""
    if total <= PAGES_READ_MAX:
        found = cast("dict[bytes, bytes]", client.hgetall(keys.of("depth")))
    else:
        flat = cast("list[bytes]", client.hrandfield(keys.of("depth"), PAGES_READ_MAX, withvalues=True))
        found = dict(zip(flat[::2], flat[1::2], strict=True))
    return {page.decode(): int(number) for page, number in found.items()}


def _parked(client: "redis.Redis", keys: Keys, kinds: Sequence[str]) -> dict[str, int]:
    with client.pipeline(transaction=False) as pipe:
        for kind in kinds:
            pipe.llen(keys.of(f"parked:{kind}"))
        return {kind: number for kind, number in zip(sorted(kinds), pipe.execute(), strict=True) if number}


def _lanes(client: "redis.Redis", keys: Keys, pages: Sequence[str], around: Around) -> list[LaneSeen]:
    places = places_of(client, keys, pages)
    with client.pipeline(transaction=False) as pipe:
        for place in places:
            pipe.llen(keys.of(f"lane:{place.name}"))
        lengths = cast("list[int]", pipe.execute())
    waiting = {place: number for place, number in zip(places, lengths, strict=True) if number}
    with client.pipeline(transaction=False) as pipe:
        for place in waiting:
            pipe.lindex(keys.of(f"lane:{place.name}"), 0)
        heads = cast("list[bytes | None]", pipe.execute())
    lines = list(dict.fromkeys(Line(place.page, place.rate_class) for place in waiting))
    spending = read_spending(client, keys, lines, around.known, around.at_ms)
    calls = calls_before_empty(waiting)
    return [
        _lane(place, waiting[place], calls[place], head, spending[Line(place.page, place.rate_class)], around)
        for place, head in zip(waiting, heads, strict=True)
    ]


def _lane(  # noqa: PLR0917 (the facts of one row)
    place: Place, waiting: int, calls: int, head: bytes | None, spending: Spending, around: Around
) -> LaneSeen:
    state, until_ms, reason = sleeping_of(around.sleeping, place.page, place.name, around.at_ms)
    ends = state in {"ready", "paced"} or until_ms is not None
    is_known = ends and spending.pace is not None
    return LaneSeen(
        page=place.page,
        rate_class=place.rate_class,
        priority=place.priority,
        broadcast=place.broadcast,
        waiting=waiting,
        next_age_s=age_s(place, head, around.at_ms),
        backlog_s=backlog_s(spending, calls, around.at_ms, until_ms or 0) if is_known else None,
        state=state,
        until=_instant(until_ms) if until_ms is not None else None,
        reason=reason,
    )
