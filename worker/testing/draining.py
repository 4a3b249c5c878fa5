"""A real worker in the process of a test: it drains the queue, and lets time pass instead of waiting for it."""

import json
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from datetime import timedelta
from types import TracebackType
from typing import Final, Self, cast

import dramatiq
import redis

from producer.store.keys import Keys
from worker.config.settings import read_settings
from worker.engine.lanes import Lanes
from worker.main import build
from worker.operations.explaining import explain
from worker.operations.holds import list_holds
from worker.testing.logged import logged

THREADS: Final = 4
POLL_S: Final = 0.005
DRAIN_S: Final = 30.0
START_S: Final = 10.0
FOREVER_MS: Final = 9_000_000_000_000
SHOWN_MAX: Final = 10
# The states of records in Redis that a test may leave waiting.
SCHEDULED: Final = b"S"
AWAITING: Final = b"E"
SETTINGS: Final = {
    "OUTBOUND_RATE_TEXT": "off",
    "OUTBOUND_RATE_MEDIA": "off",
    "OUTBOUND_RATE_PROFILE": "off",
    "OUTBOUND_RATE_OTHER": "off",
}


class Worker:
    """Dramatiq's worker with four threads over the lanes of one server, whose far end is a stub of Graph.

    It works from the start, as one in production does. Rates are off unless its settings say otherwise. A delay until a
    retry, or the end of a throttle, does not take its time: `drain` moves the queue's clock on to it.
    """

    def __init__(
        self,
        client: "redis.Redis",
        origin: str,
        pages: Iterable[str],
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Takes the server, the stub's origin, Pages (whose tokens the stub takes), and more settings.

        Raises:
            SettingsError: a setting is wrong, in a sentence.
        """
        tokens = {page: {"access_token": f"TOKEN-{page}"} for page in pages}
        given = {
            **SETTINGS,
            "OUTBOUND_PAGES": json.dumps(tokens),
            **(settings or {}),
            "OUTBOUND_GRAPH_ORIGIN": origin,
        }
        read = read_settings(given)
        self._client = client
        self._keys = Keys(read.key_prefix)
        self._lanes = Lanes(client, prefix=read.key_prefix)
        self._left: tuple[bytes, ...] = (SCHEDULED,)
        self._running = ExitStack()
        self._broker = build(read, threads=THREADS, client=client)
        self._worker = dramatiq.Worker(self._broker, worker_timeout=100, worker_threads=THREADS)

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            starting.enter_context(logged())
            starting.callback(self._broker.close)
            starting.callback(self._worker.stop)
            self._worker.start()
            if not self._broker.presence.wait_until_known(START_S):
                raise RuntimeError(f"the worker did not reach its server within {START_S:g} s")
            self._running = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    def drain(self, timeout_s: float = DRAIN_S, *, until_echoes: bool = False) -> None:
        """Returns when all that is due has ended: retries and throttles are over, scheduled commands still wait.

        Args:
            timeout_s: seconds that pass on the test's own clock, not on the queue's.
            until_echoes: true to leave what awaits its echo waiting, so that the test can bring it
                (`producer.confirm_echo`, with `graph.echoes()`); else its time-out passes like any other.

        Raises:
            AssertionError: something can never end as things are, or has not in time; it tells what waits for what.
        """
        __tracebackhide__ = True
        self._left = (SCHEDULED, AWAITING) if until_echoes else (SCHEDULED,)
        deadline = time.monotonic() + timeout_s
        while self._unended():
            next_ms = self._next_ms() if self._is_idle() else None
            if next_ms is not None:
                self._pass_until(next_ms)
            elif self._is_stuck(waiting := self._due()):
                if not waiting:
                    break
                raise AssertionError(f"what waits can never end as things are:\n{self._told(waiting)}")
            if time.monotonic() > deadline:
                raise AssertionError(f"not drained within {timeout_s:g} s:\n{self._told(self._due())}")
            time.sleep(POLL_S)
        while self._broker.slots.tokens() and time.monotonic() < deadline:
            time.sleep(POLL_S)  # what has ended is logged and counted just after

    def advance(self, span: timedelta | float) -> None:
        """Moves the queue's clock on by a timedelta or seconds, so that what is scheduled until then is due."""
        seconds = span.total_seconds() if isinstance(span, timedelta) else span
        self._pass_until(self._now_ms() + round(seconds * 1000))

    def _unended(self) -> int:
        depths = cast("list[bytes]", self._client.hvals(self._keys.of("depth")))
        return sum(int(each) for each in depths)

    def _is_idle(self) -> bool:
        """Tells whether nothing can be taken now, and no worker has anything."""
        keys = self._keys
        ready = self._client.exists(keys.of("ready:i"), keys.of("ready:b"))
        return not ready and not self._client.exists(keys.of(f"taken:{self._broker.presence.name}"))

    def _is_stuck(self, waiting: list[str]) -> bool:
        """Tells whether nothing goes on by itself, and `waiting` is still what waits: others may enqueue meanwhile."""
        return self._is_idle() and self._next_ms() is None and self._due() == waiting and self._is_idle()

    def _next_ms(self) -> int | None:
        """Returns when something that waits may go on by itself; what its sender scheduled counts once it is due."""
        times: list[float] = []
        now_ms = self._now_ms()
        dead = {hold.scope for hold in list_holds(self._client, self._keys) if hold.kind == "token"}
        for name in ("asleep", "later"):
            found = self._client.zrange(self._keys.of(name), 0, -1, withscores=True)
            for member, at_ms in cast("list[tuple[bytes, float]]", found):
                if name == "asleep" and f"page:{member.decode().partition('/')[0]}" in dead:
                    continue  # until it has another token, each call that tries only fails anew
                if name == "asleep" or at_ms <= now_ms or not self._is_left(member):
                    times.append(at_ms)
        soonest = min(times, default=FOREVER_MS)
        return int(soonest) if soonest < FOREVER_MS else None

    def _is_left(self, command_id: bytes) -> bool:
        record = cast("bytes | None", self._client.hget(self._keys.of("commands"), command_id.decode()))
        return record is not None and record.startswith(self._left)

    def _due(self) -> list[str]:
        """Returns the ids of commands that have not ended, less those that are left waiting."""
        records = cast("dict[bytes, bytes]", self._client.hgetall(self._keys.of("commands")))
        return [each.decode() for each, record in records.items() if not record.startswith(self._left)]

    def _told(self, command_ids: list[str]) -> str:
        lines = []
        for command_id in sorted(command_ids)[:SHOWN_MAX]:
            seen = explain(self._client, self._keys, command_id)
            why = "; ".join(each.reason for each in seen.waits_for)
            lines.append(
                f"  {seen.type} {command_id} on Page {seen.page}: {seen.state}" + (why and f": {why}")
            )
        if len(command_ids) > SHOWN_MAX:
            lines.append(f"  … and {len(command_ids) - SHOWN_MAX:,} more")
        return "\n".join(lines)

    def _now_ms(self) -> int:
        seconds, micros = self._client.time()
        clock = cast("bytes | None", self._client.get(self._keys.of("clock")))
        return max(seconds * 1000 + micros // 1000, int(clock or 0))

    def _pass_until(self, at_ms: int) -> None:
        """Moves the queue's clock to a time that is not past, and lets its timer look up."""
        if at_ms > self._now_ms():
            seconds, micros = self._client.time()
            server_ms = seconds * 1000 + micros // 1000
            ahead = f"{max(0, at_ms - server_ms)}|{server_ms}"
            self._client.mset({self._keys.of("clock"): at_ms, self._keys.of("clock:ahead"): ahead})
        self._lanes.signal("alarm")
