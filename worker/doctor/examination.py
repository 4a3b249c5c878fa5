"""The whole examination, one check after the other; what one cannot see stops none of the others."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from producer.errors import SettingsError
from producer.store.keys import Keys
from producer.store.queue import connect
from worker.config.addresses import redis_address
from worker.config.pages import Pages
from worker.config.settings import Settings, read_settings
from worker.doctor import durability, graph, pages_file, rates, reach, scripts, server, workforce
from worker.doctor.contradictions import contradictions, port_clashes
from worker.doctor.extras import token_of_dashboard, verdicts
from worker.doctor.findings import Finding, Report, error, examined, ok, report_of
from worker.judge.file import read_table
from worker.take.introduction import shared_of, version_here

CONNECT_S: Final = 2.0
ANSWER_S: Final = 5.0

OF_THE_SERVER: Final[tuple[tuple[str, Callable[[server.Server], Iterator[Finding]]], ...]] = (
    ("redis.version", reach.version),
    ("redis.role", reach.topology),
    ("redis.persistence", durability.persistence),
    ("redis.eviction", durability.eviction),
    ("redis.memory", durability.memory),
    ("redis.clock", reach.clock),
    ("redis.distance", reach.distance),
    ("redis.clients", reach.clients),
)

Looked = TypeVar("Looked")


def examine(
    environ: Mapping[str, str],
    now: datetime,
    *,
    offline: bool,
    only: Sequence[str] = (),
    on_check: Callable[[str], object] = lambda _name: None,
) -> Report:
    """Examines the installation that `environ` names, and returns every finding; no check changes anything.

    Args:
        environ: the settings.
        now: with its time zone.
        offline: true to ask nothing of Graph.
        only: Pages whose tokens are looked into; without them the first 100.
        on_check: is told the name of each part before it begins.
    """
    try:
        settings = read_settings(environ)
    except SettingsError as problem:
        return report_of([_refused(problem)])
    found: list[Finding] = []
    for name, findings in _parts(settings, environ, now, only=only, offline=offline):
        on_check(name)
        found += findings()
    return report_of(found)


def _refused(problem: SettingsError) -> Finding:
    return error(
        "settings",
        str(problem),
        why="a worker with these settings does not start; nothing else was looked at",
        do="mend it; the README has a table of all settings",
    )


def _parts(
    settings: Settings, environ: Mapping[str, str], now: datetime, *, only: Sequence[str], offline: bool
) -> Iterator[tuple[str, Callable[[], list[Finding]]]]:
    pages = Pages()

    def configured() -> list[Finding]:
        nonlocal pages
        pages, found = pages_file.read(settings)
        if settings.pages_file is not None and Path(settings.pages_file).exists():
            path = Path(settings.pages_file)
            found += examined("pages.permissions", lambda: pages_file.permissions(path))
        found += examined(
            "pages.entries", lambda: pages_file.entries(pages, environ.get("OUTBOUND_PAGE", ""))
        )
        return found + examined("rates", lambda: rates.rates_of(settings, pages))

    yield "settings", lambda: examined("settings", lambda: _settings(settings))
    yield "verdicts", lambda: examined("verdicts", lambda: verdicts(settings))
    yield (
        "dashboard",
        lambda: examined("dashboard", lambda: token_of_dashboard(environ)),
    )
    yield "Pages", lambda: examined("pages.file", configured)
    yield "Redis", lambda: examined("redis", lambda: _redis(settings, pages))
    yield "Graph's version", lambda: examined("graph.version", lambda: graph.version(settings, now.date()))
    if offline:
        yield "tokens", lambda: [ok("tokens", "not asked about (--offline)")]
    elif pages.by_id or only:
        yield "tokens", lambda: examined("tokens", lambda: graph.tokens(settings, pages, now, only))


def _settings(settings: Settings) -> Iterator[Finding]:
    yield from contradictions(settings)
    yield from port_clashes(settings)


def _redis(settings: Settings, pages: Pages) -> Iterator[Finding]:
    connect(settings.redis_url)  # refuses a URL that is none, in a sentence without its password
    client = redis.Redis.from_url(
        settings.redis_url,
        socket_connect_timeout=CONNECT_S,
        socket_timeout=ANSWER_S,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        problem = reach.unreachable(client, redis_address(settings.redis_url))
        if problem is not None:
            yield problem
            return
        yield ok("redis.reach", "it answers")
        yield from _server(client, settings)
        yield from _workforce(client, settings, pages)
    finally:
        client.close()


def _server(client: "redis.Redis", settings: Settings) -> Iterator[Finding]:
    keys = Keys(settings.key_prefix)
    looked = _looked(
        "redis",
        lambda: server.look_at(client, keys, processes=settings.processes, threads=settings.threads),
    )
    if isinstance(looked, list):
        yield from looked
        return
    for check, judge in OF_THE_SERVER:
        yield from examined(check, lambda judge=judge: judge(looked))  # type: ignore[misc]  # a lambda's default has no type
    yield from examined("redis.scripts", lambda: scripts.scripts(client, keys))


def _workforce(client: "redis.Redis", settings: Settings, pages: Pages) -> Iterator[Finding]:
    names = sorted(pages.by_id)
    looked = _looked(
        "workers",
        lambda: workforce.look_at(
            client, Keys(settings.key_prefix), names, timeout_ms=settings.heartbeat_timeout_ms
        ),
    )
    if isinstance(looked, list):
        yield from looked
        return
    prints = {page.id: page.fingerprint for page in pages.by_id.values()}
    verdicts = _verdicts_here(settings)
    yield from examined(
        "workers",
        lambda: workforce.workers(looked, shared_of(settings), version=version_here(), verdicts=verdicts),
    )
    yield from examined("workers.pages", lambda: workforce.pages_served(looked, prints))
    yield from examined("workers", lambda: workforce.stranded(looked))


def _verdicts_here(settings: Settings) -> str:
    try:
        return read_table(settings.verdicts_file).digest
    except SettingsError:  # another check says it
        return ""


def _looked(check: str, look: Callable[[], Looked]) -> Looked | list[Finding]:
    """Returns what a look came to, or what there is to say of its failure."""
    seen: list[Looked] = []

    def once() -> Iterable[Finding]:
        seen.append(look())
        return []

    failed = examined(check, once)
    return failed or seen[0]
