"""Everything goes wrong at once: Graph, workers and Redis; the stub's own ledger is the judge of what came of it.

Three worker processes send to ten Pages while requests break before and after their delivery, parts come back as null,
an edge answers 502, one Page is throttled, one has a dead token, and workers and Redis are killed at random. In CI it
takes some seconds; with LONG_TESTS a minute and 20,000 texts, and SOAK_S=3600 makes it an hour.
"""

import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

import msgspec
import pytest
import redis

from producer import Producer, Ticket, batch
from producer.keys import Keys
from tests.crash.books import SLACK_S, Text, out_of_order, times_delivered
from tests.running import (
    Running,
    Valkey,
    settings_of,
    ticket_of,
    wait_for_worker,
    wait_until_ended,
    waiting,
    worker_child,
)
from worker.operations import holds
from worker.stub import Connection, Delivery, Excess, Fault, Request, StubProcess, interrupted

pytestmark = [pytest.mark.process, pytest.mark.long]

IS_LONG = bool(os.environ.get("LONG_TESTS"))
SECONDS = int(os.environ.get("SOAK_S") or (60 if IS_LONG else 8))
SEED = int(os.environ.get("CHAOS_SEED") or 4)
PAGES = tuple(f"P{number}" for number in range(10))
THROTTLED, DEAD = "P8", "P9"
WORKERS = 3
RATE = 60
LATENCY_MS = 40
EVERY_S = 1.0
OUTAGE_S = 0.4
SETTLED_S = 2.0  # after which what waited for Redis has been settled
TEXTS_EACH = 10  # to one person
FEW = 5  # people of the Page whose token is dead, and of the throttled one: they wait until all else is over
PEOPLE = max(
    60, SECONDS * RATE * 9 // (TEXTS_EACH * 10)
)  # of every other Page, so that work waits at every kill
ONCE_EVERY = 10
DROPPED = 0.05
NULL_PARTS = 0.03
EDGE_FAILED = 0.02


class Kill(msgspec.Struct, frozen=True):
    """A worker's death: the machine's monotonic clock before and after it, and from when on it may not have settled.

    What Graph answers while Redis is away is settled when Redis is back: a worker that dies before has told nobody.
    """

    at: float
    by: float
    unsettled_from: float


class Rage(msgspec.Struct):
    """What happened while everything went wrong: what still waited at each fault, deaths, and what was held."""

    left: list[int] = []
    kills: list[Kill] = []
    held: set[str] = set()


class Run(msgspec.Struct, frozen=True):
    """What one run left behind."""

    texts: dict[Text, Ticket[object] | None]
    deliveries: list[Delivery]
    requests: dict[int, Request]
    open: set[int]
    excesses: dict[str, list[Excess]]
    seen: Rage
    fired: list[int]


def texts_of() -> list[list[Text]]:
    """Returns everybody's first texts, then everybody's second, …; one in ten may be sent once only."""
    people = [
        (page, f"{1 + number}{person:05}")
        for number, page in enumerate(PAGES)
        for person in range(FEW if page in {THROTTLED, DEAD} else PEOPLE)
    ]
    return [
        [
            Text(page, person, number, (index + number) % ONCE_EVERY == 0)
            for index, (page, person) in enumerate(people)
        ]
        for number in range(TEXTS_EACH)
    ]


def enqueue(valkey: Valkey) -> dict[Text, Ticket[object] | None]:
    """Puts all texts on the queue; those that are sent once at most have a ticket."""
    found: dict[Text, Ticket[object] | None] = {}
    producer = Producer.connect(valkey.url)
    for turn in texts_of():
        for page in PAGES:
            mine = [text for text in turn if text.page == page]
            many = [text for text in mine if not text.once]
            producer.for_page(page).send_many(batch.send_text(text.person, text.body) for text in many)
            found.update(dict.fromkeys(many))
            once = producer.with_options(page=page, at_most_once=True)
            found.update(
                {text: ticket_of(once.send_text(text.person, text.body)) for text in mine if text.once}
            )
    producer.close()
    return found


def add_faults(stub: StubProcess) -> None:
    """Makes Graph fail as it does on its worst day."""
    stub.set_token(DEAD, state="password_changed")
    for number, fault in enumerate(
        (
            Fault(action="drop_after", probability=DROPPED),
            Fault(action="drop_before", probability=DROPPED, reset=True),
            Fault(action="html", status=502, probability=EDGE_FAILED),
            Fault(action="error", page=THROTTLED, code=613, times=2),
            Fault(action="null", probability=NULL_PARTS),
        )
    ):
        stub.faults.add(msgspec.structs.replace(fault, seed=SEED + number))


class Crew:
    """The worker processes, of which a random one is killed and replaced at once."""

    def __init__(self, settings: dict[str, str], chance: random.Random, stack: ExitStack) -> None:
        self._settings = settings
        self._chance = chance
        self._stack = stack
        self.running = [self._start() for _ in range(WORKERS)]

    def _start(self) -> Running:
        return self._stack.enter_context(worker_child(self._settings))

    def kill_one(self, unsettled_from: float) -> Kill:
        """Kills one and starts another in its place."""
        slot = self._chance.randrange(WORKERS)
        at = time.monotonic()
        self.running[slot].kill()
        kill = Kill(at, time.monotonic(), min(at - SLACK_S, unsettled_from))
        self.running[slot] = self._start()
        return kill


