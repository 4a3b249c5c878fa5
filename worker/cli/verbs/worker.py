"""`outbound worker`: worker processes under one master, until a signal stops them in order."""

import os
import threading
from collections.abc import Callable, Mapping
from typing import Final

import click
import msgspec
import redis

from producer.errors import SettingsError
from producer.store.queue import connect
from producer.store.refusals import refusal_of
from worker.cli import INTERRUPTED
from worker.cli.durations import seconds_up_to
from worker.cli.screen import notice
from worker.cli.verb import Verb
from worker.config.addresses import redis_address
from worker.config.pages import PagesSource
from worker.config.settings import Settings, read_settings
from worker.judge.file import read_table
from worker.metrics.folder import FOLDER, new_folder
from worker.observe.logs import configure_logs
from worker.process.supervisor import Supervisor

PROCESSES_MAX: Final = 64
THREADS_MAX: Final = 256
SHUTDOWN_S_MAX: Final = 3_600
PAGES_FORM: Final = (
    'set OUTBOUND_PAGES_FILE to a TOML file with [pages.<page_id>] access_token = "…", '
    'or OUTBOUND_PAGES to {"<page_id>": {"access_token": "…"}}'
)


@click.command(
    "worker",
    cls=Verb,
    examples=(
        "OUTBOUND_PAGES_FILE=pages.toml outbound worker --processes 2",
        "OUTBOUND_GRAPH_ORIGIN=http://127.0.0.1:8099 outbound worker --threads 8",
    ),
)
@click.option(
    "--processes", type=click.IntRange(1, PROCESSES_MAX), help="Worker processes.  [OUTBOUND_PROCESSES, 1]"
)
@click.option(
    "--threads", type=click.IntRange(1, THREADS_MAX), help="Threads of each.  [OUTBOUND_THREADS, 16]"
)
@click.option(
    "--shutdown-timeout",
    "shutdown_s",
    callback=seconds_up_to(SHUTDOWN_S_MAX),
    metavar="DURATION",
    default="90s",
    show_default=True,
    help="Longest time for calls in flight after SIGTERM or Ctrl-C.",
)
def verb(processes: int | None, threads: int | None, shutdown_s: float) -> int:
    """Deliver what is queued, until SIGTERM or Ctrl-C.

    Exit code: 0 stopped in order by SIGTERM, 130 by Ctrl-C, 78 a setting is wrong.
    """
    settings = read_settings(os.environ)
    settings = msgspec.structs.replace(
        settings, processes=processes or settings.processes, threads=threads or settings.threads
    )
    pages = _checked(settings)
    configure_logs(settings.log_level)
    notice(_described(settings, pages))
    _look_for_redis(settings)
    interrupted = _run(settings, shutdown_s)
    notice("stopped: calls in flight were finished, all else is back in its lane")
    return INTERRUPTED if interrupted else 0


def _run(settings: Settings, shutdown_s: float) -> bool:
    """Runs until a signal; tells whether it was Ctrl-C."""
    if settings.metrics_port is None:
        master = _supervisor(settings, shutdown_s)
        master.run()
        return master.interrupted
    from worker.metrics.serving import Serving  # noqa: PLC0415 (only where metrics are on)

    with new_folder() as folder:
        stop = threading.Event()
        serving = Serving(settings, folder, stopping=stop.is_set)
        environ = {FOLDER: str(folder)}
        master = _supervisor(settings, shutdown_s, environ=environ, ended=serving.ended, stop=stop)
        serving.start()
        notice(f"metrics and probes on {settings.metrics_host}, port {serving.port.number}")
        try:
            master.run()
        finally:
            serving.close()
        return master.interrupted


def _supervisor(
    settings: Settings,
    shutdown_s: float,
    *,
    environ: Mapping[str, str] | None = None,
    ended: Callable[[int], object] = lambda _: None,
    stop: threading.Event | None = None,
) -> Supervisor:
    return Supervisor(
        processes=settings.processes,
        threads=settings.threads,
        shutdown_timeout_s=shutdown_s,
        check=lambda: _checked(read_settings(os.environ)),
        environ=environ,
        ended=ended,
        stop=stop,
    )


def _checked(settings: Settings) -> int:
    """Returns how many Pages there are; raises `SettingsError` for whatever a process would not start with."""
    read_table(settings.verdicts_file)
    found = len(PagesSource(settings).current.by_id)
    if found:
        return found
    where = settings.pages_file or ("OUTBOUND_PAGES" if settings.pages else "")
    what = f"{where} names no Page" if where else "no Page is configured"
    raise SettingsError(f"{what}, so that there is nothing to send for: {PAGES_FORM}")


def _described(settings: Settings, pages: int) -> str:
    processes = "1 process" if settings.processes == 1 else f"{settings.processes} processes"
    threads = "1 thread" if settings.threads == 1 else f"{settings.threads} threads"
    return (
        f"{processes} of {threads} for {'1 Page' if pages == 1 else f'{pages:,} Pages'}; "
        f"Redis {redis_address(settings.redis_url)} under {settings.key_prefix}:, "
        f"Graph {settings.graph_origin}/v{settings.graph_version}"
    )


def _look_for_redis(settings: Settings) -> None:
    client = connect(settings.redis_url)
    try:
        client.ping()
    except redis.RedisError as error:
        refusal = refusal_of(error)
        if isinstance(error, redis.exceptions.NoPermissionError):
            notice(str(refusal))  # to say PING, which is no proof of what else it may
            return
        if refusal is not None:
            raise SettingsError(str(refusal)) from None
        address = redis_address(settings.redis_url)
        notice(f"Redis is not reached at {address}: the worker waits for it, and begins when it is there")
    finally:
        client.close()
