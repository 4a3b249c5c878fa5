"""What one worker process counts of its own work: a few updates a chunk, however many commands it has."""

import time
from bisect import bisect_left, bisect_right
from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from itertools import islice, product
from operator import attrgetter
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from producer.store.keys import CLASSES, PRIORITIES
from worker.config.pages import Pages
from worker.engine.chunk import Settlement, Taken
from worker.judge import Verdict
from worker.metrics.beats import Beats
from worker.observe.metering import Loop, Step

PAGES_MAX: Final = 500
CODES_MAX: Final = 300
OTHER: Final = "other"
NO_CODE: Final = "none"
BATCH_BUCKETS: Final = (1, 2, 5, 10, 20, 30, 40, 50)
CALL_BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
DELIVERY_BUCKETS: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400)
CLASS_NAMES: Final = {letter: name for name, letter in CLASSES.items()}
PUT_BACK: Final = ("retry", "await", "return")
_BOUNDS_MS: Final = tuple(round(seconds * 1000) for seconds in DELIVERY_BUCKETS)
_PAGE: Final = attrgetter("page")
_CLASS: Final = attrgetter("rate_class")
_PRIORITY: Final = attrgetter("priority")
_VERDICT: Final = attrgetter("kind", "code")
# How a settlement's action is called as an outcome, where it is one.
OUTCOMES: Final[Mapping[str, str]] = {
    "sent": "sent",
    "refused": "refused",
    "quarantine": "refused",
    "exhausted": "exhausted",
    "unknown": "unknown",
}

log = structlog.get_logger("outbound.metrics")


class Ages(Histogram):
    """A histogram that takes the ages of a whole chunk with one update for each bucket that they fall into.

    Its buckets are those of `DELIVERY_BUCKETS`.
    """

    def observe_ages_ms(self, now_ms: int, moments: list[int]) -> None:
        """Observes in seconds how long ago each of some moments was; one in the future counts as now."""
        ages = sorted([now_ms - each if each < now_ms else 0 for each in moments])
        self._sum.inc(sum(ages) / 1000)
        place = bisect_left(_BOUNDS_MS, ages[0])
        seen = 0
        while seen < len(ages):
            upto = bisect_right(ages, _BOUNDS_MS[place]) if place < len(_BOUNDS_MS) else len(ages)
            if upto > seen:
                self._buckets[place].inc(upto - seen)
            seen, place = upto, place + 1


