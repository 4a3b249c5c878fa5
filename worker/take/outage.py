"""Says once that Redis is lost and once that it is back, whichever threads of this process noticed."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Final

import redis
import structlog

AGAIN_S: Final = 0.25
ABANDON_S: Final = 10.0
LATELY_S: Final = 60.0

log = structlog.get_logger("outbound.presence")


class Outage:
    """What of this process waits for Redis now.

    It begins with the first that fails and is over when nothing is left that failed: one warning, one line that says
    how long it took, and nothing between, however often each of them tries again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failing: set[Hashable] = set()
        self._since = 0.0
        self._last = (float("-inf"), 0.0)  # when it was over, and how long it had been

    def began(self, what: Hashable, error: redis.RedisError) -> None:
        """Notes that `what` failed and is tried again; a repeat says nothing."""
        with self._lock:
            is_first = not self._failing
            self._failing.add(what)
            if is_first:
                self._since = time.monotonic()
                log.warning("redis.lost", error=reason_of(error))

    def ended(self, what: Hashable) -> None:
        """Notes that `what` succeeded, or was given up; nothing when it had not failed."""
        with self._lock:
            if what not in self._failing:
                return
            self._failing.remove(what)
            if not self._failing:
                now = time.monotonic()
                self._last = now, now - self._since
                log.info("redis.recovered", after_s=round(now - self._since, 1))

    def lately_s(self) -> float:
        """Returns how long Redis has been away until now, or was in an outage that ended within the last minute."""
        with self._lock:
            now = time.monotonic()
            if self._failing:
                return now - self._since
            ended, took = self._last
            return took if now - ended < LATELY_S else 0.0

    def insist(
        self, step: Callable[[], object], stopping: threading.Event, failed: Callable[[], object]
    ) -> None:
        """Repeats a step that is safe to repeat until Redis has it: what Graph answered must not be forgotten.

        A worker that is to stop gives up after ten seconds: its chunk is reaped, and law 8 decides.

        Args:
            step: what may raise `redis.RedisError`.
            stopping: set once this worker is to stop.
            failed: called after each time in vain.
        """
        failing_since: float | None = None
        while True:
            try:
                step()
            except redis.RedisError as error:
                failed()
                if failing_since is None:
                    failing_since = time.monotonic()
                    self.began(step, error)
                if stopping.is_set() and time.monotonic() - failing_since > ABANDON_S:
                    log.error("settle.abandoned", error=reason_of(error))  # noqa: TRY400 (Redis is away: no bug)
                    self.ended(step)
                    return
                time.sleep(AGAIN_S)
            else:
                self.ended(step)
                return


def reason_of(error: redis.RedisError) -> str:
    """Returns the server's own word for what is wrong (`BUSY`, `MISCONF`), or the name of the error's type."""
    word, _, _ = str(error).partition(" ")
    is_servers_word = type(error) is redis.ResponseError and word.isalpha() and word.isupper()
    return word if is_servers_word else type(error).__name__
