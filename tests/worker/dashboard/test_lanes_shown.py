"""A lane's budget and backlog are told from its pace, what of it is spent, and who goes before it."""

from datetime import UTC, datetime

import msgspec
import pytest
import redis

from producer import Producer, batch, messages
from producer.store.keys import Keys
from worker.config.durations import rate_of
from worker.dashboard.page_lanes import PagesAsked, PagesShown, read_pages
from worker.engine.knowledge import KnownPage, Profile, Rate
from worker.engine.lanes import Lanes
from worker.operations import holds
from worker.operations.budgets import Budget, Spending, backlog_s, budget_of
from worker.operations.installation import read_snapshot
from worker.operations.lanes import LaneSeen
from worker.operations.waking import Pace, Spent

KEYS = Keys("outbound")
NOW = 1_700_000_000_000
FORTY = Pace(every_ms=25, burst=40)
TEN = Pace(calls=10, window_ms=600_000)

SPENDINGS: dict[str, tuple[Spending, Budget, float | None]] = {
    "a full budget": (Spending(FORTY, Spent(), 1.0, True), Budget(rate="40/s", free=40, used=0.0), 1.5),
    "half of it spent": (
        Spending(FORTY, Spent(full_at_ms=NOW + 500), 1.0, True),
        Budget(rate="40/s", free=20, used=0.5),
        2.0,
    ),
    "in debt": (
        Spending(FORTY, Spent(full_at_ms=NOW + 2_000), 1.0, True),
        Budget(rate="40/s", free=0, used=2.0),
        3.5,
    ),
    "slowed by Meta": (
        Spending(FORTY.slower(2.0), Spent(), 2.0, True),
        Budget(rate="20/s", free=20, slowed=2.0, used=0.0),
        4.0,
    ),
    "a window": (
        Spending(TEN, Spent(window_calls=4, window_oldest_ms=NOW - 60_000), 1.0, True),
        Budget(rate="10/10m", free=6, used=0.4),
        5_940.0,
    ),
    "no limit": (Spending(None, Spent(), 1.0, True), Budget(rate="no limit"), None),
    "nobody who knows it": (Spending(None, Spent(), 1.0, False), Budget(), None),
}


@pytest.mark.parametrize(("spending", "budget", "seconds"), SPENDINGS.values(), ids=SPENDINGS)
def test_a_budget_in_words(spending: Spending, budget: Budget, seconds: float | None) -> None:
    """What is free now, and in how many seconds a hundred calls are made."""
    assert (budget_of(spending, NOW), backlog_s(spending, 100, NOW, 0)) == (budget, seconds)


@pytest.mark.parametrize("written", ["40/s", "10/10m", "750/h", "5/m", "2/90s", "1/1s"])
def test_a_rate_shows_as_it_was_written(written: str) -> None:
    """Whoever reads a budget finds the words of the setting, not another way to say the same time."""
    rate = rate_of(written)
    assert rate is not None
    pace = (
        Pace(calls=rate.calls, window_ms=rate.per_ms)
        if rate.burst is None
        else Pace(every_ms=rate.per_ms / rate.calls)
    )
    assert pace.words == written


def test_without_a_limit_the_pace_is_what_was_sent_lately() -> None:
    """A lane without a limit empties as fast as the installation sends; nobody can tell where nothing was sent."""
    spending = Spending(None, Spent(), 1.0, True)
    assert (backlog_s(spending, 100, NOW, 0, 20.0), backlog_s(spending, 100, NOW, 0)) == (5.0, None)


def test_what_sleeps_begins_when_it_wakes() -> None:
    """A lane that is held for a minute is empty a minute later; an empty one is empty now."""
    spending = Spending(FORTY, Spent(), 1.0, True)
    assert backlog_s(spending, 100, NOW, NOW + 60_000) == 61.5
    assert backlog_s(spending, 0, NOW, NOW + 60_000) == 0.0


def _read(client: "redis.Redis", **asked: object) -> PagesShown:
    whole = read_snapshot(client, KEYS, timeout_ms=10_000)
    return read_pages(client, KEYS, whole, msgspec.convert(asked, PagesAsked), holds=whole.holds)


def _plain(lane: LaneSeen) -> tuple[object, ...]:
    return (
        lane.rate_class,
        lane.priority,
        lane.broadcast,
        lane.waiting,
        lane.backlog_s,
        lane.state,
        lane.reason,
    )


