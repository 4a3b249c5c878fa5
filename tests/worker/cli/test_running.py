"""`worker`, `stub` and `status --watch` run until they are told to stop, and stop in order."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import redis

from producer.versions import NEWEST
from worker.cli import INTERRUPTED
from worker.operations.intake import ROUND

PAGE = "1895382890692545"
DEADLINE_S = 60.0

pytestmark = pytest.mark.process


class Running:
    """`outbound …` in a process of its own, with its output in files."""

    def __init__(
        self, folder: Path, arguments: tuple[str, ...], settings: dict[str, str], module: str = "worker.cli"
    ) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("OUTBOUND_")}
        self._out, self._err = folder / "out", folder / "err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            command = [sys.executable, "-m", module, *arguments]
            self.process = subprocess.Popen(  # noqa: S603 (our own module)
                command, env=kept | settings, stdin=subprocess.PIPE, stdout=out, stderr=err
            )

    @property
    def out(self) -> str:
        """What it has written to standard output."""
        return self._out.read_text()

    @property
    def err(self) -> str:
        """What it has written to standard error."""
        return self._err.read_text()

    def has_children(self) -> bool:
        """Tells whether it has started a process of its own: its run has begun."""
        pid = self.process.pid
        return bool(Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").strip())

    def wait_for(self, seen: Callable[[], object]) -> None:
        """Waits until something has been written."""
        deadline = time.monotonic() + DEADLINE_S
        while not seen():
            assert time.monotonic() < deadline, (self.out, self.err)
            assert self.process.poll() is None, (self.out, self.err)
            time.sleep(0.02)

    def end(self, number: signal.Signals) -> int:
        """Sends a signal and returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(DEADLINE_S)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts `outbound …`; what still runs at the end is killed."""
    running: list[Running] = []

    def begin(*arguments: str, **settings: str) -> Running:
        running.append(Running(tmp_path, arguments, settings))
        return running[-1]

    yield begin
    for each in running:
        if each.process.poll() is None:
            each.process.kill()
        each.process.communicate()


WORKER = {"OUTBOUND_PAGES": f'{{"{PAGE}":{{"access_token":"EAAB-hush"}}}}', "OUTBOUND_LOG_LEVEL": "error"}


def test_a_worker_says_what_runs_and_stops_in_order(start: Callable[..., Running], valkey_url: str) -> None:
    """`worker` tells in one line what runs, without a token, and exits with 0 after SIGTERM."""
    worker = start("worker", "--processes", "1", "--threads", "2", OUTBOUND_REDIS_URL=valkey_url, **WORKER)
    worker.wait_for(lambda: "1 process of" in worker.err)
    time.sleep(0.5)
    code = worker.end(signal.SIGTERM)
    described = (
        f"outbound: 1 process of 2 threads for 1 Page; Redis {valkey_url} under outbound:, "
        f"Graph https://graph.facebook.com/v{NEWEST}"
    )
    stopped = "outbound: stopped: calls in flight were finished, all else is back in its lane"
    assert (code, worker.err.splitlines()) == (0, [described, stopped])


def test_a_worker_waits_for_redis(start: Callable[..., Running]) -> None:
    """When Redis is away at the start, `worker` says so once and goes on waiting."""
    worker = start("worker", "--processes", "1", OUTBOUND_REDIS_URL="redis://127.0.0.1:1/0", **WORKER)
    sentence = "outbound: Redis is not reached at redis://127.0.0.1:1/0: the worker waits for it"
    worker.wait_for(lambda: sentence in worker.err)
    time.sleep(0.5)
    assert worker.process.poll() is None
    assert worker.end(signal.SIGTERM) == 0


@pytest.mark.parametrize("metered", [False, True], ids=["without metrics", "with metrics"])
def test_ctrl_c_stops_a_worker_in_order(
    start: Callable[..., Running], valkey_url: str, *, metered: bool
) -> None:
    """`worker` that is stopped by Ctrl-C does what it does at SIGTERM, says so, and exits with 130."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = WORKER | {"OUTBOUND_REDIS_URL": valkey_url, "OUTBOUND_METRICS_PORT": f"{port}" * metered}
    worker = start("worker", "--processes", "1", "--threads", "2", **settings)
    worker.wait_for(lambda: ("metrics and probes on" if metered else "1 process of") in worker.err)
    time.sleep(0.5)
    stopped = "outbound: stopped: calls in flight were finished, all else is back in its lane"
    assert (worker.end(signal.SIGINT), worker.err.splitlines()[-1]) == (INTERRUPTED, stopped)


def test_the_stub_says_where_it_listens(start: Callable[..., Running]) -> None:
    """`stub` prints its origin, answers there, and says after Ctrl-C what it did."""
    stub = start("stub")
    stub.wait_for(lambda: stub.out.endswith("\n"))
    origin = stub.out.strip()
    answer = httpx.post(
        f"{origin}/v4.0/me/messages?access_token=TOKEN-{PAGE}",
        json={"recipient": {"id": "1"}, "message": {"text": "a"}},
    )
    assert (answer.status_code, answer.json()["recipient_id"]) == (200, "1")
    stopped = "outbound: the stub has stopped: 1 requests, 1 messages delivered"
    assert (stub.end(signal.SIGINT), stub.err.splitlines()[-1]) == (INTERRUPTED, stopped)


def test_the_stub_ends_well_when_it_is_told_to(start: Callable[..., Running]) -> None:
    """SIGTERM is no accident: `stub` exits with 0."""
    stub = start("stub")
    stub.wait_for(lambda: stub.out.endswith("\n"))
    assert stub.end(signal.SIGTERM) == 0


