"""Real processes under measurement: started in a session of their own, frozen, thawed, and ended by their ids."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.bench.figures import BenchFailedError

THREADS: Final = 16
STOP_S: Final = 15.0
LAST_WORDS: Final = 2_000
TICKS_A_SECOND: Final = os.sysconf("SC_CLK_TCK")
UTIME: Final = 11


class Measured:
    """One process with its children, and all that it writes; it ends with its context."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], *, folder: Path | None = None
    ) -> None:
        self._output = tempfile.NamedTemporaryFile(prefix="outbound-bench-", suffix=".log")  # noqa: SIM115 (open as long as the process)
        self._child = subprocess.Popen(  # noqa: S603 (our own interpreter and modules)
            [sys.executable, "-m", *command],
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.is_frozen = False

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    def freeze(self) -> None:
        """Stops it and its children where they are, with all connections open."""
        self._signal(signal.SIGSTOP)
        self.is_frozen = True

    def thaw(self) -> None:
        """Lets it go on."""
        self._signal(signal.SIGCONT)
        self.is_frozen = False

    def check(self) -> None:
        """Raises `BenchFailedError` with its last words when it has ended."""
        if self._child.poll() is not None:
            raise BenchFailedError(f"process {self.pid} has ended; it wrote:\n{self.last_words()}")

    def last_words(self) -> str:
        """Returns the end of what it wrote."""
        return Path(self._output.name).read_text("utf-8", "replace")[-LAST_WORDS:]

    def cpu_s(self) -> float:
        """Returns the processor time of the process itself so far, in the system's ticks of about 10 ms."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[UTIME]) + int(fields[UTIME + 1])) / TICKS_A_SECOND

    def resident_bytes(self) -> int:
        """Returns the memory of the process itself that is resident now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text("ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def stop(self) -> None:
        """Ends it: SIGTERM, and SIGKILL when it has not stopped in time."""
        if self._child.poll() is None:
            self._child.terminate()
            self._signal(signal.SIGCONT)
            try:
                self._child.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._signal(signal.SIGKILL)
                self._child.wait()
        self._output.close()

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._child.pid, number)
        except ProcessLookupError:
            self.check()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def our_worker(settings: Mapping[str, str], *, threads: int = THREADS) -> Measured:
    """Starts one process of `outbound worker`, as its master does."""
    return Measured(("worker.process.child", str(threads), "10", str(os.getpid())), settings)
