"""The last hour as the dashboard saw it: what was sent, and how long it took."""

import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import msgspec
import redis

from worker.operations import traffic
from worker.operations.attempts import instant
from worker.operations.traffic import Moment, Rates

EVERY_S: Final = 1.0
POINTS_MAX: Final = 120
RATE_POINTS: Final = 5
ENOUGH: Final = 2
TOOK_MS: Final = 60_000
HOUR_POINTS: Final = 360
HOUR_POINT_MS: Final = 10_000


class History(msgspec.Struct, frozen=True):
    """The last two minutes, a point each second, the oldest first; None where nothing was sent."""

    sent_per_s: list[float]
    typical_ms: list[int | None]


class HourPoint(msgspec.Struct, frozen=True, kw_only=True):
    """Ten seconds that end at `at`: rates by the second, and how long half of what was sent took at most."""

    at: datetime
    sent_per_s: float
    failed_per_s: float
    retried_per_s: float
    typical_ms: int | None
    longest_ms: int | None


class Hour(msgspec.Struct, frozen=True):
    """The last hour, the oldest first, since the dashboard was started; nothing is in it while Redis was away."""

    points: list[HourPoint]


class Pulse:
    """Looks once a second at what was counted, and remembers two minutes of it, and since when Redis is away."""

    def __init__(self, look: Callable[[], Moment]) -> None:
        self._look = look
        self._moments: deque[Moment] = deque(maxlen=RATE_POINTS + 1)
        self._points: deque[Rates] = deque(maxlen=POINTS_MAX)
        self._hour: deque[HourPoint] = deque(maxlen=HOUR_POINTS)
        self._hour_from: Moment | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.away_since: datetime | None = None

    def start(self) -> None:
        """Begins to look, in a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="outbound-pulse", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stops looking."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=EVERY_S)

    def beat(self) -> None:
        """Looks once; a server that is not reached is remembered, not raised."""
        try:
            moment = self._look()
        except redis.RedisError:
            self.note_away()
            return
        self.away_since = None
        if self._moments:
            self._points.append(traffic.rates_between(self._moments[-1], moment))
        self._moments.append(moment)
        self._note_hour(moment)

    def note_away(self) -> datetime:
        """Notes that Redis was not reached, and returns since when it was not."""
        since = self.away_since or datetime.now(UTC)
        self.away_since = since
        self._hour_from = None
        return since

    def rates(self) -> Rates | None:
        """Returns the rates of the last five seconds, with the times of the last minute; None at the beginning."""
        moments = list(self._moments)
        if len(moments) < ENOUGH:
            return None
        took = traffic.took_since(moments[-1], moments[-1].at_ms - TOOK_MS)
        return msgspec.structs.replace(traffic.rates_between(moments[0], moments[-1]), took=took)

    def history(self) -> History:
        """Returns the last two minutes, second by second."""
        points = list(self._points)
        return History(
            [round(each.sent_per_s, 2) for each in points],
            [each.took.typical_ms if each.took is not None else None for each in points],
        )

    def hour(self) -> Hour:
        """Returns the last hour, a point for ten seconds."""
        return Hour(list(self._hour))

    def _note_hour(self, moment: Moment) -> None:
        begun = self._hour_from
        if begun is not None and moment.at_ms - begun.at_ms < HOUR_POINT_MS:
            return
        self._hour_from = moment
        if begun is None:
            return
        rates = traffic.rates_between(begun, moment)
        self._hour.append(
            HourPoint(
                at=instant(moment.at_ms),
                sent_per_s=round(rates.sent_per_s, 2),
                failed_per_s=round(rates.failed_per_s, 2),
                retried_per_s=round(rates.retried_per_s, 2),
                typical_ms=rates.took.typical_ms if rates.took is not None else None,
                longest_ms=rates.took.longest_ms if rates.took is not None else None,
            )
        )

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.beat()
            self._stopping.wait(EVERY_S)
