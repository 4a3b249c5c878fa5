"""Puts the port of one worker together: its processes' numbers, the installation's, and the probes."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import redis
import structlog
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from redis.backoff import NoBackoff
from redis.retry import Retry

from producer.store.keys import Keys
from worker.config.pages import PagesSource
from worker.config.settings import Settings
from worker.metrics.beats import ages_of, away_of
from worker.metrics.gathering import Gathering
from worker.metrics.health import Health
from worker.metrics.installation import PAGES_MAX, Installation
from worker.metrics.server import Port
from worker.operations.installation import Snapshot, read_snapshot
from worker.operations.lanes import LaneSeen, read_lanes

ANSWER_S: Final = 5.0
CONNECTIONS: Final = 4

log = structlog.get_logger("outbound.metrics")


class Serving(Collector):
    """The metrics and probes of one worker, served from the process that stands over its processes.

    Args:
        settings: of this installation; `metrics_port` is set.
        folder: what the processes have as `PROMETHEUS_MULTIPROC_DIR`.
        stopping: tells whether the worker was told to stop.

    Raises:
        SettingsError: the port cannot be listened on, or the Pages cannot be read.
    """

    def __init__(self, settings: Settings, folder: Path, *, stopping: Callable[[], bool]) -> None:
        self._settings = settings
        self._source = PagesSource(settings)
        self._gathering = Gathering(folder)
        self._deaths = 0
        self._client = redis.Redis.from_url(
            settings.redis_url,
            socket_connect_timeout=ANSWER_S,
            socket_timeout=ANSWER_S,
            max_connections=CONNECTIONS,
            retry=Retry(NoBackoff(), 1),  # a connection that broke while it was idle says nothing
        )
        registry = CollectorRegistry()
        for collector in (self, self._gathering, Installation(self._read)):
            registry.register(collector)
        health = Health(
            ages=lambda: ages_of(folder),
            heartbeat_s=settings.heartbeat_timeout_ms / 1000,
            redis_problem=self._redis_problem,
            pages_problem=self._pages_problem,
            stopping=stopping,
            away=lambda: away_of(folder),
        )
        self.port = Port(
            settings.metrics_host, settings.metrics_port or 0, registry, health, settings.metrics_names or ()
        )

    def start(self) -> None:
        """Begins to answer; returns at once."""
        self._gathering.forget_strangers()
        self.port.start()

    def ended(self, pid: int) -> None:
        """Notes that a process ended by itself: what it counted stays. Raises nothing: others are to be started."""
        self._deaths += 1
        try:
            self._gathering.forget(pid)
        except Exception as error:  # noqa: BLE001 (whatever its files are like, its successor matters more)
            log.warning("metrics.failed", error=type(error).__name__)

    def close(self) -> None:
        """Stops answering."""
        self.port.close()
        self._client.close()

    def describe(self) -> Iterable[Metric]:
        """Returns the metrics without values, so that they are not asked for when they are registered."""
        return [
            GaugeMetricFamily("outbound_processes", "Processes of this worker that have begun."),
            CounterMetricFamily(
                "outbound_process_deaths", "Processes of this worker that ended by themselves."
            ),
        ]

    def collect(self) -> Iterable[Metric]:
        """Returns what is known of this worker's processes."""
        running, deaths = self.describe()
        running.add_sample("outbound_processes", {}, len(ages_of(self._gathering.folder)))
        deaths.add_sample("outbound_process_deaths_total", {}, self._deaths)
        return [running, deaths]

    def _read(self) -> tuple[Snapshot, Sequence[LaneSeen]]:
        keys = Keys(self._settings.key_prefix)
        whole = read_snapshot(self._client, keys, timeout_ms=self._settings.heartbeat_timeout_ms)
        return whole, read_lanes(self._client, keys, whole, whole.fullest(PAGES_MAX)).all

    def _redis_problem(self) -> str | None:
        try:
            self._client.ping()
        except redis.RedisError as error:
            return f"Redis was not reached: {type(error).__name__}"
        return None

    def _pages_problem(self) -> str | None:
        self._source.refresh()
        return self._source.problem
