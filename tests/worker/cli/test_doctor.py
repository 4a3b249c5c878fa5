"""`outbound doctor` prints what it finds for people, for programs and for grep, and shows no secret."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from worker.stub import GraphStub

PAGE = "111111111111111"


@pytest.fixture
def well(
    environment: pytest.MonkeyPatch, tmp_path: Path, valkey: "redis.Redis"
) -> Iterator[Callable[[GraphStub], None]]:
    """Makes this environment one in which only a stub in the place of Graph and an idle queue are odd."""

    def begin(stub: GraphStub) -> None:
        path = tmp_path / "pages.toml"
        path.write_text(f'app_id="77"\napp_secret="hush-app"\n[pages.{PAGE}]\naccess_token="EAAB-hush"\n')
        path.chmod(0o600)
        for name, value in (
            ("PAGES_FILE", str(path)),
            ("GRAPH_ORIGIN", stub.origin),
            ("GRAPH_VERSION", "26.0"),
        ):
            environment.setenv(f"OUTBOUND_{name}", value)
        valkey.config_set("save", "3600 1")
        valkey.config_set("maxmemory", 1024**3)

    yield begin
    valkey.config_set("save", "")
    valkey.config_set("maxmemory", 0)


def graph() -> GraphStub:
    """Returns Graph with one Page of one app."""
    return GraphStub(pages={PAGE: "EAAB-hush"}, app_id="77", app_secret="hush-app")


def test_warnings_are_no_failure(outbound: Callable[..., Any], well: Callable[..., Any]) -> None:
    """Without an error the exit code is 0; each finding is one line that grep can find, without escape codes."""
    with graph() as stub:
        well(stub)
        ran = outbound("doctor")
    lines = ran.out.splitlines()
    assert (ran.code, ran.err, lines[-1]) == (0, "", "0 errors, 3 warnings, 15 ok")
    assert [line.split()[:2] for line in lines if line.startswith("warning")] == [
        ["warning", "settings.graph"],
        ["warning", "redis.persistence"],
        ["warning", "workers.alive"],
    ]
    assert all("; why: " in line and "; do: " in line for line in lines if line.startswith("warning"))
    assert f"ok       tokens              the token of Page {PAGE} is alive and may send" in lines
    assert ("\x1b" in ran.out, "hush" in ran.out) == (False, False)


def test_an_error_is_the_exit_code(outbound: Callable[..., Any], well: Callable[..., Any]) -> None:
    """With an error it is 1, and `--json` has what the lines have."""
    with graph() as stub:
        well(stub)
        stub.set_token(PAGE, state="expired")
        ran = outbound("doctor", "--json")
    report = json.loads(ran.out)
    assert (ran.code, report["healthy"], report["errors"], report["warnings"]) == (1, False, 1, 3)
    assert report["findings"][-1] == {
        "level": "error",
        "check": "tokens",
        "what": f"the token of Page {PAGE} is dead (debug_token: not valid)",
        "why": "the Page is held, and everything of it waits",
        "do": "make a new token, put it into the Pages file; the hold ends by itself",
    }
    assert "hush" not in ran.out


def test_offline_asks_nothing_of_graph(outbound: Callable[..., Any], well: Callable[..., Any]) -> None:
    """With `--offline` no request reaches Graph."""
    with graph() as stub:
        well(stub)
        ran = outbound("doctor", "--offline")
        assert stub.requests == []
    assert "ok       tokens              not asked about (--offline)" in ran.out.splitlines()
