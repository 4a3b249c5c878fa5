"""Law 7 with real processes: workers die by kill -9 in mid-campaign, and the stub's own ledger is the judge."""

import random
import signal
import time
from collections.abc import Iterator, Mapping
from typing import cast

import msgspec
import pytest
import redis

from producer import Producer, Ticket
from tests.crash.books import Doubt, Text, doubt_at, out_of_order, settled_by, times_delivered
from tests.running import (
    START_S,
    Running,
    Valkey,
    names_of,
    settings_of,
    ticket_of,
    wait_for_worker,
    wait_until,
    wait_until_ended,
    waiting,
    worker_child,
)
from worker.stub import Delivery, StubProcess

PAGES = ("P1", "P2", "P3")
PEOPLE = 500
TEXTS_EACH = 10
KILLS = 10
EVERY_S = 1.0
LATENCY_MS = 300  # a kill comes within three quarters of it, on a busy machine too
RATE_A_PAGE = 80

pytestmark = pytest.mark.process


class Kill(msgspec.Struct, frozen=True):
    """One kill: the machine's monotonic clock right before it, and what still waited then."""

    at: float
    left: int


class Run(msgspec.Struct, frozen=True):
    """What one run with kills left behind."""

    texts: dict[Text, Ticket[object]]
    deliveries: list[Delivery]
    kills: list[Kill]
    doubts: list[Doubt]

    @property
    def unanswered(self) -> set[int]:
        """Requests that were open at some kill, and that Graph had not answered."""
        return {request for doubt in self.doubts for request in doubt.unanswered}

    @property
    def open(self) -> set[int]:
        """Requests that were open at some kill for the worker, answered or not."""
        return self.unanswered | {request for doubt in self.doubts for request in doubt.unsettled}


def request_open(client: "redis.Redis", running: Running) -> str | None:
    """Returns the mark of a chunk of this worker whose request had begun when Redis was asked."""
    for name in names_of(client, running.pid):
        taken = cast("Mapping[bytes, bytes]", client.hgetall(f"outbound:taken:{name}"))
        for token, entry in taken.items():
            if entry.startswith(b"b"):
                return f"{name}#{token.decode()}"
    return None


def kill_with_open_request(client: "redis.Redis", stub: StubProcess, victim: Running) -> Kill:
    """Kills a worker in the middle of a request of its own."""

    def in_the_middle() -> bool:
        mark = request_open(client, victim)
        time.sleep(LATENCY_MS / 4 / 1000)
        return mark is not None and request_open(client, victim) == mark and stub.stats().open > 0

    wait_until(in_the_middle, within_s=START_S, why="the worker has a request open")
    left = waiting(client)
    at = time.monotonic()
    victim.kill()
    return Kill(at, left)


def enqueue(producer: Producer) -> dict[Text, Ticket[object]]:
    """Puts every person's numbered texts on the queue, person after person in turn; one in ten is sent once at most."""
    tickets = {}
    for number in range(TEXTS_EACH):
        for person in range(PEOPLE):
            text = Text(PAGES[person % len(PAGES)], str(10_000 + person), number, (person + number) % 10 == 0)
            view = producer.with_options(page=text.page, at_most_once=text.once)
            tickets[text] = ticket_of(view.send_text(text.person, text.body))
    return tickets


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Two workers deliver the campaign while a random one is killed every second, and replaced at once."""
    chance = random.Random(2)
    with Valkey() as valkey, valkey.client() as client, StubProcess(latency_ms=LATENCY_MS) as stub:
        settings = settings_of(
            valkey.url,
            stub.origin,
            {page: f"TOKEN-{page}" for page in PAGES},
            rate_text=f"{RATE_A_PAGE}/s",
            heartbeat_timeout="1s",
        )
        producer = Producer.connect(valkey.url, page=PAGES[0])
        texts = enqueue(producer)
        workers = [worker_child(settings), worker_child(settings)]
        try:
            wait_for_worker(client, *workers)
            kills: list[Kill] = []
            settled: set[str] = set()
            began = time.monotonic()
            for number in range(KILLS):
                time.sleep(max(0.0, began + (number + 1) * EVERY_S - time.monotonic()))
                slot = chance.randrange(2)
                kills.append(kill_with_open_request(client, stub, workers[slot]))
                settled |= settled_by(workers[slot])
                workers[slot].close()
                workers[slot] = worker_child(settings)
            wait_until_ended(client, within_s=60)
            requests = {each.id: each for each in stub.requests}
            connections = stub.connections
            settled = settled.union(*(settled_by(worker) for worker in workers))
            ends = [*(kill.at for kill in kills[1:]), float("inf")]
            doubts = [
                doubt_at(kill.at, end, requests, connections, settled)
                for kill, end in zip(kills, ends, strict=True)
            ]
            yield Run(texts, stub.ledger, kills, doubts)
        finally:
            for worker in workers:
                worker.signal(signal.SIGTERM)
            for worker in workers:
                worker.close()
            producer.close()


def test_each_kill_finds_an_open_request_and_a_fifth_still_waits_at_the_last(run: Run) -> None:
    """The run is a real test of crashes: no kill hits an idle worker, nor a campaign that is nearly over."""
    assert [len(doubt.unanswered) > 0 for doubt in run.doubts] == [True] * KILLS
    assert run.kills[-1].left >= len(run.texts) / 5


def test_nothing_is_lost(run: Run) -> None:
    """Every text reaches its person, but for those that may be sent once only and ended in doubt."""
    delivered = times_delivered(run.deliveries)
    missing = {text for text in run.texts if text not in delivered}
    outcomes = {text: run.texts[text].outcome() for text in missing}
    assert {(text.once, outcome and outcome.name) for text, outcome in outcomes.items()} <= {
        (True, "unknown")
    }
    assert set(delivered) <= set(run.texts)


def test_order_is_kept(run: Run) -> None:
    """No person ever gets a text after a later one; a permitted duplicate follows its first directly."""
    assert out_of_order(run.deliveries) == []


def test_duplicates_are_the_parts_of_requests_that_were_open_at_a_kill(run: Run) -> None:
    """What was repeated lay in a request that a death left open, and all that surely lay in one was repeated."""
    repeatable = {text: found for text, found in times_delivered(run.deliveries).items() if not text.once}
    repeated = {each.request for found in repeatable.values() for each in found[:-1]}
    assert repeated <= run.open
    doubted = {text for text, found in repeatable.items() if found[0].request in run.unanswered}
    assert doubted <= {text for text, found in repeatable.items() if len(found) > 1}


def test_repeated_commands_say_so(run: Run) -> None:
    """A command that reached its person twice ends as sent, marked as possibly repeated."""
    doubled = [text for text, found in times_delivered(run.deliveries).items() if len(found) > 1]
    outcomes = [run.texts[text].outcome() for text in doubled]
    assert {(each and each.name, each and each.possibly_repeated) for each in outcomes} == {("sent", True)}


def test_at_most_once_is_never_delivered_twice(run: Run) -> None:
    """Nothing marked at_most_once arrives twice; those in a request that was open at a kill end unknown."""
    once = {text: found for text, found in times_delivered(run.deliveries).items() if text.once}
    assert {len(found) for found in once.values()} == {1}
    doubted = [text for text, found in once.items() if found[0].request in run.unanswered]
    assert doubted, "the run had none in doubt: it proves nothing"
    outcomes = [run.texts[text].outcome() for text in doubted]
    assert {each and each.name for each in outcomes} == {"unknown"}
