"""The threads that are free, and how many of them are worth using at a time."""

import threading
import time
from collections.abc import Callable
from typing import Final

LOOK_S: Final = 0.25
BUSY_SHARE: Final = 0.85
FREE_SHARE: Final = 0.7
IDLE_SHARE: Final = 0.35
FIRST: Final = 4
LEAST: Final = 3


class Slots:
    """The threads that are free: a chunk is taken only when one of them will send it now.

    While Graph answers fast, a few threads keep the processor busy, and more would only stand in each other's way: so
    many are used as there is processor time for. While they wait for Graph, all are, within a second.

    Args:
        clock: seconds that pass.
        processor: seconds of processor time that this process used.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        processor: Callable[[], float] = time.process_time,
    ) -> None:
        self._condition = threading.Condition()
        self._clock = clock
        self._processor = processor
        self._threads = 0
        self._limit = 0
        self._since: dict[str, float] = {}
        self._tokens: dict[str, int] = {}
        self._looked = (clock(), processor())
        self._was_full = False

    @property
    def limit(self) -> int:
        """How many threads are used at a time, at present."""
        return self._limit

    def open(self, threads: int) -> None:
        """Makes `threads` threads free."""
        with self._condition:
            self._threads, self._limit = threads, min(threads, FIRST)
            self._looked = (self._clock(), self._processor())
            self._condition.notify_all()

    def wait_free(self, timeout_s: float) -> bool:
        """Waits until a thread is free; False when none is after `timeout_s` seconds."""
        with self._condition:
            self._look_when_due()
            return self._condition.wait_for(self._is_free, timeout_s)

    def occupy(self, message_id: str, token: int) -> None:
        """Gives one free thread to a message, with the chunk of that token."""
        with self._condition:
            self._tokens[message_id] = token
            self._since[message_id] = self._clock()
            self._look_when_due()

    def release(self, message_id: str) -> None:
        """Makes the message's thread free again; a repeat changes nothing."""
        with self._condition:
            self._tokens.pop(message_id, None)
            if self._since.pop(message_id, None) is not None:
                self._condition.notify_all()

    def tokens(self) -> set[int]:
        """Returns the tokens of the chunks that are with a thread."""
        with self._condition:
            return set(self._tokens.values())

    def oldest_s(self) -> float:
        """Returns for how many seconds the oldest message has been with its thread."""
        with self._condition:
            return self._clock() - min(self._since.values()) if self._since else 0.0

    def _is_free(self) -> bool:
        return len(self._since) < self._limit

    def _look_when_due(self) -> None:
        self._was_full |= not self._is_free()
        now = self._clock()
        if now - self._looked[0] >= LOOK_S:
            self._look(now)

    def _look(self, now: float) -> None:
        """Uses fewer threads when the processor is busy, more when it is not and all in use are waiting."""
        then, used = self._looked
        self._looked = (now, self._processor())
        share = (self._looked[1] - used) / (now - then)
        was_full, self._was_full = self._was_full, False
        if share >= BUSY_SHARE:
            self._limit = max(min(LEAST, self._threads), self._limit * 3 // 4)
        elif share < IDLE_SHARE and was_full:
            self._limit = min(self._threads, self._limit * 2)
        elif share < FREE_SHARE and was_full:
            self._limit = min(self._threads, self._limit + 1)
        self._condition.notify_all()
