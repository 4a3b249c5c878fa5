"""Says that this process is alive, from a thread of its own, and knows when others may have given it up."""

import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Final

import msgspec
import redis
import structlog

from producer.store.keys import Keys
from worker.engine.knowledge import Profile
from worker.engine.lanes import Lanes
from worker.observe.metering import Meter, NoMeter
from worker.take.agreement import apart_from_others
from worker.take.circuit import Away
from worker.take.outage import Outage

BEATS_A_TIMEOUT: Final = 4
RETRY_S: Final = 0.25
PAGES_TOLD: Final = 10

log = structlog.get_logger("outbound.presence")


def new_worker_name() -> str:
    """Returns a name that no other worker process has or had: host, process id, and a random part."""
    return f"{socket.gethostname()[:32].replace('#', '-')}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


class Presence:
    """This process as Redis knows it.

    The heartbeat is tied to nothing else: a worker whose threads are all busy stays alive. A process that was taken for
    dead (stopped, cut off) comes back under a new name, and what it held under the old one is no longer its own.
    """

    def __init__(
        self,
        lanes: Lanes,
        profile: Callable[[], Profile],
        *,
        overdue: Callable[[], bool],
        about: Mapping[str, object] | None = None,
        graph: Callable[[], Away | None] = lambda: None,
        outage: Outage | None = None,
        meter: Meter | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._lanes = lanes
        self._profile_now = profile
        self._overdue = overdue
        self._about = about or {}
        self._graph = graph
        self._told = b""
        self._outage = outage or Outage()
        self._withheld = False
        self._meter = meter or NoMeter()
        self._timeout_s = lanes.policy.timeout_ms / 1000
        self._stopping = threading.Event()
        self._known = threading.Event()
        self._beat_now = threading.Event()
        self.outage_passed = threading.Event()
        self._introduced = False
        self._since = time.time()
        self._thread: threading.Thread | None = None
        self._acknowledged_at = float("-inf")
        self._connected_since = float("inf")
        self._reap_by_ms = 0
        self.profile = profile()
        self.name = new_worker_name()

    def start(self) -> None:
        """Starts the heartbeat; returns at once, whether Redis is there or not."""
        self._thread = threading.Thread(target=self._run, name="outbound-heartbeat", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the heartbeat."""
        self._stopping.set()
        self._beat_now.set()
        if self._thread is not None:
            self._thread.join(timeout=self._timeout_s)

    def wait_until_known(self, timeout_s: float) -> bool:
        """Waits until Redis knows this worker; False when it does not yet."""
        return self._known.wait(timeout_s)

    def may_begin(self, worker: str) -> bool:
        """Tells whether a request of `worker` may begin now: nobody can have given it up yet.

        False once the last acknowledged heartbeat is older than half the time-out on this process's own clock.
        """
        return worker == self.name and self._clock() - self._acknowledged_at < self._timeout_s / 2

    def reap_by_ms(self) -> int:
        """Returns until when, by the server's time, the silence of others means their death; 0 while it may not.

        This worker must have been heard for a whole time-out, and lately: when Redis hangs, everybody is silent.
        """
        # read before the connection's age: the heartbeat that ends a silence makes both new
        reap_by_ms = self._reap_by_ms
        connected = self._clock() - self._connected_since > self._timeout_s
        return reap_by_ms if connected else 0

    def away_s(self) -> float:
        """Returns how long Redis has been away from here lately, in seconds."""
        return self._outage.lately_s()

    def lost_connection(self) -> None:
        """Notes that Redis was not reached: nobody is reaped until a whole time-out after it is back.

        A heartbeat asks at once whether Redis is there.
        """
        self._connected_since = float("inf")
        self.outage_passed.set()
        self._beat_now.set()

    def was_reaped(self, name: str) -> None:
        """Notes that Redis no longer knows this worker by `name`."""
        if name == self.name:
            self._known.clear()
            self._beat_now.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._beat_now.clear()
            away = self._graph()
            self._meter.graph_away(None if away is None else away.reason)
            try:
                self._beat()
            except redis.RedisError as error:
                self.lost_connection()
                self._meter.redis_failed("heartbeat")
                self._outage.began(self, error)
                self._stopping.wait(RETRY_S)
                continue
            self._outage.ended(self)
            self._beat_now.wait(self._timeout_s / BEATS_A_TIMEOUT)

    def _beat(self) -> None:
        was_withheld, self._withheld = self._withheld, self._overdue()
        if self._withheld:
            if not was_withheld:
                log.error("heartbeat.withheld", reason="a call has been open for longer than its deadline")
            return
        self._meter.beat("heartbeat")
        sent_at = self._clock()
        profile = self._profile_now()
        same = self._known.is_set() and profile.digest == self.profile.digest
        info = self._info(profile)
        news = info if info != self._told else b""
        server_ms = self._lanes.heartbeat(self.name, profile, info=news) if same else 0
        if server_ms:
            self._told = info
        else:
            self._introduce(profile, anew=same or not self._known.is_set())
        self._acknowledge(sent_at, server_ms)

    def _introduce(self, profile: Profile, *, anew: bool) -> None:
        """Says hello: under the same name when only the Pages changed, under a new one when Redis had forgotten it."""
        if anew:
            self._known.clear()
            if self._introduced:
                log.warning(
                    "worker.reaped", worker=self.name, reason="Redis had heard nothing from it for long"
                )
                self.name = new_worker_name()
        info = self._info(profile)
        self._lanes.hello(self.name, profile, info)
        self._told = info
        self.profile = profile
        self._introduced = True
        self._known.set()
        self._compare_rates(profile)

    def _info(self, profile: Profile) -> bytes:
        """Returns what people are told of this worker: who it is, and since when it does not reach Graph."""
        away = self._graph()
        info = {
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "since": self._since,
            "pages": len(profile.pages),
            **self._about,
        }
        return msgspec.json.encode(info if away is None else {**info, "graph": away})

    def _compare_rates(self, profile: Profile) -> None:
        apart = apart_from_others(self._lanes.client, Keys(self._lanes.prefix), profile)
        if apart:
            log.warning(
                "rates.differ",
                pages=list(apart)[:PAGES_TOLD],
                number=len(apart),
                limits=sorted({name for names in apart.values() for name in names}),
                reason="another worker counts them in another form: together they let through more than either",
            )

    def _acknowledge(self, sent_at: float, server_ms: int) -> None:
        silent_s = self._clock() - self._acknowledged_at
        if self._connected_since == float("inf") or silent_s > self._timeout_s / 2:
            self._connected_since = self._clock()
        self._acknowledged_at = sent_at
        self._reap_by_ms = server_ms + int(self._timeout_s * 500) if server_ms else 0
