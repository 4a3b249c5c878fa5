"""The circuit to Graph: while Graph is down, little is tried, and attempts are not burnt."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

import msgspec
import structlog

from worker.call.graph.answers import GIVEN_UP, NO_CONNECTION, NULL_PART, Answer, Answered, Lost, NotSent

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


def fault_of(answers: Iterable[Answer]) -> str:
    """Returns why one request shows that Graph is not there, in a few words; empty when it does not show it."""
    for answer in answers:
        match answer:
            case Answered(status=status) if status >= SERVER_ERROR:
                return f"HTTP {status}"
            case Lost(reason=reason) | NotSent(reason=reason) if reason not in {NULL_PART, GIVEN_UP}:
                return reason.removeprefix(f"{NO_CONNECTION}: ")
            case _:
                continue
    return ""


class Away(msgspec.Struct, frozen=True):
    """Graph is taken to be down: since when (Unix seconds), and what its last failure was."""

    since: float
    reason: str


class Circuit:
    """Closed while Graph answers; open for a pause once it does not; then one command at a time probes it.

    It opens after 5 failed requests in a row, or when half of the last 20 (at least 10) failed. The pause is half
    a second, and doubles up to 30 seconds with each probe that fails. One success closes it.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time
    ) -> None:
        self._clock = clock
        self._wall = wall
        self._failing_since: float | None = None
        self._fault = ""
        self._lock = threading.Lock()
        self._recent: deque[bool] = deque(maxlen=WINDOW)
        self._opened_at = 0.0
        self._pause_s = 0.0
        self._probe: int | None = None  # the token of the take that may try
        self._probed_at = float("-inf")

    @property
    def is_open(self) -> bool:
        """Tells whether Graph is taken to be down."""
        return self._pause_s > 0

    @property
    def away(self) -> Away | None:
        """What is known of Graph's absence; None while it answers."""
        with self._lock:
            since = self._failing_since
            return Away(since, self._fault) if self._pause_s and since is not None else None

    def room(self, wanted: int, *, token: int = 0) -> int:
        """Returns how many commands the take of this token may bring: all, one as the probe, or none."""
        with self._lock:
            if not self._pause_s:
                return wanted
            if self._probe is not None or self._clock() - self._opened_at < self._pause_s:
                return 0
            self._probe, self._probed_at = token, self._clock()
            return min(1, wanted)

    def give_probe_back(self, token: int = 0) -> None:
        """Notes that what was taken under this token makes no request any more: if it was the probe, another may be."""
        with self._lock:
            self._end_probe(token)

    def record(
        self, healthy: bool | None, *, token: int = 0, begun_s: float | None = None, fault: str = ""
    ) -> None:
        """Notes what one request showed.

        Args:
            healthy: None when it showed nothing.
            fault: of what is not healthy, why (`fault_of`).
            token: of its chunk. While it is open, only the failure of its probe counts.
            begun_s: when it began, of the clock: a failure of what began before the last probe tells nothing new.
        """
        with self._lock:
            was_probe = self._end_probe(token)
            if healthy is None:
                return
            if healthy:
                self._failing_since = None
            else:
                self._failing_since = self._failing_since or self._wall()
                self._fault = fault
            if healthy and self._pause_s:
                self._pause_s = 0.0
                self._recent.clear()
                log.info("circuit.closed", reason="Graph answers again")
            if healthy:
                self._recent.append(healthy)
            elif self._pause_s and was_probe:
                self._open(min(LONGEST_PAUSE_S, self._pause_s * 2))
            elif not self._pause_s and (begun_s is None or begun_s >= self._probed_at):
                self._recent.append(healthy)
                if self._has_failed():
                    self._open(FIRST_PAUSE_S)
                    log.warning(
                        "circuit.opened",
                        reason="Graph does not answer: one command at a time probes it",
                        fault=fault,
                    )

    def _end_probe(self, token: int) -> bool:
        """Tells whether the probe was of this token; then it is over."""
        was_probe = self._probe == token
        if was_probe:
            self._probe = None
        return was_probe

    def _open(self, pause_s: float) -> None:
        self._pause_s = pause_s
        self._opened_at = self._clock()

    def _has_failed(self) -> bool:
        recent = list(self._recent)
        if len(recent) >= IN_A_ROW and not any(recent[-IN_A_ROW:]):
            return True
        return len(recent) >= LEAST and recent.count(False) >= SHARE * len(recent)