def rage(valkey: Valkey, client: "redis.Redis", crew: Crew, chance: random.Random) -> Rage:
    """Kills workers and the server at random."""
    seen = Rage()
    began = time.monotonic()
    down_at, up_at = began, float("-inf")
    turn = 0
    while time.monotonic() - began < SECONDS:
        turn += 1
        time.sleep(max(0.0, began + turn * EVERY_S + chance.random() * EVERY_S / 2 - time.monotonic()))
        seen.left.append(waiting(client))
        seen.held |= held_now(client)
        if turn % 4 == 2:  # often enough, and surely in a short run
            down_at = time.monotonic()
            valkey.crash()
            time.sleep(OUTAGE_S)
            valkey.restart()
            up_at = time.monotonic()
        else:
            is_back = time.monotonic() - up_at > SETTLED_S
            seen.kills.append(crew.kill_one(float("inf") if is_back else down_at - SLACK_S))
    return seen


def held_now(client: "redis.Redis") -> set[str]:
    """Returns the scopes of the holds that stand."""
    return {each.scope for each in holds.list_holds(client, Keys("outbound"))}


def mend(stub: StubProcess, client: "redis.Redis") -> None:
    """Ends all faults as people do: the token lives, and what was held is released."""
    stub.faults.clear()
    stub.set_token(DEAD, state="valid")
    for scope in held_now(client):
        holds.release(client, Keys("outbound"), scope)


def open_at(kill: Kill, requests: list[Request], connections: list[Connection]) -> set[int]:
    """Returns the requests that a death left open for its worker, or answered and not settled."""
    unsettled_s, noticed_s = kill.at - kill.unsettled_from, kill.by - kill.at + SLACK_S
    found = interrupted(requests, connections, kill.at, unsettled_s=unsettled_s, noticed_s=noticed_s)
    return {each.id for each in found}


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """One run with everything at once, and then without faults to its end."""
    chance = random.Random(SEED)
    with ExitStack() as stack:
        valkey = stack.enter_context(Valkey(appendonly="yes", appendfsync="always"))
        client = stack.enter_context(valkey.client())
        stub = stack.enter_context(StubProcess(latency_ms=LATENCY_MS))
        settings = settings_of(
            valkey.url,
            stub.origin,
            {page: f"TOKEN-{page}" for page in PAGES},
            rate_text=f"{RATE}/s",
            heartbeat_timeout="2s",
            retry_schedule=",".join(["300ms"] * 20),
        )
        add_faults(stub)
        texts = enqueue(valkey)
        crew = Crew(settings, chance, stack)
        wait_for_worker(client, *crew.running)
        seen = rage(valkey, client, crew, chance)
        fired = [each.fired for each in stub.faults.rules()]
        mend(stub, client)
        wait_until_ended(client, within_s=30 + SECONDS)
        requests, connections = stub.requests, stub.connections
        sys.stdout.write(
            f"{len(texts)} texts, {len(requests)} requests, waiting at each fault: {seen.left}\n"
        )
        yield Run(
            texts,
            stub.ledger,
            {each.id: each for each in requests},
            {request for kill in seen.kills for request in open_at(kill, requests, connections)},
            {page: stub.excesses(page, "text", per_s=RATE, burst=RATE) for page in PAGES},
            seen,
            fired,
        )


def test_everything_did_go_wrong(run: Run) -> None:
    """Every fault struck, a Page was held for its token and another throttled, and work waited at every kill."""
    assert [fired > 0 for fired in run.fired] == [True] * 5
    assert {f"page:{DEAD}"} <= run.seen.held
    assert any(THROTTLED in scope for scope in run.seen.held)
    waited_for_mending = FEW * TEXTS_EACH
    assert min(run.seen.left) > 2 * waited_for_mending


def test_nothing_is_lost(run: Run) -> None:
    """Every text reaches its person, but for those that may be sent once only and ended in doubt."""
    delivered = times_delivered(run.deliveries)
    assert set(delivered) <= set(run.texts)
    missing = {text: run.texts[text] for text in run.texts if text not in delivered}
    ended = {text: ticket and ticket.outcome() for text, ticket in missing.items()}
    assert {(text.once, outcome and outcome.name) for text, outcome in ended.items()} <= {(True, "unknown")}


def test_order_is_kept(run: Run) -> None:
    """No person ever gets a text after a later one."""
    assert out_of_order(run.deliveries) == []


def test_only_what_ended_unknown_is_repeated(run: Run) -> None:
    """What reached a person again had been in a request that Graph dropped, or that a worker's death left open."""
    repeated = {
        each.request
        for text, found in times_delivered(run.deliveries).items()
        if not text.once
        for each in found[:-1]
    }
    dropped = {number for number, request in run.requests.items() if request.state == "dropped"}
    assert repeated, "nothing was repeated: the run proves nothing"
    strange = [run.requests[number] for number in repeated - dropped - run.open]
    assert strange == [], (strange[:10], run.seen.kills)


def test_at_most_once_is_never_delivered_twice(run: Run) -> None:
    """Nothing that may be sent once only reaches its person twice, and some of it ended in doubt."""
    once = {text: found for text, found in times_delivered(run.deliveries).items() if text.once}
    assert {len(found) for found in once.values()} == {1}
    tickets = [ticket for ticket in run.texts.values() if ticket is not None]
    outcomes = [ticket.outcome() for ticket in tickets]
    assert {each and each.name for each in outcomes} == {"sent", "unknown"}


def test_no_page_is_called_above_its_rate(run: Run) -> None:
    """In no window is a Page called more than burst + rate x (t + 250 ms), whatever was killed in it."""
    assert run.excesses == {page: [] for page in PAGES}
