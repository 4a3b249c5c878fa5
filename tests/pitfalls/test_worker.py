"""Pitfalls of a stock broker in its worker: heartbeats, acks that Redis refuses, and what the dead leave behind."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import dramatiq
import httpx
import pytest
import redis
from structlog.testing import capture_logs

from producer import Producer
from producer.store.policy import Policy
from producer.store.scripting import Script
from tests.running import settings_of, ticket_of, wait_until, wait_until_ended
from worker.config.settings import read_settings
from worker.engine.lanes import Lanes
from worker.main import build
from worker.take.broker import LaneBroker

TIMEOUT_S = 1.0
BUSY_S = 2.5  # longer than the time-out, and than the reaper's own wait after it
THREADS = 2
SUCCESS = {"recipient_id": "1", "message_id": "m"}


class FarEnd:
    """Takes `delay_s` for each request, answers with success, and counts requests."""

    def __init__(self, delay_s: float = 0.0) -> None:
        self.requests = 0
        self._delay_s = delay_s

    @property
    def transport(self) -> httpx.MockTransport:
        """The far end as a worker's client takes it."""
        return httpx.MockTransport(self._answer)

    def _answer(self, _: httpx.Request) -> httpx.Response:
        self.requests += 1
        time.sleep(self._delay_s)
        return httpx.Response(200, json=SUCCESS)


@contextmanager
def working(url: str, far: FarEnd) -> Iterator[tuple[LaneBroker, dramatiq.Worker]]:
    """Runs a worker with Dramatiq's own threads in this process; what may be tried again is tried at once."""
    settings = settings_of(
        url,
        "http://127.0.0.1:9",
        {"P1": "TOKEN-P1"},
        heartbeat_timeout=f"{TIMEOUT_S:g}s",
        retry_schedule="1ms",
    )
    broker = build(read_settings(settings), threads=THREADS, transport=far.transport)
    worker = dramatiq.Worker(broker, worker_timeout=100, worker_threads=THREADS)
    worker.start()
    try:
        yield broker, worker
    finally:
        worker.stop()
        broker.close()


def requests_while(
    valkey: "redis.Redis", url: str, during: Callable[[dramatiq.Worker], None]
) -> tuple[int, int]:
    """Returns the requests of a worker with all threads busy, and those of another that would send for it if dead."""
    busy, watcher = FarEnd(BUSY_S), FarEnd()
    producer = Producer.on(valkey, page="P1")
    with working(url, watcher) as (other, _):
        wait_until(lambda: valkey.exists("outbound:keeper"), within_s=5, why="the other one keeps the timer")
        other.stop_taking()
        with working(url, busy) as (_, worker):
            for each in range(1, THREADS + 1):
                producer.send_text(str(each), "x")
                wait_until(lambda each=each: busy.requests == each, within_s=5, why="the send begins")  # type: ignore[misc]  # a lambda's default has no type
            other.stopping.clear()
            during(worker)
            wait_until_ended(valkey, within_s=10)
    return busy.requests, watcher.requests


def test_a_busy_worker_is_not_taken_for_dead(valkey: "redis.Redis", valkey_url: str) -> None:
    """A worker whose threads are all busy for longer than the time-out stays alive: nobody sends what it sends."""
    assert requests_while(valkey, valkey_url, lambda _: None) == (THREADS, 0)


def test_a_paused_worker_is_not_taken_for_dead(valkey: "redis.Redis", valkey_url: str) -> None:
    """A worker whose consumers Dramatiq has paused stays alive, and what it holds is its own."""
    assert requests_while(valkey, valkey_url, lambda worker: worker.pause()) == (THREADS, 0)


def test_what_a_dead_worker_held_is_sent_soon_though_nothing_else_happens(
    valkey: "redis.Redis", valkey_url: str
) -> None:
    """An idle worker finds what a dead one held within three time-outs, though nobody enqueues or takes anything."""
    ticket = ticket_of(Producer.on(valkey, page="P1").send_text("1", "x"))
    far = FarEnd()
    with working(valkey_url, FarEnd()) as (sample, _):
        wait_until(lambda: ticket.outcome() is not None, within_s=5, why="the first send ends")
        profile = sample.presence.profile
    lanes = Lanes(valkey, policy=Policy(timeout_ms=int(TIMEOUT_S * 1000)))
    lanes.hello("dead", profile, b"{}")
    held = ticket_of(Producer.on(valkey, page="P1").send_text("1", "y"))
    assert lanes.take("dead", 1, profile).chunk is not None
    with working(valkey_url, far):
        wait_until(lambda: held.outcome() is not None, within_s=3 * TIMEOUT_S, why="it is sent")
    assert far.requests == 1


@pytest.mark.parametrize(
    "error",
    [
        redis.ConnectionError("gone"),
        redis.TimeoutError("late"),
        redis.ReadOnlyError("READONLY"),
        redis.exceptions.BusyLoadingError("LOADING"),
        redis.ResponseError("BUSY Redis is busy running a script"),
        redis.exceptions.OutOfMemoryError("OOM"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("is_done", [True, False], ids=["reply lost", "never ran"])
def test_an_answer_is_settled_whatever_redis_says(
    valkey: "redis.Redis", valkey_url: str, error: redis.RedisError, *, is_done: bool
) -> None:
    """What Graph answered is settled once, whatever Redis says at first, whether or not the settle had run."""
    far = FarEnd()
    refusals = [error, error]
    with working(valkey_url, far) as (broker, _):
        settles = broker.lanes._scripts["settle"]

        class Refusing(Script):
            def run(self, *arguments: Any, **named: Any) -> object:  # noqa: ANN401 - passed on as they came
                if not refusals:
                    return settles.run(*arguments, **named)
                if is_done:
                    settles.run(*arguments, **named)
                raise refusals.pop()

        broker.lanes._scripts["settle"] = Refusing("settle", "worker.engine.scripts")
        ticket = ticket_of(Producer.on(valkey, page="P1").send_text("1", "x"))
        wait_until(lambda: ticket.outcome() is not None and not refusals, within_s=5, why="the send ends")
    outcome = ticket.outcome()
    assert (far.requests, outcome and outcome.name, outcome and outcome.possibly_repeated) == (
        1,
        "sent",
        False,
    )


def test_a_record_that_a_worker_cannot_read_is_told_of_and_stops_nobody(
    valkey: "redis.Redis", valkey_url: str
) -> None:
    """It ends refused with one event, and what waits behind it in its conversation is sent."""
    producer = Producer.on(valkey, page="P1")
    bad, good = (ticket_of(producer.send_text("1", text)) for text in ("x", "y"))
    record = valkey.hget("outbound:commands", bad.id)
    assert isinstance(record, bytes)
    valkey.hset("outbound:commands", bad.id, record.replace(b"|1|", b"|\xff|", 1))
    far = FarEnd()
    with capture_logs() as events, working(valkey_url, far):
        wait_until(lambda: good.outcome() is not None, within_s=5, why="the one behind it is sent")
    outcomes = [ticket.outcome() for ticket in (bad, good)]
    assert [outcome.name for outcome in outcomes if outcome is not None] == ["refused", "sent"]
    told = [event["id"] for event in events if event["event"] == "command.quarantined"]
    assert (told, far.requests) == ([bad.id], 1)
