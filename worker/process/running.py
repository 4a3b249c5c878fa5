"""One worker process: Dramatiq's worker over the lane broker, until a signal stops it."""

import os
import signal
import threading
from typing import Final

import dramatiq

from worker.take.broker import LaneBroker

PARENT_CHECK_S: Final = 0.5


def run(broker: LaneBroker, *, threads: int, shutdown_timeout_s: float, parent: int | None = None) -> None:
    """Runs until SIGTERM, SIGINT or, with `parent`, until that process is gone; then stops in order.

    Calls in flight finish and settle, for up to `shutdown_timeout_s` seconds; all else returns to its lane at once.
    """
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(each, lambda _number, _frame: stop.set())
    worker = dramatiq.Worker(broker, worker_timeout=200, worker_threads=threads)
    broker.emit_after("process_boot")
    worker.start()
    while not stop.wait(PARENT_CHECK_S):
        if parent is not None and os.getppid() != parent:
            break  # the master was killed: nobody else would stop this process
    worker.stop(timeout=int(shutdown_timeout_s * 1000))
    broker.close()
