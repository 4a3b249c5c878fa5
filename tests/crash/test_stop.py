"""Law 9 with real processes: a worker that is told to stop finishes its calls, and the others go on without a gap."""

import os
import signal
import time
from collections import Counter
from itertools import pairwise

import pytest
import redis

from producer import Producer, batch
from tests.crash.books import Text, out_of_order, text_of
from tests.running import (
    Valkey,
    is_alive,
    outbound_worker,
    pids_known,
    settings_of,
    ticket_of,
    wait_for_worker,
    wait_until,
    wait_until_ended,
    waiting,
    worker_child,
)
from worker.stub import StubProcess

pytestmark = pytest.mark.process

LATENCY_MS = 300
OVERHEAD_S = 0.7
GAP_S = 1.0
PEOPLE = 300
TEXTS_EACH = 4


def enqueue(producer: Producer) -> list[Text]:
    """Puts ordered texts for many people of one Page on the queue."""
    numbers, people = range(TEXTS_EACH), range(1, PEOPLE + 1)
    texts = [Text("P1", str(person), number) for number in numbers for person in people]
    producer.send_many(batch.send_text(text.person, text.body) for text in texts)
    return texts


@pytest.mark.parametrize("after_s", [0.4, 1.1])
def test_a_worker_stops_in_order(valkey_server: Valkey, client: "redis.Redis", after_s: float) -> None:
    """SIGTERM ends a worker within its longest call; nothing is lost, doubled or late, and no answer goes unread."""
    with StubProcess(latency_ms=LATENCY_MS) as stub:
        settings = settings_of(valkey_server.url, stub.origin, {"P1": "TOKEN-P1"}, rate_text="300/s")
        with worker_child(settings) as first, worker_child(settings) as second:
            wait_for_worker(client, first, second)
            producer = Producer.connect(valkey_server.url, page="P1")
            texts = enqueue(producer)
            producer.close()
            time.sleep(after_s)
            left = waiting(client)
            took_s = first.stop()
            wait_until_ended(client, within_s=30)
            second.stop()
        deliveries = stub.ledger
        states = Counter(each.state for each in stub.requests)
    assert left > len(texts) / 3
    assert took_s < LATENCY_MS / 1000 + OVERHEAD_S
    assert Counter(text_of(each) for each in deliveries) == Counter(texts)
    assert out_of_order(deliveries) == []
    assert max(b.at_monotonic - a.at_monotonic for a, b in pairwise(deliveries)) < GAP_S
    assert set(states) == {"answered"}


def test_the_master_replaces_a_process_that_died(valkey_server: Valkey, client: "redis.Redis") -> None:
    """`outbound worker` starts a new process for one that was killed, and delivers on; SIGTERM ends all of it."""
    with StubProcess() as stub:
        settings = settings_of(valkey_server.url, stub.origin, {"P1": "TOKEN-P1"}, heartbeat_timeout="1s")
        with outbound_worker(settings, processes=2) as master:
            wait_until(lambda: len(pids_known(client)) == 2, within_s=20, why="both processes say hello")
            killed, kept = sorted(pids_known(client))
            running = [killed, kept]
            os.kill(killed, signal.SIGKILL)
            wait_until(
                lambda: killed not in pids_known(client) and len(pids_known(client)) == 2,
                within_s=20,
                why="a new process says hello, and the dead one is forgotten",
            )
            assert kept in pids_known(client)
            running += pids_known(client)
            producer = Producer.connect(valkey_server.url, page="P1")
            assert ticket_of(producer.send_text("1", "hello")).wait(5).sent
            producer.close()
            assert [event["code"] for event in master.events("process.died")] == [-signal.SIGKILL]
            master.stop()
            assert [pid for pid in running if is_alive(pid)] == []
        assert pids_known(client) == set()


def test_a_process_whose_master_is_gone_ends(valkey_server: Valkey, client: "redis.Redis") -> None:
    """When the master is killed, its processes stop in order by themselves, and leave nothing taken behind."""
    with StubProcess() as stub:
        settings = settings_of(valkey_server.url, stub.origin, {"P1": "TOKEN-P1"})
        with outbound_worker(settings, processes=2) as master:
            wait_until(lambda: len(pids_known(client)) == 2, within_s=20, why="both processes say hello")
            pids = pids_known(client)
            master.kill()
            wait_until(lambda: not any(is_alive(pid) for pid in pids), within_s=5, why="the processes end")
        assert pids_known(client) == set()
        assert client.keys("outbound:taken:*") == []
