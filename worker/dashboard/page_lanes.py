"""Pages with their lanes, as many as one screen shows: found among all, and read in a few round trips."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, cast

import msgspec
import redis

from producer.store.keys import CLASSES, PRIORITIES, Keys
from worker.operations.attempts import instant
from worker.operations.budgets import (
    Budget,
    Known,
    Line,
    Spending,
    backlog_s,
    budget_of,
    known_pages,
    read_spending,
)
from worker.operations.holds import HoldSeen
from worker.operations.lane_states import Sleeping, State, sleeping_of
from worker.operations.overview import PAGES_READ_MAX, Facts
from worker.operations.places import Place, age_s, calls_before_empty, places_of
from worker.operations.scopes import class_scope
from worker.operations.serving import Served

PAGES_SHOWN_MAX: Final = 100


class LaneShown(msgspec.Struct, frozen=True, kw_only=True):
    """One lane with its budget, and in how many seconds it is empty at its present pace; None: until it is released.

    `next_age_s` is the age of the command that leaves next; None where it is not known.
    """

    rate_class: str
    priority: str
    broadcast: str | None
    waiting: int
    next_age_s: float | None
    budget: Budget
    backlog_s: float | None
    state: State
    until: datetime | None
    reason: str | None


class PageShown(msgspec.Struct, frozen=True, kw_only=True):
    """One Page: the commands that have not ended, and its lanes that are not empty."""

    page: str
    not_ended: int
    served: bool
    lanes: list[LaneShown]


class PagesShown(msgspec.Struct, frozen=True, kw_only=True):
    """A screen of Pages out of `matching`; `total` counts all that have commands or a worker with their token."""

    rows: list[PageShown]
    offset: int
    matching: int
    total: int


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What decides whether lanes sleep, and how fast they empty."""

    known: Mapping[str, Known]
    holds: Mapping[str, Sequence[HoldSeen]]
    unserved: frozenset[str]
    now_ms: int


def read_pages(
    client: "redis.Redis",
    keys: Keys,
    facts: Facts,
    *,
    digests: Sequence[str],
    holds: Sequence[HoldSeen],
    now_ms: int,
    search: str = "",
    offset: int = 0,
    limit: int = 25,
) -> PagesShown:
    """Returns a screen of the Pages whose id contains `search`, those with most to do first.

    Raises:
        redis.RedisError: the server was not reached.
    """
    everything = dict.fromkeys(_served(client, keys, digests), 0) | facts.depth
    matching = sorted(
        (page for page in everything if search in page), key=lambda page: (-everything[page], page)
    )
    start = min(offset, max(0, (len(matching) - 1) // limit * limit))
    pages = matching[start : start + min(limit, PAGES_SHOWN_MAX)]
    around = Around(
        known=known_pages(client, keys, digests, pages),
        holds=_by_scope(holds),
        unserved=frozenset(facts.unserved),
        now_ms=now_ms,
    )
    lanes = _lanes(client, keys, pages, around)
    return PagesShown(
        rows=[
            PageShown(page=page, not_ended=everything[page], served=page in around.known, lanes=lanes[page])
            for page in pages
        ],
        offset=start,
        matching=len(matching),
        total=len(everything),
    )


def _served(client: "redis.Redis", keys: Keys, digests: Sequence[str]) -> list[str]:
    """Returns the Pages that running workers have a token for, at most 10,000 of each kind of worker."""
    names: set[str] = set()
    for digest in set(digests):
        key = keys.of(f"profile:{digest}")
        if client.hlen(key) <= PAGES_READ_MAX:
            names.update(name.decode(errors="replace") for name in cast("list[bytes]", client.hkeys(key)))
    return [name for name in names if not name.startswith("@")]


def _lanes(
    client: "redis.Redis", keys: Keys, pages: Sequence[str], around: Around
) -> dict[str, list[LaneShown]]:
    places = places_of(client, keys, pages)
    with client.pipeline(transaction=False) as pipe:
        for place in places:
            pipe.llen(keys.of(f"lane:{place.name}"))
        waiting = dict(zip(places, cast("list[int]", pipe.execute()), strict=True))
    places = [place for place in places if waiting[place]]
    calls = calls_before_empty({place: waiting[place] for place in places})
    with client.pipeline(transaction=False) as pipe:
        for place in places:
            pipe.lindex(keys.of(f"lane:{place.name}"), 0)
            pipe.zscore(keys.of("asleep"), place.name)
            pipe.zscore(keys.of("asleep"), place.page)
        answers = cast("list[bytes | float | None]", pipe.execute())
    lines = list(dict.fromkeys(Line(place.page, place.rate_class) for place in places))
    spending = read_spending(client, keys, lines, around.known, around.now_ms)
    found: dict[str, list[LaneShown]] = {page: [] for page in pages}
    for place, head, own_ms, page_ms in zip(places, answers[::3], answers[1::3], answers[2::3], strict=True):
        asleep_ms = max(cast("float", own_ms or 0), cast("float", page_ms or 0))
        mine = spending[Line(place.page, place.rate_class)]
        age = age_s(place, cast("bytes | None", head), around.now_ms)
        found[place.page].append(_shown(place, (waiting[place], calls[place]), mine, age, asleep_ms, around))
    return found


def _shown(  # noqa: PLR0917 (the facts of one row)
    place: Place,
    numbers: tuple[int, int],
    spending: Spending,
    next_age_s: float | None,
    asleep_ms: float,
    around: Around,
) -> LaneShown:
    state, until_ms, reason = _state(place, asleep_ms, around)
    forever = state == "unserved" or (state == "held" and until_ms is None)
    waiting, calls = numbers
    return LaneShown(
        rate_class=place.rate_class,
        priority=place.priority,
        broadcast=place.broadcast,
        waiting=waiting,
        next_age_s=next_age_s,
        budget=budget_of(spending, around.now_ms),
        backlog_s=None if forever else backlog_s(spending, calls, around.now_ms, until_ms or 0),
        state=state,
        until=instant(until_ms) if until_ms is not None else None,
        reason=reason,
    )


def _by_scope(holds: Sequence[HoldSeen]) -> dict[str, list[HoldSeen]]:
    found: dict[str, list[HoldSeen]] = {}
    for hold in holds:
        found.setdefault(hold.scope, []).append(hold)
    return found


def _state(place: Place, asleep_ms: float, around: Around) -> tuple[State, int | None, str | None]:
    here = around.known.get(place.page)
    lane = f"{place.page}/{CLASSES[place.rate_class]}/{PRIORITIES[place.priority]}"
    served = {place.page: Served(here.app, here.fingerprints)} if here is not None else {}
    scopes = {f"lane:{lane}", f"lane:{place.name}", f"page:{place.page}", class_scope(f"lane:{lane}") or ""}
    if here is not None:
        scopes.add(f"app:{here.app}")
    standing = [hold for scope in scopes for hold in around.holds.get(scope, ())]
    sleeping = Sleeping(
        holds=[msgspec.structs.replace(hold, scope=f"lane:{lane}") for hold in standing],
        asleep={lane: round(asleep_ms)},
        unserved=around.unserved,
        served=served,
    )
    return sleeping_of(sleeping, place.page, lane, around.now_ms)
