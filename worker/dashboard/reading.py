"""What the page asks for again and again: one reading for all that look at the same moment, and the last minutes."""

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import msgspec
import redis

from producer.broadcasts.steps import Progress
from producer.store.keys import Keys
from worker.dashboard.page_lanes import PagesShown, read_pages
from worker.operations import broadcasts, traffic
from worker.operations.broadcasts import state_of
from worker.operations.holds import HoldSeen
from worker.operations.installation import Snapshot, read_snapshot
from worker.operations.scopes import described
from worker.operations.traffic import Moment, Rates
from worker.operations.troubles import Trouble, troubles_of

EVERY_S: Final = 1.0
POINTS_MAX: Final = 120
RATE_POINTS: Final = 5
ENOUGH: Final = 2
TOOK_MS: Final = 60_000
FRESH_S: Final = 0.8
WAIT_S: Final = 2.0
SHOWN_MAX: Final = 200


class HoldShown(msgspec.Struct, frozen=True):
    """A hold with its scope as people name it."""

    name: str
    hold: HoldSeen


class BroadcastShown(msgspec.Struct, frozen=True):
    """A broadcast with its state in a word or two."""

    state: str
    progress: Progress


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of the whole installation; `waiting` commands are in lanes or behind others of their conversation."""

    not_ended: int
    waiting: int
    later: int
    taken: int
    parked: int
    dead_letters: int
    ended: dict[str, int]
    pages: int
    unserved: int
    workers_alive: int
    workers_silent: int


class History(msgspec.Struct, frozen=True):
    """The last two minutes, a point each second, the oldest first; None where nothing was sent."""

    sent_per_s: list[float]
    typical_ms: list[int | None]


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows of one moment."""

    at: datetime
    totals: Totals
    rates: Rates | None
    history: History
    pages: PagesShown
    holds: list[HoldShown]
    holds_total: int
    broadcasts: list[BroadcastShown]
    broadcasts_total: int
    troubles: list[Trouble]


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the long tables the page shows."""

    search: str = ""
    offset: int = 0
    limit: int = 25
    holds_max: int = 20
    broadcasts_max: int = 10


class Reader:
    """Reads an installation for all viewers: what they share is read at most once in 0.8 s."""

    def __init__(self, client: "redis.Redis", keys: Keys, *, timeout_ms: int) -> None:
        self._client = client
        self._keys = keys
        self._timeout_ms = timeout_ms
        self._lock = threading.Lock()
        self._whole: Snapshot | None = None
        self._read_at = float("-inf")
        self.pulse = Pulse(lambda: traffic.read_moment(client, keys))

    def live(self, ask: Ask) -> Live:
        """Returns all that the page shows.

        Raises:
            redis.RedisError: the server was not reached.
        """
        whole = self._fresh()
        listed = broadcasts.list_broadcasts(
            self._client, self._keys, limit=min(ask.broadcasts_max, SHOWN_MAX)
        )
        pages = read_pages(
            self._client, self._keys, whole, search=ask.search, offset=ask.offset, limit=ask.limit
        )
        return Live(
            at=whole.at,
            totals=_totals(whole),
            rates=self.pulse.rates(),
            history=self.pulse.history(),
            pages=pages,
            holds=[
                HoldShown(described(hold.scope), hold)
                for hold in whole.holds[: min(ask.holds_max, SHOWN_MAX)]
            ],
            holds_total=len(whole.holds),
            broadcasts=[BroadcastShown(state_of(each), each) for each in listed.broadcasts],
            broadcasts_total=listed.total,
            troubles=troubles_of(whole),
        )

    def forget(self) -> None:
        """Makes the next reading a new one: something was changed."""
        self._read_at = float("-inf")

    def _fresh(self) -> Snapshot:
        if not self._lock.acquire(timeout=WAIT_S):
            raise redis.TimeoutError("another reading waits for Redis")
        try:
            if self._whole is None or time.monotonic() - self._read_at >= FRESH_S:
                self._whole = None
                self._whole = read_snapshot(self._client, self._keys, timeout_ms=self._timeout_ms)
                self._read_at = time.monotonic()
            return self._whole
        finally:
            self._lock.release()


class Pulse:
    """Looks once a second at what was counted, and remembers two minutes of it, and since when Redis is away."""

    def __init__(self, look: Callable[[], Moment]) -> None:
        self._look = look
        self._moments: deque[Moment] = deque(maxlen=RATE_POINTS + 1)
        self._points: deque[Rates] = deque(maxlen=POINTS_MAX)
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

    def note_away(self) -> datetime:
        """Notes that Redis was not reached, and returns since when it was not."""
        since = self.away_since or datetime.now(UTC)
        self.away_since = since
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

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.beat()
            self._stopping.wait(EVERY_S)


def _totals(whole: Snapshot) -> Totals:
    return Totals(
        not_ended=whole.not_ended,
        waiting=whole.waiting,
        later=whole.later,
        taken=whole.taken,
        parked=sum(whole.parked.values()),
        dead_letters=whole.dead_letters,
        ended=whole.ended,
        pages=whole.pages_total,
        unserved=len(whole.unserved),
        workers_alive=whole.alive,
        workers_silent=whole.silent,
    )
