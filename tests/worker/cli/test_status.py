"""`status` tells what is where and why, with a bounded number of questions."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from typing import Any, cast

import msgspec
import pytest
import redis
from rich.console import Console

from producer import Producer, batch, messages
from producer.envelope import Priority
from producer.keys import Keys
from worker.cli.overview import PAGES_MAX, LaneSeen, Overview, PageSeen, WorkerSeen, read_overview
from worker.cli.overview_view import render, span
from worker.lanes import Hold, Lanes, Settlement
from worker.operations.holds import HoldSeen
from worker.profile import KnownPage, Profile, Rate

KEYS = Keys("outbound")
TIMEOUT_MS = 10_000
TEXT_RATE = Rate(1, 60_000, 1)
PROFILE = Profile(
    rates={"text": None, "media": None, "profile": None, "other": None},
    types=("send_message", "sender_action"),
    pages={"1": KnownPage("app"), "2": KnownPage(), "3": KnownPage(rates={"text": TEXT_RATE})},
)
INFO = {"host": "vm", "pid": 7, "since": 1_700_000_000.0, "pages": 3}


def read(server: "redis.Redis") -> Overview:
    """Returns the overview."""
    return read_overview(server, KEYS, timeout_ms=TIMEOUT_MS)


def without_times(overview: Overview) -> Overview:
    """Returns the overview with every moment and age set to one value."""
    never = datetime.fromtimestamp(0, UTC)
    return msgspec.structs.replace(
        overview,
        at=never,
        next_due=overview.next_due and never,
        workers=[msgspec.structs.replace(each, heartbeat_age_s=0.0) for each in overview.workers],
        lanes=[
            msgspec.structs.replace(each, next_age_s=0.0, until=each.until and never, backlog_s=None)
            for each in overview.lanes
        ],
        holds=[
            msgspec.structs.replace(each, since=never, until=each.until and never) for each in overview.holds
        ],
    )


NEVER = datetime.fromtimestamp(0, UTC)
NOTHING = Overview(
    at=NEVER,
    workers=[],
    pages=[],
    pages_total=0,
    lanes=[],
    holds=[],
    not_ended=0,
    in_lanes=0,
    behind=0,
    later=0,
    next_due=None,
    taken=0,
    parked={},
    unserved=[],
    dead_letters=0,
    ended={"sent": 0, "refused": 0, "exhausted": 0, "expired": 0, "cancelled": 0, "unknown": 0},
    retried=0,
    reaped=0,
)


def test_an_empty_server_shows_nothing(server: "redis.Redis") -> None:
    """Where nothing was ever queued, everything is empty or zero."""
    assert without_times(read(server)) == NOTHING


def test_everything_is_told_where_it_is(server: "redis.Redis") -> None:
    """A lane that is ready, one behind, one scheduled, one taken, one sent and one dead: each is counted once."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, msgspec.json.encode(INFO))
    producer = Producer.on(server, page="1")
    producer.send_text("ann", "taken, then sent")
    lanes.settle(taken(lanes, 1), [Settlement(taken_id(server), "sent", "a", 0, b'{"reply":{}}')])
    producer.send_text("ann", "taken, then dead")
    lanes.settle(taken(lanes, 2), [Settlement(taken_id(server), "exhausted", "ad", 0, b"{}")])
    producer.send_text("ann", "taken")
    taken(lanes, 3)
    producer.send_text("ann", "behind the one that is taken")
    producer.send_text("bob", "in its lane")
    producer.with_options(send_at=4_000_000_000).send_text("cid", "scheduled")
    expected = msgspec.structs.replace(
        NOTHING,
        workers=[
            WorkerSeen(
                name="w",
                host="vm",
                pid=7,
                since=datetime.fromtimestamp(INFO["since"], UTC),  # type: ignore[arg-type]  # a number among texts
                heartbeat_age_s=0.0,
                alive=True,
                pages=3,
                taken=1,
            )
        ],
        pages=[PageSeen(page="1", not_ended=4, in_lanes=1, served=True)],
        pages_total=1,
        lanes=[lane("1", waiting=1)],
        not_ended=4,
        in_lanes=1,
        behind=1,
        later=1,
        next_due=NEVER,
        taken=1,
        dead_letters=1,
        ended=NOTHING.ended | {"sent": 1, "exhausted": 1},
    )
    assert without_times(read(server)) == expected


