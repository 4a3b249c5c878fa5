"""What an installation looks like at this moment, read with a bounded number of questions and no key search."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, cast

import msgspec
import redis

from producer.ids import made_at_ms
from producer.keys import CLASSES, PRIORITIES, Keys
from worker.cli.holding import Sleeping, State, sleeping_of
from worker.cli.serving import Beat, beats, now_ms, served_by
from worker.operations.holds import HoldSeen, list_holds

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
    """One lane with commands in it; `next_age_s` is the age of the command that leaves next."""

    page: str
    rate_class: str
    priority: str
    waiting: int
    next_age_s: float | None
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
    served = served_by(client, keys, alive, pages)
    holds = list_holds(client, keys)
    sleeping = Sleeping(holds=holds, asleep=facts.asleep, unserved=frozenset(facts.unserved), served=served)
    lanes = _lanes(client, keys, pages, sleeping, at_ms)
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
        unserved=sorted(facts.unserved),
        dead_letters=facts.dead,
        ended={name: facts.counts.get(name, 0) for name in OUTCOMES},
        retried=facts.counts.get("retried", 0),
        reaped=facts.counts.get("reaped", 0),
        **counted,
    )


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
        pipe.srandmember(keys.of("unserved"), PAGES_MAX)
        pipe.srandmember(keys.of("parked"), TYPES_MAX)
        pipe.zcard(keys.of("dead"))
        pipe.hgetall(keys.of("counts"))
        total, asleep, later, first, unserved, parked, dead, counts = pipe.execute()
    return Facts(
        depth=_depth(client, keys, total),
        pages_total=total,
        asleep={member.decode(): int(until) for member, until in asleep},
        later=later,
        next_due=_instant(first[0][1]) if first else None,
        unserved=[page.decode() for page in unserved],
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


def _lanes(
    client: "redis.Redis", keys: Keys, pages: Sequence[str], sleeping: Sleeping, at_ms: int
) -> list[LaneSeen]:
    places = [
        (page, rate_class, priority) for page in pages for priority in PRIORITIES for rate_class in CLASSES
    ]
    names = [f"{page}/{CLASSES[rate_class]}/{PRIORITIES[priority]}" for page, rate_class, priority in places]
    with client.pipeline(transaction=False) as pipe:
        for name in names:
            pipe.llen(keys.of(f"lane:{name}"))
        waiting = cast("list[int]", pipe.execute())
    filled = [index for index, number in enumerate(waiting) if number]
    with client.pipeline(transaction=False) as pipe:
        for index in filled:
            pipe.lindex(keys.of(f"lane:{names[index]}"), 0)
        heads = cast("list[bytes | None]", pipe.execute())
    lanes = []
    for index, head in zip(filled, heads, strict=True):
        page, rate_class, priority = places[index]
        state, until_ms, reason = sleeping_of(sleeping, page, names[index], at_ms)
        lanes.append(
            LaneSeen(
                page=page,
                rate_class=rate_class,
                priority=priority,
                waiting=waiting[index],
                next_age_s=age_s(head, at_ms),
                state=state,
                until=_instant(until_ms) if until_ms is not None else None,
                reason=reason,
            )
        )
    return lanes


def age_s(command_id: bytes | None, at_ms: int) -> float | None:
    """Returns how long ago an id was made, when it begins with the time of its making."""
    made_ms = made_at_ms((command_id or b"").decode())
    if made_ms is None:
        return None
    age_ms = at_ms - made_ms
    return age_ms / 1000 if 0 <= age_ms < at_ms // 2 else None
