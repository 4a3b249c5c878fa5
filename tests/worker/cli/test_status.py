"""`status` tells what is where, with a bounded number of questions."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import redis

from producer import Producer, batch, messages
from producer.queue.envelope import Priority
from tests.worker.cli.overviews import NEVER, NOTHING, PROFILE, lane, read, taken, taken_id, without_times
from worker.cli.overview_view import span
from worker.engine.chunk import Settlement
from worker.engine.lanes import Lanes
from worker.operations.overview import PAGES_MAX, Overview, PageSeen
from worker.operations.workers import WorkerSeen

INFO = {"host": "vm", "pid": 7, "since": 1_700_000_000.0, "pages": 3}


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
        lanes=[lane("1", waiting=1, behind=1)],
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
    head, row = lines[6].split(), lines[7].split()
    assert (head, row[:4], row[-1]) == (
        ["page", "lane", "waiting", "behind", "oldest", "backlog", "state"],
        ["1", "text", "interactive", "1"],
        "ready",
    )
    assert [line for line in lines if line and line not in lines[6:8]] == [
        "! no worker is running; 2 commands wait",
        "  → start one with `outbound worker`, or see in its log why it does not start",
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
