"""The folder in which the processes of one worker put their numbers, and the sum of them."""

import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from prometheus_client import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from worker.metrics import beats

# Of prometheus_client's files those whose numbers only grow: what a process counted stays when it has ended.
_GROWING: Final = ("counter", "histogram")
_ENDED: Final = "ended"


class Gathering(Collector):
    """The sum over all processes of one worker, those that have ended included; a collector of prometheus_client.

    Args:
        folder: what the processes have as `PROMETHEUS_MULTIPROC_DIR`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()

    def collect(self) -> Iterable[Metric]:
        """Returns every metric that a process has written."""
        with self._lock:
            return list(MultiProcessCollector(None, str(self.folder)).collect())  # type: ignore[no-untyped-call]  # theirs has no types

    def forget(self, pid: int) -> None:
        """Takes a process that has ended out of the gauges; what it has counted stays in the sums, in one file."""
        with self._lock:
            beats.forget(self.folder, pid)
            mark_process_dead(pid, str(self.folder))  # type: ignore[no-untyped-call]  # theirs has no types
            for kind in _GROWING:
                self._add_up(self.folder / f"{kind}_{pid}.db", self.folder / f"{kind}_{_ENDED}.db")

    def forget_strangers(self) -> None:
        """Forgets every process in the folder that runs no more."""
        for pid in beats.ages_of(self.folder):
            if not is_running(pid):
                self.forget(pid)

    def _add_up(self, ended: Path, into: Path) -> None:
        if not ended.exists():
            return
        total = MmapedDict(str(into))  # type: ignore[no-untyped-call]  # theirs has no types
        try:
            for key, value, _, _ in MmapedDict.read_all_values_from_file(str(ended)):  # type: ignore[no-untyped-call]  # the same
                before, _ = total.read_value(key)  # type: ignore[no-untyped-call]  # the same
                total.write_value(key, before + value, 0.0)  # type: ignore[no-untyped-call]  # the same
        finally:
            total.close()  # type: ignore[no-untyped-call]  # the same
        ended.unlink()


def is_running(pid: int) -> bool:
    """Tells whether there is a process of this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
