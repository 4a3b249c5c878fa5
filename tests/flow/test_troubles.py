"""Each trouble, made for real, is seen within ten seconds by every face, with its cure."""

import io
import os
import re
import signal
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import httpx
import msgspec
import pytest
from rich.console import Console

from producer import Producer
from producer.errors import QueueFullError
from producer.store.keys import Keys
from tests.running import (
    Running,
    Valkey,
    names_of,
    outbound_worker,
    pids_known,
    settings_of,
    ticket_of,
    wait_until,
)
from worker.cli.overview_view import render
from worker.dashboard.reading import Ask, Reader
from worker.operations import holds
from worker.operations.explaining import explain
from worker.operations.overview import read_overview
from worker.operations.troubles import Trouble
from worker.stub import StubProcess

pytestmark = pytest.mark.process
SEEN_S: Final = 10.0
TIMEOUT_MS: Final = 2_000
CERTIFICATE: Final = Path(__file__).parents[1] / "worker/call/graph/localhost.pem"


class Faces:
    """All that an operator looks at, of one installation and one of its workers."""

    def __init__(self, valkey: Valkey, port: int, prefix: str = "outbound") -> None:
        self.client = valkey.client()
        self.keys = Keys(prefix)
        self._url = f"http://127.0.0.1:{port}"

    def status(self, kind: str) -> Trouble | None:
        """Returns the trouble of a kind that `outbound status` names, once it is among the lines it prints."""
        overview = read_overview(self.client, self.keys, timeout_ms=TIMEOUT_MS)
        found = next((each for each in overview.troubles if each.kind == kind), None)
        console = Console(width=2_000, record=True, file=io.StringIO())
        console.print(render(overview, rows_max=20))
        assert found is None or found.cure in console.export_text()
        return found

    def page(self, kind: str) -> bool:
        """Tells whether the page's document has it."""
        live = Reader(self.client, self.keys, timeout_ms=TIMEOUT_MS).live(Ask())
        return f'"kind":"{kind}"' in msgspec.json.encode(live.troubles).decode()

    def metrics(self) -> str:
        """Returns what Prometheus is answered."""
        return httpx.get(f"{self._url}/metrics", timeout=20).text

    def ready(self) -> tuple[int, str]:
        """Returns what the probe is answered."""
        try:
            answer = httpx.get(f"{self._url}/readyz", timeout=20)
        except httpx.HTTPError:
            return 0, ""
        return answer.status_code, answer.text

    def see(self, kind: str, *, in_metrics: bool = True) -> Trouble:
        """Returns a trouble once every face shows it; fails when that takes longer than ten seconds."""
        wait_until(lambda: self.status(kind), within_s=SEEN_S, why=f"status names {kind}")
        found = self.status(kind)
        assert found is not None
        assert self.page(kind)
        line = rf'outbound_troubles{{kind="{kind}"}} [1-9]'
        if in_metrics:
            wait_until(lambda: re.search(line, self.metrics()), within_s=SEEN_S, why=f"metrics count {kind}")
        return found


def free_port() -> int:
    """Returns a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


class House(msgspec.Struct, frozen=True):
    """One installation with a worker of two processes."""

    valkey: Valkey
    stub: StubProcess
    worker: Running
    faces: Faces
    producer: Producer


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """The house that all but the last tests share."""
    port = free_port()
    with Valkey() as valkey, StubProcess() as stub:
        pages = {page: f"TOKEN-{page}" for page in ("P1", "P2", "P3")}
        settings = settings_of(
            valkey.url, stub.origin, pages, metrics_port=str(port), heartbeat_timeout=f"{TIMEOUT_MS}ms"
        )
        with outbound_worker(settings, processes=2, threads=2) as worker:
            faces = Faces(valkey, port)
            wait_until(lambda: faces.ready()[0] == httpx.codes.OK, within_s=60, why="it is ready")
            wait_until(lambda: len(names_of(faces.client)) == 2, within_s=60, why="both processes said hello")
            producer = Producer.connect(valkey.url, page="P1")
            yield House(valkey, stub, worker, faces, producer)
            producer.close()
            faces.client.close()


def test_a_worker_that_is_well_has_no_trouble(house: House) -> None:
    """What is seen later is not seen before."""
    assert read_overview(house.faces.client, house.faces.keys, timeout_ms=TIMEOUT_MS).troubles == []


def test_a_dead_token(house: House) -> None:
    """Its Page is held, with Meta's reason; another token cures it."""
    house.stub.faults.add("error", code=190, page="P2", times=1)
    house.producer.for_page("P2").send_text("1000000000000001", "x")
    assert "another token" in house.faces.see("held").cure
    assert 'name="Page P2"' in house.faces.metrics()


def test_a_throttle(house: House) -> None:
    """Its Page is throttled, and it ends by itself."""
    house.stub.faults.add("error", code=80006, page="P3", estimated_minutes=30, times=1)
    house.producer.for_page("P3").send_text("1000000000000002", "x")
    trouble = house.faces.see("throttled")
    assert "by itself" in trouble.cure


def test_a_page_that_nobody_knows(house: House) -> None:
    """Its commands wait, and it is named."""
    house.producer.for_page("P9").send_text("1000000000000003", "x")
    assert "P9" in house.faces.see("unserved").sentence


def test_poison(house: House) -> None:
    """What cannot be decoded becomes a dead letter that somebody has to decide on."""
    faces = house.faces
    holds.hold(faces.client, faces.keys, "page:P1", for_s=None, reason="to spoil it")
    ticket = ticket_of(house.producer.send_text("1000000000000004", "x"))
    faces.client.hset("outbound:commands", ticket.id, b"L no record")
    holds.release(faces.client, faces.keys, "page:P1")
    assert "outbound dead list" in house.faces.see("dead_letters").cure