def test_the_numbers_add_up_after_late_evidence(server: "redis.Redis") -> None:
    """An echo of what ended unknown moves one from unknown and dead letters to sent, in `status` and progress."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    producer = Producer.on(server, page="1").with_options(at_most_once=True)
    sale = producer.broadcast_to(["7", "8"], messages.text("x"), broadcast_id="sale")
    chunk = taken(lanes, 1)
    lanes.settle(chunk, [Settlement(each.id, "unknown", "ad") for each in chunk.commands])
    echo = {"message": {"is_echo": True, "mid": "m", "metadata": "sale:0"}, "recipient": {"id": "7"}}
    assert producer.confirm_echo(echo) == 1
    seen = read(server)
    ended = {"sent": 1, "unknown": 1}
    assert (seen.ended, seen.dead_letters, seen.not_ended) == (NOTHING.ended | ended, 1, 0)
    assert (sale.progress().ended, sale.progress().waiting) == (ended, 0)


def test_the_lanes_of_broadcasts_are_lanes(server: "redis.Redis") -> None:
    """Whom a broadcast has not sent to yet waits in a lane of its own: counted there, and behind nobody."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    producer = Producer.on(server, page="1")
    producer.with_options(priority="bulk").send_text("ann", "x")
    producer.broadcast_to(["7", "8"], messages.text("x"), broadcast_id="sale").pause("too loud")
    producer.broadcast_to(["9"], messages.text("x"), broadcast_id="news")
    seen = without_times(read(server))
    bulk = msgspec.structs.replace(lane("1", waiting=1), priority="bulk")
    held: dict[str, Any] = {"state": "held", "reason": "too loud"}
    assert seen.lanes == [
        bulk,
        msgspec.structs.replace(bulk, broadcast="news"),
        msgspec.structs.replace(bulk, broadcast="sale", waiting=2, **held),
    ]
    assert (seen.not_ended, seen.in_lanes, seen.behind) == (4, 4, 0)
    assert seen.pages == [PageSeen(page="1", not_ended=4, in_lanes=4, served=True)]


def test_a_hold_of_a_lane_holds_its_broadcasts(server: "redis.Redis") -> None:
    """As a take sees it."""
    Lanes(server).hello("w", PROFILE, b"{}")
    Producer.on(server, page="1").broadcast_to(["7"], messages.text("x"), broadcast_id="sale")
    server.hset("outbound:hold", "lane:1/t/b", '0||1|0|hand|{"reason":"mine"}')
    assert [(each.state, each.reason) for each in read(server).lanes] == [("held", "mine")]


def test_a_backlog_is_told_in_seconds(server: "redis.Redis") -> None:
    """At the limit that holds now, behind what is interactive; without a worker nobody knows."""
    priorities: tuple[tuple[Priority, int], ...] = (("interactive", 2), ("bulk", 3))
    for priority, number in priorities:
        bound = Producer.on(server, page="3").with_options(priority=priority, ordered=False)
        bound.send_many(batch.send_text(str(n), "x") for n in range(number))
    assert [each.backlog_s for each in read(server).lanes] == [None, None]
    Lanes(server).hello("w", PROFILE, b"{}")
    assert [each.backlog_s for each in read(server).lanes] == [60.0, 240.0]


def taken(lanes: Lanes, token: int) -> Any:  # noqa: ANN401 (a chunk)
    """Takes one chunk and begins it."""
    chunk = lanes.take("w", token, PROFILE).chunk
    assert chunk is not None
    assert lanes.begin(chunk)
    return chunk


def taken_id(server: "redis.Redis") -> str:
    """Returns the id of the one command there is."""
    (command_id,) = cast("list[bytes]", server.hkeys("outbound:commands"))
    return command_id.decode()


def lane(page: str, *, waiting: int, state: Any = "ready", **others: Any) -> LaneSeen:  # noqa: ANN401 (fields)
    """Returns a lane of interactive texts as it is seen."""
    return LaneSeen(
        page=page,
        rate_class="text",
        priority="interactive",
        waiting=waiting,
        next_age_s=0.0,
        state=state,
        **others,
    )


HOLD = Hold("page:2", None, b'{"reason":"the token is dead"}')
HOLDS: dict[str, tuple[Hold, str, Any, dict[str, Any]]] = {
    "its Page until released": (HOLD, "2", None, {"reason": "the token is dead"}),
    "its lane for a minute": (
        Hold("lane:2/t/i", 60_000, b'{"reason":"too many calls"}'),
        "2",
        NEVER,
        {"until": NEVER, "reason": "too many calls"},
    ),
    "its class for a minute": (
        Hold("lane:2/t", 60_000, b'{"reason":"too many texts"}', kind="throttle"),
        "2",
        NEVER,
        {"until": NEVER, "reason": "too many texts"},
    ),
    "its app for a minute": (
        Hold("app:app", 60_000, b'{"reason":"the app is throttled"}'),
        "1",
        NEVER,
        {"until": NEVER, "reason": "the app is throttled"},
    ),
}


