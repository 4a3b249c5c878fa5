"""Where a worker process is put together: the only module that reads the environment and sets Dramatiq's broker."""

import os
import shutil
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import dramatiq
import httpx
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from producer.errors import SettingsError
from producer.store.policy import Policy
from producer.store.queue import connect
from worker.call.graph.client import GraphClient
from worker.call.graph.origins import Origins
from worker.call.graph.watching import DebugLog
from worker.config.endpoint import version_pair
from worker.config.pages import PagesSource
from worker.config.settings import Settings, read_settings
from worker.config.versions import warn_of_version
from worker.deliver import Deliverer
from worker.doctor.starting import warn_of_server
from worker.engine.lanes import Lanes
from worker.judge import Table
from worker.judge.file import read_table
from worker.metrics.folder import FOLDER, folder_under
from worker.observe.logs import configure_logs
from worker.observe.metering import Meter
from worker.observe.visible import visible
from worker.settle.settlements import Schedule
from worker.take.broker import ACTOR, QUEUE, LaneBroker
from worker.take.circuit import Circuit
from worker.take.introduction import about
from worker.take.outage import Outage
from worker.take.pages_watch import Profiles
from worker.take.presence import Presence
from worker.take.slots import Slots

CONNECTIONS_BESIDE_THREADS: Final = 8
THREADS_MAX: Final = 256


def setup() -> LaneBroker:
    """Builds the worker of this environment and makes it Dramatiq's broker.

    Both `outbound worker` and plain `dramatiq worker.main:setup` start here. Dramatiq's own options decide on processes
    and threads when it is started plainly, not `OUTBOUND_PROCESSES` and `OUTBOUND_THREADS`.

    Raises:
        SystemExit: a setting is wrong; the sentence is on standard error, the code is `EX_CONFIG`. Dramatiq lets it end
            the process as it is, without a traceback.
    """
    try:
        settings = read_settings(os.environ)
        configure_logs(settings.log_level)
        warn_of_version(settings.graph_version, datetime.now(UTC).date())
        broker = build(settings, meter_of=None if settings.metrics_port is None else recorder)
    except SettingsError as error:
        sys.stderr.write(visible(f"outbound: {error}\n"))
        raise SystemExit(os.EX_CONFIG) from None
    broker.at_start(lambda: warn_of_server(broker.lanes.client, settings.key_prefix))
    dramatiq.set_broker(broker)
    return broker


def recorder(source: PagesSource) -> Meter:
    """Returns the meter of this process; its numbers lie in the folder that it shares with the others of its master."""
    if FOLDER not in os.environ:  # `outbound worker` sets it, plain Dramatiq does not
        os.environ[FOLDER] = str(folder_under(os.getppid()))
    # prometheus_client decides by that variable, when it is loaded, that there are several processes
    from prometheus_client import CollectorRegistry  # noqa: PLC0415

    from worker.metrics.beats import Beats  # noqa: PLC0415 (the same)
    from worker.metrics.recording import Recorder  # noqa: PLC0415 (the same)

    return Recorder(CollectorRegistry(), lambda: source.current, Beats(Path(os.environ[FOLDER])))


def serve_metrics() -> int:
    """Serves metrics and probes until SIGTERM; plain Dramatiq runs it in a process of its own beside its workers."""
    from worker.metrics.serving import Serving  # noqa: PLC0415 (only where metrics are on)

    settings = read_settings(os.environ)
    configure_logs(settings.log_level)
    own = FOLDER not in os.environ
    folder = folder_under(os.getppid()) if own else Path(os.environ[FOLDER])
    try:
        serving = Serving(settings, folder, stopping=lambda: False)
    except SettingsError as error:  # the workers beside it go on
        sys.stderr.write(visible(f"outbound: {error}\n"))
        return os.EX_CONFIG
    serving.start()
    try:
        threading.Event().wait()  # Dramatiq ends this process by raising SystemExit here
    finally:
        serving.close()
        if own:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


def redis_client(settings: Settings, *, connections: int) -> "redis.Redis":
    """Returns a client that never repeats a script by itself: the engine knows what may be repeated."""
    connect(settings.redis_url)  # refuses a URL that is none, in a sentence without its password
    return redis.Redis.from_url(
        settings.redis_url,
        socket_connect_timeout=2.0,
        socket_timeout=10.0,
        max_connections=connections,
        retry=Retry(NoBackoff(), 0),
    )


