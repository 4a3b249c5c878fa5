"""Law 7's fence with real processes: a worker that was stopped, given up and continued does no harm, and works on."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import msgspec
import pytest
import redis

from producer import Producer, Ticket
from tests.crash.relay import Relay, sha_of
from tests.running import (
    Running,
    Valkey,
    names_of,
    settings_of,
    ticket_of,
    wait_for_worker,
    wait_until,
    wait_until_ended,
    worker_child,
)
from worker.stub import Delivery, StubProcess

pytestmark = pytest.mark.process

TIMEOUT_S = 1.0
MINE, OTHERS = "P1", "P2"


class Scene(msgspec.Struct, frozen=True):
    """One zombie to be, with its name before it is stopped, and what surrounds it."""

    valkey: Valkey
    client: "redis.Redis"
    stub: StubProcess
    zombie: Running
    name: str
    producer: Producer

    def settings(self, *pages: str) -> dict[str, str]:
        """Returns the settings of another worker, with the tokens of these Pages."""
        return settings_of(
            self.valkey.url,
            self.stub.origin,
            {page: f"TOKEN-{page}" for page in pages},
            heartbeat_timeout=f"{TIMEOUT_S:g}s",
        )

    def reaped(self) -> bool:
        """Tells whether the zombie has been given up under its old name."""
        return self.name not in names_of(self.client)

    def texts(self) -> list[tuple[str, str]]:
        """Returns every text that was delivered, with its person."""
        return [(each.recipient, text_in(each)) for each in self.stub.ledger]


def text_in(delivery: Delivery) -> str:
    """Returns the text of a delivery."""
    return str(msgspec.json.decode(delivery.body)["text"])


def pass_all(_question: bytes) -> bool:
    """Holds nothing back."""
    return False


@contextmanager
def scene(
    valkey: Valkey,
    client: "redis.Redis",
    at: Callable[[bytes], bool] | None = None,
    *,
    latency_ms: float = 0.0,
) -> Iterator[tuple[Scene, Relay]]:
    """Starts the zombie to be behind a relay that asks `at` about each of its questions to Redis."""
    with StubProcess(latency_ms=latency_ms) as stub, Relay(valkey.port, at or pass_all) as relay:
        pages = {MINE: f"TOKEN-{MINE}"}
        settings = settings_of(relay.url, stub.origin, pages, heartbeat_timeout=f"{TIMEOUT_S:g}s")
        producer = Producer.connect(valkey.url, page=MINE)
        with worker_child(settings) as zombie:
            wait_for_worker(client, zombie)
            name = names_of(client, zombie.pid)[0]
            yield Scene(valkey, client, stub, zombie, name, producer), relay
        producer.close()


class StopAt:
    """Stops a process when it asks Redis for a script, before Redis sees it; `hold` keeps the question back."""

    def __init__(self, script: str, *, hold: bool) -> None:
        self._sha = sha_of(script)
        self._hold = hold
        self.armed: Running | None = None
        self.stopped = False

    def __call__(self, piece: bytes) -> bool:
        """Stops the armed process once, and tells whether to hold this question."""
        if self.armed is None or self.stopped or self._sha not in piece:
            return False
        self.armed.signal(signal.SIGSTOP)
        self.stopped = True
        return self._hold


def request_begun(found: Scene) -> bool:
    """Tells whether Redis has the mark that the zombie's one chunk, of all 19 texts, began."""
    taken = cast("dict[bytes, bytes]", found.client.hgetall(f"outbound:taken:{found.name}"))
    [entry] = taken.values()
    assert entry.count(b",") == 18
    return entry.startswith(b"b")


def assert_works_on(found: Scene) -> None:
    """The zombie is known under a new name, and delivers a new command all alone."""
    wait_until(lambda: names_of(found.client, found.zombie.pid), within_s=5, why="it says hello again")
    assert found.name not in names_of(found.client)
    outcome = ticket_of(found.producer.send_text("99", "after")).wait(5)
    assert (outcome.name, outcome.attempts) == ("sent", 1)
    assert found.texts().count(("99", "after")) == 1


@pytest.mark.parametrize(
    ("hold", "repeated"),
    [
        pytest.param(True, False, id="taken but not begun"),
        pytest.param(False, True, id="begun in Redis but nothing sent yet"),
    ],
)
def test_no_request_starts_for_what_was_reaped(
    valkey_server: Valkey, client: "redis.Redis", hold: bool, repeated: bool
) -> None:
    """A chunk in the hands of a stopped worker is another's once it is reaped; the zombie starts no request for it."""
    stop = StopAt("begin", hold=hold)
    with scene(valkey_server, client, stop) as (found, relay):
        ticket_of(found.producer.send_text("0", "text 0")).wait(5)  # so that Redis knows the script
        found.zombie.signal(signal.SIGSTOP)  # so that the texts are taken as one chunk
        tickets = [ticket_of(found.producer.send_text(str(each), f"text {each}")) for each in range(1, 20)]
        stop.armed = found.zombie
        found.zombie.signal(signal.SIGCONT)
        wait_until(lambda: stop.stopped, within_s=5, why="the zombie is about to begin")
        wait_until(lambda: request_begun(found) is repeated, within_s=1, why="Redis has or has not its mark")
        with worker_child(found.settings(MINE)) as other:
            wait_until(found.reaped, within_s=10, why="the other reaps it")
            wait_until_ended(client, within_s=10)
            requests = len(found.stub.requests)
            found.zombie.signal(signal.SIGCONT)
            relay.release()
            wait_until(
                lambda: names_of(client, found.zombie.pid), within_s=5, why="the zombie says hello again"
            )
            time.sleep(2 * TIMEOUT_S / 4)
            assert len(found.stub.requests) == requests
            assert sorted(found.texts()) == sorted((str(each), f"text {each}") for each in range(20))
            outcomes = [ticket.outcome() for ticket in tickets]
            assert {each and each.name for each in outcomes} == {"sent"}
            assert {each and each.possibly_repeated for each in outcomes} == {repeated}
            assert [event["worker"] for event in other.events("worker.died")] == [found.name]
            other.stop()
        assert_works_on(found)


