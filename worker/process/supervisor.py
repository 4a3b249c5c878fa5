"""Keeps a number of worker processes running: starts them, starts a new one for one that died, stops them in order."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Final

import structlog

from producer.errors import SettingsError

CHECK_S: Final = 0.1
RESPAWN_PAUSE_S: Final = (0.1, 0.5, 2.0, 5.0)
HEALTHY_S: Final = 30.0
GRACE_S: Final = 5.0

log = structlog.get_logger("outbound.supervisor")


class Supervisor:
    """The master of `outbound worker`.

    Args:
        processes: how many to keep.
        threads: of each.
        shutdown_timeout_s: how long a process may take to finish its calls once it is told to stop.
        check: raises `SettingsError` for settings with which no process would start. It is asked before a new process
            takes the place of one that died: while a file is broken none is started, and those that run go on.
        environ: what the processes have in their environment beside this one's.
        ended: is called with the id of a process that ended by itself.
        stop: is set once the worker is told to stop.

    `interrupted` is true once SIGINT has told it to stop.
    """

    def __init__(
        self,
        *,
        processes: int,
        threads: int,
        shutdown_timeout_s: float,
        check: Callable[[], object] = lambda: None,
        environ: Mapping[str, str] | None = None,
        ended: Callable[[int], object] = lambda _: None,
        stop: threading.Event | None = None,
    ) -> None:
        self._environ = environ or {}
        self._check = check
        self._ended = ended
        self._threads = threads
        self._shutdown_timeout_s = shutdown_timeout_s
        self._stop = stop or threading.Event()
        self.interrupted = False
        self._children: list[subprocess.Popen[bytes] | None] = [None] * processes
        self._started = [0.0] * processes
        self._due = [0.0] * processes
        self._falls = [0] * processes
        self._told: str | None = None

    def run(self) -> None:
        """Runs until SIGTERM or SIGINT, whatever becomes of the processes; the caller has checked the settings."""
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self._end)
        while not self._stop.is_set():
            for slot, child in enumerate(self._children):
                if child is not None and child.poll() is not None:
                    self._fell(slot, child)
                elif child is None and time.monotonic() >= self._due[slot]:
                    self._start(slot)
            self._stop.wait(CHECK_S)
        self._end_all()

    def _end(self, number: int, _frame: FrameType | None) -> None:
        self.interrupted = number == signal.SIGINT
        self._stop.set()

    def _start(self, slot: int) -> None:
        if self._falls[slot] and not self._may_start():
            self._postpone(slot)
            return
        self._started[slot] = time.monotonic()
        self._children[slot] = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
            [
                sys.executable,
                "-P",  # a folder `worker` where the command was started is not ours
                "-m",
                "worker.process.child",
                str(self._threads),
                str(self._shutdown_timeout_s),
                str(os.getpid()),
            ],
            env={**os.environ, **self._environ},
        )

    def _may_start(self) -> bool:
        """Tells whether a process would start with the settings of now; what is wrong with them is logged once."""
        try:
            self._check()
        except SettingsError as error:
            if str(error) != self._told:
                self._told = str(error)
                log.error("process.postponed", reason=self._told, running=self._running())  # noqa: TRY400 (it is a sentence)
            return False
        self._told = None
        return True

    def _running(self) -> int:
        return sum(child is not None for child in self._children)

    def _postpone(self, slot: int) -> float:
        """Notes one more fall; returns the seconds until the next process, which grow with each fall in a row."""
        self._falls[slot] += 1
        pause_s = RESPAWN_PAUSE_S[min(self._falls[slot], len(RESPAWN_PAUSE_S)) - 1]
        self._due[slot] = time.monotonic() + pause_s
        return pause_s

    def _fell(self, slot: int, child: subprocess.Popen[bytes]) -> None:
        self._children[slot] = None
        self._ended(child.pid)
        lived_s = time.monotonic() - self._started[slot]
        if lived_s > HEALTHY_S:
            self._falls[slot] = 0
        pause_s = self._postpone(slot)
        log.error("process.died", code=child.returncode, lived_s=round(lived_s, 1), again_in_s=pause_s)

    def _end_all(self) -> None:
        children = [child for child in self._children if child is not None]
        for child in children:
            child.terminate()
        deadline = time.monotonic() + self._shutdown_timeout_s + GRACE_S
        for child in children:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("process.killed", pid=child.pid, reason="it had not stopped in time")
                child.kill()
                child.wait()
