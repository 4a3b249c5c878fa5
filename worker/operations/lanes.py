"""The lanes of some Pages: how much waits in each, since when, by which budget it leaves, and why it does not."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, cast

import msgspec
import redis

from producer.store.keys import PRIORITIES, Keys
from worker.operations.attempts import instant
from worker.operations.behind import read_behind
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
from worker.operations.installation import Snapshot
from worker.operations.lane_states import Sleeping, State, sleeping_of
from worker.operations.letters import read_record
from worker.operations.places import PERSON, Place, calls_before_empty, place_for, places_of
from worker.operations.scopes import class_scope
from worker.operations.serving import Served

# Most of what joins a conversation is a text.
BEHIND_CLASS: Final = "text"


class LaneSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One lane with commands in it, or behind it in their conversations; that of a broadcast has its id.

    `waiting` are in the lane, `behind` wait for an earlier command of their conversation: about as many, where there
    are many. `next_age_s` is the age of the command that leaves next, since it was due; None where it is not known.
    `backlog_s` is in how many seconds all of both have left, with all lanes that share its budget; None while it is
    held until somebody releases it, and where nobody can tell.
    """

    page: str
    rate_class: str
    priority: str
    broadcast: str | None = None
    waiting: int
    behind: int = 0
    next_age_s: float | None
    budget: Budget
    backlog_s: float | None
    state: State
    until: datetime | None = None
    reason: str | None = None


class LanesSeen(msgspec.Struct, frozen=True):
    """Lanes by Page, and the Pages of those asked for that a living worker has a token for."""

    by_page: Mapping[str, Sequence[LaneSeen]]
    served: frozenset[str]

    @property
    def all(self) -> list[LaneSeen]:
        """Every lane, in the order of the Pages."""
        return [lane for lanes in self.by_page.values() for lane in lanes]


class _Around(msgspec.Struct, frozen=True):
    whole: Snapshot
    known: Mapping[str, Known]
    holds: Mapping[str, Sequence[HoldSeen]]
    unserved: frozenset[str]


class _Row(msgspec.Struct, frozen=True):
    place: Place
    waiting: int
    behind: int
    calls: int
    age_s: float | None
    wakes_ms: float
    spending: Spending


def read_lanes(client: "redis.Redis", keys: Keys, whole: Snapshot, pages: Sequence[str]) -> LanesSeen:
    """Returns the lanes of these Pages that have commands, as they were at the moment of the snapshot.

    Raises:
        redis.RedisError: the server was not reached.
    """
    known = known_pages(client, keys, whole.digests, pages)
    by_scope: dict[str, list[HoldSeen]] = {}
    for hold in whole.holds:
        by_scope.setdefault(hold.scope, []).append(hold)
    around = _Around(whole, known, by_scope, frozenset(whole.unserved))
    found: dict[str, list[LaneSeen]] = {page: [] for page in pages}
    for row in _rows(client, keys, pages, around):
        found[row.place.page].append(_seen(row, around))
    return LanesSeen(found, frozenset(known))


def _rows(client: "redis.Redis", keys: Keys, pages: Sequence[str], around: _Around) -> list[_Row]:
    waiting, behind = _filled(client, keys, pages, around.whole)
    places = list(waiting)
    lines = list(dict.fromkeys(Line(place.page, place.rate_class) for place in places))
    spending = read_spending(client, keys, lines, around.known, around.whole.at_ms)
    calls = calls_before_empty({place: waiting[place] + behind.get(place, 0) for place in places})
    with client.pipeline(transaction=False) as pipe:
        for place in places:
            pipe.lindex(keys.of(f"lane:{place.name}"), 0)
            pipe.zscore(keys.of("asleep"), place.name)
            pipe.zscore(keys.of("asleep"), place.page)
        answers = cast("list[bytes | float | None]", pipe.execute())
    ages = _ages(client, keys, places, cast("list[bytes | None]", answers[::3]), around.whole.at_ms)
    return [
        _Row(
            place,
            waiting[place],
            behind.get(place, 0),
            calls[place],
            age_s,
            max(cast("float", own_ms or 0), cast("float", page_ms or 0)),
            spending[Line(place.page, place.rate_class)],
        )
        for place, age_s, own_ms, page_ms in zip(places, ages, answers[1::3], answers[2::3], strict=True)
    ]


