"""Runs the command line in this process or in one of its own, in an environment that the test alone decides."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping

import msgspec
import pytest
import redis

from producer import Producer
from tests.worker.cli.operated import PAGE, PROFILE
from worker.cli import main
from worker.engine.lanes import Lanes


class Ran(msgspec.Struct, frozen=True):
    """What one run of `outbound` came to."""

    code: int
    out: str
    err: str


def clean_environment(**settings: str) -> dict[str, str]:
    """Returns this process's environment with these settings instead of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OUTBOUND_")}
    return kept | settings


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without settings, and the way to set some."""
    for name in os.environ:
        if name.startswith("OUTBOUND_"):
            monkeypatch.delenv(name)
    return monkeypatch


@pytest.fixture
def outbound(
    environment: pytest.MonkeyPatch, valkey_url: str, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """Runs `outbound …` in this process, on an empty server."""
    environment.setenv("OUTBOUND_REDIS_URL", valkey_url)

    def run(*arguments: str) -> Ran:
        code = main(arguments)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def outbound_process() -> Callable[..., Ran]:
    """Runs `python -m worker.cli …` to its end in a process of its own, with these settings only."""

    def run(*arguments: str, settings: Mapping[str, str], text: str = "") -> Ran:
        done = subprocess.run(  # noqa: S603 (our own module)
            [sys.executable, "-m", "worker.cli", *arguments],
            env=clean_environment(**settings),
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def lanes(valkey: "redis.Redis") -> Lanes:
    """The lanes of the server, with a worker that holds a token for one Page."""
    lanes = Lanes(valkey)
    lanes.hello("w", PROFILE, b'{"host":"vm","pid":7}')
    return lanes


@pytest.fixture
def producer(valkey: "redis.Redis") -> Producer:
    """A producer of that Page."""
    return Producer.on(valkey, page=PAGE)
