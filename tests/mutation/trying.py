"""A break is put into a copy of the tree, and the tests that should notice it are run there."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from tests.mutation.breaks import Break
from tests.running import ROOT

COPIED: Final = (
    "producer",
    "worker",
    "tests",
    "deploy",
    "pyproject.toml",
    "README.md",
    "Makefile",
    "Dockerfile",
)
SECONDS_MAX: Final = 300.0
Ending = Literal["caught", "stuck", "survived"]


class Suite(msgspec.Struct, frozen=True):
    """The tests that hold a folder of code, the quickest to notice first."""

    files: str
    tests: Sequence[Sequence[str]]


class Tried(msgspec.Struct, frozen=True):
    """What became of one break: the first test that failed, or none."""

    broken: Break
    ending: Ending
    test: str
    seconds: float


@contextlib.contextmanager
def copy_of_tree() -> Iterator[Path]:
    """Gives a copy of the tree that may be broken, and takes it away afterwards."""
    with tempfile.TemporaryDirectory(prefix="outbound-mutation-") as folder:
        for name in COPIED:
            source, target = ROOT / name, Path(folder, name)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        yield Path(folder)


def tried(copy: Path, broken: Break, suite: Suite) -> Tried:
    """Returns what the tests of a suite say to a break; the copy is whole again afterwards."""
    target, started = copy / broken.file, time.monotonic()
    whole = target.read_text()
    target.write_text(broken.text)
    try:
        for tests in suite.tests:
            ending, test = _run(copy, tests)
            if ending != "survived":
                break
    finally:
        target.write_text(whole)
    return Tried(broken, ending, test, time.monotonic() - started)


def _run(copy: Path, tests: Sequence[str]) -> tuple[Ending, str]:
    command = (sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "-p", "no:cacheprovider", *tests)
    # a break may hang whatever runs it: it is ended with all that it started
    process = subprocess.Popen(  # noqa: S603 - our own interpreter on our own tests
        command,
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=SECONDS_MAX)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return "stuck", f"longer than {SECONDS_MAX:.0f} s"
    if process.returncode == 0:
        return "survived", ""
    failed = [line for line in output.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return "caught", failed[0].split(" - ")[0] if failed else output.strip().rpartition("\n")[2]
