"""What was asked, what reached Graph, and what must be true of both once everything has ended."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

import msgspec

from tests.laws.engine import PREFIX
from tests.laws.places import disagreements
from tests.laws.store import Store
from worker.engine.knowledge import Rate

SLACK_MS = 250  # between a take, which spends the budget, and its call


class Order(msgspec.Struct):
    """One command that a producer asked for, or that a broadcast made of one of its people."""

    id: str
    page: str
    rate_class: str
    is_send: bool
    at_most_once: bool
    conversations: tuple[str, ...] = ()
    bucket: str = ""
    due_ms: int | None = None
    accepted: int | None = None  # when, as a number in the order of all that happened
    accepted_ms: int = 0
    stops: bool = False  # a step that is not wanted when the one before it was not sent
    cancelled: bool = False  # somebody was told that it will surely not be sent


class Call(msgspec.Struct):
    """One request, or part of one, that reached Graph; `doubtful` until its answer was settled as one."""

    id: str
    page: str
    rate_class: str
    bucket: str
    cost: int
    at_ms: int
    number: int
    delivered: bool
    doubtful: bool = True


class Books:
    """All orders and calls of one run."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.calls: list[Call] = []
        self.ticks: list[tuple[int, int]] = []  # number and time of each tick that left nothing due
        self.people: dict[str, int] = {}  # of each broadcast
        self.wrongs: list[str] = []  # what was seen to be wrong on the way
        self._number = 0

    def next_number(self) -> int:
        """Returns the next number in the order of all that happened."""
        self._number += 1
        return self._number

    def problems(self, store: Store, rates: Mapping[str, Rate | None]) -> Iterator[str]:
        """Yields a sentence for each law that the run broke."""
        accepted = [each.id for each in self.orders.values() if each.accepted is not None]
        yield from self.wrongs
        yield from disagreements(store, accepted)
        yield from self._lost(store, accepted)
        calls: dict[str, list[Call]] = {}
        for call in self.calls:
            calls.setdefault(call.id, []).append(call)
        for order in self.orders.values():
            yield from _repeats(order, calls.get(order.id, []))
            yield from _truth(order, calls.get(order.id, []), store.outcomes.get(order.id, ""))
            if order.stops and order.id in calls:
                base, _, step = order.id.partition(".")
                before = store.outcomes.get(f"{base}.{int(step) - 1}", "")
                if not before.startswith("sent|"):
                    yield f"{order.id} was called, though the step before it ended as {before[:9]}"
        yield from self._order(calls)
        yield from _limits(self.calls, rates)

    def _lost(self, store: Store, accepted: Iterable[str]) -> Iterator[str]:
        for command_id in store.outcomes:
            if command_id not in self.orders and command_id.split(":")[0] not in self.people:
                yield f"{command_id} has an outcome, and nobody asked for it"
        busy = [name for name in store.sets if name.startswith("busy")]
        left = (store.commands, busy, store.scores("later"), store.scores("expiring"))
        if left != ({}, [], {}, {}):
            yield f"something is left: {left}"
        for broadcast, people in self.people.items():
            counts = store.numbers("counts", f"broadcast:{broadcast}")
            if sum(counts.values()) != people:
                yield f"broadcast {broadcast} has {people} people, and counts {counts}"
        ended = sum(n for what, n in store.numbers("counts").items() if what not in {"retried", "reaped"})
        asked = len(list(accepted)) + sum(self.people.values())
        if ended != asked:
            yield f"{asked} were accepted, and {ended} are counted as ended"

    def _order(self, calls: Mapping[str, list[Call]]) -> Iterator[str]:
        members: dict[str, list[Order]] = {}
        for order in self.orders.values():
            for key in order.conversations if order.id in calls else ():
                members.setdefault(key, []).append(order)
        for key, orders in members.items():
            by_first = sorted(orders, key=lambda each: calls[each.id][0].number)
            for before, after in pairwise(by_first):
                if calls[before.id][-1].number > calls[after.id][0].number:
                    yield f"{before.id} was called again after {after.id}, behind it in {key}, was"
            yield from _apart(key, by_first)
            for i, earlier in enumerate(by_first):
                for later in by_first[i + 1 :]:
                    if self.is_due_before(later, earlier):
                        yield f"{earlier.id} was called before {later.id}, which was due before it in {key}"

    def is_due_before(self, one: Order, other: Order) -> bool:
        """Tells whether `one` surely joined the conversation before `other`."""
        if one.due_ms is None and other.due_ms is None:
            return (one.accepted or 0) < (other.accepted or 0)
        if one.due_ms is not None and other.due_ms is not None:
            return (one.due_ms, one.accepted or 0) < (other.due_ms, other.accepted or 0)
        if one.due_ms is None:
            return one.accepted_ms < (other.due_ms or 0)
        # it joined in the first tick after it was due: surely so when all that was due had been moved before
        ticks = self.ticks[: bisect_left(self.ticks, (other.accepted or 0, 0))]
        return bool(ticks) and max(at for _, at in ticks) >= one.due_ms and one.due_ms < other.accepted_ms


