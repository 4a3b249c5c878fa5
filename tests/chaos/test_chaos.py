"""Everything goes wrong at once: Graph, workers and Redis; the stub's own ledger is the judge of what came of it.

Three worker processes send to ten Pages while requests break before and after their delivery, parts come back as null,
an edge answers 502, one Page is throttled, one has a dead token, and workers and Redis are killed at random. In CI it
takes some seconds; with LONG_TESTS a minute and 20,000 texts, and SOAK_S=3600 makes it an hour.
"""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import msgspec
import pytest
import redis

from producer import Producer, Ticket, batch
from producer.store.keys import Keys
from tests.crash.books import Text, out_of_order, times_delivered
from tests.running import (
    Lateness,
    Running,
    Valkey,
    pids_known,
    settings_of,
    ticket_of,
    wait_for_worker,
    wait_until_ended,
    waiting,
    worker_child,
)
from worker.operations import holds
from worker.stub import Delivery, Excess, Fault, Request, StubProcess

pytestmark = [pytest.mark.process, pytest.mark.long]

IS_LONG = bool(os.environ.get("LONG_TESTS"))
SECONDS = int(os.environ.get("SOAK_S") or (60 if IS_LONG else 8))
SEED = int(os.environ.get("CHAOS_SEED") or 4)
PAGES = tuple(f"P{number}" for number in range(10))
THROTTLED, DEAD = "P8", "P9"
WORKERS = 3
RATE = 60
LATENCY_MS = 40
EVERY_S = 1.5 if IS_LONG else 1.0
OUTAGE_S = 0.4
KILLS_MIN, RESTARTS_MIN = SECONDS // 4, max(1, SECONDS // 12)  # on a busy machine it goes on until then
TIMEOUT_S = 2.0
TEXTS_EACH = 10  # to one person
FEW = 5  # people of the Page whose token is dead, and of the throttled one: they wait until all else is over
PEOPLE = max(
    60, SECONDS * RATE * 9 // (TEXTS_EACH * 10)
)  # of every other Page, so that work waits at every kill
ONCE_EVERY = 10
DROPPED = 0.05
NULL_PARTS = 0.03
EDGE_FAILED = 0.02


class Rage(msgspec.Struct):
    """What happened while everything went wrong: what still waited at each fault, deaths, and what was held."""

    left: list[int] = []
    kills: int = 0
    restarts: int = 0
    held: set[str] = set()


class Run(msgspec.Struct, frozen=True):
    """What one run left behind."""

    texts: dict[Text, Ticket[object] | None]
    deliveries: list[Delivery]
    requests: dict[int, Request]
    settled: dict[str, str]
    given_up: set[str]
    late_s: float
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
        self.all: list[Running] = []
        self.killed: set[int] = set()
        self.running = [self._start() for _ in range(WORKERS)]

    def _start(self) -> Running:
        self.all.append(self._stack.enter_context(worker_child(self._settings)))
        return self.all[-1]

    def kill_one(self, known: set[int]) -> int:
        """Kills one of those that Redis knows, and starts another in its place; returns how many it killed."""
        slots = [slot for slot in range(WORKERS) if self.running[slot].pid in known]
        if not slots:  # all of them are still starting: to kill one of those would prove nothing
            return 0
        slot = self._chance.choice(slots)
        self.running[slot].kill()
        self.killed.add(self.running[slot].pid)
        self.running[slot] = self._start()
        return 1

    def settled(self) -> dict[str, str]:
        """Returns the traces of all answers that a worker, dead or alive, said it had settled, with its name."""
        events = [event for each in self.all for event in each.events("chunk.settled")]
        return {str(event["trace"]): str(event["chunk"]).partition("#")[0] for event in events}

    def given_up_alive(self) -> set[str]:
        """Returns the names of workers that others took for dead and that nobody had killed."""
        died = {str(event["worker"]) for each in self.all for event in each.events("worker.died")}
        return {name for name in died if int(name.split(":")[1]) not in self.killed}


def rage(valkey: Valkey, client: "redis.Redis", crew: Crew, chance: random.Random) -> Rage:
    """Kills workers and the server at random."""
    seen = Rage()
    began = time.monotonic()
    turn = 0
    while time.monotonic() - began < SECONDS or seen.kills < KILLS_MIN or seen.restarts < RESTARTS_MIN:
        turn += 1
        time.sleep(max(0.0, began + turn * EVERY_S + chance.random() * EVERY_S / 2 - time.monotonic()))
        seen.left.append(waiting(client))
        seen.held |= held_now(client)
        if turn % 4 == 2:  # often enough, and surely in a short run
            valkey.crash()
            time.sleep(OUTAGE_S)
            valkey.restart()
            seen.restarts += 1
        else:
            seen.kills += crew.kill_one(pids_known(client))
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


