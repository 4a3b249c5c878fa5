"""What real workers expose, however they are started."""

import os
import re
import signal
import socket
from collections.abc import Callable, Iterator

import httpx
import msgspec
import pytest

from producer import Producer, batch
from tests.running import Running, Valkey, outbound_worker, settings_of, wait_until
from worker.stub import StubProcess

pytestmark = pytest.mark.process

START_S = 60.0
COMMANDS = 30


class Watched(msgspec.Struct, frozen=True):
    """A worker of two processes with its port, its server and its stub."""

    worker: Running
    port: httpx.Client
    valkey: Valkey
    stub: StubProcess
    producer: Producer

    def answered(self, path: str) -> int:
        """Returns the status of a path, 0 while nobody answers."""
        try:
            return self.port.get(path).status_code
        except httpx.HTTPError:
            return 0

    def value(self, series: str) -> float:
        """Returns the value of one series as it stands, or -1 where there is none."""
        found = re.search(rf"^{re.escape(series)} (.*)$", self.port.get("/metrics").text, re.MULTILINE)
        return float(found[1]) if found else -1


def free_port() -> int:
    """Returns a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def plainly(settings: dict[str, str]) -> Running:
    """Starts Dramatiq's own command line with two processes."""
    return Running(("dramatiq", "worker.main:setup", "--processes", "2", "--threads", "2"), settings)


STARTS: dict[str, Callable[[dict[str, str]], Running]] = {
    "outbound worker": lambda settings: outbound_worker(settings, processes=2, threads=2),
    "plain dramatiq": plainly,
}


def watch(start: Callable[[dict[str, str]], Running]) -> Iterator[Watched]:
    """Gives a worker that is ready, and ends it."""
    number = free_port()
    with Valkey() as valkey, StubProcess() as stub:
        settings = settings_of(
            valkey.url, stub.origin, {"P1": "TOKEN-P1"}, metrics_port=str(number), heartbeat_timeout="2s"
        )
        producer = Producer.connect(valkey.url, page="P1")
        with start(settings) as worker, httpx.Client(base_url=f"http://127.0.0.1:{number}") as port:
            watched = Watched(worker, port, valkey, stub, producer)
            wait_until(lambda: watched.answered("/readyz") == 200, within_s=START_S, why="it is ready")
            yield watched
        producer.close()


@pytest.fixture(scope="module", params=STARTS, ids=list(STARTS))
def watched(request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A worker, started in each of the ways that there are."""
    yield from watch(STARTS[request.param])


def test_the_processes_of_a_worker_are_added_up(watched: Watched) -> None:
    """Whichever process sent them, all commands are in the worker's and in the installation's counts."""
    watched.producer.send_many(batch.send_text(f"1{n:015}", "x") for n in range(COMMANDS))
    ended = 'outbound_ended_commands_total{outcome="sent"}'
    wait_until(lambda: watched.value(ended) >= COMMANDS, within_s=10, why="all are sent")
    names = (
        'outbound_commands_total{outcome="sent",page="P1",rate_class="text"}',
        'outbound_verdicts_total{code="none",kind="sent"}',
        'outbound_delivery_seconds_count{priority="interactive"}',
        "outbound_batch_commands_sum",
        "outbound_chunks_in_flight",
        "outbound_processes",
        'outbound_workers{state="alive"}',
        "outbound_timer_kept",
    )
    wait_until(lambda: watched.value(names[6]) == 2, within_s=START_S, why="both processes are heard")
    wait_until(lambda: watched.value(names[2]) >= COMMANDS, within_s=5, why="the last chunk is counted")
    assert [watched.value(name) for name in names] == [COMMANDS] * 4 + [0, 2, 2, 1]


def test_no_secret_and_no_text_is_shown(watched: Watched) -> None:
    """Neither tokens nor people nor what they are written are in the metrics."""
    shown = watched.port.get("/metrics").text
    assert [each for each in ("TOKEN", "1000000000000", "send_message") if each in shown] == []


@pytest.mark.parametrize("watched", ["outbound worker"], indirect=True)  # what answers is the same in both
def test_a_redis_that_is_away_is_told(watched: Watched) -> None:
    """Without Redis a worker is not ready, lives, and still exposes its own counts."""
    pid = watched.valkey.freeze()
    try:
        answer = watched.port.get("/readyz", timeout=20)
        assert (answer.status_code, answer.json()["problems"]) == (
            503,
            ["Redis was not reached: TimeoutError"],
        )
        assert watched.answered("/livez") == 200
    finally:
        watched.valkey.thaw(pid)
    wait_until(lambda: watched.answered("/readyz") == 200, within_s=20, why="it is ready again")


def children_of(pid: int) -> list[int]:
    """Returns the processes that a process has started."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:  # noqa: PTH123 (no path of the disk)
        return [int(each) for each in file.read().split()]


def test_a_killed_process_takes_its_gauges_with_it_and_leaves_its_counts() -> None:
    """A process that dies is followed by another; counters never go back, gauges are of the living."""
    for watched in watch(STARTS["outbound worker"]):
        watched.producer.send_many(batch.send_text(f"1{n:015}", "x") for n in range(COMMANDS))
        sent = 'outbound_commands_total{outcome="sent",page="P1",rate_class="text"}'
        wait_until(lambda: watched.value(sent) == COMMANDS, within_s=10, why="all are sent")  # noqa: B023 (called here)
        for pid in children_of(watched.worker.pid):
            os.kill(pid, signal.SIGKILL)
        wait_until(
            lambda: watched.value("outbound_process_deaths_total") == 2,  # noqa: B023 (called here)
            within_s=10,
            why="both deaths are seen",
        )
        wait_until(
            lambda: watched.value("outbound_processes") == 2,  # noqa: B023 (called here)
            within_s=START_S,
            why="two others have begun",
        )
        assert (watched.value(sent), watched.value("outbound_chunks_in_flight")) == (COMMANDS, 0)


def test_a_taken_port_is_said_and_starts_nothing() -> None:
    """Two workers of one machine with one port: the second says so in a sentence, and exits as for any setting."""
    with socket.create_server(("127.0.0.1", 0)) as taken, Valkey() as valkey:
        number = taken.getsockname()[1]
        settings = settings_of(valkey.url, "http://127.0.0.1:1", {"P1": "T"}, metrics_port=str(number))
        with outbound_worker(settings, processes=1) as second:
            code = second.process.wait(START_S)
            written = second.written()
    sentence = f"outbound: OUTBOUND_METRICS_PORT: cannot listen on 127.0.0.1:{number}: Address already in use"
    assert (code, written.splitlines()[-1].startswith(sentence)) == (os.EX_CONFIG, True), written
