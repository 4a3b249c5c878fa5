"""Settings that do not fit together are found, and the defaults fit."""

import pytest

from worker.config.pages import Pages, read_pages
from worker.config.settings import Settings, read_settings
from worker.doctor.contradictions import contradictions, port_clashes
from worker.doctor.findings import ok
from worker.doctor.rates import rates_of

# What is set (names without OUTBOUND_), and the check, level and words of the only finding.
APART: dict[str, tuple[dict[str, str], str, str, str]] = {
    "a heartbeat so short that a fork stops everything": (
        {"HEARTBEAT_TIMEOUT": "2s"},
        "settings.heartbeat",
        "warning",
        "OUTBOUND_HEARTBEAT_TIMEOUT is 2 s",
    ),
    "a heartbeat so long that the dead block the living": (
        {"HEARTBEAT_TIMEOUT": "2m"},
        "settings.heartbeat",
        "warning",
        "OUTBOUND_HEARTBEAT_TIMEOUT is 2 min",
    ),
    "a heartbeat longer than a call may hang": (
        {"HEARTBEAT_TIMEOUT": "1m", "CALL_TIMEOUT": "10s"},
        "settings.heartbeat",
        "warning",
        "OUTBOUND_HEARTBEAT_TIMEOUT (1 min) is longer than a call may hang (30 s)",
    ),
    "more time to connect than to answer": (
        {"CALL_TIMEOUT": "4s"},
        "settings.calls",
        "warning",
        "OUTBOUND_CONNECT_TIMEOUT (5 s) is longer than OUTBOUND_CALL_TIMEOUT (4 s)",
    ),
    "calls longer than a stop waits": (
        {"CALL_TIMEOUT": "85s"},
        "settings.calls",
        "warning",
        "a call may take 1.5 min, and a worker that stops waits 1.5 min for its calls",
    ),
    "no second attempt": (
        {"RETRY_SCHEDULE": " "},
        "settings.retries",
        "warning",
        "OUTBOUND_RETRY_SCHEDULE has no step",
    ),
    "retries that outlive outcomes": (
        {"RETRY_SCHEDULE": "18h", "OUTCOME_RETENTION": "1320m"},
        "settings.retries",
        "warning",
        "OUTBOUND_RETRY_SCHEDULE runs for up to 22.5 h, and OUTBOUND_OUTCOME_RETENTION is 22 h",
    ),
    "retries that outlive Meta's window": (
        {"RETRY_SCHEDULE": "20h"},
        "settings.retries",
        "warning",
        "OUTBOUND_RETRY_SCHEDULE runs for up to 25 h, longer than a day",
    ),
    "outcomes that die before idempotency keys": (
        {"OUTCOME_RETENTION": "23h"},
        "settings.retention",
        "warning",
        "OUTBOUND_OUTCOME_RETENTION is 23 h, shorter than idempotency keys are kept (24 h)",
    ),
    "dead letters that die before outcomes": (
        {"DEAD_LETTER_RETENTION": "47h"},
        "settings.retention",
        "warning",
        "OUTBOUND_DEAD_LETTER_RETENTION is 47 h, shorter than OUTBOUND_OUTCOME_RETENTION (48 h)",
    ),
    "an address of metrics without a port": (
        {"METRICS_HOST": "::"},
        "settings.metrics",
        "warning",
        "OUTBOUND_METRICS_HOST is set, and OUTBOUND_METRICS_PORT is not",
    ),
    "a wait for echoes that nobody asked for": (
        {"ECHO_TIMEOUT": "1m"},
        "settings.echoes",
        "warning",
        "OUTBOUND_ECHO_TIMEOUT is set, and OUTBOUND_CONFIRM_ECHOES is not",
    ),
    "echoes that cannot come in time": (
        {"ECHO_TIMEOUT": "2s", "CONFIRM_ECHOES": "1"},
        "settings.echoes",
        "warning",
        "OUTBOUND_ECHO_TIMEOUT is 2 s",
    ),
    "debugging": ({"DEBUG": "1"}, "settings.debug", "warning", "OUTBOUND_DEBUG is on"),
    "tokens in the clear": (
        {"GRAPH_ORIGIN": "http://graph.example.com", "DANGEROUS_PLAIN_HTTP": "1"},
        "settings.graph",
        "error",
        "OUTBOUND_GRAPH_ORIGIN is plain http to another machine",
    ),
    "a dangerous switch that nothing needs": (
        {"DANGEROUS_PLAIN_HTTP": "1"},
        "settings.graph",
        "warning",
        "OUTBOUND_DANGEROUS_PLAIN_HTTP is on, and nothing needs it",
    ),
    "a stub in the place of Graph": (
        {"GRAPH_ORIGIN": "http://127.0.0.1:8099"},
        "settings.graph",
        "warning",
        "Graph is looked for on this machine, port 8099",
    ),
    "a password without TLS": (
        {"REDIS_URL": "redis://:hush@redis.example.com/0"},
        "settings.redis",
        "warning",
        "OUTBOUND_REDIS_URL has a password, and goes to another machine without TLS",
    ),
}


def settings_of(given: dict[str, str]) -> Settings:
    """Returns the settings of names without their prefix."""
    return read_settings({f"OUTBOUND_{name}": value for name, value in given.items()})


@pytest.mark.parametrize(("given", "check", "level", "what"), APART.values(), ids=APART)
def test_what_does_not_fit_together_is_found(
    given: dict[str, str], check: str, level: str, what: str
) -> None:
    """Exactly the one contradiction is told, with why it matters and what to do."""
    found = list(contradictions(settings_of(given)))
    told = [(each.check, each.level, each.what, bool(each.why), bool(each.do)) for each in found]
    wanted = [(check, level, what, True, True)]
    if given.keys() == {"RETRY_SCHEDULE", "OUTCOME_RETENTION"}:
        told = told[:1]  # such a retention is also shorter than idempotency keys are kept
    assert told == wanted


