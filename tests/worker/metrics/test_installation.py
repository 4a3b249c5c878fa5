"""What a monitoring system is told of an installation."""

import time
from collections.abc import Sequence
from typing import Any, cast

import redis
from prometheus_client import CollectorRegistry, generate_latest

from producer import Producer, messages
from producer.commands import TYPES
from producer.store.keys import Keys
from worker.engine.chunk import Hold, Settlement
from worker.engine.knowledge import KnownPage, Profile, Rate
from worker.engine.lanes import Lanes
from worker.metrics.installation import LANES_MAX, PAGES_MAX, Installation
from worker.operations.budgets import Budget
from worker.operations.installation import Snapshot, read_snapshot
from worker.operations.lanes import LaneSeen, read_lanes

KEYS = Keys("outbound")
RATES: dict[str, Rate | None] = {"text": Rate(1, 60_000, 1), "media": None, "profile": None, "other": None}
PROFILE = Profile(rates=RATES, types=tuple(TYPES), pages={"1": KnownPage(), "2": KnownPage()})
NOTHING = Snapshot(
    at_ms=0,
    workers=[],
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
    timer_kept=False,
    timer_late_s=0.0,
)


def seen(page: str, waiting: int, **others: Any) -> LaneSeen:  # noqa: ANN401 (fields)
    """Returns a lane of texts."""
    given: dict[str, Any] = {
        "rate_class": "text",
        "priority": "interactive",
        "next_age_s": 0.0,
        "budget": Budget(),
        "backlog_s": None,
        "state": "ready",
    }
    return LaneSeen(page=page, waiting=waiting, **(given | others))


def told(whole: Snapshot, lanes: Sequence[LaneSeen], *names: str) -> list[str]:
    """Returns what Prometheus is answered of some names."""
    registry = CollectorRegistry()
    registry.register(Installation(lambda: (whole, lanes)))
    text = generate_latest(registry).decode()
    return [line for line in text.splitlines() if line.startswith(names)]


def told_of(server: "redis.Redis", *names: str) -> list[str]:
    """Returns what Prometheus is answered of a server."""
    whole = read_snapshot(server, KEYS, timeout_ms=10_000)
    return told(whole, read_lanes(server, KEYS, whole, whole.fullest(PAGES_MAX)).all, *names)


def without_zeros(lines: Sequence[str]) -> list[str]:
    """Returns the lines that count something."""
    return [line for line in lines if not line.endswith(" 0.0")]


def test_an_empty_server_shows_nothing(server: "redis.Redis") -> None:
    """Where nothing was ever queued, everything is zero but that Redis answers, and no worker."""
    assert without_zeros(told_of(server, "outbound_")) == [
        "outbound_redis_up 1.0",
        'outbound_troubles{kind="no_worker"} 1.0',
    ]


def test_a_page_that_nobody_serves_is_counted_while_something_of_it_waits(server: "redis.Redis") -> None:
    """A Page without a token counts as long as it has commands: an alert on it ends with them."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    ticket = Producer.on(server, page="99").send_text("11", "x")
    lanes.take("w", 1, PROFILE)
    assert told_of(server, "outbound_unserved") == ["outbound_unserved_pages 1.0"]
    assert ticket.cancel()
    assert told_of(server, "outbound_unserved") == ["outbound_unserved_pages 0.0"]


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
    two.broadcast("sale").pause()
    assert without_zeros(
        told_of(server, "outbound_unfinished", "outbound_lane_waiting", "outbound_holds")
    ) == [
        'outbound_unfinished_commands{place="waiting"} 6.0',
        'outbound_unfinished_commands{place="later"} 1.0',
        'outbound_holds{ends="when_released",scope="broadcast"} 1.0',
        'outbound_holds{ends="when_released",scope="page"} 1.0',
        'outbound_lane_waiting_commands{page="2",priority="bulk",rate_class="text"} 4.0',
        'outbound_lane_waiting_commands{page="1",priority="interactive",rate_class="text"} 1.0',
        'outbound_lane_waiting_commands{page="2",priority="interactive",rate_class="text"} 1.0',
    ]
    assert told_of(
        server, "outbound_dead_letters", "outbound_busy", 'outbound_ended_commands_total{outcome="refused'
    ) == [
        "outbound_busy_pages 2.0",
        "outbound_dead_letters 1.0",
        'outbound_ended_commands_total{outcome="refused"} 1.0',
    ]


def test_holds_that_stand_beside_each_other_are_counted_each(server: "redis.Redis") -> None:
    """A Page that is throttled and held by hand has two; one that has ended, or whose token is cured, is none."""
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
    assert without_zeros(told_of(server, "outbound_holds")) == [
        'outbound_holds{ends="by_itself",scope="app"} 1.0',
        'outbound_holds{ends="by_itself",scope="page"} 1.0',
        'outbound_holds{ends="when_released",scope="page"} 1.0',
    ]


def test_a_scheduled_command_is_as_old_as_it_is_due(server: "redis.Redis") -> None:
    """A reminder that was enqueued a week ago and is due now has not waited for a week."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    week_ago_ms = round(time.time() * 1000) - 7 * 86_400_000
    Producer.on(server, page="1").with_options(send_at=time.time() + 0.05).send_text("11", "reminder")
    (command_id,) = server.hkeys("outbound:commands")
    record = cast("bytes", server.hget("outbound:commands", command_id))
    head, fixed, body = record.split(b"\n", 2)
    fields = fixed.split(b"|")
    fields[9] = str(week_ago_ms).encode()
    server.hset("outbound:commands", command_id, b"\n".join((head, b"|".join(fields), body)))
    time.sleep(0.1)
    lanes.tick("w", lease_ms=1_000, may_reap=False)
    whole = read_snapshot(server, KEYS, timeout_ms=10_000)
    (lane,) = read_lanes(server, KEYS, whole, ["1"]).all
    assert lane.next_age_s is not None
    assert lane.next_age_s < 5


