"""What the stub's ledger proves about a run with crashes: pure functions from its books to what was lost or doubled."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

import msgspec

from tests.running import Running
from worker.stub import Connection, Delivery, Request


class Text(msgspec.Struct, frozen=True):
    """A numbered text to one person of one Page; `once` is one that may never be sent again by itself."""

    page: str
    person: str
    number: int
    once: bool = False

    @property
    def body(self) -> str:
        """The text that goes out."""
        return f"{'once' if self.once else 'text'} {self.number}"


class Doubt(msgspec.Struct, frozen=True):
    """Requests that a death left open: Graph had not answered, or the worker had not yet said that it settled them."""

    unanswered: frozenset[int]
    unsettled: frozenset[int]


def text_of(delivery: Delivery) -> Text:
    """Returns the text that a delivery brought."""
    kind, number = str(msgspec.json.decode(delivery.body)["text"]).split()
    return Text(delivery.page, delivery.recipient, int(number), kind == "once")


def times_delivered(deliveries: Iterable[Delivery]) -> dict[Text, list[Delivery]]:
    """Returns the deliveries of each text, in order."""
    found: dict[Text, list[Delivery]] = defaultdict(list)
    for each in deliveries:
        found[text_of(each)].append(each)
    return dict(found)


def out_of_order(deliveries: Iterable[Delivery]) -> list[str]:
    """Returns where a person got a text that is neither the same as the one before nor a later one."""
    last: dict[tuple[str, str], int] = defaultdict(lambda: -1)
    problems = []
    for each in deliveries:
        text = text_of(each)
        person = (text.page, text.person)
        if text.number < last[person]:
            problems.append(f"{person}: {text.number} after {last[person]}")
        last[person] = text.number
    return problems


def doubt_at(
    died_at: float,
    next_at: float,
    requests: Mapping[int, Request],
    connections: Sequence[Connection],
    settled: AbstractSet[str],
) -> Doubt:
    """Returns what the death of one process left in doubt, given when the next one died.

    The stub sees all connections of a dead process close; nobody else closes any. `settled` are the traces of the
    answers that a worker logged as settled.
    """
    unanswered, unsettled = set(), set()
    for each in connections:
        closed = each.closed_monotonic
        request = requests.get(each.last_request)
        if closed is None or request is None or not died_at <= closed < next_at:
            continue
        if request.state == "aborted":
            unanswered.add(request.id)
        elif request.state == "answered" and request.trace not in settled:
            unsettled.add(request.id)
    return Doubt(frozenset(unanswered), frozenset(unsettled))


def settled_by(worker: Running) -> set[str]:
    """Returns the traces of all answers that a worker, dead or alive, said it had settled."""
    return {str(event["trace"]) for event in worker.events("chunk.settled")}
