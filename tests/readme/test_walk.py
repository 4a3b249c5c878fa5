"""A newcomer's walk, step by step as the README writes it: servers, a worker, a service, and what is seen of them."""

import os
import re
import signal
import socket
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import msgspec
import pytest

from tests.readme.fenced import ROOT, Block, blocks_of, commands_of
from tests.running import wait_until
from worker.stub import StubClient

SECTION: Final = "Ten lines on your own machine"
INTERRUPTED: Final = 130
WITHIN_S: Final = 30.0
DEMO_S: Final = 120.0
PAGE: Final = "111111111111111"
PSID: Final = "2345678901234567"

pytestmark = pytest.mark.process


class Folder:
    """The newcomer's folder, with ports of this test in place of those that the README names."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ports = {port: _free_port() for port in ("6379", "8099", "8765")}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("OUTBOUND_")}
        self._environment = {
            **kept,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "OUTBOUND_REDIS_URL": f"redis://127.0.0.1:{self.ports['6379']}/0",  # else the default's port
            "PYTHONUNBUFFERED": "1",
        }

    def here(self, text: str) -> str:
        """Returns a text of the README with this test's ports."""
        for port, ours in self.ports.items():
            text = re.sub(rf"\b{port}\b", ours, text)
        return text

    def write(self, name: str, block: Block) -> None:
        """Writes a block into a file, as the newcomer does."""
        (self.path / name).write_text(self.here(block.text), "utf-8")

    def run(self, line: str) -> str:
        """Runs one command to its end and returns what it printed; it must end well and complain of nothing."""
        done = subprocess.run(  # noqa: S603 (the README's own command)
            ["bash", "-c", self.here(line)],  # noqa: S607 (wherever it is)
            cwd=self.path,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), (line, done)
        return done.stdout

    @contextmanager
    def running(self, commands: str, until: str) -> Iterator[str]:
        """Runs commands in a terminal of their own until Ctrl-C; gives what they wrote once `until` is in it."""
        *first, last = self.here(commands).strip().splitlines()
        log = self.path / f"{last.split()[1].lstrip('-')}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 (the README's own commands)
                ["bash", "-c", "\n".join([*first, f"exec {last}"])],  # noqa: S607 (wherever it is)
                cwd=self.path,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            wait_until(lambda: until in log.read_text("utf-8"), within_s=WITHIN_S, why=f"{last} says {until}")
            yield log.read_text("utf-8")
        finally:
            process.send_signal(signal.SIGINT)
            code = process.wait(WITHIN_S)
        assert code == (INTERRUPTED if last.startswith("outbound") else 0), (last, log.read_text("utf-8"))


def _free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


class Walk(msgspec.Struct):
    """The blocks of the section, by what they are."""

    valkey: str
    stub: str
    worker: str
    sending: list[str]
    failing: list[str]
    dashboard: str


def walk_of() -> Walk:
    """Returns the section's console blocks in their order."""
    valkey, stub, worker, sending, failing, dashboard = blocks_of(SECTION, "console")
    return Walk(
        valkey.text, stub.text, worker.text, commands_of(sending), commands_of(failing), dashboard.text
    )


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """A folder with the two files of the section, in which the three servers run."""
    made = Folder(tmp_path)
    [pages], [shop] = blocks_of(SECTION, "toml"), blocks_of(SECTION, "python")
    made.write("pages.toml", pages)
    made.write("shop.py", shop)
    walk = walk_of()
    with ExitStack() as stack:
        stack.enter_context(made.running(walk.valkey, "successfully"))
        stack.enter_context(made.running(walk.stub, "the stub of Graph listens"))
        stack.enter_context(made.running(walk.worker, "1 process of 16 threads for 1 Page"))
        yield made


