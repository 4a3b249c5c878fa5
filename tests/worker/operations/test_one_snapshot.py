"""Table, JSON, page and metrics of one installation at one moment say the same: they present one snapshot."""

import io
import re
import time
from typing import Any

import msgspec
import pytest
import redis
from prometheus_client import CollectorRegistry, generate_latest
from rich.console import Console

from producer import Producer, batch, messages
from producer.commands import TYPES
from producer.store.keys import Keys
from worker.cli.overview_view import render
from worker.dashboard.page_lanes import PagesAsked
from worker.dashboard.reading import Ask, Reader
from worker.engine.knowledge import KnownPage, Profile, Rate
from worker.engine.lanes import Lanes
from worker.metrics.installation import Installation, lines_of
from worker.operations import holds
from worker.operations.installation import read_snapshot
from worker.operations.lanes import read_lanes
from worker.operations.overview import read_overview

KEYS = Keys("outbound")
TIMEOUT_MS = 10_000
PAGES = tuple(str(n) for n in range(1, 5))


def profile_of(*pages: str) -> Profile:
    """Returns what a worker with tokens of these Pages knows."""
    return Profile(
        rates={"text": Rate(1, 10_000, 3), "media": Rate(1, 20_000, 1)},
        types=tuple(TYPES),
        pages={page: KnownPage() for page in pages},
    )


def fill(server: "redis.Redis") -> None:
    """Queues something of every kind: in lanes, behind, scheduled, taken, parked, held, of broadcasts, unserved."""
    lanes, profile = Lanes(server), profile_of(*PAGES)
    lanes.hello("w", profile, msgspec.json.encode({"host": "vm", "pid": 7}))
    one, two, three, other = (Producer.on(server, page=page) for page in ("1", "2", "3", "99"))
    other.send_text("ann", "nobody has its token")
    assert lanes.take("w", 1, profile).chunk is None
    three.send_text("eve", "taken")
    assert lanes.take("w", 2, profile).chunk is not None
    for _ in range(5):
        one.send_text("ann", "in order")
        one.send_text("bob", "in order")
    one.with_options(priority="bulk").send_many(batch.send_text(f"{n}", "x") for n in range(4))
    one.broadcast_to(["21", "22", "23"], messages.text("x"), broadcast_id="sale")
    one.with_options(send_at=4_000_000_000).send_text("cid", "later")
    one.with_options(send_at=time.time() + 0.02).send_text("dan", "due soon")
    two.send_image("ann", "https://example.com/a.png")
    two.broadcast_to(["31", "32"], messages.text("x"), broadcast_id="news").pause("too loud")
    holds.hold(server, KEYS, "page:2", for_s=60, reason="quiet")
    time.sleep(0.05)
    lanes.tick("w", lease_ms=10_000, may_reap=False)


def metrics_of(server: "redis.Redis") -> dict[str, float]:
    """Returns what Prometheus is answered, by name and labels."""
    registry = CollectorRegistry()

    def read() -> Any:  # noqa: ANN401 (what the collector reads)
        whole = read_snapshot(server, KEYS, timeout_ms=TIMEOUT_MS)
        return whole, read_lanes(server, KEYS, whole, whole.fullest(500)).all

    registry.register(Installation(read))
    lines = [line for line in generate_latest(registry).decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_all_faces_say_the_same(server: "redis.Redis") -> None:
    """Counts are equal, and so are backlogs and ages but for the moments between the readings."""
    fill(server)
    overview = read_overview(server, KEYS, timeout_ms=TIMEOUT_MS)
    live = Reader(server, KEYS, timeout_ms=TIMEOUT_MS).live(Ask(pages=PagesAsked(limit=100)))
    metrics = metrics_of(server)

    totals = live.totals
    waiting = metrics['outbound_unfinished_commands{place="waiting"}']
    assert overview.in_lanes + overview.behind == totals.waiting == waiting
    assert overview.later == totals.later == metrics['outbound_unfinished_commands{place="later"}'] == 1
    assert overview.taken == totals.taken == metrics['outbound_unfinished_commands{place="taken"}'] == 1
    assert overview.not_ended == totals.not_ended == 24
    assert len(overview.holds) == live.holds_total == 2
    assert len(overview.unserved) == totals.unserved == metrics["outbound_unserved_pages"]

    on_page = {
        (row.page, each.rate_class, each.priority, each.broadcast): each
        for row in live.pages.rows
        for each in row.lanes
    }
    in_json = {(each.page, each.rate_class, each.priority, each.broadcast): each for each in overview.lanes}
    assert {place: (each.waiting, each.behind, each.state) for place, each in on_page.items()} == {
        place: (each.waiting, each.behind, each.state) for place, each in in_json.items()
    }
    for place, lane in in_json.items():
        other = on_page[place]
        assert (other.backlog_s, other.next_age_s) == pytest.approx(
            (lane.backlog_s, lane.next_age_s), abs=0.5
        )
    for (page, name, priority), line in lines_of(overview.lanes).items():
        labels = f'{{page="{page}",priority="{priority}",rate_class="{name}"}}'
        assert metrics[f"outbound_lane_waiting_commands{labels}"] == line.waiting
        told = metrics.get(f"outbound_lane_backlog_seconds{labels}")
        assert told == (None if line.backlog_s is None else pytest.approx(line.backlog_s, abs=0.5))


def test_what_waits_behind_is_in_the_backlog(server: "redis.Redis") -> None:
    """Ten texts to two people are two in a lane and eight behind; with bulk and a broadcast they share one budget."""
    fill(server)
    lanes = {
        (each.priority, each.broadcast): each
        for each in read_overview(server, KEYS, timeout_ms=TIMEOUT_MS).lanes
        if each.page == "1"
    }
    first = lanes["interactive", None]
    assert (first.waiting, first.behind) == (3, 8)
    # a burst of three now, and then one every ten seconds
    assert first.backlog_s == pytest.approx(80.0, abs=0.5)
    assert lanes["bulk", None].backlog_s == pytest.approx((11 + 4 + 3 - 3) * 10.0, abs=0.5)
    assert first.next_age_s is not None
    assert first.next_age_s < 30


def test_the_table_shows_the_numbers_of_the_json(server: "redis.Redis") -> None:
    """Each lane's row has what waits in it and behind it."""
    fill(server)
    overview = read_overview(server, KEYS, timeout_ms=TIMEOUT_MS)
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(render(overview, rows_max=100))
    text = console.export_text()
    for lane in overview.lanes:
        name = f"{lane.rate_class} {lane.priority}" + (
            f", broadcast {lane.broadcast}" if lane.broadcast else ""
        )
        assert re.search(rf"^{lane.page} +{name} +{lane.waiting} +{lane.behind} ", text, re.MULTILINE), text