def _apart(key: str, by_first: list[Order]) -> Iterator[str]:
    steps = [order.id.partition(".") for order in by_first]
    last: dict[str, int] = {}
    for place, (base, dot, step) in enumerate(steps):
        if dot and base in last and (last[base] != place - 1 or int(step) <= int(steps[place - 1][2])):
            yield f"{base}.{step} was not called next to the step before it in {key}"
        if dot:
            last[base] = place


def _repeats(order: Order, calls: list[Call]) -> Iterator[str]:
    if not order.is_send:
        return
    for before, after in pairwise(calls):
        if before.delivered and not before.doubtful:
            yield f"{order.id} was called again at {after.at_ms}, though it was known to be sent"
    if order.at_most_once and sum(call.delivered for call in calls) > 1:
        yield f"{order.id} is sent at most once, and was delivered twice"


def _truth(order: Order, calls: list[Call], outcome: str) -> Iterator[str]:
    if not outcome or not order.is_send:
        return
    name, _, _, flags, *_ = outcome.split("|", 6)
    delivered = [call for call in calls if call.delivered]
    if name == "sent" and not delivered:
        yield f"{order.id} ended as sent, and never was"
    if len(delivered) > 1 and name == "sent" and "r" not in flags:
        yield f"{order.id} was delivered {len(delivered)} times, and its outcome does not tell"
    if delivered and name != "sent" and not all(call.doubtful for call in delivered):
        yield f"{order.id} was known to be sent, and ended as {name}"
    if delivered and name in {"refused", "cancelled", "expired"} and "r" not in flags:
        yield f"{order.id} was delivered, and ended as {name} without a doubt"
    if order.cancelled and delivered:
        yield f"{order.id} was delivered, though its cancelling said that it surely is not"


def _limits(calls: list[Call], rates: Mapping[str, Rate | None]) -> Iterator[str]:
    spent: dict[tuple[str, str], list[Call]] = {}
    for call in calls:
        spent.setdefault((call.page, call.rate_class), []).append(call)
        if call.bucket:
            spent.setdefault((call.page, call.bucket), []).append(call)
    for (page, name), made in spent.items():
        rate = rates[name.partition(":")[0]]
        if rate is None:
            continue
        excess = (
            _burst_excess(made, rate, rate.burst) if rate.burst is not None else _window_excess(made, rate)
        )
        if excess:
            yield f"Page {page} was called above its limit {name}: {excess}"


def _burst_excess(calls: list[Call], rate: Rate, burst: int) -> str:
    """Returns what is above burst + rate * (t + slack) in any window: what a bucket of that size would spill."""
    per_ms = rate.calls / rate.per_ms
    level, last = 0.0, 0
    for call in calls:
        level = max(0.0, level - (call.at_ms - last) * per_ms) + call.cost
        last = call.at_ms
        if level > burst + SLACK_MS * per_ms + 0.001:
            return f"{level:.2f} at {call.at_ms}, {burst} and {rate.calls} in {rate.per_ms} ms are allowed"
    return ""


def _window_excess(calls: list[Call], rate: Rate) -> str:
    times = [call.at_ms for call in calls]
    for at in times:
        seen = bisect_right(times, at + rate.per_ms - SLACK_MS - 1) - bisect_left(times, at)
        if seen > rate.calls:
            return f"{seen} from {at} on, {rate.calls} in {rate.per_ms} ms are allowed"
    return ""


def tally(store: Store) -> Counter[str]:
    """Returns how many commands ended in each way."""
    return Counter(outcome.split("|", 1)[0] for outcome in store.outcomes.values())


def key_of(name: str) -> str:
    """Returns the full name of a key."""
    return f"{PREFIX}:{name}"
