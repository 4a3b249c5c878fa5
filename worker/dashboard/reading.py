"""What the page asks for again and again: one reading for all that look at the same moment."""

import threading
import time
from datetime import datetime
from typing import Final

import msgspec
import redis

from producer.store.keys import Keys
from worker.dashboard.broadcasts_shown import BroadcastShown, read_broadcasts
from worker.dashboard.page_lanes import PagesAsked, PagesShown, read_pages
from worker.dashboard.page_rates import PageRates
from worker.dashboard.pulse import History, Pulse
from worker.operations import traffic
from worker.operations.holds import HoldSeen
from worker.operations.installation import Snapshot, read_snapshot
from worker.operations.scopes import described, is_broadcast
from worker.operations.traffic import Rates
from worker.operations.troubles import Trouble, troubles_of
from worker.operations.workers import WorkerSeen

FRESH_S: Final = 0.8
WAIT_S: Final = 2.0
SHOWN_MAX: Final = 200
WORKERS_SHOWN_MAX: Final = 100


class HoldShown(msgspec.Struct, frozen=True):
    """A hold with its scope as people name it."""

    name: str
    hold: HoldSeen


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of the whole installation; `waiting` commands are in lanes or behind others of their conversation.

    `held_by_hand` counts Pages, lanes and apps; a broadcast that is paused is none of them.
    """

    not_ended: int
    waiting: int
    later: int
    taken: int
    parked: int
    dead_letters: int
    ended: dict[str, int]
    pages: int
    unserved: int
    held_by_hand: int
    workers_alive: int
    workers_silent: int


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows of one moment."""

    at: datetime
    troubles: list[Trouble]
    totals: Totals
    rates: Rates | None
    history: History
    pages: PagesShown
    holds: list[HoldShown]
    holds_total: int
    broadcasts: list[BroadcastShown]
    broadcasts_total: int
    workers: list[WorkerSeen]


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the long tables the page shows."""

    pages: PagesAsked = PagesAsked()
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
        self._rates = PageRates(client, keys)
        self.pulse = Pulse(lambda: traffic.read_moment(client, keys))

    def live(self, ask: Ask) -> Live:
        """Returns all that the page shows.

        Raises:
            redis.RedisError: the server was not reached.
        """
        whole = self._fresh()
        held = whole.holds
        pages = read_pages(self._client, self._keys, whole, ask.pages, holds=held, rates=self._rates)
        listed = read_broadcasts(
            self._client, self._keys, whole, held, limit=min(ask.broadcasts_max, SHOWN_MAX)
        )
        return Live(
            at=whole.at,
            troubles=troubles_of(whole),
            totals=_totals(whole),
            rates=self.pulse.rates(),
            history=self.pulse.history(),
            pages=pages,
            holds=[HoldShown(described(hold.scope), hold) for hold in held[: min(ask.holds_max, SHOWN_MAX)]],
            holds_total=len(held),
            broadcasts=listed.rows,
            broadcasts_total=listed.total,
            workers=list(whole.workers[:WORKERS_SHOWN_MAX]),
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
        held_by_hand=sum(hold.kind == "hand" and not is_broadcast(hold.scope) for hold in whole.holds),
        workers_alive=whole.alive,
        workers_silent=whole.silent,
    )
