"""Settings that are each well, and do not fit together, or do not do what whoever set them wanted."""

from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import urlsplit

from worker.config.endpoint import LOOPBACK, shows_tokens
from worker.config.settings import Settings
from worker.doctor.findings import Finding, error, ok, warning

DAY_MS: Final = 24 * 3_600_000
SHUTDOWN_MS: Final = 90_000  # `outbound worker --shutdown-timeout`, unless it is given
HEARTBEAT_LEAST_MS: Final = 3_000
HEARTBEAT_MOST_MS: Final = 60_000
ECHO_LEAST_MS: Final = 5_000
JITTER: Final = 1.25
REDIS_PORT: Final = 6379

Rule = Callable[[Settings], Iterator[Finding]]


def contradictions(settings: Settings) -> Iterator[Finding]:
    """Yields what does not fit together, or that all does."""
    found = [finding for rule in RULES for finding in rule(settings)]
    yield from found or [ok("settings", "every setting has its form, and none contradicts another")]


def _heartbeat(settings: Settings) -> Iterator[Finding]:
    beat_ms = settings.heartbeat_timeout_ms
    if beat_ms < HEARTBEAT_LEAST_MS:
        yield warning(
            "settings.heartbeat",
            f"OUTBOUND_HEARTBEAT_TIMEOUT is {_span(beat_ms)}",
            why=f"a pause of {_span(beat_ms // 2)}, such as the server's fork for a snapshot, stops every request",
            do="set OUTBOUND_HEARTBEAT_TIMEOUT=10s, at least 3s",
        )
    if beat_ms > HEARTBEAT_MOST_MS:
        yield warning(
            "settings.heartbeat",
            f"OUTBOUND_HEARTBEAT_TIMEOUT is {_span(beat_ms)}",
            why="when a worker dies, the conversations that it had stand still for so long",
            do="set OUTBOUND_HEARTBEAT_TIMEOUT=10s, at most 1m",
        )
    overdue_ms = 2 * (settings.call_timeout_ms + settings.connect_timeout_ms)
    if overdue_ms < beat_ms:
        yield warning(
            "settings.heartbeat",
            f"OUTBOUND_HEARTBEAT_TIMEOUT ({_span(beat_ms)}) is longer than a call may hang ({_span(overdue_ms)})",
            why="a worker whose call hangs is silent from then on, and is noticed only as long again after it",
            do="set OUTBOUND_HEARTBEAT_TIMEOUT shorter than twice OUTBOUND_CALL_TIMEOUT",
        )


def _calls(settings: Settings) -> Iterator[Finding]:
    if settings.connect_timeout_ms > settings.call_timeout_ms:
        yield warning(
            "settings.calls",
            f"OUTBOUND_CONNECT_TIMEOUT ({_span(settings.connect_timeout_ms)}) is longer than "
            f"OUTBOUND_CALL_TIMEOUT ({_span(settings.call_timeout_ms)})",
            why="a thread waits longer for a Graph that is away than for one that is slow",
            do="set OUTBOUND_CONNECT_TIMEOUT=5s",
        )
    longest_ms = settings.call_timeout_ms + settings.connect_timeout_ms
    if longest_ms >= SHUTDOWN_MS:
        yield warning(
            "settings.calls",
            f"a call may take {_span(longest_ms)}, and a worker that stops waits {_span(SHUTDOWN_MS)} for its calls",
            why="what is in flight at a deploy is cut off, and may be sent twice",
            do=f"start with --shutdown-timeout {longest_ms // 1000 + 30}s and a longer grace, "
            "or set OUTBOUND_CALL_TIMEOUT=60s",
        )


def _retries(settings: Settings) -> Iterator[Finding]:
    schedule = settings.retry_schedule_ms
    total_ms = round(sum(schedule) * JITTER)
    if not schedule:
        yield warning(
            "settings.retries",
            "OUTBOUND_RETRY_SCHEDULE has no step",
            why="a command whose first answer is lost is a dead letter at once",
            do="set OUTBOUND_RETRY_SCHEDULE=1s,5s,30s,2m,10m,30m",
        )
    if total_ms > settings.outcome_retention_ms:
        yield warning(
            "settings.retries",
            f"OUTBOUND_RETRY_SCHEDULE runs for up to {_span(total_ms)}, and OUTBOUND_OUTCOME_RETENTION is "
            f"{_span(settings.outcome_retention_ms)}",
            why="why the first attempts failed is forgotten before the last one is made",
            do="keep outcomes longer than the sum of the schedule",
        )
    if total_ms > DAY_MS:
        yield warning(
            "settings.retries",
            f"OUTBOUND_RETRY_SCHEDULE runs for up to {_span(total_ms)}, longer than a day",
            why="Meta's window closes 24 hours after a person's last message, so that the last attempts are refused; "
            "and an idempotency key is forgotten while its message is still tried",
            do="make the schedule shorter than 19h in sum, or give commands expires_in",
        )


