"""What an installation looks like to a monitoring system: read from Redis in a bounded number of questions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, cast

import msgspec
import redis

from producer.store.keys import CLASSES, PRIORITIES, Keys
from worker.engine.chunk import taken_of
from worker.operations.unserved import unserved_pages

PAGES_MAX: Final = 500
DEPTHS_MAX: Final = 20_000
HOLDS_MAX: Final = 10_000
BROADCASTS_MAX: Final = 200
WORKERS_MAX: Final = 1_000
TYPES_MAX: Final = 100
PERSON: Final = b"@"
OUTCOMES: Final = ("sent", "refused", "exhausted", "expired", "cancelled", "unknown")
NEVER_MS: Final = 9_000_000_000_000_000


class Lane(msgspec.Struct, frozen=True):
    """The waiting line of one Page and class at one priority, its broadcasts included.

    `oldest_s` is the age of the command that leaves next; None for one that was scheduled, or cannot be read.
    """

    page: str
    rate_class: str
    priority: str
    waiting: int
    oldest_s: float | None


class Budgets(msgspec.Struct, frozen=True):
    """What the rates of some Pages and classes show.

    `slow` is by which factor the calls of a Page come further apart, `full_at_ms` when a budget by the second is whole
    again, `logged` how many calls lie in the window of a limit over a longer time, `ended` how many commands of a Page
    have ended so far.
    """

    slow: Mapping[str, float]
    full_at_ms: Mapping[tuple[str, str], float]
    logged: Mapping[tuple[str, str], int]
    ended: Mapping[str, int]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """An installation at one moment.

    `waiting` counts all that could leave but for limits, holds and order, `lanes` the 500 Pages with most commands.
    `holds` counts by kind of scope, and by whether they end by themselves.
    """

    at_ms: int
    pages: int
    waiting: int
    later: int
    taken: int
    parked: int
    unserved: int
    lanes: Sequence[Lane]
    holds: Mapping[tuple[str, bool], int]
    budgets: Budgets
    dead: int
    counts: Mapping[str, int]
    workers_alive: int
    workers_silent: int
    timer_kept: bool
    timer_late_s: float


def read(client: "redis.Redis", keys: Keys, *, timeout_ms: int, lanes_max: int) -> Reading:
    """Returns what there is; of Pages, broadcasts and holds at most as many as the bounds of this module say.

    Args:
        client: of the server.
        keys: of the installation.
        timeout_ms: after how long a silent worker counts as dead.
        lanes_max: of so many lanes, those with most commands, budgets are read.

    Raises:
        redis.RedisError: the server was not reached.
    """
    facts = _facts(client, keys)
    at_ms = facts.at_ms
    pages = [page for page, _ in Counter(facts.depth).most_common(PAGES_MAX)]
    lanes = _lanes(client, keys, pages, at_ms)
    shown = list(dict.fromkeys((lane.page, lane.rate_class) for lane in lanes[:lanes_max]))
    taken, parked = _elsewhere(client, keys, facts)
    alive = sum(1 for _, beat in facts.beats if at_ms - beat < timeout_ms)
    return Reading(
        at_ms=at_ms,
        pages=facts.pages,
        waiting=max(0, sum(facts.depth.values()) - facts.later - taken - parked),
        later=facts.later,
        taken=taken,
        parked=parked,
        unserved=facts.unserved,
        lanes=lanes,
        holds=_holds(facts.holds, at_ms),
        dead=facts.dead,
        counts=facts.counts,
        workers_alive=alive,
        workers_silent=len(facts.beats) - alive,
        timer_kept=facts.keeper,
        timer_late_s=max(0.0, (at_ms - facts.next_ms) / 1000),
        budgets=_budgets(client, keys, shown, at_ms),
    )


class _Facts(msgspec.Struct, frozen=True, kw_only=True):
    """The answers of the first round trips."""

    at_ms: int
    depth: Mapping[str, int]
    pages: int
    later: int
    unserved: int
    dead: int
    counts: Mapping[str, int]
    beats: Sequence[tuple[str, float]]
    parked: Sequence[str]
    holds: Mapping[bytes, bytes]
    keeper: bool
    next_ms: float


def _facts(client: "redis.Redis", keys: Keys) -> _Facts:
    with client.pipeline(transaction=False) as pipe:
        pipe.time()
        pipe.hlen(keys.of("depth"))
        pipe.hlen(keys.of("hold"))
        pipe.zcard(keys.of("later"))
        pipe.zcard(keys.of("dead"))
        pipe.hgetall(keys.of("counts"))
        pipe.zrange(keys.of("beats"), 0, WORKERS_MAX - 1, desc=True, withscores=True)
        pipe.srandmember(keys.of("parked"), TYPES_MAX)
        pipe.exists(keys.of("keeper"))
        pipe.get(keys.of("next"))
        time, pages, holds, later, dead, counts, beats, parked, keeper, due = pipe.execute()
    seconds, microseconds = time
    depth = _hash(client, keys.of("depth"), pages, DEPTHS_MAX)
    return _Facts(
        at_ms=seconds * 1000 + microseconds // 1000,
        depth={page.decode(): int(number) for page, number in depth.items()},
        pages=pages,
        later=later,
        unserved=len(unserved_pages(client, keys)),
        dead=dead,
        counts={name.decode(): int(number) for name, number in counts.items()},
        beats=[(name.decode(), score) for name, score in beats],
        parked=[kind.decode() for kind in parked],
        holds=_hash(client, keys.of("hold"), holds, HOLDS_MAX),
        keeper=bool(keeper),
        next_ms=float(due) if due else NEVER_MS,
    )


def _hash(client: "redis.Redis", key: str, size: int, most: int) -> Mapping[bytes, bytes]:
    """Returns a hash, or as much of it as is allowed, picked by chance."""
    if not size:
        return {}
    if size <= most:
        return cast("dict[bytes, bytes]", client.hgetall(key))
    flat = cast("list[bytes]", client.hrandfield(key, most, withvalues=True))
    return dict(zip(flat[::2], flat[1::2], strict=True))


def _elsewhere(client: "redis.Redis", keys: Keys, facts: _Facts) -> tuple[int, int]:
    """Returns how many commands are with workers, and how many are parked."""
    with client.pipeline(transaction=False) as pipe:
        for name, _ in facts.beats:
            pipe.hvals(keys.of(f"taken:{name}"))
        for kind in facts.parked:
            pipe.llen(keys.of(f"parked:{kind}"))
        answers = pipe.execute()
    chunks, parked = answers[: len(facts.beats)], answers[len(facts.beats) :]
    return sum(chunk.count(b",") + 1 for each in chunks for chunk in each), sum(parked)


def _holds(found: Mapping[bytes, bytes], at_ms: int) -> Mapping[tuple[str, bool], int]:
    counted: Counter[tuple[str, bool]] = Counter()
    for scope, value in found.items():
        kind, _, rest = scope.partition(b":")
        is_broadcast = kind == b"lane" and rest.count(b"/") > 2  # noqa: PLR2004 (page, class, priority, broadcast)
        name = "broadcast" if is_broadcast else kind.decode()
        for line in value.split(b"\n"):  # holds of several kinds stand beside each other
            until_ms = int(line.split(b"|", 1)[0] or b"0")
            if not until_ms or until_ms > at_ms:
                counted[name, bool(until_ms)] += 1
    return counted


def _lanes(client: "redis.Redis", keys: Keys, pages: Sequence[str], at_ms: int) -> list[Lane]:
    """Returns every lane of these Pages with commands in it, those with most commands first."""
    places = [
        (page, name, priority, f"{page}/{letter}/{mark}")
        for page in pages
        for name, letter in CLASSES.items()
        for priority, mark in PRIORITIES.items()
    ]
    campaigns = _broadcasts(client, keys)
    places += [(page, name, "bulk", lane) for page, name, lane, _ in campaigns]
    created = {lane: created_ms for _, _, lane, created_ms in campaigns}
    with client.pipeline(transaction=False) as pipe:
        for *_, lane in places:
            pipe.llen(keys.of(f"lane:{lane}"))
        lengths = pipe.execute()
    filled = [(place, length) for place, length in zip(places, lengths, strict=True) if length]
    oldest = _oldest(client, keys, [place[3] for place, _ in filled], created, at_ms)
    whole: dict[tuple[str, str, str], Lane] = {}
    for ((page, name, priority, _), length), age_s in zip(filled, oldest, strict=True):
        before = whole.get((page, name, priority))
        ages = [each for each in (age_s, before.oldest_s if before else None) if each is not None]
        waiting = length + (before.waiting if before else 0)
        whole[page, name, priority] = Lane(page, name, priority, waiting, max(ages, default=None))
    return sorted(whole.values(), key=lambda lane: (-lane.waiting, lane.page, lane.rate_class, lane.priority))


def _broadcasts(client: "redis.Redis", keys: Keys) -> list[tuple[str, str, str, int]]:
    """Returns Page, class, lane and beginning of the latest 200 broadcasts."""
    ids = cast("list[bytes]", client.zrange(keys.of("broadcasts"), 0, BROADCASTS_MAX - 1, desc=True))
    with client.pipeline(transaction=False) as pipe:
        for each in ids:
            pipe.hmget(keys.of(f"broadcast:{each.decode()}"), ["head", "created_ms"])
        facts = pipe.execute()
    names = {letter: name for name, letter in CLASSES.items()}
    found = []
    for broadcast, (head, created_ms) in zip(ids, facts, strict=True):
        if head is not None:
            page, letter = head.decode().split("|", 2)[:2]
            lane = f"{page}/{letter}/b/{broadcast.decode()}"
            found.append((page, names.get(letter, "other"), lane, int(created_ms or 0)))
    return found


def _oldest(
    client: "redis.Redis", keys: Keys, lanes: Sequence[str], created: Mapping[str, int], at_ms: int
) -> list[float | None]:
    """Returns the age of the first command of each lane."""
    with client.pipeline(transaction=False) as pipe:
        for lane in lanes:
            pipe.lindex(keys.of(f"lane:{lane}"), 0)
        heads = cast("list[bytes | None]", pipe.execute())
    asked = [head for head in heads if head is not None and not head.startswith(PERSON)]
    records = cast("list[bytes | None]", client.hmget(keys.of("commands"), asked)) if asked else []
    ages = {head: _age_s(head, record, at_ms) for head, record in zip(asked, records, strict=True)}
    return [
        max(0.0, (at_ms - created[lane]) / 1000)
        if head is not None and head.startswith(PERSON) and lane in created
        else ages.get(head or b"")
        for lane, head in zip(lanes, heads, strict=True)
    ]


def _age_s(command_id: bytes, record: bytes | None, at_ms: int) -> float | None:
    try:
        taken = taken_of(command_id, record or b"")
    except ValueError:
        return None
    return None if taken.is_scheduled else max(0.0, (at_ms - taken.enqueued_ms) / 1000)


def _budgets(client: "redis.Redis", keys: Keys, shown: Sequence[tuple[str, str]], at_ms: int) -> Budgets:
    if not shown:
        return Budgets({}, {}, {}, {})
    pages = list(dict.fromkeys(page for page, _ in shown))
    names = [f"{page}/{CLASSES[rate_class]}" for page, rate_class in shown]
    with client.pipeline(transaction=False) as pipe:
        pipe.hmget(keys.of("slow"), pages)
        pipe.hmget(keys.of("rate"), names)
        for name in names:
            pipe.llen(keys.of(f"log:{name}"))
        for page in pages:
            pipe.hmget(keys.of(f"counts:{page}"), list(OUTCOMES))
        slow, full_at, *rest = pipe.execute()
    logged, counts = rest[: len(names)], rest[len(names) :]
    return Budgets(
        {page: _factor(each, at_ms) for page, each in zip(pages, slow, strict=True)},
        {place: float(each) for place, each in zip(shown, full_at, strict=True) if each is not None},
        dict(zip(shown, logged, strict=True)),
        {page: sum(int(number or 0) for number in each) for page, each in zip(pages, counts, strict=True)},
    )


def _factor(entry: bytes | None, at_ms: int) -> float:
    until, _, factor = (entry or b"0|1").partition(b"|")
    return float(factor) if int(until) > at_ms else 1.0