class Recorder:
    """The meter of one worker process.

    Args:
        registry: takes its metrics; other processes' are gathered from the files of prometheus_client's multiprocess
            mode, which the environment decides before prometheus_client is first imported.
        pages: the Pages as they are now. The first 500 of them have a label of their own, all others are `other`.
        beats: where the loops' signs of life go.
        clock_ms: the time in milliseconds since 1970.
    """

    def __init__(
        self,
        registry: CollectorRegistry,
        pages: Callable[[], Pages],
        beats: Beats | None = None,
        clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._pages = pages
        self._beats = beats
        self._clock_ms = clock_ms
        self._labelled_of: Pages | None = None
        self._labelled: frozenset[str] = frozenset()
        self._codes: set[str] = set()
        self._children: dict[tuple[Counter, tuple[str, ...]], Counter] = {}
        self._commands = Counter(
            "outbound_commands",
            "Commands that this worker ended, by outcome.",
            ("outcome", "page", "rate_class"),
            registry=registry,
        )
        self._retries = Counter(
            "outbound_retries",
            "Commands that this worker put back to be tried again, by what was done with them.",
            ("action", "rate_class"),
            registry=registry,
        )
        self._verdicts = Counter(
            "outbound_verdicts",
            "What Graph's answers meant, by verdict and Graph's error code.",
            ("kind", "code"),
            registry=registry,
        )
        self._redis_errors = Counter(
            "outbound_redis_errors", "Questions that Redis did not answer.", ("step",), registry=registry
        )
        self._in_flight = Gauge(
            "outbound_chunks_in_flight",
            "Chunks that are with a thread of this worker now.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._batches = Histogram(
            "outbound_batch_commands",
            "Commands in one call of Graph.",
            buckets=BATCH_BUCKETS,
            registry=registry,
        )
        self._calls = Histogram(
            "outbound_call_seconds",
            "From the beginning of a call of Graph to its answer.",
            buckets=CALL_BUCKETS,
            registry=registry,
        )
        self._deliveries = Ages(
            "outbound_delivery_seconds",
            "From the enqueue of a command to its end; commands with send_at are left out.",
            ("priority",),
            buckets=DELIVERY_BUCKETS,
            registry=registry,
        )
        for step in ("begin", "heartbeat", "settle", "take", "timer"):
            self._redis_errors.labels(step)
        for action, name in product(PUT_BACK, CLASSES):
            self._child(self._retries, action, name)
        self._label(pages())
        self._by_priority = {mark: self._deliveries.labels(name) for name, mark in PRIORITIES.items()}

    def beat(self, loop: Loop) -> None:
        """Notes that a loop of the process went round."""
        if self._beats is not None:
            self._beats.beat(loop)

    def graph_away(self, reason: str | None) -> None:
        """Writes down for the probes why Graph is taken to be down."""
        if self._beats is not None:
            self._beats.graph_away(reason)

    def redis_failed(self, step: Step) -> None:
        """Counts that Redis did not answer."""
        self._redis_errors.labels(step).inc()

    def chunk_begun(self) -> None:
        """Counts a chunk that is with a thread from now on."""
        self._in_flight.inc()

    def chunk_ended(self) -> None:
        """Counts that it is not any more."""
        self._in_flight.dec()

    def called(self, commands: int, seconds: float) -> None:
        """Counts one call of Graph."""
        self._batches.observe(commands)
        self._calls.observe(seconds)

    def settled(
        self, taken: Sequence[Taken], settlements: Sequence[Settlement], verdicts: Sequence[Verdict]
    ) -> None:
        """Counts what became of the commands of a chunk; a failure here is logged and stops nothing."""
        try:
            actions = [each.action for each in settlements]
            self._count_ends(taken, actions)
            self._count_ages(taken, actions)
            for key, times in Tally(map(_VERDICT, verdicts)).items():
                kind, code = key
                self._child(self._verdicts, kind, self._code(code)).inc(times)
        except (OSError, ValueError) as error:  # the folder of the metrics is gone or full
            log.debug("metrics.failed", error=type(error).__name__)

    def _count_ends(self, taken: Sequence[Taken], actions: Sequence[str]) -> None:
        places = zip(map(_PAGE, taken), map(_CLASS, taken), actions, strict=True)
        for (page, rate_class, action), times in Tally(places).items():
            name = CLASS_NAMES.get(rate_class, OTHER)
            if action in OUTCOMES:
                self._child(self._commands, OUTCOMES[action], self._page(page), name).inc(times)
            else:
                self._child(self._retries, action, name).inc(times)

    def _count_ages(self, taken: Sequence[Taken], actions: Sequence[str]) -> None:
        now_ms = self._clock_ms()
        for priority in set(map(_PRIORITY, taken)):  # one, or there is work to do twice
            moments = [
                each.enqueued_ms
                for each, action in zip(taken, actions, strict=True)
                if action in OUTCOMES and each.priority == priority and not each.is_scheduled
            ]
            ages = self._by_priority.get(priority)
            if moments and ages is not None:
                ages.observe_ages_ms(now_ms, moments)

    def _child(self, metric: Counter, *labels: str) -> Counter:
        """Returns what counts under these labels; finding it again is quicker here than in the library."""
        key = (metric, labels)
        return self._children.get(key) or self._children.setdefault(key, metric.labels(*labels))

    def _page(self, page: str) -> str:
        pages = self._pages()
        if pages is not self._labelled_of:
            self._label(pages)
        return page if page in self._labelled else OTHER

    def _label(self, pages: Pages) -> None:
        """Gives Pages labels, and counts zero for each: a rate over time then sees the first that is sent."""
        self._labelled = frozenset(islice(pages.by_id, PAGES_MAX))
        self._labelled_of = pages
        for page, name in product(self._labelled, CLASSES):
            for outcome in ("sent", "refused"):
                self._child(self._commands, outcome, page, name)

    def _code(self, code: int | None) -> str:
        if code is None:
            return NO_CODE
        name = str(code)
        if name not in self._codes:
            if len(self._codes) >= CODES_MAX:
                return OTHER
            self._codes.add(name)
        return name
