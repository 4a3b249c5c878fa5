"""With `appendfsync everysec` a power cut takes the last second of writes: what that loses and doubles, and no more."""

import bisect
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime

import msgspec
import pytest

from producer import Producer, batch
from tests.crash.books import Text, out_of_order, times_delivered
from tests.running import (
    Running,
    Valkey,
    settings_of,
    wait_for_worker,
    wait_until_ended,
    waiting,
    worker_child,
)
from worker.stub import Delivery, Request, StubProcess

pytestmark = pytest.mark.process

LATENCY_MS = 50
SAMPLE_S = 0.01
UNSYNCED_S = 1.0
EVERY_S = 0.004
SECONDS = 3.0
PEOPLE = 250
NUMBERS = 4  # of texts to everyone that wait from the start
ONCE_EVERY = 10


class FileSizes:
    """Notes the size of a growing file over time, so that it can be cut to what it was at some moment."""

    def __init__(self, valkey: Valkey) -> None:
        self._path = valkey.aof()
        self._times: list[float] = []
        self._sizes: list[int] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sizes", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopping.wait(SAMPLE_S):
            at = time.time()  # before the size: what was written by then is in it
            self._sizes.append(self._path.stat().st_size)
            self._times.append(at)

    def cut(self, moment: float) -> float:
        """Cuts the file to what it was at some moment, and returns that of the last look before it (Unix seconds)."""
        self._stopping.set()
        self._thread.join()
        found = bisect.bisect(self._times, moment) - 1
        with self._path.open("r+b") as file:
            file.truncate(self._sizes[found])
        return self._times[found]


class Run(msgspec.Struct, frozen=True):
    """What one power cut left behind; times are Unix seconds."""

    accepted_at: dict[Text, float]
    kept_until: float
    deliveries: list[Delivery]
    requests: dict[int, Request]
    settled_at: dict[str, float]
    left: int

    def repeated(self) -> dict[Text, set[int]]:
        """Returns the texts that were delivered more than once, with the requests that came before the last."""
        found = times_delivered(self.deliveries)
        return {text: {each.request for each in all_[:-1]} for text, all_ in found.items() if len(all_) > 1}


def settled_at(workers: list[Running]) -> dict[str, float]:
    """Returns when each answer had been settled, by its trace."""
    events = [event for each in workers for event in each.events("chunk.settled")]
    return {str(each["trace"]): datetime.fromisoformat(str(each["timestamp"])).timestamp() for each in events}


def fill(producer: Producer) -> dict[Text, float]:
    """Puts more on the queue than is sent before the power is cut; returns when each had been accepted."""
    texts = [text_to(number, person) for number in range(NUMBERS) for person in range(PEOPLE)]
    for start in range(0, len(texts), ONCE_EVERY):
        for once in (False, True):
            mine = [text for text in texts[start : start + ONCE_EVERY] if text.once == once]
            view = producer.with_options(at_most_once=once)
            view.send_many(batch.send_text(text.person, text.body) for text in mine)
    return dict.fromkeys(texts, time.time())


def text_to(number: int, person: int) -> Text:
    """Returns a text; what one person in ten gets is sent once at most."""
    return Text("P1", str(1 + person), number, person % ONCE_EVERY == 0)


def produce(producer: Producer) -> dict[Text, float]:
    """Enqueues numbered texts, one after the other; returns when each had been accepted."""
    accepted = fill(producer)
    began = time.monotonic()
    while time.monotonic() - began < SECONDS:
        text = text_to(*divmod(len(accepted), PEOPLE))
        producer.with_options(at_most_once=text.once).send_text(text.person, text.body)
        accepted[text] = time.time()
        time.sleep(EVERY_S)
    return accepted


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Two workers send while texts come in; the power is cut, and the server comes back without its last second."""
    with ExitStack() as stack:
        valkey = stack.enter_context(Valkey(appendonly="yes", appendfsync="everysec"))
        stub = stack.enter_context(StubProcess(latency_ms=LATENCY_MS))
        client = stack.enter_context(valkey.client())
        settings = settings_of(
            valkey.url, stub.origin, {"P1": "TOKEN-P1"}, rate_text="100/s", heartbeat_timeout="2s"
        )
        workers = [stack.enter_context(worker_child(settings)) for _ in range(2)]
        wait_for_worker(client, *workers)
        time.sleep(UNSYNCED_S)  # so that what Redis knows of them is older than what it loses
        sizes = FileSizes(valkey)
        producer = Producer.connect(valkey.url, page="P1")
        accepted = produce(producer)
        left = waiting(client)
        valkey.crash()
        kept_until = sizes.cut(time.time() - UNSYNCED_S)
        valkey.restart()
        wait_until_ended(client, within_s=60)
        producer.close()
        requests = {each.id: each for each in stub.requests}
        sys.stdout.write(f"{len(accepted)} accepted, {left} waiting, {len(stub.ledger)} delivered\n")
        yield Run(accepted, kept_until, stub.ledger, requests, settled_at(workers), left)


def test_only_what_was_accepted_in_the_lost_second_is_lost(run: Run) -> None:
    """Whatever had been accepted before that second is delivered, with every worker alive and none restarted."""
    lost = run.accepted_at.keys() - times_delivered(run.deliveries).keys()
    assert lost, "nothing was lost: the run proves nothing"
    assert [text for text in lost if run.accepted_at[text] <= run.kept_until] == []


def test_only_what_was_settled_in_the_lost_second_is_repeated(run: Run) -> None:
    """Whatever came twice had been settled in that second or not yet: at_most_once does not help there."""
    repeated = run.repeated()
    sys.stdout.write(
        f"{len(repeated)} repeated, {sum(text.once for text in repeated)} of them at_most_once\n"
    )
    early = [
        text
        for text, requests in repeated.items()
        for each in requests
        if run.settled_at.get(run.requests[each].trace, float("inf")) <= run.kept_until
    ]
    assert repeated, "nothing was repeated: the run proves nothing"
    assert any(text.once for text in repeated)
    assert early == []


def test_the_order_holds_but_for_the_repetition(run: Run) -> None:
    """Leaving out what came again, every person gets their texts in order."""
    firsts = {found[0].sequence for found in times_delivered(run.deliveries).values()}
    assert out_of_order(each for each in run.deliveries if each.sequence in firsts) == []
