"""The metrics of the whole installation, read from Redis when somebody asks for them: every worker tells the same."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import redis
from prometheus_client import Metric
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from worker.engine.knowledge import Rate
from worker.metrics.reading import OUTCOMES, Lane, Reading

LANES_MAX: Final = 100
KEPT_S: Final = 2.0
# A measured rate is that of at least so many seconds.
MEASURED_S: Final = 5.0
SCOPES: Final = ("app", "broadcast", "lane", "page")
_LANE: Final = ("page", "rate_class", "priority")

Rates = Callable[[str], Mapping[str, Rate | None]]


class Installation(Collector):
    """A collector of prometheus_client over one installation.

    Of lanes, the 100 with most commands are told one by one. An answer is kept for two seconds, so that several who
    ask cost no more than one.

    Args:
        read: returns what Redis says now, or raises `redis.RedisError`.
        rates: returns the limits of a Page by class; None is no limit.
        clock: monotonic seconds.
    """

    def __init__(
        self, read: Callable[[], Reading], rates: Rates, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._pace = Pace(rates)
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
            reading = self._read()
        except redis.RedisError:
            up.add_metric((), 0)
            return [up]
        up.add_metric((), 1)
        return [up, *_totals(reading), *_ends(reading), *_of_lanes(reading, self._pace)]


class Pace:
    """How fast lanes drain: by the limit that holds now, or as fast as their Page's commands were seen to end."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._before: Reading | None = None
        self._per_s: Mapping[str, float] = {}

    def look(self, reading: Reading) -> None:
        """Measures how fast the commands of Pages end, from reading to reading."""
        before = self._before
        span_s = (reading.at_ms - before.at_ms) / 1000 if before else 0.0
        if before is not None and span_s < MEASURED_S:
            return
        if before is not None:
            self._per_s = {
                page: max(0, ended - before.budgets.ended[page]) / span_s
                for page, ended in reading.budgets.ended.items()
                if page in before.budgets.ended
            }
        self._before = reading

    def seconds_for(self, reading: Reading, page: str, rate_class: str, waiting: int) -> float | None:
        """Returns how long so many commands take; None when there is no limit and nothing was measured."""
        rate = self._rates(page).get(rate_class)
        if rate is None:
            per_s = self._per_s.get(page, 0.0)
            return waiting / per_s if per_s else None
        slower = reading.budgets.slow.get(page, 1.0) if rate.burst is not None else 1.0
        return waiting * rate.per_ms / rate.calls / 1000 * slower

    def used(self, reading: Reading, page: str, rate_class: str) -> float | None:
        """Returns the share of the budget that is spent now, more than 1 for a debt; None when there is no limit."""
        rate = self._rates(page).get(rate_class)
        if rate is None:
            return None
        if rate.burst is None:
            return reading.budgets.logged.get((page, rate_class), 0) / rate.calls
        spent_ms = max(0.0, reading.budgets.full_at_ms.get((page, rate_class), 0.0) - reading.at_ms)
        return spent_ms / (rate.per_ms / rate.calls * rate.burst)


def _totals(reading: Reading) -> Iterable[Metric]:
    places = GaugeMetricFamily(
        "outbound_unfinished_commands", "Commands that have not ended, by where they are.", labels=("place",)
    )
    for place in ("waiting", "later", "taken", "parked"):
        places.add_metric((place,), getattr(reading, place))
    workers = GaugeMetricFamily(
        "outbound_workers",
        "Worker processes of the installation, by whether they are heard.",
        labels=("state",),
    )
    workers.add_metric(("alive",), reading.workers_alive)
    workers.add_metric(("silent",), reading.workers_silent)
    holds = GaugeMetricFamily(
        "outbound_holds",
        "Holds, by what they hold and by whether they end by themselves.",
        labels=("scope", "ends"),
    )
    for scope in SCOPES:
        for by_itself, name in ((True, "by_itself"), (False, "when_released")):
            holds.add_metric((scope, name), reading.holds.get((scope, by_itself), 0))
    yield from (places, workers, holds)
    for name, text, value in (
        ("outbound_busy_pages", "Pages with commands that have not ended.", reading.pages),
        (
            "outbound_unserved_pages",
            "Pages with waiting commands that no worker has a token for.",
            reading.unserved,
        ),
        ("outbound_dead_letters", "Dead letters that are kept.", reading.dead),
        ("outbound_timer_kept", "1 when a worker keeps the timer, else 0.", int(reading.timer_kept)),
        ("outbound_timer_late_seconds", "How long the timer's next task is overdue.", reading.timer_late_s),
    ):
        yield GaugeMetricFamily(name, text, value=value)


def _ends(reading: Reading) -> Iterable[Metric]:
    ended = CounterMetricFamily(
        "outbound_ended_commands", "Commands of the installation that ended, by outcome.", labels=("outcome",)
    )
    for outcome in OUTCOMES:
        ended.add_metric((outcome,), reading.counts.get(outcome, 0))
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
        yield CounterMetricFamily(name, text, value=reading.counts.get(what, 0))


def _of_lanes(reading: Reading, pace: Pace) -> Iterable[Metric]:
    pace.look(reading)
    seconds = _backlogs(reading, pace)
    waiting = GaugeMetricFamily(
        "outbound_lane_waiting_commands", "Commands in a lane; the 100 longest lanes.", labels=_LANE
    )
    backlog = GaugeMetricFamily(
        "outbound_lane_backlog_seconds",
        "How long a lane takes to drain at its present rate, holds not counted.",
        labels=_LANE,
    )
    oldest = GaugeMetricFamily(
        "outbound_lane_oldest_seconds", "The age of the command that leaves a lane next.", labels=_LANE
    )
    for lane in reading.lanes[:LANES_MAX]:
        labels = (lane.page, lane.rate_class, lane.priority)
        waiting.add_metric(labels, lane.waiting)
        if lane in seconds:
            backlog.add_metric(labels, seconds[lane])
        if lane.oldest_s is not None:
            oldest.add_metric(labels, lane.oldest_s)
    yield from (waiting, backlog, oldest, _used(reading, pace))
    yield GaugeMetricFamily(
        "outbound_backlog_seconds",
        "How long the slowest lane takes to drain at its present rate, holds not counted.",
        value=max(seconds.values(), default=0.0),
    )
    yield GaugeMetricFamily(
        "outbound_oldest_waiting_seconds",
        "The age of the oldest of the commands that leave their lanes next.",
        value=max((lane.oldest_s for lane in reading.lanes if lane.oldest_s is not None), default=0.0),
    )


def _backlogs(reading: Reading, pace: Pace) -> dict[Lane, float]:
    """Returns in how many seconds each lane drains, where that is known: bulk goes behind what is interactive."""
    before = {
        (lane.page, lane.rate_class): lane.waiting for lane in reading.lanes if lane.priority == "interactive"
    }
    seconds = {}
    for lane in reading.lanes:
        first = before.get((lane.page, lane.rate_class), 0) if lane.priority == "bulk" else 0
        found = pace.seconds_for(reading, lane.page, lane.rate_class, lane.waiting + first)
        if found is not None:
            seconds[lane] = found
    return seconds


def _used(reading: Reading, pace: Pace) -> Metric:
    used = GaugeMetricFamily(
        "outbound_rate_budget_used_ratio",
        "The share of a Page's rate budget that is spent, more than 1 for a debt.",
        labels=("page", "rate_class"),
    )
    for page, rate_class in dict.fromkeys((each.page, each.rate_class) for each in reading.lanes[:LANES_MAX]):
        share = pace.used(reading, page, rate_class)
        if share is not None:
            used.add_metric((page, rate_class), share)
    return used