def policy_of(settings: Settings) -> Policy:
    """Returns the bounds that the engine keeps for these settings."""
    return Policy(
        outcome_ms=settings.outcome_retention_ms,
        dead_max=settings.dead_letters_max,
        dead_ms=settings.dead_letter_retention_ms,
        attempts_max=settings.attempts_max,
        timeout_ms=settings.heartbeat_timeout_ms,
    )


def schedule_of(settings: Settings) -> Schedule:
    """Returns when commands come again, and what is remembered of recipients."""
    return Schedule(
        settings.retry_schedule_ms,
        settings.echo_timeout_ms if settings.confirm_echoes else None,
        settings.recipient_memory_ms,
    )


def build(
    settings: Settings,
    *,
    threads: int | None = None,
    transport: httpx.BaseTransport | None = None,
    meter_of: Callable[[PagesSource], Meter] | None = None,
    client: "redis.Redis | None" = None,
) -> LaneBroker:
    """Returns a broker with its actor; nothing is started and no connection opened yet.

    Args:
        settings: of this installation.
        threads: of the worker; the most that may be when absent.
        transport: the far end in the place of Graph, for tests.
        meter_of: makes what measures this process; nothing does when absent.
        client: in the place of one for `redis_url`, such as one of fakeredis; the caller closes it.
    """
    count = threads or max(settings.threads, THREADS_MAX)
    table = read_table(settings.verdicts_file)
    own = client or redis_client(settings, connections=count + CONNECTIONS_BESIDE_THREADS)
    lanes = Lanes(own, prefix=settings.key_prefix, policy=policy_of(settings))
    source = PagesSource(settings)
    broker, outage, circuit = _broker(settings, lanes, source, table, meter_of)
    graph = _graph(settings, connections=count, transport=transport)
    deliverer = Deliverer(
        lanes=lanes,
        graph=graph,
        pages=lambda: source.current,
        schedule=schedule_of(settings),
        may_begin=broker.presence.may_begin,
        stopping=broker.stopping,
        circuit=circuit,
        outage=outage,
        version=version_pair(settings.graph_version),
        table=table,
        meter=broker.meter,
    )
    dramatiq.actor(actor_name=ACTOR, queue_name=QUEUE, broker=broker)(deliverer.deliver)
    broker.on_close(graph.close, lanes.close, *(() if client else (own.close,)))
    return broker


def _broker(
    settings: Settings,
    lanes: Lanes,
    source: PagesSource,
    table: Table,
    meter_of: Callable[[PagesSource], Meter] | None,
) -> tuple[LaneBroker, Outage, Circuit]:
    """Returns the broker that takes, and what it shares with those who deliver."""
    slots, outage, circuit = Slots(), Outage(), Circuit()
    meter = meter_of(source) if meter_of is not None else None
    deadline_s = 2 * (settings.call_timeout_ms + settings.connect_timeout_ms) / 1000
    presence = Presence(
        lanes,
        Profiles(source, settings).current,
        overdue=lambda: slots.oldest_s() > deadline_s,
        graph=lambda: circuit.away,
        outage=outage,
        meter=meter,
        about=about(settings, table),
    )
    broker = LaneBroker(
        lanes,
        presence,
        slots,
        circuit,
        meter=meter,
        forks=() if meter is None else (serve_metrics,),
        bulk_share=settings.bulk_share,
    )
    return broker, outage, circuit


def _graph(settings: Settings, *, connections: int, transport: httpx.BaseTransport | None) -> Origins:
    watch = DebugLog() if settings.debug else None
    return Origins(
        lambda origin: GraphClient(
            origin=origin or settings.graph_origin,
            version=settings.graph_version,
            connect_timeout_s=settings.connect_timeout_ms / 1000,
            call_timeout_s=settings.call_timeout_ms / 1000,
            connections=connections,
            watch=watch,
            transport=transport,
        )
    )


def describe(settings: Settings) -> Mapping[str, object]:
    """Returns what a person wants to see of the settings at start-up, without secrets."""
    return {
        "graph": f"{settings.graph_origin}/v{settings.graph_version}",
        "processes": settings.processes,
        "threads": settings.threads,
        "prefix": settings.key_prefix,
    }
