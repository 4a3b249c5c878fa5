"""What is wrong stands at the head of the page, each with its cure."""

from datetime import UTC, datetime

import msgspec
import pytest
import redis

from producer.store.keys import Keys
from worker.dashboard.troubles import Trouble, standing, troubles_of
from worker.engine.chunk import HoldKind
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes
from worker.operations.holds import HoldSeen
from worker.operations.installation import Snapshot, read_snapshot
from worker.operations.workers import WorkerSeen

KEYS = Keys("outbound")
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def _worker(name: str, *, alive: bool) -> WorkerSeen:
    return WorkerSeen(name=name, host="h", pid=1, since=AT, heartbeat_age_s=1, alive=alive, pages=1, taken=0)


WELL = Snapshot(
    at_ms=1,
    workers=[_worker("w1", alive=True)],
    digests=[],
    depth={},
    pages_total=0,
    later=0,
    next_due=None,
    parked={},
    unserved=[],
    dead_letters=0,
    counts={},
    holds=[],
    sent_per_s=0.0,
    timer_kept=True,
    timer_late_s=0.0,
)


def _hold(scope: str, kind: HoldKind) -> HoldSeen:
    return HoldSeen(scope=scope, reason="because", since=AT, until=None, repeats=0, for_token=None, kind=kind)


WRONG: dict[str, tuple[dict[str, object], list[HoldSeen], str, str]] = {
    "no worker": ({"workers": []}, [], "no_worker", "No worker is running, so nothing is sent"),
    "a silent worker": (
        {"workers": [*WELL.workers, _worker("w2", alive=False)]},
        [],
        "worker_silent",
        "1 worker (w2) is not heard any more; others get what it had",
    ),
    "no token": (
        {"unserved": ["1", "2", "3", "4"]},
        [],
        "unserved",
        "4 Pages (1, 2, 3 and 1 more) wait for a worker that has a token",
    ),
    "an unknown type": (
        {"parked": {"dance": 2}},
        [],
        "parked",
        "2 commands of types that no worker knows wait: dance",
    ),
    "a late timer": (
        {"timer_late_s": 7.0},
        [],
        "timer",
        "The timer is 7 s late: what is scheduled or to be tried again waits",
    ),
    "a dead token": (
        {},
        [_hold("page:1", "token")],
        "held",
        "Page 1 is held for want of a token that lives: because",
    ),
    "a throttle": (
        {},
        [_hold("lane:1/t", "throttle"), _hold("lane:2/t", "throttle")],
        "throttled",
        "lane 1/text, lane 2/text are held because Meta throttles: because",
    ),
    "somebody's hand": ({}, [_hold("app:7", "hand")], "held_by_hand", "app 7 is held by hand: because"),
    "dead letters": (
        {"dead_letters": 1},
        [],
        "dead_letters",
        "1 dead letter lies here: nobody sends them any more",
    ),
}


@pytest.mark.parametrize(("changed", "holds", "kind", "sentence"), WRONG.values(), ids=WRONG)
def test_each_trouble_is_a_sentence_with_its_cure(
    changed: dict[str, object], holds: list[HoldSeen], kind: str, sentence: str
) -> None:
    """One thing that is wrong is told once, and what helps beside it."""
    (found,) = troubles_of(msgspec.structs.replace(WELL, **changed), holds)
    assert (found.kind, found.sentence, bool(found.cure)) == (kind, sentence, True)
    assert found.since == (AT if holds else None)


def test_where_all_is_well_nothing_is_told() -> None:
    """A working installation has no trouble."""
    assert troubles_of(WELL, []) == []


def test_what_the_house_tells_itself_is_told_once() -> None:
    """What is told already comes first as it is, and nothing else of its kind is added."""
    away = Trouble(kind="graph_away", sentence="Graph does not answer", since=AT, cure="wait")
    idle = Trouble(kind="no_worker", sentence="nobody works", cure="work")
    whole = msgspec.structs.replace(WELL, workers=[], dead_letters=1)
    assert [each.kind for each in troubles_of(whole, [], [away, idle])] == [
        "graph_away",
        "no_worker",
        "dead_letters",
    ]
    assert troubles_of(whole, [], [away, idle])[:2] == [away, idle]


def test_a_cured_hold_is_gone_at_once(server: "redis.Redis") -> None:
    """A Page that is held for a token which no worker has any more is not held."""
    pages = {"1": KnownPage("app", "new"), "2": KnownPage("app", "old")}
    Lanes(server).hello("w", Profile(rates={}, types=(), pages=pages), b"{}")
    for page in pages:
        server.hset("outbound:hold", f"page:{page}", '0|old|1000|0|token|{"reason":"dead"}')
    whole = read_snapshot(server, KEYS, timeout_ms=10_000)
    assert [hold.scope for hold in standing(server, KEYS, whole)] == ["page:2"]