def test_a_taken_port_is_said(outbound_process: Callable[..., Any]) -> None:
    """When the port is taken, `stub` says so in a sentence and exits with 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = outbound_process("stub", "--port", str(port), settings={})
    assert (ran.code, ran.out) == (1, "")
    said = f"the stub cannot listen on 127.0.0.1:{port}: Address already in use; try --port 0"
    assert ran.err == f"outbound: {said}\n"


def test_the_self_test_prints_figures(outbound_process: Callable[..., Any]) -> None:
    """`stub --self-test` prints its figures, and its exit code says whether it is fast enough."""
    ran = outbound_process("stub", "--self-test", "--seconds", "0.3", settings={})
    figures = dict(line.split() for line in ran.out.splitlines())
    assert ran.code == (0 if figures["passed"] == "True" else 1)
    assert (figures["required_per_s"], figures["ledger"]) == ("25,000", "True")


def test_a_watch_ends_with_ctrl_c(start: Callable[..., Running], valkey_url: str) -> None:
    """`status --watch` shows the tables again and again, and exits with 130."""
    watch = start("status", "--watch", OUTBOUND_REDIS_URL=valkey_url)
    watch.wait_for(lambda: watch.out.count("not ended") > 1)
    assert (watch.end(signal.SIGINT), watch.err) == (130, "\n")


def test_a_watch_survives_a_redis_that_is_away(start: Callable[..., Running]) -> None:
    """`status --watch` says that Redis was not reached, and tries again."""
    watch = start("status", "--watch", OUTBOUND_REDIS_URL="redis://127.0.0.1:1/0")
    watch.wait_for(lambda: watch.out.count("Redis was not reached") > 1)
    assert watch.end(signal.SIGINT) == 130


def test_ctrl_c_says_how_far_a_file_came(
    start: Callable[..., Running], valkey_url: str, valkey: "redis.Redis"
) -> None:
    """`enqueue` that is stopped exits with 130 and says what is on the queue and how to go on."""
    enqueue = start("enqueue", "-", "--page", PAGE, OUTBOUND_REDIS_URL=valkey_url)
    line = b'{"method": "send_text", "args": ["1", "a"]}\n'
    assert enqueue.process.stdin is not None
    enqueue.process.stdin.write((ROUND + 10) * line)
    enqueue.process.stdin.flush()
    enqueue.wait_for(lambda: valkey.hlen("outbound:commands") == ROUND)
    time.sleep(0.5)  # the answer is on its way to the process, which then waits for more lines
    assert enqueue.end(signal.SIGINT) == INTERRUPTED
    sentence = (
        f"outbound: stopped; {ROUND} commands from before line {ROUND + 1} on the queue, some after it may be too; "
        f"go on with: outbound enqueue - --from-line {ROUND + 1} --run [0-9a-v]{{13}}\n"
    )
    assert re.fullmatch(sentence, enqueue.err), enqueue.err


@pytest.mark.parametrize("more", [(), ("--json",)], ids=["for people", "as JSON"])
def test_ctrl_c_while_an_outcome_is_waited_for_names_the_command(
    start: Callable[..., Running], valkey_url: str, valkey: "redis.Redis", more: tuple[str, ...]
) -> None:
    """`send --wait` that is stopped says that the message stays queued, and how to ask for it."""
    send = start("send", PAGE, "1", "x", "--wait", "5m", *more, OUTBOUND_REDIS_URL=valkey_url)
    send.wait_for(lambda: valkey.zcard("outbound:waiters"))
    assert send.end(signal.SIGINT) == INTERRUPTED
    (key,) = cast("list[bytes]", valkey.hkeys("outbound:commands"))
    command_id = key.decode()
    stays = f"{command_id} stays queued; `outbound ticket {command_id}` says what became of it"
    assert send.err.splitlines()[-1] == f"outbound: stopped waiting; {stays}"


def test_ctrl_c_says_how_far_a_broadcast_came(
    start: Callable[..., Running], tmp_path: Path, valkey_url: str, valkey: "redis.Redis"
) -> None:
    """`broadcast` that is stopped exits with 130 and says how many people are added and how to go on."""
    people, message = tmp_path / "people.csv", tmp_path / "message.json"
    people.write_text("".join(f"{1_000_000 + number}\n" for number in range(2_000_000)))
    message.write_text('{"text": "Hello!"}')
    words = ("broadcast", str(people), "--message", str(message), "--page", PAGE, "--id", "sale")
    run = start(*words, OUTBOUND_REDIS_URL=valkey_url)
    run.wait_for(lambda: valkey.scard("outbound:broadcast:sale:people"))
    assert run.end(signal.SIGINT) == INTERRUPTED
    again = f"outbound {' '.join(words)}"
    assert re.fullmatch(rf"outbound: stopped; [\d,]+ people are added; go on with: {again}\n", run.err), (
        run.err
    )


def test_ctrl_c_ends_the_demo(start: Callable[..., Running]) -> None:
    """`demo` that is stopped exits with 130 and says how many commands were enqueued and sent."""
    demo = start("demo", "--messages", "1000000")
    demo.wait_for(demo.has_children)
    assert demo.end(signal.SIGINT) == INTERRUPTED
    so_far = r"outbound: stopped: [\d,]+ commands were enqueued and [\d,]+ sent; "
    assert re.fullmatch(so_far + r"all that the demo started has ended\n", demo.err), demo.err
