"""What a monitoring system is told of an installation."""

import time

import msgspec
import pytest
import redis
from prometheus_client import CollectorRegistry, generate_latest

from producer import Producer, messages
from producer.commands import TYPES
from producer.store.keys import Keys
from worker.engine.chunk import Hold, Settlement
from worker.engine.knowledge import KnownPage, Profile, Rate
from worker.engine.lanes import Lanes
from worker.metrics.installation import LANES_MAX, Installation, Pace
from worker.metrics.reading import PAGES_MAX, Budgets, Lane, Reading, read

KEYS = Keys("outbound")
NO_LIMIT: dict[str, Rate | None] = dict.fromkeys(("text", "media", "profile", "other"))
PROFILE = Profile(rates=NO_LIMIT, types=tuple(TYPES), pages={"1": KnownPage(), "2": KnownPage()})
NOTHING = Reading(
    at_ms=0,
    pages=0,
    waiting=0,
    later=0,
    taken=0,
    parked=0,
    unserved=0,
    lanes=[],
    holds={},
    budgets=Budgets({}, {}, {}, {}),
    dead=0,
    counts={},
    workers_alive=0,
    workers_silent=0,
    timer_kept=False,
    timer_late_s=0.0,
)


def reading(server: "redis.Redis") -> Reading:
    """Returns what there is, with the moment and all ages at zero."""
    found = read(server, KEYS, timeout_ms=10_000, lanes_max=LANES_MAX)
    lanes = [msgspec.structs.replace(lane, oldest_s=lane.oldest_s and 0.0) for lane in found.lanes]
    return msgspec.structs.replace(found, at_ms=0, lanes=lanes, holds=dict(found.holds), timer_late_s=0.0)


def test_an_empty_server_shows_nothing(server: "redis.Redis") -> None:
    """Where nothing was ever queued, everything is empty or zero."""
    assert reading(server) == NOTHING


def test_a_page_that_nobody_serves_is_counted_while_something_of_it_waits(server: "redis.Redis") -> None:
    """A Page without a token counts as long as it has commands: an alert on it ends with them."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    ticket = Producer.on(server, page="99").send_text("11", "x")
    lanes.take("w", 1, PROFILE)
    waiting = reading(server).unserved
    assert ticket.cancel()
    assert (waiting, reading(server).unserved) == (1, 0)


def test_everything_is_counted_where_it_is(server: "redis.Redis") -> None:
    """Waiting, taken, later and dead commands, holds, a broadcast in its Page's bulk lane, and workers are told."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    one, two = (Producer.on(server, page=page) for page in ("1", "2"))
    one.send_text("11", "first")
    one.send_text("11", "behind the first")
    one.with_options(send_at=4_000_000_000).send_text("12", "later")
    two.broadcast_to(["21", "22", "23"], messages.text("x"), broadcast_id="sale")
    two.with_options(priority="bulk").send_text("24", "x")
    two.send_text("25", "x")
    chunk = lanes.take("w", 1, PROFILE, limit=1).chunk
    assert chunk is not None
    lanes.settle(chunk, [Settlement(chunk.commands[0].id, "refused", "ad")], [Hold("page:2", None, b"{}")])
    lanes.take("w", 2, PROFILE, limit=1)
    broadcast = two.broadcast("sale")
    broadcast.pause()
    assert reading(server) == msgspec.structs.replace(
        NOTHING,
        pages=2,
        waiting=5,
        later=1,
        taken=1,
        lanes=[Lane("2", "text", "bulk", 4, 0.0), Lane("2", "text", "interactive", 1, 0.0)],
        holds={("page", False): 1, ("broadcast", False): 1},
        budgets=Budgets({"2": 1.0}, {}, {("2", "text"): 0}, {"2": 0}),
        dead=1,
        counts={"refused": 1},
        workers_alive=1,
    )


def test_holds_that_stand_beside_each_other_are_counted_each(server: "redis.Redis") -> None:
    """A Page that is throttled and held by hand has two; one that has ended is none."""
    holds = [
        Hold("page:2", None, b"{}", kind="hand"),
        Hold("page:2", 60_000, b"{}", kind="throttle"),
        Hold("page:2", None, b"{}", fingerprint="f" * 8),
        Hold("app:7", 60_000, b"{}"),
    ]
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    Producer.on(server, page="1").send_text("11", "x")
    chunk = lanes.take("w", 1, PROFILE).chunk
    assert chunk is not None
    lanes.settle(chunk, [Settlement(chunk.commands[0].id, "sent")], [*holds, Hold("page:3", 1, b"{}")])
    time.sleep(0.01)  # the server's own clock ends the last
    assert reading(server).holds == {("page", False): 2, ("page", True): 1, ("app", True): 1}


