"""What the stub's ledger proves about a run with crashes: pure functions from its books to what was lost or doubled."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from worker.stub import Connection, Delivery, Request

SLACK_S = 0.3  # between a process's death and the stub's noticing; or between an answer and its settling


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
    """Requests that a death left in doubt: `unanswered` surely, `unread` perhaps (answered shortly before)."""

    unanswered: frozenset[int]
    unread: frozenset[int]


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
    died_at: float, died_by: float, requests: Mapping[int, Request], connections: Sequence[Connection]
) -> Doubt:
    """Returns what the death of one process, between two instants, left in doubt.

    The stub sees all connections of a dead process close at once; no other client closes any.
    """
    unanswered, unread = set(), set()
    for each in connections:
        closed = each.closed_monotonic
        request = requests.get(each.last_request)
        if closed is None or request is None or not died_at <= closed <= died_by + SLACK_S:
            continue
        if request.state == "aborted":
            unanswered.add(request.id)
        elif request.state == "answered" and (request.finished_monotonic or 0) > died_at - SLACK_S:
            unread.add(request.id)
    return Doubt(frozenset(unanswered), frozenset(unread))