def test_of_many_pages_those_with_most_commands_are_read(server: "redis.Redis") -> None:
    """The work of a question is bounded, and the totals are of all."""
    pages = {f"P{n}": n % 7 + 1 for n in range(PAGES_MAX + 10)}
    server.hset("outbound:depth", mapping={page: str(depth) for page, depth in pages.items()})
    for page, depth in pages.items():
        server.rpush(f"outbound:lane:{page}/t/i", *("id" for _ in range(depth)))
    lines = told_of(
        server,
        "outbound_busy",
        'outbound_unfinished_commands{place="waiting',
        "outbound_lane_waiting_commands{",
    )
    assert f"outbound_busy_pages {len(pages)}.0" in lines
    assert f'outbound_unfinished_commands{{place="waiting"}} {sum(pages.values())}.0' in lines
    assert len(lines) == LANES_MAX + 2


def test_lanes_are_told_by_page_class_and_priority() -> None:
    """A broadcast is part of its Page's bulk; what waits behind is counted; the longest backlog and age count."""
    lanes = [
        seen("1", 60, behind=20, next_age_s=1.0, backlog_s=4.0, budget=Budget(used=0.5)),
        seen("1", 40, priority="bulk", next_age_s=None, backlog_s=6.0, budget=Budget(used=0.5)),
        seen(
            "1", 5, priority="bulk", broadcast="sale", next_age_s=3.0, backlog_s=5.0, budget=Budget(used=0.5)
        ),
        seen("2", 5, rate_class="profile", next_age_s=9.0, backlog_s=300.0, budget=Budget(used=1.0)),
        seen("3", 4, next_age_s=2.0),
    ]
    names = ("outbound_lane_", "outbound_backlog", "outbound_oldest", "outbound_rate")
    assert told(NOTHING, lanes, *names) == [
        'outbound_lane_waiting_commands{page="1",priority="interactive",rate_class="text"} 80.0',
        'outbound_lane_waiting_commands{page="1",priority="bulk",rate_class="text"} 45.0',
        'outbound_lane_waiting_commands{page="2",priority="interactive",rate_class="profile"} 5.0',
        'outbound_lane_waiting_commands{page="3",priority="interactive",rate_class="text"} 4.0',
        'outbound_lane_backlog_seconds{page="1",priority="interactive",rate_class="text"} 4.0',
        'outbound_lane_backlog_seconds{page="1",priority="bulk",rate_class="text"} 6.0',
        'outbound_lane_backlog_seconds{page="2",priority="interactive",rate_class="profile"} 300.0',
        'outbound_lane_oldest_seconds{page="1",priority="interactive",rate_class="text"} 1.0',
        'outbound_lane_oldest_seconds{page="1",priority="bulk",rate_class="text"} 3.0',
        'outbound_lane_oldest_seconds{page="2",priority="interactive",rate_class="profile"} 9.0',
        'outbound_lane_oldest_seconds{page="3",priority="interactive",rate_class="text"} 2.0',
        'outbound_rate_budget_used_ratio{page="1",rate_class="text"} 0.5',
        'outbound_rate_budget_used_ratio{page="2",rate_class="profile"} 1.0',
        "outbound_backlog_seconds 300.0",
        "outbound_oldest_waiting_seconds 9.0",
    ]


def test_of_many_lanes_the_longest_are_told() -> None:
    """A hundred lanes have series of their own, and the maxima are of all."""
    lanes = [seen(str(n), 1_000 - n, next_age_s=float(n)) for n in range(LANES_MAX + 5)]
    assert len(told(NOTHING, lanes, "outbound_lane_waiting_commands{")) == LANES_MAX
    assert told(NOTHING, lanes, "outbound_oldest") == [f"outbound_oldest_waiting_seconds {LANES_MAX + 4}.0"]


def test_a_redis_that_is_away_is_a_value() -> None:
    """The port answers while Redis does not, and says so."""

    def fail() -> tuple[Snapshot, Sequence[LaneSeen]]:
        raise redis.ConnectionError

    registry = CollectorRegistry()
    registry.register(Installation(fail))
    assert generate_latest(registry).decode().splitlines()[-1] == "outbound_redis_up 0.0"


def test_several_who_ask_at_once_cost_one_question() -> None:
    """An answer is kept for two seconds."""
    asked: list[float] = []
    moment = [0.0]

    def count() -> tuple[Snapshot, Sequence[LaneSeen]]:
        asked.append(moment[0])
        return NOTHING, []

    installation = Installation(count, clock=lambda: moment[0])
    for moment[0] in (0.0, 1.0, 1.9, 2.1):
        installation.collect()
    assert asked == [0.0, 2.1]