def cause_of(request: Request, settled: dict[str, str], given_up: set[str]) -> str:
    """Returns why what a request brought may come again: how it ended at the stub, and what its worker logged of it.

    A worker that lives logs the trace of every answer once it has settled it: an answer that nobody logged was lost
    with its worker, however long before its death it came.
    """
    if request.state == "dropped":
        return "Graph dropped the answer"
    if request.state == "aborted":
        return "its worker died while it was open"
    if request.state == "answered" and request.trace not in settled:
        return "its worker died before it had settled the answer"
    if settled.get(request.trace) in given_up:
        return "its worker was taken for dead"
    return f"none: it was {request.state}, and settled"


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """One run with everything at once, and then without faults to its end."""
    chance = random.Random(SEED)
    with ExitStack() as stack:
        valkey = stack.enter_context(Valkey(appendonly="yes", appendfsync="always"))
        client = stack.enter_context(valkey.client())
        late = stack.enter_context(Lateness())
        stub = stack.enter_context(StubProcess(latency_ms=LATENCY_MS))
        settings = settings_of(
            valkey.url,
            stub.origin,
            {page: f"TOKEN-{page}" for page in PAGES},
            rate_text=f"{RATE}/s",
            heartbeat_timeout=f"{TIMEOUT_S:g}s",
            retry_schedule=",".join(["300ms"] * 20),
        )
        add_faults(stub)
        texts = enqueue(valkey)
        crew = Crew(settings, chance, stack)
        wait_for_worker(client, *crew.running)
        seen = rage(valkey, client, crew, chance)
        fired = [each.fired for each in stub.faults.rules()]
        mend(stub, client)
        wait_until_ended(client, within_s=60 + 4 * SECONDS)
        requests = {each.id: each for each in stub.requests}
        burst = RATE + RATE * late.worst_s
        sys.stdout.write(
            f"seed {SEED}: {len(texts)} texts, {len(requests)} requests, {seen.kills} kills, "
            f"{seen.restarts} restarts, this machine {late.worst_s * 1000:.0f} ms late at worst, "
            f"waiting at each fault: {seen.left}\n"
        )
        yield Run(
            texts,
            stub.ledger,
            requests,
            crew.settled(),
            crew.given_up_alive(),
            late.worst_s,
            {page: stub.excesses(page, "text", per_s=RATE, burst=burst) for page in PAGES},
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
    assert run.seen.left[-1] < run.seen.left[0], "nothing was sent while it went wrong"


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
    """Each duplicate has its cause in the ledger and the logs: a lost answer, or a worker that died with it."""
    repeated = {each.request for found in times_delivered(run.deliveries).values() for each in found[:-1]}
    assert repeated, "nothing was repeated: the run proves nothing"
    causes = {number: cause_of(run.requests[number], run.settled, run.given_up) for number in repeated}
    sys.stdout.write(f"requests that were repeated, by cause: {dict(Counter(causes.values()))}\n")
    assert [run.requests[number] for number, cause in causes.items() if cause.startswith("none")] == []


def test_nobody_alive_is_taken_for_dead(run: Run) -> None:
    """However often Redis goes away, only workers that were killed are given up."""
    if run.late_s > TIMEOUT_S / 2:
        pytest.skip(
            f"this machine let nothing run for {run.late_s:.1f} s: who was silent then may be given up"
        )
    assert run.given_up == set()


def test_at_most_once_is_never_delivered_twice(run: Run) -> None:
    """Nothing that may be sent once only reaches its person twice, and some of it ended in doubt."""
    once = {text: found for text, found in times_delivered(run.deliveries).items() if text.once}
    assert {len(found) for found in once.values()} == {1}
    tickets = [ticket for ticket in run.texts.values() if ticket is not None]
    outcomes = [ticket.outcome() for ticket in tickets]
    assert {each and each.name for each in outcomes} == {"sent", "unknown"}


def test_no_page_is_called_above_its_rate(run: Run) -> None:
    """In no window is a Page called more than burst + rate x (t + 250 ms), whatever was killed in it.

    What this machine itself was late is added to the 250 ms.
    """
    assert run.excesses == {page: [] for page in PAGES}