@pytest.mark.parametrize(("hold", "page", "until", "why"), HOLDS.values(), ids=HOLDS)
def test_a_held_lane_says_why(
    server: "redis.Redis", hold: Hold, page: str, until: datetime | None, why: dict[str, Any]
) -> None:
    """A hold on a Page, a lane or an app shows at the lane with its reason and its end, before and after a take."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    producer = Producer.on(server, page=page)
    producer.send_text("ann", "x")
    lanes.settle(taken(lanes, 1), [Settlement(taken_id(server), "return")], [hold])
    for _ in range(2):
        seen = without_times(read(server))
        assert seen.lanes == [lane(page, waiting=1, state="held", **why)]
        assert seen.holds == [
            HoldSeen(
                scope=hold.scope,
                until=until,
                since=NEVER,
                reason=why["reason"],
                repeats=0,
                for_token=None,
                kind=hold.kind,
            )
        ]
        assert lanes.take("w", 2, PROFILE).chunk is None


def test_of_several_holds_the_last_to_end_is_the_lane_s_reason(server: "redis.Redis") -> None:
    """Each is listed; one for a token that some live worker does not have holds nothing."""
    Lanes(server).hello("w", PROFILE, b"{}")
    Producer.on(server, page="1").send_text("ann", "x")
    far = 4_000_000_000_000
    lines = (
        f'{far + 1}||3|0|hand|{{"reason":"a"}}',
        f'{far}||2|0|throttle|{{"reason":"b"}}',
        "0|old|1|0|token|{}",
    )
    server.hset("outbound:hold", "page:1", "\n".join(lines))
    seen = without_times(read(server))
    assert seen.lanes == [lane("1", waiting=1, state="held", until=NEVER, reason="a")]
    assert [each.kind for each in seen.holds] == ["token", "throttle", "hand"]
    server.hset("outbound:hold", "page:1", lines[2])
    assert without_times(read(server)).lanes == [lane("1", waiting=1)]


def test_a_hold_that_is_over_is_none(server: "redis.Redis") -> None:
    """A hold whose time has passed is neither listed nor a reason."""
    server.hset("outbound:hold", "page:2", "1000||1|0|{}")
    Producer.on(server, page="2").send_text("ann", "x")
    seen = without_times(read(server))
    assert (seen.lanes, seen.holds) == ([lane("2", waiting=1)], [])


def test_a_lane_without_budget_is_paced(server: "redis.Redis") -> None:
    """A lane whose budget is spent says until when."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    producer = Producer.on(server, page="3")
    for person in ("ann", "bob"):
        producer.send_text(person, "x")
    lanes.take("w", 1, PROFILE)
    lanes.take("w", 2, PROFILE)
    expected = lane("3", waiting=1, state="paced", until=NEVER, reason="its budget is spent")
    assert without_times(read(server)).lanes == [expected]


def test_a_page_that_nobody_serves_is_named(server: "redis.Redis") -> None:
    """A Page whose token no worker holds is listed, and its lane says so."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    Producer.on(server, page="99").send_text("ann", "x")
    lanes.take("w", 1, PROFILE)
    seen = without_times(read(server))
    reason = "no running worker holds a token for this Page"
    assert (seen.unserved, seen.lanes) == (["99"], [lane("99", waiting=1, state="unserved", reason=reason)])


def test_a_page_whose_commands_have_ended_waits_for_no_token(server: "redis.Redis") -> None:
    """A Page that nobody serves is named as long as something of it waits."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    tickets = [Producer.on(server, page=page).send_text("ann", "x") for page in ("98", "99")]
    lanes.take("w", 1, PROFILE)
    assert read(server).unserved == ["98", "99"]
    assert tickets[0].cancel()
    assert read(server).unserved == ["99"]


def test_a_page_without_a_token_is_told_from_one_whose_token_is_dead(server: "redis.Redis") -> None:
    """The one is to be added to the Pages file; of the other the token there is to be replaced, or released."""
    lanes = Lanes(server)
    profile = Profile(rates=PROFILE.rates, types=PROFILE.types, pages={"1": KnownPage(fingerprint="f")})
    lanes.hello("w", profile, b"{}")
    Producer.on(server, page="1").send_text("ann", "x")
    chunk = lanes.take("w", 1, profile).chunk
    assert chunk is not None
    dead = Hold("page:1", None, b'{"reason":"dead"}', fingerprint="f", kind="token")
    lanes.settle(chunk, [Settlement(chunk.commands[0].id, "return", "")], [dead])
    Producer.on(server, page="99").send_text("ann", "x")
    for token in (2, 3):
        lanes.take("w", token, profile)
    console = Console(width=200, record=True, file=StringIO())
    console.print(render(read(server), rows_max=20))
    assert console.export_text().splitlines()[-2:] == [
        "no running worker holds a token for Page 99; add it to the Pages file",
        "Page 1 waits for another token: put it into the Pages file, or release the Page if the one there is alive",
    ]


