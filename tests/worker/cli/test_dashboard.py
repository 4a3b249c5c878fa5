"""`outbound dashboard` says where it is, refuses what is not safe, and stops cleanly."""

import json
import os
import re
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.running import Running, Valkey, wait_until
from worker.cli import INTERRUPTED

SOON_S = 5.0
TOKEN = "correct-horse-battery-staple"


@pytest.mark.process
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, INTERRUPTED), (signal.SIGTERM, 0)])
def test_it_serves_until_it_is_stopped(valkey_url: str, number: signal.Signals, code: int) -> None:
    """Its address is all of its output; a signal ends it with one line, Ctrl-C with 130; its token shows nowhere."""
    settings = {"OUTBOUND_REDIS_URL": valkey_url, "OUTBOUND_DASHBOARD_TOKEN": TOKEN}
    with Running(("worker.cli", "dashboard", "--port", "0"), settings) as running:
        wait_until(lambda: "Ctrl-C" in running.written(), within_s=20, why="it listens")
        origin = running.written().splitlines()[0]
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", origin)
        with urllib.request.urlopen(f"{origin}/api/live", timeout=10) as answer:  # noqa: S310 (our own address)
            assert answer.status == 200
        running.signal(number)
        assert running.process.wait(10) == code
        assert running.written().splitlines() == [
            origin,
            "outbound: Ctrl-C stops it; who signs in with the token can act",
            "outbound: the dashboard has stopped",
        ]


def asked(url: str) -> tuple[int, dict[str, Any], float]:
    """Returns the status of an answer, what it holds, and how many seconds it took."""
    began = time.monotonic()
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 (our own address)
            status, body = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            status, body = error.code, error.read()
    return status, json.loads(body), time.monotonic() - began


@pytest.mark.process
def test_a_redis_that_hangs_is_told_soon_and_is_over_by_itself() -> None:
    """Connections stay open and nothing comes: each answer says so within some seconds, also to several at once."""
    with (
        Valkey() as valkey,
        Running(("worker.cli", "dashboard", "--port", "0"), {"OUTBOUND_REDIS_URL": valkey.url}) as running,
    ):
        wait_until(lambda: "Ctrl-C" in running.written(), within_s=20, why="it listens")
        live = f"{running.written().splitlines()[0]}/api/live"
        assert asked(live)[0] == 200
        pid = valkey.freeze()
        try:
            with ThreadPoolExecutor(4) as browsers:
                told = [*browsers.map(asked, [live] * 4), asked(live)]
            with urllib.request.urlopen(live.removesuffix("api/live"), timeout=1) as page:  # noqa: S310 (the same)
                assert page.status == 200
        finally:
            valkey.thaw(pid)
        assert [(status, said["problem"][:21]) for status, said, _ in told] == [
            (503, "Redis was not reached")
        ] * 5
        assert len({said["since"] for _, said, _ in told}) == 1
        assert [took_s for _, _, took_s in told if took_s > SOON_S] == []
        wait_until(lambda: asked(live)[0] == 200, within_s=SOON_S, why="what is shown is new again")


def test_it_does_not_listen_beyond_loopback_without_a_token(outbound: Callable[..., Any]) -> None:
    """Without a token, an address that others reach is refused in a sentence."""
    ran = outbound("dashboard", "--host", "0.0.0.0")  # noqa: S104 (refused)
    assert (ran.code, ran.out) == (os.EX_CONFIG, "")
    assert ran.err.startswith("outbound: 0.0.0.0 is not loopback: set OUTBOUND_DASHBOARD_TOKEN")


def test_an_address_that_is_taken_is_told(outbound: Callable[..., Any]) -> None:
    """A port that another program has is a sentence with what to do."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        ran = outbound("dashboard", "--port", str(port))
    sentence = (
        f"outbound: the dashboard cannot listen on 127.0.0.1:{port}: Address already in use; try --port 0\n"
    )
    assert (ran.code, ran.out, ran.err) == (1, "", sentence)
