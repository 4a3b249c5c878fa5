"""The circuit to Graph: while Graph is down, little is tried, and attempts are not burnt."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

import structlog

from worker.call.graph.answers import GIVEN_UP, NULL_PART, Answer, Answered, Lost, NotSent

WINDOW: Final = 20
LEAST: Final = 10
SHARE: Final = 0.5
IN_A_ROW: Final = 5
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
SERVER_ERROR: Final = 500

log = structlog.get_logger("outbound.circuit")


def is_healthy(answers: Iterable[Answer]) -> bool | None:
    """Tells whether one request shows that Graph is there; None when it shows nothing."""
    shown: bool | None = None
    for answer in answers:
        match answer:
            case Answered(status=status) if status < SERVER_ERROR or (
                not answer.whole and answer.body[:1] == b"{"
            ):
                return True
            case Lost(reason=reason) if reason == NULL_PART:
                return True
            case NotSent(reason=reason) if reason == GIVEN_UP:
                continue
            case _:
                shown = False
    return shown


class Circuit:
    """Closed while Graph answers; open for a pause once it does not; then one command at a time probes it.

    It opens after 5 failed requests in a row, or when half of the last 20 (at least 10) failed. The pause is half
    a second, and doubles up to 30 seconds with each probe that fails. One success closes it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._recent: deque[bool] = deque(maxlen=WINDOW)
        self._opened_at = 0.0
        self._pause_s = 0.0
        self._probing = False

    @property
    def is_open(self) -> bool:
        """Tells whether Graph is taken to be down."""
        return self._pause_s > 0

    def room(self, wanted: int) -> int:
        """Returns how many commands may be taken now: all, one as a probe, or none."""
        with self._lock:
            if not self._pause_s:
                return wanted
            if self._probing or self._clock() - self._opened_at < self._pause_s:
                return 0
            self._probing = True
            return min(1, wanted)

    def give_probe_back(self) -> None:
        """Notes that a probe made no request after all, so that another may be tried."""
        with self._lock:
            self._probing = False

    def record(self, healthy: bool | None, *, begun_s: float | None = None) -> None:
        """Notes what one request showed; one that began (`begun_s`, of the clock) before it opened is no probe."""
        with self._lock:
            is_late = self._pause_s > 0 and begun_s is not None and begun_s < self._opened_at
            if not is_late:
                self._probing = False
            if healthy is None or (is_late and not healthy):
                return
            self._recent.append(healthy)
            if healthy and self._pause_s:
                self._pause_s = 0.0
                self._recent.clear()
                log.info("circuit.closed", reason="Graph answers again")
            elif not healthy and self._pause_s:
                self._open(min(LONGEST_PAUSE_S, self._pause_s * 2))
            elif not healthy and self._has_failed():
                self._open(FIRST_PAUSE_S)
                log.warning("circuit.opened", reason="Graph does not answer: one command at a time probes it")

    def _open(self, pause_s: float) -> None:
        self._pause_s = pause_s
        self._opened_at = self._clock()

    def _has_failed(self) -> bool:
        recent = list(self._recent)
        if len(recent) >= IN_A_ROW and not any(recent[-IN_A_ROW:]):
            return True
        return len(recent) >= LEAST and recent.count(False) >= SHARE * len(recent)
