"""The whole examination: nothing stops it, nothing is changed by it, nothing secret is in it."""

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
import pytest
import redis

from producer.errors import SettingsError
from worker.doctor.examination import examine
from worker.doctor.findings import Finding, Report, error, examined, listed, ok, report_of, warning
from worker.stub import GraphStub

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PAGES = '{"1": {"access_token": "EAAB-hush"}}'


def levels(report: Report, *checks: str) -> list[tuple[str, str]]:
    """Returns check and level of the findings of these checks."""
    return [(each.check, each.level) for each in report.findings if each.check in checks]


def test_every_part_is_looked_at(valkey_url: str, valkey: "redis.Redis") -> None:
    """With a server, a Graph and a Page every check has a finding, and the server is left as it was."""
    seen: list[str] = []
    with GraphStub() as stub:
        report = examine(
            {
                "OUTBOUND_REDIS_URL": valkey_url,
                "OUTBOUND_GRAPH_ORIGIN": stub.origin,
                "OUTBOUND_PAGES": '{"111": {"access_token": "TOKEN-111"}}',
                "OUTBOUND_GRAPH_VERSION": "26.0",
            },
            NOW,
            offline=False,
            on_check=seen.append,
        )
    assert seen == ["settings", "verdicts", "dashboard", "Pages", "Redis", "Graph's version", "tokens"]
    assert {(each.check, each.level) for each in report.findings} == {
        ("settings.graph", "warning"),
        ("pages.file", "ok"),
        ("pages.apps", "warning"),
        ("rates", "ok"),
        ("redis.reach", "ok"),
        ("redis.version", "ok"),
        ("redis.role", "ok"),
        ("redis.persistence", "error"),
        ("redis.eviction", "ok"),
        ("redis.memory", "warning"),
        ("redis.clock", "ok"),
        ("redis.distance", "ok"),
        ("redis.clients", "ok"),
        ("redis.scripts", "ok"),
        ("workers.alive", "warning"),
        ("graph.version", "ok"),
        ("tokens", "ok"),
    }
    assert (report.healthy, report.errors, report.warnings) == (False, 1, 4)
    assert valkey.dbsize() == 0


def test_a_wrong_setting_is_a_finding() -> None:
    """Settings that no worker takes are told as the worker would."""
    report = examine({"OUTBOUND_THREADS": "0"}, NOW, offline=True)
    assert [(each.level, each.what) for each in report.findings] == [
        ("error", "OUTBOUND_THREADS must be a whole number of threads from 1 to 256")
    ]


@pytest.mark.parametrize(
    ("url", "check", "what"),
    [
        pytest.param(
            "redis://:hush@127.0.0.1:1/0",
            "redis.reach",
            "Redis was not reached at redis://127.0.0.1:1/0 (ConnectionError)",
            id="a server that is away",
        ),
        pytest.param(
            "redis://:hush@127.0.0.1:port/0",
            "redis",
            "the Redis URL is not valid: its form is redis://user:password@host:6379/0, "
            "with / as %2F, # as %23 and ? as %3F in a password",
            id="a URL that is none",
        ),
    ],
)
def test_a_redis_that_is_away_stops_nothing(url: str, check: str, what: str) -> None:
    """It is one error; Pages, rates and the version are looked at all the same, and no password is shown."""
    report = examine({"OUTBOUND_REDIS_URL": url, "OUTBOUND_PAGES": PAGES}, NOW, offline=True)
    assert [(each.check, each.what) for each in report.findings if each.level == "error"] == [(check, what)]
    assert levels(report, "pages.file", "rates", "tokens") == [
        ("pages.file", "ok"),
        ("rates", "ok"),
        ("tokens", "ok"),
    ]
    assert b"hush" not in msgspec.json.encode(report)


def test_a_wrong_password_is_told(valkey: "redis.Redis", valkey_url: str) -> None:
    """A server that asks for another password is not told to be away."""
    url = f"{valkey_url}?username=nobody&password=hush"
    report = examine({"OUTBOUND_REDIS_URL": url, "OUTBOUND_PAGES": PAGES}, NOW, offline=True)
    assert valkey.ping()
    found = [each for each in report.findings if each.check == "redis.reach"]
    assert [(each.level, each.what) for each in found] == [
        ("error", f"Redis refused the user or password of the URL; the address is {valkey_url}")
    ]


@pytest.mark.parametrize(
    ("failure", "what"),
    [
        pytest.param(
            redis.exceptions.ResponseError("hush"),
            "Redis did not answer this check (ResponseError)",
            id="of the server",
        ),
        pytest.param(SettingsError("OUTBOUND_X must be y"), "OUTBOUND_X must be y", id="of a setting"),
        pytest.param(
            ZeroDivisionError("hush"),
            "this check failed itself: ZeroDivisionError at test_examination.py",
            id="ours",
        ),
    ],
)
def test_a_check_that_fails_is_a_finding(failure: Exception, what: str) -> None:
    """What it had found stays, and why it failed is told without the failure's own words."""

    def failing() -> Iterable[Finding]:
        yield ok("a", "well")
        raise failure

    found = examined("a", failing)
    assert found[0] == ok("a", "well")
    assert (found[1].level, found[1].what.rpartition(":")[0] if "test_" in what else found[1].what) == (
        "error",
        what,
    )
    assert b"hush" not in msgspec.json.encode(found)


def test_the_worst_come_last() -> None:
    """On a terminal the last lines are those that are seen; findings of one level stay in their order."""
    bad = error("c", "bad", why="-", do="-")
    odd = warning("b", "odd", why="-", do="-")
    good, fine = ok("a", "good"), ok("d", "fine")
    assert report_of([bad, good, odd, fine]) == Report(
        healthy=False, errors=1, warnings=1, findings=[good, fine, odd, bad]
    )
    assert report_of([odd]).healthy


def test_many_names_are_cut() -> None:
    """Of a thousand Pages three are named."""
    assert listed(["1", "2", "3"]) == "1, 2, 3"
    assert listed([str(number) for number in range(1_000)]) == "0, 1, 2 and 997 more"
