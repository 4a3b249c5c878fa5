"""The contenders of `tests/bench/`: each runs in processes of its own, as its users start it."""

import contextlib
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from tests.bench.arena import Arena
from tests.bench.figures import BenchFailedError
from tests.bench.processes import Measured

FOLDER: Final = Path(__file__).resolve().parent
THREADS: Final = "8"
RUN_S_MAX: Final = 300.0


class Timing(msgspec.Struct, frozen=True):
    """What a contender says of itself."""

    messages: int
    seconds: float

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds


class Contender(msgspec.Struct, frozen=True):
    """A contender with a queue: `needs` are the packages without which it is left out."""

    key: str
    title: str
    module: str
    command: tuple[str, ...]
    needs: tuple[str, ...]

    def is_installed(self) -> bool:
        """Tells whether its file and its packages are there."""
        return all(map(importlib.util.find_spec, self.needs))

    @contextlib.contextmanager
    def started(self, arena: Arena) -> Iterator[Measured]:
        """Yields its running worker process, with eight threads as Dramatiq's own default is."""
        with Measured(self.command, arena.contender_settings(), folder=FOLDER) as process:
            yield process


DRAMATIQ: Final = Contender(
    "dramatiq",
    "(a) stock Dramatiq + Redis, one actor a message, httpx kept alive",
    "plain_dramatiq",
    ("dramatiq", "plain_dramatiq", "--processes", "1", "--threads", THREADS),
    ("dramatiq", "httpx"),
)
CELERY: Final = Contender(
    "celery",
    "(b) Celery + Redis, one task a message, requests kept alive",
    "celery_requests",
    ("celery", "-A", "celery_requests", "worker", "--pool", "threads", "--concurrency", THREADS),
    ("celery", "requests"),
)


def timed_run(arena: Arena, module: str, count: int) -> Timing:
    """Runs `python <module>.py COUNT` of the contenders' folder and returns what it measured.

    Raises:
        BenchFailedError: it failed; the message has its last words.
    """
    done = subprocess.run(  # noqa: S603 (our own interpreter and files)
        [sys.executable, str(FOLDER / f"{module}.py"), str(count)],
        env=arena.contender_settings(),
        cwd=FOLDER,
        capture_output=True,
        timeout=RUN_S_MAX,
        check=False,
    )
    if done.returncode != 0:
        words = done.stderr.decode("utf-8", "replace")[-1_000:]
        raise BenchFailedError(f"{module} ended with {done.returncode}:\n{words}")
    return msgspec.json.decode(done.stdout, type=Timing)
