"""Redis goes away under running workers: they recover by themselves, lose nothing, and nobody is taken for dead."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import pytest
import redis

from producer import Producer, batch
from producer.store.policy import Policy
from tests.crash.books import Text, out_of_order, text_of
from tests.running import (
    Running,
    Valkey,
    pids_known,
    settings_of,
    wait_for_worker,
    wait_until,
    wait_until_ended,
    waiting,
    worker_child,
)
from worker.config.settings import read_settings
from worker.engine.knowledge import Profile
from worker.engine.lanes import Lanes
from worker.main import build
from worker.stub import StubProcess
from worker.take.broker import LaneConsumer

pytestmark = pytest.mark.process

LATENCY_MS = 200
TIMEOUT_S = 1.0
OUTAGE_S = 2.5
STOPPED_MAX_S = 5.0  # far from every time-out that it could wait for instead
HANGS = 4
TEXTS = [Text("P1", str(person), number) for number in range(4) for person in range(1, 226)]
EACH_HANG = len(TEXTS) // HANGS


@pytest.fixture
def durable() -> Iterator[Valkey]:
    """A server that answers a write only when it is on its disk."""
    with Valkey(appendonly="yes", appendfsync="always") as server:
        yield server


def enqueue(valkey: Valkey, texts: Sequence[Text] = TEXTS) -> None:
    """Puts ordered texts for many people on the queue."""
    producer = Producer.connect(valkey.url, page="P1")
    producer.send_many(batch.send_text(text.person, text.body) for text in texts)
    producer.close()


def settings_for(valkey: Valkey, stub: StubProcess, *, rate: str) -> dict[str, str]:
    """Returns settings under which the campaign takes some seconds."""
    pages = {"P1": "TOKEN-P1"}
    return settings_of(valkey.url, stub.origin, pages, rate_text=rate, heartbeat_timeout=f"{TIMEOUT_S:g}s")


def assert_said_once(*workers: Running) -> None:
    """Each worker said once that Redis was lost, and once that it was back; nobody was given up."""
    for each in workers:
        names = ("redis.lost", "redis.recovered", "worker.died")
        said = {name: len(each.events(name)) for name in names}
        assert said == {"redis.lost": 1, "redis.recovered": 1, "worker.died": 0}
        assert "Traceback" not in each.written()


def given_up(worker: Running) -> list[dict[str, object]]:
    """Returns what a worker said of others that it gave up, and of itself when it was."""
    return worker.events("worker.died") + worker.events("worker.reaped")


def test_redis_dies_and_comes_back(durable: Valkey) -> None:
    """Workers outlive a Redis that is killed and started again with its files: each text arrives once, in order."""
    with StubProcess(latency_ms=LATENCY_MS) as stub:
        settings = settings_for(durable, stub, rate="200/s")
        with durable.client() as client, worker_child(settings) as first, worker_child(settings) as second:
            wait_for_worker(client, first, second)
            time.sleep(TIMEOUT_S * 1.2)  # so that they may reap by now, and must not
            enqueue(durable)
            wait_until(lambda: stub.stats().deliveries > 100, within_s=10, why="the campaign runs")
            durable.crash()
            time.sleep(OUTAGE_S)
            durable.restart()
            assert waiting(client) > len(TEXTS) / 4
            wait_until_ended(client, within_s=60)
            assert pids_known(client) == {first.pid, second.pid}
            assert_said_once(first, second)
            assert (first.stop() < STOPPED_MAX_S, second.stop() < STOPPED_MAX_S) == (True, True)
        deliveries = stub.ledger
    assert Counter(text_of(each) for each in deliveries) == Counter(TEXTS)
    assert out_of_order(deliveries) == []


def test_redis_hangs_and_goes_on(valkey_server: Valkey) -> None:
    """A Redis that hangs for longer than the time-out makes nobody dead: each text arrives once, in order."""
    with StubProcess(latency_ms=LATENCY_MS) as stub, valkey_server.client() as client, ExitStack() as stack:
        settings = settings_for(valkey_server, stub, rate="100/s")
        workers = [stack.enter_context(worker_child(settings)) for _ in range(3)]
        wait_for_worker(client, *workers)
        time.sleep(TIMEOUT_S * 1.2)
        for number in range(HANGS):  # more texts before each, so that work waits however slow this machine is
            enqueue(valkey_server, TEXTS[number * EACH_HANG : (number + 1) * EACH_HANG])
            time.sleep(0.4 + number / 20)
            assert waiting(client) > 0, "nothing waits for the time that Redis hangs"
            pid = valkey_server.freeze()
            time.sleep(TIMEOUT_S * (0.8 + number / 5))
            valkey_server.thaw(pid)
        wait_until_ended(client, within_s=60)
        time.sleep(TIMEOUT_S / 2)  # so that one that was taken for dead has heard of it
        assert [given_up(each) for each in workers] == [[], [], []]
        deliveries = stub.ledger
    assert Counter(text_of(each) for each in deliveries) == Counter(TEXTS)
    assert out_of_order(deliveries) == []


def test_a_probe_that_redis_failed_is_not_the_last() -> None:
    """When Graph was down and Redis fails as a worker takes its probe, the worker probes again."""
    with Valkey() as gone:
        settings = settings_of(gone.url, "http://127.0.0.1:9", {"P1": "TOKEN-P1"})
    broker = build(read_settings(settings))
    for _ in range(5):
        broker.circuit.record(healthy=False)
    time.sleep(1.1)  # the first pause
    with pytest.raises(redis.ConnectionError):
        LaneConsumer(broker)._take("a worker")
    assert (broker.circuit.is_open, broker.circuit.room(50)) == (True, 1)
    broker.close()


def test_a_question_that_lay_in_a_hanging_redis_reaps_nobody(client: "redis.Redis") -> None:
    """A tick may reap until the time that it names, and not when the server comes to it later."""
    lanes = Lanes(client, policy=Policy(timeout_ms=1_000))
    knows = Profile(rates={}, types=(), pages={})
    start = 4_000_000_000_000
    for worker in ("keeper", "silent"):
        lanes.hello(worker, knows, b"{}", now_ms=start)
    asked = {"lease_ms": 1_000, "now_ms": start + 2_000}
    assert lanes.tick("keeper", may_reap=start + 1_999, **asked).reaped == ()
    assert lanes.tick("keeper", may_reap=start + 2_000, **asked).reaped == (("silent", 0),)