def _filled(
    client: "redis.Redis", keys: Keys, pages: Sequence[str], whole: Snapshot
) -> tuple[dict[Place, int], dict[Place, int]]:
    """Returns the lanes with commands, how many are in each, and how many behind it."""
    places = places_of(client, keys, pages)
    with client.pipeline(transaction=False) as pipe:
        for place in places:
            pipe.llen(keys.of(f"lane:{place.name}"))
        lengths = dict(zip(places, cast("list[int]", pipe.execute()), strict=True))
    rest = {page: whole.depth.get(page, 0) for page in pages}
    for place, number in lengths.items():
        rest[place.page] -= number
    waits = read_behind(client, keys, rest)
    behind = {place_for(page, BEHIND_CLASS, priority): number for (page, priority), number in waits.items()}
    return {place: number for place, number in lengths.items() if number or place in behind}, behind


def _ages(
    client: "redis.Redis", keys: Keys, places: Sequence[Place], heads: Sequence[bytes | None], at_ms: int
) -> list[float | None]:
    """Returns the age of the first of each lane: since it was due, or since its broadcast began."""
    asked = [head for head in heads if head is not None and not head.startswith(PERSON)]
    records = cast("list[bytes | None]", client.hmget(keys.of("commands"), asked)) if asked else []
    since_ms: dict[bytes | None, int] = {}
    for asked_id, record in zip(asked, records, strict=True):
        command = read_record(asked_id.decode(errors="replace"), record)
        if command is not None:
            since_ms[asked_id] = command.enqueued_ms
    ages: list[float | None] = []
    for place, head in zip(places, heads, strict=True):
        is_person = head is not None and head.startswith(PERSON) and place.created_ms
        began_ms = place.created_ms if is_person else since_ms.get(head)
        ages.append(None if began_ms is None else max(0, at_ms - began_ms) / 1000)
    return ages


def _seen(row: _Row, around: _Around) -> LaneSeen:
    place, at_ms = row.place, around.whole.at_ms
    state, until_ms, reason = _state(row, around)
    is_held = state == "unserved" or (state == "held" and until_ms is None)
    return LaneSeen(
        page=place.page,
        rate_class=place.rate_class,
        priority=place.priority,
        broadcast=place.broadcast,
        waiting=row.waiting,
        behind=row.behind,
        next_age_s=row.age_s,
        budget=budget_of(row.spending, at_ms),
        backlog_s=None
        if is_held
        else backlog_s(row.spending, row.calls, at_ms, until_ms or 0, around.whole.sent_per_s),
        state=state,
        until=instant(until_ms) if until_ms is not None else None,
        reason=reason,
    )


def _state(row: _Row, around: _Around) -> tuple[State, int | None, str | None]:
    place, here = row.place, around.known.get(row.place.page)
    lane = f"{place.page}/{place.name.split('/')[1]}/{PRIORITIES[place.priority]}"
    scopes = {f"lane:{lane}", f"lane:{place.name}", f"page:{place.page}", class_scope(f"lane:{lane}") or ""}
    if here is not None and here.app:
        scopes.add(f"app:{here.app}")
    sleeping = Sleeping(
        holds=[hold for scope in scopes for hold in around.holds.get(scope, ())],
        asleep={place.name: round(row.wakes_ms)},
        unserved=around.unserved,
        served={} if here is None else {place.page: Served(here.app, here.fingerprints)},
    )
    return sleeping_of(sleeping, place.page, place.name, around.whole.at_ms)
