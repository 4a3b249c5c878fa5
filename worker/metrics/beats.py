"""Signs of life between processes: each loop of a worker process writes when it last went round."""

import contextlib
import mmap
import os
import struct
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from worker.observe.metering import Loop

LOOPS: Final[tuple[Loop, ...]] = ("consumer", "heartbeat", "timer")
SUFFIX: Final = ".beats"
AWAY: Final = ".away"
_WHEN: Final = struct.Struct("d")


class Beats:
    """Where the loops of this process write; all of them count as alive when it is made."""

    def __init__(self, folder: Path) -> None:
        path = folder / f"{os.getpid()}{SUFFIX}"
        path.write_bytes(_WHEN.pack(time.monotonic()) * len(LOOPS))
        with path.open("r+b") as file:
            self._written = mmap.mmap(file.fileno(), _WHEN.size * len(LOOPS))
        self._away_path = folder / f"{os.getpid()}{AWAY}"
        self._away: str | None = None

    def beat(self, loop: Loop) -> None:
        """Notes that a loop went round."""
        start = LOOPS.index(loop) * _WHEN.size
        self._written[start : start + _WHEN.size] = _WHEN.pack(time.monotonic())

    def graph_away(self, reason: str | None) -> None:
        """Notes why this process takes Graph to be down, or with None that it answers."""
        if reason == self._away:
            return
        with contextlib.suppress(OSError):  # a probe that knows less, and a heartbeat that goes on
            if reason is None:
                self._away_path.unlink(missing_ok=True)
            else:
                fresh = self._away_path.with_suffix(".new")
                fresh.write_text(reason, "utf-8")
                fresh.replace(self._away_path)
            self._away = reason


def away_of(folder: Path) -> Mapping[int, str]:
    """Returns, by process id, why processes take Graph to be down; those that reach it are not in it."""
    found = {}
    for path in folder.glob(f"*{AWAY}"):
        with contextlib.suppress(FileNotFoundError, ValueError):
            found[int(path.stem)] = path.read_text("utf-8")
    return found


def ages_of(folder: Path) -> Mapping[int, Mapping[Loop, float]]:
    """Returns, by process id, how many seconds ago each loop last went round; the clock is this machine's own."""
    now, found = time.monotonic(), {}
    for path in folder.glob(f"*{SUFFIX}"):
        with contextlib.suppress(FileNotFoundError, struct.error, ValueError):
            content = path.read_bytes()
            ages = (max(0.0, now - when) for (when,) in _WHEN.iter_unpack(content))
            found[int(path.stem)] = dict(zip(LOOPS, ages, strict=True))
    return found


def forget(folder: Path, pid: int) -> None:
    """Removes what a process has written, since it has ended."""
    for suffix in (SUFFIX, AWAY):
        (folder / f"{pid}{suffix}").unlink(missing_ok=True)
