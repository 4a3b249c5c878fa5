"""A stub in a process of its own: started, asked, killed, and measured."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import msgspec
import pytest

from tests.worker.stub.asking import post_batch, text_part
from worker.stub import Delivery, GraphStub, ParserMissingError, StubProcess, self_test, serve
from worker.stub.options import StubOptions
from worker.stub.server import load_httptools


@pytest.mark.process
def test_a_stub_process_is_controlled_over_http(tmp_path: Path) -> None:
    """A child process takes sends and faults, tells its books, and leaves its file when killed."""
    path = tmp_path / "ledger.jsonl"
    with StubProcess(ledger_file=str(path), pages={"100": "SECRET_TOKEN"}) as stub:
        command = Path(f"/proc/{stub.pid}/cmdline").read_bytes()
        with httpx.Client(base_url=stub.origin) as http:
            stub.faults.add("null", nth=2)
            answer = post_batch(http, [text_part("7", "x")] * 3, access_token="SECRET_TOKEN").json()
        assert [part is None for part in answer] == [False, True, False]
        assert (stub.stats().deliveries, stub.stats().pid) == (2, stub.pid)
        assert (stub.pid != os.getpid(), b"SECRET_TOKEN" in command) == (True, False)
        ledger = stub.ledger
        os.kill(stub.pid, signal.SIGKILL)
    assert [msgspec.json.decode(line, type=Delivery) for line in path.read_bytes().splitlines()] == ledger


@pytest.mark.process
def test_a_stub_process_ends_with_its_parent() -> None:
    """When the parent's end of the pipe closes the child ends by itself, cleanly."""
    stub = StubProcess().start()
    child = stub._child
    assert child is not None
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait(10) == 0
    stub.stop()


@pytest.mark.process
def test_a_taken_port_is_said_in_a_sentence() -> None:
    """A stub that cannot listen says so and exits with 2, without a traceback."""
    with GraphStub() as stub:
        port = stub.origin.rsplit(":", 1)[1]
        command = [sys.executable, "-m", "worker.stub", "--port", port]
        ended = subprocess.run(  # noqa: S603 - our own module with a port
            command, capture_output=True, text=True, check=False, timeout=30
        )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("The stub cannot start: ")
    assert ended.stderr.count("\n") == 1


def test_serving_ends_when_told() -> None:
    """`serve` calls ready with an origin that answers, and returns once its event is set."""
    until = threading.Event()
    origins: list[str] = []

    def ready(origin: str) -> None:
        origins.append(origin)
        until.set()

    serve(StubOptions(), ready=ready, until=until)
    assert [origin.startswith("http://127.0.0.1:") for origin in origins] == [True]


@pytest.mark.process
def test_the_self_test_shows_the_required_speed() -> None:
    """One core answers at least 25,000 batch parts a second, and every part is in the ledger."""
    figures = self_test(0.5)
    assert (figures.passed, figures.parts_per_cpu_s >= 25_000, figures.ledger) == (True, True, True)
    with pytest.raises(ValueError, match="at most 60"):
        self_test(61)


def test_a_missing_parser_is_said_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without httptools the error names the extra that brings it."""
    monkeypatch.setitem(sys.modules, "httptools", None)
    with pytest.raises(ParserMissingError, match=r"messenger-outbound\[testing\]"):
        load_httptools()
    with pytest.raises(ParserMissingError):
        GraphStub().start()
