"""The metrics of the whole installation, read from Redis when somebody asks for them: every worker tells the same."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec
import redis
from prometheus_client import Metric
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from worker.operations.holds import HoldSeen
from worker.operations.installation import OUTCOMES, Snapshot
from worker.operations.lanes import LaneSeen
from worker.operations.scopes import LANE_PARTS, described
from worker.operations.server import REFUSALS, ServerSeen
from worker.operations.troubles import KINDS, troubles_of

PAGES_MAX: Final = 500
LANES_MAX: Final = 100
HOLDS_MAX: Final = 100
KEPT_S: Final = 2.0
SCOPES: Final = ("app", "broadcast", "lane", "page")
_LANE: Final = ("page", "rate_class", "priority")

Read = Callable[[], tuple[Snapshot, Sequence[LaneSeen]]]


class Line(msgspec.Struct, frozen=True):
    """The lanes of one Page and class at one priority, its broadcasts included.

    `waiting` counts what is in them and behind them, `oldest_s` and `backlog_s` are the longest of them.
    """

    waiting: int
    oldest_s: float | None
    backlog_s: float | None


class Installation(Collector):
    """A collector of prometheus_client over one installation.

    Of lanes, the 100 with most commands are told one by one. An answer is kept for two seconds, so that several who
    ask cost no more than one.

    Args:
        read: returns the snapshot of now and the lanes of its 500 fullest Pages, or raises `redis.RedisError`.
        clock: monotonic seconds.
    """

    def __init__(self, read: Read, clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: list[Metric] = []
        self._kept_at = float("-inf")

    def collect(self) -> Iterable[Metric]:
        """Returns the metrics; only `outbound_redis_up` when Redis is not reached."""
        with self._lock:
            if self._clock() - self._kept_at >= KEPT_S:
                self._kept = self._collected()
                self._kept_at = self._clock()
            return self._kept

    def _collected(self) -> list[Metric]:
        up = GaugeMetricFamily("outbound_redis_up", "1 when Redis answered this question, else 0.")
        try:
            whole, lanes = self._read()
        except redis.RedisError:
            up.add_metric((), 0)
            return [up]
        up.add_metric((), 1)
        return [up, *_totals(whole), *_of_server(whole.server), *_ends(whole), *_of_lanes(lanes)]


def _totals(whole: Snapshot) -> Iterable[Metric]:
    places = GaugeMetricFamily(
        "outbound_unfinished_commands", "Commands that have not ended, by where they are.", labels=("place",)
    )
    for place, number in (
        ("waiting", whole.waiting),
        ("later", whole.later),
        ("taken", whole.taken),
        ("parked", sum(whole.parked.values())),
    ):
        places.add_metric((place,), number)
    workers = GaugeMetricFamily(
        "outbound_workers",
        "Worker processes of the installation, by whether they are heard.",
        labels=("state",),
    )
    workers.add_metric(("alive",), whole.alive)
    workers.add_metric(("silent",), whole.silent)
    yield from (places, workers, _holds(whole.holds), _hold_ages(whole), _troubles(whole))
    for name, text, value in (
        ("outbound_busy_pages", "Pages with commands that have not ended.", whole.pages_total),
        (
            "outbound_unserved_pages",
            "Pages with waiting commands that no worker has a token for.",
            len(whole.unserved),
        ),
        (
            "outbound_graph_away_workers",
            "Living worker processes that take Graph to be down.",
            sum(each.alive and each.graph_away_since is not None for each in whole.workers),
        ),
        ("outbound_dead_letters", "Dead letters that are kept.", whole.dead_letters),
        ("outbound_timer_kept", "1 when a worker keeps the timer, else 0.", int(whole.timer_kept)),
        ("outbound_timer_late_seconds", "How long the timer's next task is overdue.", whole.timer_late_s),
    ):
        yield GaugeMetricFamily(name, text, value=value)


def _holds(standing: Iterable[HoldSeen]) -> Metric:
    counted = Counter((_scope_kind(hold.scope), hold.until is not None) for hold in standing)
    holds = GaugeMetricFamily(
        "outbound_holds",
        "Holds, by what they hold and by whether they end by themselves.",
        labels=("scope", "ends"),
    )
    for scope in SCOPES:
        for by_itself, name in ((True, "by_itself"), (False, "when_released")):
            holds.add_metric((scope, name), counted[scope, by_itself])
    return holds


def _hold_ages(whole: Snapshot) -> Metric:
    ages = GaugeMetricFamily(
        "outbound_hold_age_seconds",
        "How long a hold has stood; the 100 oldest, with what is held and why.",
        labels=("name", "scope", "kind", "reason"),
    )
    oldest = sorted(whole.holds, key=lambda hold: hold.since)[:HOLDS_MAX]
    found = {
        (described(hold.scope), _scope_kind(hold.scope), hold.kind, hold.reason): hold
        for hold in reversed(oldest)
    }
    for labels, hold in found.items():
        ages.add_metric(labels, max(0.0, (whole.at - hold.since).total_seconds()))
    return ages


def _troubles(whole: Snapshot) -> Metric:
    counted = Counter(trouble.kind for trouble in troubles_of(whole))
    troubles = GaugeMetricFamily(
        "outbound_troubles", "What `outbound status` names at its top, by kind.", labels=("kind",)
    )
    for kind in KINDS:
        troubles.add_metric((kind,), counted[kind])
    return troubles


def _of_server(server: ServerSeen) -> Iterable[Metric]:
    """Yields what Redis tells of itself; nothing where it keeps that to itself."""
    used = GaugeMetricFamily(
        "outbound_redis_memory_ratio", "The share of its maxmemory that Redis uses; none without a maxmemory."
    )
    refused = CounterMetricFamily(
        "outbound_redis_refused_writes",
        "Writes that Redis refused since its start, by its error; it counts whoever asked.",
        labels=("error",),
    )
    if server.memory_share is not None:
        used.add_metric((), server.memory_share)
    if server.known:
        for name in REFUSALS:
            refused.add_metric((name,), server.refused.get(name, 0))
    yield from (used, refused)


def _scope_kind(scope: str) -> str:
    kind, _, name = scope.partition(":")
    return "broadcast" if kind == "lane" and name.count("/") >= LANE_PARTS else kind


def _ends(whole: Snapshot) -> Iterable[Metric]:
    ended = CounterMetricFamily(
        "outbound_ended_commands", "Commands of the installation that ended, by outcome.", labels=("outcome",)
    )
    for outcome in OUTCOMES:
        ended.add_metric((outcome,), whole.counts.get(outcome, 0))
    yield ended
    for name, text, what in (
        ("outbound_retried_commands", "Attempts after which a command was to be tried again.", "retried"),
        ("outbound_reaped_commands", "Commands that were taken back from dead workers.", "reaped"),
        (
            "outbound_dropped_dead_letters",
            "Dead letters that were dropped, being too many or too old.",
            "dead_dropped",
        ),
    ):
        yield CounterMetricFamily(name, text, value=whole.counts.get(what, 0))


def _of_lanes(lanes: Sequence[LaneSeen]) -> Iterable[Metric]:
    lines = lines_of(lanes)
    waiting = GaugeMetricFamily(
        "outbound_lane_waiting_commands",
        "Commands in a lane, or behind others of their conversation; the 100 longest lanes.",
        labels=_LANE,
    )
    backlog = GaugeMetricFamily(
        "outbound_lane_backlog_seconds",
        "How long a lane takes to drain at its present rate; none while it is held until released.",
        labels=_LANE,
    )
    oldest = GaugeMetricFamily(
        "outbound_lane_oldest_seconds", "The age of the command that leaves a lane next.", labels=_LANE
    )
    for labels, line in list(lines.items())[:LANES_MAX]:
        waiting.add_metric(labels, line.waiting)
        if line.backlog_s is not None:
            backlog.add_metric(labels, line.backlog_s)
        if line.oldest_s is not None:
            oldest.add_metric(labels, line.oldest_s)
    yield from (
        waiting,
        backlog,
        oldest,
        _used(lanes, {(page, name) for page, name, _ in list(lines)[:LANES_MAX]}),
    )
    yield GaugeMetricFamily(
        "outbound_backlog_seconds",
        "How long the slowest lane takes to drain at its present rate; what is held until released is not in it.",
        value=max((lane.backlog_s for lane in lanes if lane.backlog_s is not None), default=0.0),
    )
    yield GaugeMetricFamily(
        "outbound_oldest_waiting_seconds",
        "The age of the oldest of the commands that leave their lanes next.",
        value=max((lane.next_age_s for lane in lanes if lane.next_age_s is not None), default=0.0),
    )


def lines_of(lanes: Iterable[LaneSeen]) -> Mapping[tuple[str, str, str], Line]:
    """Returns lanes by Page, class and priority, the fullest first; a broadcast's is part of its Page's."""
    found: dict[tuple[str, str, str], Line] = {}
    for lane in lanes:
        key = (lane.page, lane.rate_class, lane.priority)
        before = found.get(key, Line(0, None, None))
        found[key] = Line(
            before.waiting + lane.waiting + lane.behind,
            _longest(before.oldest_s, lane.next_age_s),
            _longest(before.backlog_s, lane.backlog_s),
        )
    return dict(sorted(found.items(), key=lambda item: (-item[1].waiting, item[0])))


def _longest(*seconds: float | None) -> float | None:
    return max((each for each in seconds if each is not None), default=None)


def _used(lanes: Iterable[LaneSeen], shown: set[tuple[str, str]]) -> Metric:
    used = GaugeMetricFamily(
        "outbound_rate_budget_used_ratio",
        "The share of a Page's rate budget that is spent, more than 1 for a debt.",
        labels=("page", "rate_class"),
    )
    shares = {(lane.page, lane.rate_class): lane.budget.used for lane in lanes}
    for place, share in shares.items():
        if place in shown and share is not None:
            used.add_metric(place, share)
    return used