def test_parked_types_are_named(server: "redis.Redis") -> None:
    """A command of a type that no worker knows is counted under its type."""
    lanes = Lanes(server)
    lanes.hello("w", Profile(rates={}, types=("other",), pages={"1": KnownPage()}), b"{}")
    Producer.on(server, page="1").send_text("ann", "x")
    lanes.take("w", 1, Profile(rates={}, types=("other",), pages={"1": KnownPage()}))
    seen = read(server)
    assert (seen.parked, seen.in_lanes, seen.behind, seen.not_ended) == ({"send_message": 1}, 0, 0, 1)


def test_a_silent_worker_is_shown_as_dead(server: "redis.Redis") -> None:
    """A worker whose heartbeat is older than the time-out is shown, and not alive."""
    Lanes(server).hello("w", PROFILE, msgspec.json.encode(INFO), now_ms=1)
    server.zadd("outbound:beats", {"w": 1})
    assert [worker.alive for worker in read(server).workers] == [False]


def test_no_more_than_a_thousand_pages_are_looked_into(valkey: "redis.Redis") -> None:
    """Of more than 1,000 Pages those with most commands are listed, all are counted, and no key is searched for."""
    valkey.hset("outbound:depth", mapping={str(page): page for page in range(1, PAGES_MAX + 101)})
    valkey.config_resetstat()
    seen = read(valkey)
    listed = [page.page for page in seen.pages]
    assert (len(listed), listed[0], listed[-1]) == (PAGES_MAX, str(PAGES_MAX + 100), "101")
    assert (seen.pages_total, seen.not_ended) == (PAGES_MAX + 100, sum(range(1, PAGES_MAX + 101)))
    asked = {name.removeprefix("cmdstat_") for name in valkey.info("commandstats")}
    assert asked.isdisjoint({"keys", "scan", "hscan", "sscan", "zscan"})


SPANS = {
    None: "-",
    0.44: "0.4 s",
    9.96: "10.0 s",
    12.4: "12 s",
    185: "3 min 5 s",
    7_800: "2 h 10 min",
    356_400: "4 d 3 h",
}


@pytest.mark.parametrize(("seconds", "text"), SPANS.items())
def test_spans_are_read_at_a_glance(seconds: float | None, text: str) -> None:
    """A length of time has two figures at most."""
    assert span(seconds) == text


def test_the_tables_of_a_quiet_queue(outbound: Callable[..., Any], valkey: "redis.Redis") -> None:
    """Without workers the tables say how to start one, what waits, and how commands ended."""
    Producer.on(valkey, page="1").send_many([batch.send_text("ann", "a"), batch.send_text("ann", "b")])
    lines = outbound("status").out.splitlines()
    head, row = lines[5].split(), lines[6].split()
    assert (head, row[:4], row[-1]) == (
        ["page", "lane", "waiting", "oldest", "backlog", "state"],
        ["1", "text", "interactive", "1"],
        "ready",
    )
    assert [line for line in lines if line and line not in lines[5:7]] == [
        "no worker is running: start one with `outbound worker`",
        "not ended  in lanes  behind  later  taken  parked  dead letters",
        "        2         1       1      0      0       0             0",
        "sent  refused  exhausted  expired  cancelled  unknown  retried  reaped",
        "   0        0          0        0          0        0        0       0",
    ]


def test_json_is_the_whole_overview(outbound: Callable[..., Any], valkey: "redis.Redis") -> None:
    """`--json` prints one document that reads back as the overview."""
    Producer.on(valkey, page="1").send_text("ann", "a")
    read_back = msgspec.convert(json.loads(outbound("status", "--json").out), Overview)
    assert without_times(read_back) == without_times(read(valkey))


def test_a_long_table_is_cut(outbound: Callable[..., Any], valkey: "redis.Redis") -> None:
    """`--rows` bounds each table, and the rest is counted."""
    for page in ("1", "2", "3"):
        Producer.on(valkey, page=page).send_text("ann", "a")
    assert "… and 2 more (--rows)" in outbound("status", "--rows", "1").out.splitlines()
