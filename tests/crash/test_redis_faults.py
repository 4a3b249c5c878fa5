"""Whatever Redis does instead of its work, nothing is lost or doubled; a worker says so once, and when it is over."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

import msgspec
import pytest
import redis

from producer import Producer, batch
from tests.crash.books import Text, out_of_order, text_of
from tests.crash.relay import Relay, sha_of
from tests.running import (
    Running,
    Valkey,
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

LATENCY_MS = 100
TIMEOUT_S = 1.0
SAID = ["redis.lost", "redis.recovered"]
FAULT_S = 1.5  # longer than the time-out after which the silent are dead
LONG_SCRIPT = "local t = redis.call('TIME')[1] + 2 while tonumber(redis.call('TIME')[1]) < t do end"
PEOPLE = 70
TEXTS_EACH = 3


class Scene(msgspec.Struct):
    """Two workers behind a relay in front of a server; `valkey` is the server that counts."""

    valkey: Valkey
    stub: StubProcess
    relay: Relay
    workers: list[Running]
    people: int = 0
    replica: Valkey | None = None

    def client(self) -> "redis.Redis":
        """Returns a client of the server that counts, past the relay."""
        return self.valkey.client()

    def texts(self) -> list[Text]:
        """Returns texts to people who have had none yet."""
        first, self.people = 1 + self.people, self.people + PEOPLE
        numbers, people = range(TEXTS_EACH), range(first, first + PEOPLE)
        return [Text("P1", str(person), number) for number in numbers for person in people]


class Fault(Protocol):
    """Makes Redis fail for a while, and returns once it works again."""

    def __call__(self, scene: Scene) -> None:
        """Strikes."""


def connections_lost(scene: Scene) -> None:
    """Breaks every connection, and lets nobody connect for a while."""
    port = scene.valkey.port
    scene.relay.cut(None)
    time.sleep(FAULT_S)
    scene.relay.cut(port)


def read_only(scene: Scene) -> None:
    """Makes the server a replica of one that is not there: it refuses every write."""
    with scene.client() as client:
        client.replicaof("127.0.0.1", "1")
        time.sleep(FAULT_S)
        client.replicaof("NO", "ONE")


def busy(scene: Scene) -> None:
    """Runs a stranger's script that takes too long: everybody else is answered with BUSY."""
    with scene.client() as client:
        client.config_set("busy-reply-threshold", 50)
        client.eval(LONG_SCRIPT, 0)


def loading(scene: Scene) -> None:
    """Restarts the server, which answers with LOADING for as long as it reads its files."""
    with scene.client() as client:
        for number in range(400):
            client.hset("padding", str(number), "x" * 10_000)
        client.config_set("loading-process-events-interval-bytes", 4_096)
        client.config_set("key-load-delay", 300)  # microseconds for every command
        client.config_rewrite()
    scene.valkey.crash()
    scene.valkey.restart()
    with scene.client() as client:
        client.config_set("key-load-delay", 0)


def failed_over(scene: Scene) -> None:
    """Kills the server; the replica that has all of its writes is promoted, and the same URL leads to it."""
    old, new = scene.valkey, scene.replica
    assert new is not None
    with old.client() as primary, new.client() as replica:
        scene.relay.cut(None)
        wait_until(
            lambda: offset_of(replica, "slave_repl_offset") >= offset_of(primary, "master_repl_offset"),
            within_s=10,
            why="the replica has every write",
        )
        old.crash()
        time.sleep(FAULT_S)
        replica.replicaof("NO", "ONE")
    scene.valkey = new
    scene.relay.cut(new.port)


@contextmanager
def replica_of(valkey: Valkey) -> Iterator[Valkey]:
    """Runs a replica that has a copy of what the server has."""
    with Valkey() as made, made.client() as client:
        client.replicaof("127.0.0.1", str(valkey.port))
        wait_until(lambda: link_of(client) == "up", within_s=20, why="the replica has a copy")
        yield made


def link_of(replica: "redis.Redis") -> object:
    """Returns the state of a replica's link to its primary."""
    return replica.info("replication")["master_link_status"]


def offset_of(client: "redis.Redis", name: str) -> int:
    """Returns how far a server is in the stream of writes."""
    return int(client.info("replication")[name])