HARMLESS: dict[str, dict[str, str]] = {
    "the defaults": {},
    "a heartbeat of three seconds": {"HEARTBEAT_TIMEOUT": "3s"},
    "a heartbeat of a minute": {"HEARTBEAT_TIMEOUT": "1m"},
    "calls that end before a stop does": {"CALL_TIMEOUT": "84s"},
    "retries for just less than a day": {"RETRY_SCHEDULE": "19h"},
    "echoes that are waited for": {"CONFIRM_ECHOES": "1", "ECHO_TIMEOUT": "1m"},
    "a password on this machine": {"REDIS_URL": "redis://:hush@127.0.0.1/0"},
    "a password with TLS": {"REDIS_URL": "rediss://:hush@redis.example.com/0"},
    "dead letters for as long as outcomes": {"DEAD_LETTER_RETENTION": "48h"},
    "metrics on every address": {"METRICS_HOST": "::", "METRICS_PORT": "9464"},
    "a URL that is none": {"REDIS_URL": "redis://127.0.0.1:port/0"},
}


@pytest.mark.parametrize("given", HARMLESS.values(), ids=HARMLESS)
def test_what_fits_together_is_left_alone(given: dict[str, str]) -> None:
    """At each bound the settings are well."""
    told = "every setting has its form, and none contradicts another"
    assert list(contradictions(settings_of(given))) == [ok("settings", told)]


@pytest.mark.parametrize(
    ("port", "given", "names"),
    [
        pytest.param(
            8099, {"GRAPH_ORIGIN": "http://127.0.0.1:8099"}, ["OUTBOUND_GRAPH_ORIGIN"], id="the stub's"
        ),
        pytest.param(6379, {}, ["OUTBOUND_REDIS_URL"], id="that of Redis, which the URL leaves out"),
        pytest.param(6379, {"REDIS_URL": "redis://10.0.0.7/0"}, [], id="that of a Redis elsewhere"),
        pytest.param(6379, {"REDIS_URL": "unix:///run/redis.sock"}, [], id="Redis on a socket"),
        pytest.param(None, {}, [], id="no metrics"),
        pytest.param(9464, {}, [], id="a port of their own"),
    ],
)
def test_a_port_is_used_once(port: int | None, given: dict[str, str], names: list[str]) -> None:
    """Metrics cannot listen where something else on this machine does."""
    metrics = {} if port is None else {"METRICS_PORT": str(port)}
    found = list(port_clashes(settings_of(given | metrics)))
    assert [(each.level, each.what) for each in found] == [
        ("error", f"OUTBOUND_METRICS_PORT is {port}, the port of {name}") for name in names
    ]


def pages_with(**rates: str) -> Pages:
    """Returns five Pages with these rates."""
    return read_pages({"pages": {f"10{n}": {"access_token": f"T{n}", **rates} for n in range(5)}}, "a test")


RATES: dict[str, tuple[dict[str, str], Pages, list[tuple[str, str, str]]]] = {
    "the defaults": ({}, Pages(), [("rates", "no rate is faster than Meta takes", "")]),
    "texts above what the inbox bears": (
        {"RATE_TEXT": "41/s"},
        Pages(),
        [("rates.text", "OUTBOUND_RATE_TEXT is 41/s", "set OUTBOUND_RATE_TEXT to at most 40/s")],
    ),
    "no limit at all": (
        {"RATE_PRIVATE_REPLY": "off"},
        Pages(),
        [
            (
                "rates.private_reply",
                "OUTBOUND_RATE_PRIVATE_REPLY is off",
                "set OUTBOUND_RATE_PRIVATE_REPLY to at most 750/h",
            )
        ],
    ),
    "Pages with a rate of their own": (
        {},
        pages_with(rate_profile="11/10m"),
        [
            (
                "rates.profile",
                "rate_profile of Page 100, 101, 102 and 2 more is 11/10m",
                "set rate_profile in the Pages file to at most 10/10m",
            )
        ],
    ),
    "slower Pages": ({}, pages_with(rate_text="20/s"), [("rates", "no rate is faster than Meta takes", "")]),
    "a burst of half a minute": (
        {"BURST": "30s"},
        Pages(),
        [("rates.burst", "OUTBOUND_BURST lets 1,200 texts of a Page leave at once", "set OUTBOUND_BURST=1s")],
    ),
    "a burst that makes batches small": (
        {"BURST": "100ms"},
        Pages(),
        [
            (
                "rates.burst",
                "OUTBOUND_BURST lets only 4 texts of a Page leave at once",
                "set OUTBOUND_BURST=1s",
            )
        ],
    ),
    "a burst that nothing heeds": (
        {"BURST": "2s", "RATE_TEXT": "10/10m", "RATE_MEDIA": "5/10m", "RATE_OTHER": "10/10m"},
        Pages(),
        [
            (
                "rates.burst",
                "OUTBOUND_BURST is set, and no rate is one by the second",
                "take OUTBOUND_BURST away, or give rates by the second",
            )
        ],
    ),
}


@pytest.mark.parametrize(("given", "pages", "told"), RATES.values(), ids=RATES)
def test_rates_that_meta_does_not_take_are_found(
    given: dict[str, str], pages: Pages, told: list[tuple[str, str, str]]
) -> None:
    """Rates of the settings and of Pages are held against what Meta documents, and bursts against rates."""
    assert [(each.check, each.what, each.do) for each in rates_of(settings_of(given), pages)] == told