def test_a_killed_child(house: House) -> None:
    """It is silent until others have what it had, and counted as dead."""
    pid = next(iter(pids_known(house.faces.client)))
    _kill(pid)
    assert f"process {pid}" in house.faces.see("worker_silent", in_metrics=False).sentence
    assert "outbound_process_deaths_total 1.0" in house.faces.metrics()


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def test_a_redis_that_is_full(house: House) -> None:
    """Services are refused, and operators see how often and how full it is."""
    client = house.faces.client
    client.config_set("maxmemory", 1_000_000)
    try:
        with pytest.raises(QueueFullError):
            house.producer.send_text("1000000000000005", "x")
        assert "maxmemory" in house.faces.see("redis_memory").cure
        assert "OOM" in house.faces.see("redis_refuses").sentence
        assert 'outbound_redis_refused_writes_total{error="OOM"}' in house.faces.metrics()
    finally:
        client.config_set("maxmemory", 0)


def test_a_redis_that_hangs_and_then_dies(house: House) -> None:
    """Metrics and probe say so within ten seconds each; the cure is in the alert."""
    pid = house.valkey.freeze()
    try:
        wait_until(lambda: house.faces.ready()[0] == 503, within_s=SEEN_S, why="the probe sees that it hangs")
        assert "Redis was not reached" in house.faces.ready()[1]
    finally:
        house.valkey.thaw(pid)
    house.valkey.crash()
    wait_until(
        lambda: "outbound_redis_up 0.0" in house.faces.metrics(), within_s=SEEN_S, why="metrics see it"
    )
    code, said = house.faces.ready()
    assert (code, "Redis was not reached" in said) == (503, True)
    house.valkey.restart()


@contextmanager
def far_end(*, tls: bool) -> Iterator[int]:
    """A listener that never answers: under a certificate that nobody trusts, or in plain text."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:

        def serve() -> None:
            while True:
                try:
                    line = listener.accept()[0]
                    kept.append(context.wrap_socket(line, server_side=True) if tls else line)
                except ssl.SSLError:
                    continue
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
    for line in kept:
        line.close()


def test_graph_is_down_in_four_ways() -> None:
    """Refused, a name that is none, a certificate, silence: each is told with its reason, and is not ready."""
    with ExitStack() as stack:
        valkey = stack.enter_context(Valkey())
        closed, silent, odd = (
            free_port(),
            stack.enter_context(far_end(tls=False)),
            stack.enter_context(far_end(tls=True)),
        )
        ways = {
            "refused": (f"http://127.0.0.1:{closed}", "connection refused"),
            "name": ("https://graph.invalid", "its name was not found"),
            "tls": (f"https://127.0.0.1:{odd}", "its certificate is not trusted (self-signed certificate)"),
            "silent": (f"http://127.0.0.1:{silent}", "Graph did not answer in time"),
        }
        seen = {name: _house_without_graph(stack, valkey, name, origin) for name, (origin, _) in ways.items()}
        for name, (_, reason) in ways.items():
            _see_without_graph(seen[name], reason)


def _house_without_graph(stack: ExitStack, valkey: Valkey, name: str, origin: str) -> Faces:
    port = free_port()
    settings = settings_of(
        valkey.url,
        origin,
        {"P1": "TOKEN-P1"},
        metrics_port=str(port),
        key_prefix=name,
        call_timeout="500ms",
        connect_timeout="2s",
        heartbeat_timeout=f"{TIMEOUT_MS}ms",
        retry_schedule="200ms,200ms,200ms,200ms,10m",
    )
    stack.enter_context(outbound_worker(settings, processes=1, threads=4))
    producer = Producer.connect(valkey.url, page="P1", prefix=name)
    for each in range(8):
        producer.send_text(f"100000000000001{each}", "x")
    producer.close()
    faces = Faces(valkey, port, name)
    stack.callback(faces.client.close)
    return faces


def _see_without_graph(faces: Faces, reason: str) -> None:
    wait_until(lambda: faces.ready()[0], within_s=60, why="it listens")
    trouble = faces.see("graph_away")
    assert trouble.sentence == f"Graph does not answer 1 of 1 worker: {reason}"
    assert trouble.since is not None
    assert "outbound_graph_away_workers 1.0" in faces.metrics()
    assert (faces.ready()[0], reason in faces.ready()[1]) == (503, True)


def test_nobody_runs_since_its_settings_are_wrong_and_others_left() -> None:
    """It says why in one sentence; status says that nobody runs, and that something waits."""
    port = free_port()
    with Valkey() as valkey:
        settings = settings_of(valkey.url, "http://127.0.0.1:1", {"P1": "TOKEN-P1"}, metrics_port=str(port))
        with valkey.client() as client, outbound_worker(settings, processes=1, threads=1) as worker:
            wait_until(lambda: names_of(client), within_s=60, why="it says hello")
            worker.stop()
        with outbound_worker({**settings, "OUTBOUND_RATE_TEXT": "many"}, processes=1) as wrong:
            assert wrong.process.wait(20) == 78
            assert "OUTBOUND_RATE_TEXT" in wrong.written()
        producer = Producer.connect(valkey.url, page="P1")
        ticket = ticket_of(producer.send_text("1000000000000001", "x"))
        producer.close()
        faces = Faces(valkey, port)
        trouble = faces.see("no_worker", in_metrics=False)
        assert trouble.sentence == "no worker is running; 1 command waits"
        waits = explain(faces.client, faces.keys, ticket.id).waits_for
        assert [each.kind for each in waits] == ["worker"]
        faces.client.close()