def _retention(settings: Settings) -> Iterator[Finding]:
    if settings.outcome_retention_ms < DAY_MS:
        yield warning(
            "settings.retention",
            f"OUTBOUND_OUTCOME_RETENTION is {_span(settings.outcome_retention_ms)}, "
            "shorter than idempotency keys are kept (24 h)",
            why="a repeated enqueue gets the first ticket back, whose outcome nobody knows any more",
            do="set OUTBOUND_OUTCOME_RETENTION=48h, at least 24h",
        )
    if settings.dead_letter_retention_ms < settings.outcome_retention_ms:
        yield warning(
            "settings.retention",
            f"OUTBOUND_DEAD_LETTER_RETENTION is {_span(settings.dead_letter_retention_ms)}, "
            f"shorter than OUTBOUND_OUTCOME_RETENTION ({_span(settings.outcome_retention_ms)})",
            why="a command is still told to have failed when its dead letter is gone, and cannot be replayed",
            do="set OUTBOUND_DEAD_LETTER_RETENTION=30d, at least as long as outcomes are kept",
        )


def _echoes(settings: Settings) -> Iterator[Finding]:
    standard_ms = Settings().echo_timeout_ms
    if not settings.confirm_echoes and settings.echo_timeout_ms != standard_ms:
        yield warning(
            "settings.echoes",
            "OUTBOUND_ECHO_TIMEOUT is set, and OUTBOUND_CONFIRM_ECHOES is not",
            why="no echo is waited for: what is in doubt is sent again, or ends unknown, at once",
            do="set OUTBOUND_CONFIRM_ECHOES=1, or take OUTBOUND_ECHO_TIMEOUT away",
        )
    if settings.confirm_echoes and settings.echo_timeout_ms < ECHO_LEAST_MS:
        yield warning(
            "settings.echoes",
            f"OUTBOUND_ECHO_TIMEOUT is {_span(settings.echo_timeout_ms)}",
            why="webhooks take some seconds: an echo that comes later is too late, and the message goes out twice",
            do="set OUTBOUND_ECHO_TIMEOUT=30s, at least 5s",
        )


def _switches(settings: Settings) -> Iterator[Finding]:
    if settings.debug:
        yield warning(
            "settings.debug",
            "OUTBOUND_DEBUG is on",
            why="the log has what people wrote and were sent",
            do="set OUTBOUND_DEBUG=0 in production",
        )
    if settings.dangerous_plain_http and shows_tokens(settings.graph_origin):
        yield error(
            "settings.graph",
            "OUTBOUND_GRAPH_ORIGIN is plain http to another machine",
            why="whoever is on the way reads every access token",
            do="use https, and give the Pages new tokens if they were in use",
        )
    elif settings.dangerous_plain_http:
        yield warning(
            "settings.graph",
            "OUTBOUND_DANGEROUS_PLAIN_HTTP is on, and nothing needs it",
            why="a mistake in OUTBOUND_GRAPH_ORIGIN would show every token, and nothing would stop it",
            do="take OUTBOUND_DANGEROUS_PLAIN_HTTP away",
        )


def _addresses(settings: Settings) -> Iterator[Finding]:
    host, port = _place(settings.graph_origin)
    if host in LOOPBACK:
        yield warning(
            "settings.graph",
            f"Graph is looked for on this machine{f', port {port}' if port else ''}",
            why="nothing reaches a person: a stub of Graph answers",
            do="take OUTBOUND_GRAPH_ORIGIN away where messages are meant",
        )
    in_the_clear = settings.redis_url.startswith("redis://") and "@" in settings.redis_url
    if in_the_clear and _place(settings.redis_url)[0] not in LOOPBACK:
        yield warning(
            "settings.redis",
            "OUTBOUND_REDIS_URL has a password, and goes to another machine without TLS",
            why="whoever is on the way reads the password and what people are sent",
            do="use rediss://, or a network that nobody else is on",
        )


def _metrics(settings: Settings) -> Iterator[Finding]:
    if settings.metrics_port is None and settings.metrics_host != Settings().metrics_host:
        yield warning(
            "settings.metrics",
            "OUTBOUND_METRICS_HOST is set, and OUTBOUND_METRICS_PORT is not",
            why="nothing listens: no metrics are there, and no probe is answered",
            do="set OUTBOUND_METRICS_PORT=9464, or take OUTBOUND_METRICS_HOST away",
        )


RULES: Final[tuple[Rule, ...]] = (
    _heartbeat,
    _calls,
    _retries,
    _retention,
    _echoes,
    _switches,
    _addresses,
    _metrics,
)


def port_clashes(settings: Settings) -> Iterator[Finding]:
    """Yields where the port of the metrics is that of something else on this machine."""
    metrics_port = settings.metrics_port
    others = {"OUTBOUND_GRAPH_ORIGIN": _place(settings.graph_origin)}
    if not settings.redis_url.startswith("unix://"):
        host, port = _place(settings.redis_url)
        others["OUTBOUND_REDIS_URL"] = host, port or REDIS_PORT
    for name, (host, port) in others.items():
        if metrics_port and host in LOOPBACK and port == metrics_port:
            yield error(
                "settings.metrics",
                f"OUTBOUND_METRICS_PORT is {metrics_port}, the port of {name}",
                why="only one of them can listen there",
                do="set OUTBOUND_METRICS_PORT=9464",
            )


def _place(url: str) -> tuple[str, int | None]:
    """Returns host and port of a URL; none where it is no URL, which another check says."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "", None
    return host, port


def _span(milliseconds: int) -> str:
    for unit, length in (("h", 3_600_000), ("min", 60_000), ("s", 1_000)):
        if milliseconds >= length:
            return f"{milliseconds / length:.3g} {unit}"
    return f"{milliseconds} ms"