def test_a_scheduled_command_has_no_age(server: "redis.Redis") -> None:
    """A reminder that was enqueued a week ago and is due now has not waited for a week."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    producer = Producer.on(server, page="1")
    producer.with_options(send_at=1_700_000_000).send_text("11", "reminder")
    assert [lane.oldest_s for lane in read(server, KEYS, timeout_ms=1, lanes_max=1).lanes] == [None]


def test_of_many_pages_those_with_most_commands_are_read(server: "redis.Redis") -> None:
    """The work of a question is bounded, and the totals are of all."""
    pages = {f"P{n}": n % 7 + 1 for n in range(PAGES_MAX + 10)}
    server.hset("outbound:depth", mapping={page: str(depth) for page, depth in pages.items()})
    for page, depth in pages.items():
        server.rpush(f"outbound:lane:{page}/t/i", *("id" for _ in range(depth)))
    found = read(server, KEYS, timeout_ms=1, lanes_max=LANES_MAX)
    assert (found.pages, found.waiting) == (len(pages), sum(pages.values()))
    assert len(found.lanes) == PAGES_MAX
    assert {lane.waiting for lane in found.lanes[:LANES_MAX]} == {6, 7}


LANES = [
    Lane("1", "text", "interactive", 80, 1.0),
    Lane("1", "text", "bulk", 40, None),
    Lane("2", "profile", "interactive", 5, 9.0),
    Lane("3", "text", "interactive", 4, 2.0),
]
RATES: dict[str, Rate | None] = {"text": Rate(40, 1_000, 40), "profile": Rate(10, 600_000)}


def rates(page: str) -> dict[str, Rate | None]:
    """Returns the limits of a Page; Page 3 has none."""
    return NO_LIMIT if page == "3" else RATES


def lines_of(reading: Reading, *names: str) -> list[str]:
    """Returns what Prometheus is answered of some names."""
    registry = CollectorRegistry()
    registry.register(Installation(lambda: reading, rates))
    text = generate_latest(registry).decode()
    return [line for line in text.splitlines() if line.startswith(names)]


def test_backlog_is_told_in_seconds() -> None:
    """It is what waits at the limit that holds now: bulk behind interactive, a slowed Page slower."""
    slow = Budgets({"1": 2.0}, {("1", "text"): 1_500.0}, {("2", "profile"): 10}, {})
    found = msgspec.structs.replace(NOTHING, at_ms=1_000, lanes=LANES, budgets=slow)
    assert lines_of(
        found, "outbound_lane_backlog", "outbound_backlog", "outbound_oldest", "outbound_rate"
    ) == [
        'outbound_lane_backlog_seconds{page="1",priority="interactive",rate_class="text"} 4.0',
        'outbound_lane_backlog_seconds{page="1",priority="bulk",rate_class="text"} 6.0',
        'outbound_lane_backlog_seconds{page="2",priority="interactive",rate_class="profile"} 300.0',
        'outbound_rate_budget_used_ratio{page="1",rate_class="text"} 0.5',
        'outbound_rate_budget_used_ratio{page="2",rate_class="profile"} 1.0',
        "outbound_backlog_seconds 300.0",
        "outbound_oldest_waiting_seconds 9.0",
    ]


def test_without_a_limit_the_rate_is_measured() -> None:
    """A lane without a limit drains as fast as its Page's commands were seen to end."""
    pace = Pace(rates)
    first = msgspec.structs.replace(NOTHING, at_ms=0, budgets=Budgets({}, {}, {}, {"3": 100}))
    pace.look(first)
    assert pace.seconds_for(first, "3", "text", 4) is None
    second = msgspec.structs.replace(first, at_ms=10_000, budgets=Budgets({}, {}, {}, {"3": 120}))
    pace.look(second)
    assert pace.seconds_for(second, "3", "text", 4) == pytest.approx(2.0)


def test_of_many_lanes_the_longest_are_told() -> None:
    """A hundred lanes have series of their own, and the maxima are of all."""
    lanes = [Lane(str(n), "text", "interactive", 1_000 - n, float(n)) for n in range(LANES_MAX + 5)]
    found = msgspec.structs.replace(NOTHING, lanes=lanes)
    assert len(lines_of(found, "outbound_lane_waiting_commands{")) == LANES_MAX
    assert lines_of(found, "outbound_oldest") == [f"outbound_oldest_waiting_seconds {LANES_MAX + 4}.0"]


def test_a_redis_that_is_away_is_a_value() -> None:
    """The port answers while Redis does not, and says so."""

    def fail() -> Reading:
        raise redis.ConnectionError

    registry = CollectorRegistry()
    registry.register(Installation(fail, rates))
    assert generate_latest(registry).decode().splitlines()[-1] == "outbound_redis_up 0.0"


def test_several_who_ask_at_once_cost_one_question() -> None:
    """An answer is kept for two seconds."""
    asked: list[float] = []
    moment = [0.0]

    def count() -> Reading:
        asked.append(moment[0])
        return NOTHING

    installation = Installation(count, rates, clock=lambda: moment[0])
    for moment[0] in (0.0, 1.0, 1.9, 2.1):
        installation.collect()
    assert asked == [0.0, 2.1]
