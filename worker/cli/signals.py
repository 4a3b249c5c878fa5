"""SIGINT and SIGTERM end a verb that serves until it is told to stop."""

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stopped_by_signals() -> Iterator[tuple[threading.Event, Sequence[int]]]:
    """Gives what SIGINT and SIGTERM set, and which of them came, the first one first."""
    stopped = threading.Event()
    signals: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        signals.append(number)
        stopped.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped, signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