def scripts_flushed(scene: Scene) -> None:
    """Lets the server forget every script again and again."""
    with scene.client() as client:
        for _ in range(20):
            client.script_flush()
            time.sleep(FAULT_S / 20)


def memory_full(scene: Scene) -> None:
    """Puts the server above its maxmemory, without its scripts: it refuses what needs memory."""
    with scene.client() as client:
        client.config_set("maxmemory", "1mb")
        client.script_flush()
        time.sleep(FAULT_S)
        client.config_set("maxmemory", "0")


@contextmanager
def workers_on(
    relay: Relay, stub: StubProcess, client: "redis.Redis", count: int = 2
) -> Iterator[list[Running]]:
    """Runs workers whose way to Redis is the relay, once Redis knows them and they may reap."""
    settings = settings_of(
        relay.url, stub.origin, {"P1": "TOKEN-P1"}, rate_text="60/s", heartbeat_timeout=f"{TIMEOUT_S:g}s"
    )
    with worker_child(settings) as first, worker_child(settings) as second:
        workers = [first, second]
        wait_for_worker(client, *workers)
        time.sleep(TIMEOUT_S * 1.2)
        yield workers[:count]


def said(worker: Running) -> list[str]:
    """Returns the names of the warnings and errors that a worker logged since it began, and of what ended them.

    Less what is no news of Redis: what `doctor` says of its settings, the version of Graph, and each command that must
    wait because its worker was late.
    """
    lines = [msgspec.json.decode(line) for line in worker.written().splitlines() if line.startswith("{")]
    return [
        line["event"]
        for line in lines
        if (
            line["level"] in {"warning", "error"}
            and not line["event"].startswith(("graph_version.", "command.deferred", "redis.warning"))
        )
        or line["event"] == "redis.recovered"
    ]


@contextmanager
def scene_on(valkey: Valkey) -> Iterator[Scene]:
    """Runs the stub and two workers behind a relay in front of a server."""
    with (
        StubProcess(latency_ms=LATENCY_MS) as stub,
        Relay(valkey.port, lambda _: False) as relay,
        valkey.client() as client,
        workers_on(relay, stub, client) as workers,
    ):
        yield Scene(valkey, stub, relay, workers)


@pytest.fixture(scope="module")
def shared() -> Iterator[Scene]:
    """A scene for all faults after which the same server goes on."""
    with Valkey(appendonly="yes", appendfsync="always") as valkey, scene_on(valkey) as scene:
        yield scene


def assert_outlived(scene: Scene, fault: Fault, expected: list[str]) -> None:
    """Lets a fault strike in the middle of a campaign: each text arrives once and in order, and each worker says so."""
    sent_before, said_before = scene.stub.stats().deliveries, [len(said(each)) for each in scene.workers]
    texts = scene.texts()
    producer = Producer.connect(scene.valkey.url, page="P1")
    producer.send_many(batch.send_text(text.person, text.body) for text in texts)
    producer.close()
    stats = scene.stub.stats
    wait_until(lambda: stats().deliveries > sent_before + 30, within_s=10, why="the campaign runs")
    fault(scene)
    with scene.client() as client:
        assert waiting(client) > 0, "the campaign ended before the fault"
        wait_until_ended(client, within_s=60)
    wait_until(
        lambda: all(said(each)[-1:] != ["redis.lost"] for each in scene.workers),
        within_s=5,
        why="each says that it is over",
    )
    heard = [said(each)[before:] for each, before in zip(scene.workers, said_before, strict=True)]
    assert heard == [expected, expected]
    deliveries = scene.stub.ledger[sent_before:]
    assert Counter(text_of(each) for each in deliveries) == Counter(texts)
    assert out_of_order(deliveries) == []


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        pytest.param(connections_lost, SAID, id="every connection is lost"),
        pytest.param(read_only, SAID, id="the server is a replica for a while"),
        pytest.param(busy, SAID, id="a stranger's script takes too long"),
        pytest.param(loading, SAID, id="the server loads its files"),
        pytest.param(scripts_flushed, [], id="the server forgets its scripts"),
        pytest.param(memory_full, [], id="the server is at its maxmemory"),
    ],
)
def test_workers_outlive_a_fault_of_redis(shared: Scene, fault: Fault, expected: list[str]) -> None:
    """Each text arrives once and in order, nobody is taken for dead, and each worker says once what it saw."""
    assert_outlived(shared, fault, expected)