def open_request(found: Scene, *, once: bool = False) -> Ticket[object]:
    """Lets the zombie send one text, and stops it while the request is open; Graph has the text by then."""
    ticket = ticket_of(found.producer.with_options(at_most_once=once).send_text("7", "hello"))
    wait_until(lambda: found.stub.stats().deliveries == 1, within_s=5, why="Graph has the text")
    found.zombie.signal(signal.SIGSTOP)
    assert [each.state for each in found.stub.requests] == ["open"]
    return ticket


def test_a_late_success_ends_what_waits(valkey_server: Valkey, client: "redis.Redis") -> None:
    """A reaped command that waits for its next attempt ends as sent when the zombie's answer proves it."""
    with scene(valkey_server, client, latency_ms=500) as (found, _):
        ticket = open_request(found)
        with worker_child(found.settings(OTHERS)) as reaper:  # it has no token for the zombie's Page
            wait_until(found.reaped, within_s=10, why="the other reaps it")
            assert ticket.outcome() is None
            reaper.kill()  # so that nobody can take it before the zombie's answer is known
        found.zombie.signal(signal.SIGCONT)
        outcome = ticket.wait(5)
        assert (outcome.name, outcome.possibly_repeated) == ("sent", True)
        assert cast("dict[str, str]", outcome.reply)["message_id"] == found.stub.ledger[0].message_id
        assert_works_on(found)
        assert found.texts() == [("7", "hello"), ("99", "after")]


def test_a_late_success_ends_doubt(valkey_server: Valkey, client: "redis.Redis") -> None:
    """An at_most_once command that ended unknown at the reap becomes sent when the zombie's answer proves it."""
    with scene(valkey_server, client, latency_ms=500) as (found, _):
        ticket = open_request(found, once=True)
        with worker_child(found.settings(MINE)):
            wait_until(found.reaped, within_s=10, why="the other reaps it")
            outcome = ticket.wait(1)
            assert (outcome.name, client.zcard("outbound:dead")) == ("unknown", 1)
            found.zombie.signal(signal.SIGCONT)
            wait_until(lambda: (ticket.wait(1)).sent, within_s=5, why="the late answer is taken as evidence")
        assert client.zcard("outbound:dead") == 0
        counts = cast("dict[bytes, bytes]", client.hgetall("outbound:counts"))
        assert {name: int(number) for name, number in counts.items() if int(number)} == {
            b"sent": 1,
            b"reaped": 1,
        }
        assert_works_on(found)
        assert found.texts() == [("7", "hello"), ("99", "after")]


def test_a_late_success_undoes_nothing(valkey_server: Valkey, client: "redis.Redis") -> None:
    """When another worker has sent the reaped command again, the zombie's answer changes neither outcome nor counts."""
    with scene(valkey_server, client, latency_ms=500) as (found, _):
        ticket = open_request(found)
        with worker_child(found.settings(MINE)):
            wait_until(found.reaped, within_s=10, why="the other reaps it")
            outcome = ticket.wait(10)
            assert (outcome.name, outcome.attempts, outcome.possibly_repeated) == ("sent", 2, True)
            before = client.hgetall("outbound:counts")
            found.zombie.signal(signal.SIGCONT)
            wait_until(
                lambda: found.zombie.events("chunk.settled"), within_s=5, why="the zombie settles what it had"
            )
            assert ticket.outcome() == outcome
            assert client.hgetall("outbound:counts") == before
        assert_works_on(found)
        assert found.texts() == [("7", "hello"), ("7", "hello"), ("99", "after")]


def test_a_late_failure_undoes_nothing(valkey_server: Valkey, client: "redis.Redis") -> None:
    """A refusal that the zombie hears late ends nothing: the command stays another's to send."""
    with scene(valkey_server, client, latency_ms=500) as (found, _):
        found.stub.faults.add("error", code=100, subcode=2018001, times=1, deliver=True)
        ticket = open_request(found)
        with worker_child(found.settings(OTHERS)) as reaper:
            wait_until(found.reaped, within_s=10, why="the other reaps it")
            found.zombie.signal(signal.SIGCONT)
            wait_until(
                lambda: found.zombie.events("chunk.settled"), within_s=5, why="the zombie settles what it had"
            )
            reaper.stop()
        outcome = ticket.wait(10)
        assert (outcome.name, outcome.attempts, outcome.possibly_repeated) == ("sent", 2, True)
        assert found.texts() == [("7", "hello"), ("7", "hello")]