def test_the_walk(folder: Folder) -> None:
    """Each step prints what the text says, and the stub gets each message once."""
    walk = walk_of()
    sent, status, explained = _walked(folder, walk.sending)
    first = _printed(sent, "sent")
    assert re.search(r"^sent +refused .*\n +1 +0 ", status, re.MULTILINE)
    assert explained.startswith(f"{first}: ended sent\n  Page {PAGE}, send_message\n  sent after 1 attempt: ")

    _, refused, listed, replayed, _ = _walked(folder, walk.failing)
    second = _printed(refused, "refused")
    assert [line.split()[0] for line in listed.splitlines()] == ["id", second, "dead"]
    assert replayed == "1 replayed\n"
    again = walk.failing[-1].replace("ID", second)
    wait_until(lambda: f"{second}: ended sent" in folder.run(again), within_s=WITHIN_S, why="it is sent now")

    [logged] = [each for each in _log(folder) if each["event"] == "command.refused"]
    assert (logged["id"], logged["row"], logged["code"]) == (second, "bad-parameter", 100)
    ledger = StubClient(f"http://127.0.0.1:{folder.ports['8099']}").ledger
    bodies = ['{"text":"Order 12 has been shipped."}', '{"text":"Order 13 has been shipped."}']
    assert [(each.page, each.recipient, each.body) for each in ledger] == [
        (PAGE, PSID, body) for body in bodies
    ]
    _look_at_the_dashboard(folder, walk.dashboard)


def _walked(folder: Folder, lines: list[str]) -> list[str]:
    """Returns what each command printed; ID is what the last run of the service printed."""
    printed: list[str] = []
    command_id = ""
    for line in lines:
        printed.append(folder.run(re.sub(r"\bID\b", command_id, line)))
        if line.startswith("python shop.py"):
            command_id = printed[-1].split()[0]
    return printed


def _log(folder: Folder) -> list[dict[str, object]]:
    """Returns what the worker logged."""
    lines = (folder.path / "worker.log").read_text("utf-8").splitlines()
    return [msgspec.json.decode(line) for line in lines if line.startswith("{")]


def _printed(line: str, outcome: str) -> str:
    """Returns the id that the service printed, with this outcome."""
    command_id, name = line.split()
    assert name == outcome
    return command_id


def _look_at_the_dashboard(folder: Folder, command: str) -> None:
    at_its_port = f"{command.strip()} --port {folder.ports['8765']}"
    with folder.running(at_its_port, "Ctrl-C") as written:
        origin = written.splitlines()[0]
        with urllib.request.urlopen(origin, timeout=WITHIN_S) as page:  # noqa: S310 (our own address)
            assert (page.status, b"<!doctype html>" in page.read()) == (200, True)
        with urllib.request.urlopen(f"{origin}/api/live", timeout=WITHIN_S) as live:  # noqa: S310 (the same)
            totals = msgspec.json.decode(live.read())["totals"]
    assert (totals["ended"]["sent"], totals["dead_letters"], totals["workers_alive"]) == (2, 0, 1)


def test_the_demo_leaves_what_the_walk_needs() -> None:
    """`make demo` makes the environment that the walk names, with everything that `worker,testing` brings."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert re.search(r"^demo: \$\(READY\)$", makefile, re.MULTILINE)
    assert "VENV := .venv" in makefile
    assert "--editable '.[dev]'" in makefile
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    [inner] = [
        re.fullmatch(r"messenger-outbound\[(.*)\]", each) for each in extras["dev"] if "messenger" in each
    ]
    assert inner is not None
    assert {"worker", "testing"} <= set(inner[1].split(","))


def test_the_demo(folder_environment: Mapping[str, str]) -> None:
    """`make demo` in the clone ends well, and its table says that all was sent, and nothing lost or doubled.

    What the demo needs is there: `make test` has set it up by the same rule of the Makefile.
    """
    programs = f"BIN={Path(sys.executable).parent}"
    done = subprocess.run(  # noqa: S603 (the README's own command)
        ["make", "demo", "--old-file=.venv/.ready", programs],  # noqa: S607 (wherever it is)
        cwd=ROOT,
        env=dict(folder_environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=DEMO_S,
    )
    assert done.returncode == 0, done
    told = dict(re.findall(r"^ *(\w[\w ]*\w)  +([\d,.]+|yes)", done.stdout, re.MULTILINE))
    assert {name: told.get(name) for name in ("lost", "duplicates", "order kept")} == {
        "lost": "0",
        "duplicates": "0",
        "order kept": "yes",
    }, done.stdout


@pytest.fixture
def folder_environment() -> Mapping[str, str]:
    """This process's environment without settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("OUTBOUND_")}