def test_workers_follow_to_the_replica_that_is_promoted() -> None:
    """A failover loses and doubles nothing that the replica had, and each worker says once what it saw."""
    copied_at_once = {"repl-diskless-sync-delay": "0"}
    with Valkey(**copied_at_once) as valkey, scene_on(valkey) as scene, replica_of(valkey) as replica:
        scene.replica = replica
        assert_outlived(scene, failed_over, SAID)


class HoldSettles:
    """Holds the first settle once it is on, so that the worker's patience with Redis ends."""

    def __init__(self) -> None:
        self._sha = sha_of("settle")
        self.on = threading.Event()
        self.held = 0

    def __call__(self, piece: bytes) -> bool:
        """Tells whether to hold this question."""
        if not self.on.is_set() or self._sha not in piece:
            return False
        self.held += 1
        return self.held == 1


def test_a_settle_that_timed_out_is_repeated_until_it_holds() -> None:
    """A settle without an answer is asked again; the first, which comes to Redis in the end, changes nothing more."""
    hold = HoldSettles()
    with (
        Valkey() as valkey,
        StubProcess() as stub,
        Relay(valkey.port, hold) as relay,
        valkey.client() as client,
        workers_on(relay, stub, client) as workers,
    ):
        producer = Producer.connect(valkey.url, page="P1")
        assert ticket_of(producer.send_text("9", "text 0")).wait(5).sent  # so that Redis knows the scripts
        hold.on.set()
        ticket = ticket_of(producer.send_text("1", "text 1"))
        wait_until(lambda: hold.held == 1, within_s=10, why="the worker settles")
        assert (ticket.outcome(), waiting(client)) == (None, 1)
        outcome = ticket.wait(30)
        counts = client.hgetall("outbound:counts")
        relay.release()
        time.sleep(0.5)
        assert hold.held == 2
        assert (outcome.name, outcome.attempts, outcome.possibly_repeated) == ("sent", 1, False)
        assert (ticket.outcome(), client.hgetall("outbound:counts")) == (outcome, counts)
        assert sorted(event for each in workers for event in said(each)) == ["redis.lost", "redis.recovered"]
        assert [(each.recipient, each.page) for each in stub.ledger] == [("9", "P1"), ("1", "P1")]
        producer.close()


class CutAfter:
    """Lets a script reach Redis, and breaks the connection before its answer comes back."""

    def __init__(self, script: str) -> None:
        self._sha = sha_of(script)
        self.armed = False
        self.relay: Relay | None = None

    def __call__(self, piece: bytes) -> bool:
        """Passes everything on."""
        if self.armed and self._sha in piece and self.relay is not None:
            self.armed = False
            self.relay.lose_next_answer()
        return False


@pytest.mark.parametrize("script", ["take", "begin", "settle", "heartbeat"])
def test_a_lost_answer_of_redis_changes_nothing(script: str) -> None:
    """Whichever script's answer is lost, the command is sent once, with one attempt, and nobody is taken for dead."""
    cut = CutAfter(script)
    with (
        Valkey() as valkey,
        StubProcess() as stub,
        Relay(valkey.port, cut) as relay,
        valkey.client() as client,
        workers_on(relay, stub, client) as workers,
    ):
        cut.relay = relay
        producer = Producer.connect(valkey.url, page="P1")
        assert ticket_of(producer.send_text("9", "text 0")).wait(5).sent
        cut.armed = True
        outcome = ticket_of(producer.send_text("1", "text 1")).wait(20)
        wait_until(lambda: not cut.armed, within_s=5, why="the answer was lost")
        with suppress(AssertionError):
            wait_until(lambda: any(said(each) for each in workers), within_s=1, why="one may have noticed")
        wait_until(
            lambda: all(said(each)[-1:] != ["redis.lost"] for each in workers), within_s=5, why="it is over"
        )
        events = sorted(event for each in workers for event in said(each))
        assert (outcome.name, outcome.attempts, outcome.possibly_repeated) == ("sent", 1, False)
        assert events in ([], ["redis.lost", "redis.recovered"])
        assert [each.recipient for each in stub.ledger] == ["9", "1"]
        producer.close()