def test_every_lane_of_a_page_is_shown(server: "redis.Redis") -> None:
    """Interactive goes before bulk, broadcasts take turns with it, and other tokens than the held one go on."""
    pages = {"1": KnownPage("app", "old"), "2": KnownPage("app", "new"), "3": KnownPage()}
    profile = Profile(rates={"text": Rate(10, 1_000, 10)}, types=("send_message",), pages=pages)
    Lanes(server).hello("w", profile, b"{}")
    producer = Producer.on(server, page="1").with_options(ordered=False)
    producer.send_many(batch.send_text(f"{n}", "x") for n in range(20))
    producer.with_options(priority="bulk").send_many(batch.send_text(f"{n}", "x") for n in range(40))
    producer.broadcast_to(["1", "2", "3", "4", "5"], messages.text("x"), broadcast_id="sale")
    for page in ("2", "4"):
        Producer.on(server, page=page).send_text("1", "x")
    for page in ("1", "2"):
        value = f"0|old|{NOW}|0|" + msgspec.json.encode({"reason": "its token is dead"}).decode()
        server.hset("outbound:hold", f"page:{page}", value)
    shown = _read(server)
    assert (shown.total, shown.matching, [page.page for page in shown.rows]) == (4, 4, ["1", "2", "4", "3"])
    held = ("held", "its token is dead")
    assert [_plain(lane) for lane in shown.rows[0].lanes] == [
        ("text", "interactive", None, 20, None, *held),
        ("text", "bulk", None, 40, None, *held),
        ("text", "bulk", "sale", 5, None, *held),
    ]
    assert [_plain(lane) for lane in shown.rows[1].lanes] == [
        ("text", "interactive", None, 1, 0.0, "ready", None)
    ]
    (unserved,) = shown.rows[2].lanes
    assert (shown.rows[2].served, unserved.budget, unserved.backlog_s) == (False, Budget(), None)
    assert shown.rows[3].lanes == []
    holds.release(server, KEYS, "page:1")
    assert [lane.backlog_s for lane in _read(server).rows[0].lanes] == [1.0, 5.5, 2.0]


def test_a_screen_is_a_part_of_what_matches(server: "redis.Redis") -> None:
    """The fullest come first; a search and a screen beyond the last are told as they are."""
    profile = Profile(rates={}, types=(), pages={f"1{n}": KnownPage() for n in range(8)})
    Lanes(server).hello("w", profile, b"{}")
    server.hset("outbound:depth", mapping={"15": 2, "99": 7})
    first = _read(server, limit=3)
    assert ([page.page for page in first.rows], first.matching, first.total) == (["99", "15", "10"], 9, 9)
    last = _read(server, limit=3, offset=1_000)
    assert ([page.page for page in last.rows], last.offset) == (["14", "16", "17"], 6)
    found = _read(server, search="9")
    assert ([page.page for page in found.rows], found.matching, found.total) == (["99"], 1, 9)
    none = _read(server, search="nothing", offset=50)
    assert (none.rows, none.offset, none.matching) == ([], 0, 0)


def test_a_hold_with_an_end_says_when(server: "redis.Redis") -> None:
    """A lane that is held for a time shows its end, and the backlog counts it."""
    profile = Profile(rates={"text": Rate(10, 1_000, 10)}, types=(), pages={"1": KnownPage()})
    Lanes(server).hello("w", profile, b"{}")
    Producer.on(server, page="1").send_text("1", "x")
    holds.hold(server, KEYS, "lane:1/t/i", for_s=60, reason="throttled")
    (lane,) = _read(server).rows[0].lanes
    assert (lane.state, lane.reason) == ("held", "throttled")
    assert lane.until is not None
    assert 55 < (lane.until - datetime.now(UTC)).total_seconds() < 61
    assert lane.backlog_s is not None
    assert 55 < lane.backlog_s < 61


def test_pages_are_filtered_and_sorted(server: "redis.Redis") -> None:
    """Only those that are held or lack a token, only those with something to do, by id, or held ones first."""
    pages = {f"{n}": KnownPage("app" if n == 3 else "") for n in range(1, 5)}
    Lanes(server).hello("w", Profile(rates={}, types=(), pages=pages), b"{}")
    server.hset("outbound:depth", mapping={"1": 2, "2": 9, "9": 1})
    server.sadd("outbound:unserved", "9")
    for scope in ("lane:4/t/i", "app:app"):
        holds.hold(server, KEYS, scope, for_s=None, reason="by hand")

    def ids(**asked: object) -> list[str]:
        return [page.page for page in _read(server, **asked).rows]

    assert ids() == ["2", "1", "9", "3", "4"]
    assert ids(only="held") == ["9", "3", "4"]
    assert ids(only="waiting") == ["2", "1", "9"]
    assert ids(sort="page") == ["1", "2", "3", "4", "9"]
    assert ids(sort="held") == ["9", "3", "4", "2", "1"]
    assert _read(server, only="held", search="9").matching == 1
