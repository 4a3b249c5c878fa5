"""Keeps the engine's timer: one worker of all moves what is due, and sleeps until the next thing is."""

import threading
from typing import Final

import redis
import structlog

from worker.engine.lanes import Lanes
from worker.engine.waiter import Waiter
from worker.observe.metering import Meter, NoMeter
from worker.take.presence import Presence

LEASE_MS: Final = 3_000
RENEW_S: Final = 2.0
RETRY_S: Final = 0.25
DAY_MS: Final = 86_400_000
# A step that is less than so many times an outage is that outage.
AS_LONG: Final = 2.0

log = structlog.get_logger("outbound.timekeeper")


class Timekeeper:
    """Ticks while this worker keeps the timer; waits for the post to fall vacant while another does."""

    def __init__(self, lanes: Lanes, presence: Presence, meter: Meter | None = None) -> None:
        self._lanes = lanes
        self._presence = presence
        self._meter = meter or NoMeter()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._waiter: Waiter | None = None
        self._waits_for = ("", "")

    def start(self) -> None:
        """Starts the thread; returns at once."""
        self._thread = threading.Thread(target=self._run, name="outbound-timekeeper", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread at once; when Redis is not there, within the time that it sleeps at most."""
        self._stopping.set()
        if self._thread is None:
            return
        try:
            self._lanes.signal(f"halt:{self._presence.name}")
        except redis.RedisError:
            log.debug("halt.failed")
        self._thread.join(timeout=RENEW_S + 1)

    def _run(self) -> None:
        try:
            self._keep()
        finally:
            self._ask_no_more()

    def _keep(self) -> None:
        while not self._stopping.is_set():
            self._meter.beat("timer")
            if not self._presence.wait_until_known(RETRY_S):
                continue
            if not self._presence.may_begin(
                self._presence.name
            ):  # its heartbeat is late or withheld: others keep it
                self._ask_no_more()
                self._stopping.wait(RETRY_S)
                continue
            try:
                self._tick()
            except redis.RedisError:
                self._ask_no_more()
                self._presence.lost_connection()
                self._meter.redis_failed("timer")
                self._stopping.wait(RETRY_S)

    def _tick(self) -> None:
        ticked = self._lanes.tick(
            self._presence.name, lease_ms=LEASE_MS, may_reap=self._presence.reap_by_ms()
        )
        for worker, commands in ticked.reaped:
            log.warning("worker.died", worker=worker, commands_returned=commands)
        for step_ms in ticked.clock_steps:
            if 0 < step_ms / 1000 < AS_LONG * self._presence.away_s():
                continue  # the server stood still, or was away: that is told already
            log.warning(
                "clock.stepped",
                by_s=step_ms / 1000,
                reason="the server's clock was set back"
                if step_ms < 0
                else "the server's clock was set ahead, or it stood still",
            )
        if ticked.dropped_many or ticked.dropped_old:
            log.warning(
                "dead_letters.dropped",
                number=ticked.dropped_many + ticked.dropped_old,
                too_many=ticked.dropped_many,
                too_old=ticked.dropped_old,
                kept_max=self._lanes.policy.dead_max,
                kept_days=round(self._lanes.policy.dead_ms / DAY_MS, 2),
            )
        for command_id in ticked.unreadable:
            log.error("command.quarantined", id=command_id, error="its record in Redis cannot be read")
        if ticked.sleep_s > 0:
            self._waiter_for("alarm" if ticked.kept else "vacant").wait(min(ticked.sleep_s, RENEW_S))

    def _waiter_for(self, signal: str) -> Waiter:
        """Returns what waits for a signal or for the end; of the one before the question is left."""
        signals = (signal, f"halt:{self._presence.name}")
        if self._waiter is None or signals != self._waits_for:
            self._ask_no_more()
            self._waiter, self._waits_for = self._lanes.waiter(*signals), signals
        return self._waiter

    def _ask_no_more(self) -> None:
        """Leaves the question: a signal that it got would be lost for the worker that waits for it."""
        if self._waiter is not None:
            self._waiter.close()
            self._waiter = None
