"""The engine as plain Python: where each command must be after each step, and which calls the budgets allow."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from typing import Final

import msgspec

from tests.laws.engine import Spec
from worker.engine.chunk import Settlement
from worker.engine.knowledge import Rate

RATES: Final[Mapping[str, Rate | None]] = {
    "text": Rate(5, 1000, 5),
    "media": Rate(2, 1000, 2),
    "profile": Rate(3, 20_000),
    "other": None,
    "private_reply": Rate(2, 10_000, 2),
    "user_menu": Rate(1, 20_000),
}
BY_LETTER: Final = {"t": "text", "m": "media", "p": "profile", "o": "other"}
ATTEMPTS_MAX: Final = 4
TAKEN_MS: Final = 1_000  # what expires while a worker has it is looked at again so much later
ENDED: Final = {"sent", "refused", "exhausted", "expired", "cancelled", "unknown"}
IN_DOUBT: Final = {"expired", "cancelled"}  # after an attempt that may have arrived


class Item(msgspec.Struct):
    """One command: `place` is one of `tests.laws.places`, or the outcome with which it ended."""

    spec: Spec
    place: str
    due_ms: int
    expires_ms: float
    attempts: int = 0
    reaps: int = 0
    suspect: bool = False
    doubtful: bool = False
    mark: str = ""
    looked_at_ms: float = 0

    @property
    def ended(self) -> bool:
        """Tells whether the command has ended."""
        return self.place in ENDED

    @property
    def alone(self) -> bool:
        """Tells whether the command must be the only one of its chunk."""
        return self.suspect or "a" in self.spec.options


class Spending:
    """The calls that one budget has paid for, and whether one more was allowed."""

    def __init__(self, rate: Rate | None) -> None:
        self.rate = rate
        self.calls: list[tuple[int, int]] = []
        self.log: list[int] = []

    def spend(self, now: int, cost: int) -> None:
        """Notes a call of `cost`; fails when it was over the limit."""
        if self.rate is None:
            return
        if self.rate.burst is None:
            self._spend_log(self.rate, now, cost)
            return
        self.calls.append((now, cost))
        total = 0
        for then, spent in reversed(self.calls):
            total += spent
            allowed = max(self.rate.burst, cost) + (now - then) * self.rate.calls / self.rate.per_ms
            assert total < allowed + 0.01, f"{total} calls in {now - then} ms, {allowed} are allowed"

    def _spend_log(self, rate: Rate, now: int, cost: int) -> None:
        self.log = [then for then in self.log if then > now - rate.per_ms]
        used = len(self.log)
        assert used + cost <= rate.calls or not used, f"{used} + {cost} calls in a window of {rate.calls}"
        self.log += [now + i // rate.calls * rate.per_ms for i in range(cost)]


class Model:
    """All commands of one installation, and the conversations' queues in the order in which they were joined."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.queues: dict[str, list[str]] = {}
        self.spendings: dict[str, Spending] = {}
        self.counts: Counter[str] = Counter()
        self.broadcasts: dict[str, tuple[Spec, int]] = {}
        self.holds: dict[str, float] = {}

    def accept(self, spec: Spec, now: int) -> None:
        """Takes in a new command."""
        due = now + int(spec.due or 0)
        expires = now + int(spec.expires) if spec.expires else float("inf")
        self.items[spec.id] = Item(spec, "scheduled" if due > now else "joining", due, expires)
        if due <= now:
            self.join(spec.id)

    def make(self, command_id: str) -> None:
        """Takes in a command that a broadcast has made of one of its people."""
        broadcast, _, number = command_id.partition(":")
        spec, count = self.broadcasts[broadcast]
        assert int(number) < count, f"{command_id} is one more than there are people"
        self.items[command_id] = Item(msgspec.structs.replace(spec, id=command_id), "lane", 0, float("inf"))

    def join(self, command_id: str) -> None:
        """Puts a command that is due behind its conversations."""
        item = self.items[command_id]
        for key in item.spec.conversations:
            self.queues.setdefault(key, []).append(command_id)
        item.place = "lane" if self.is_head(item) else "waiting"

    def is_head(self, item: Item) -> bool:
        """Tells whether nothing stands before the command in any of its conversations."""
        return all(self.queues[key][0] == item.spec.id for key in item.spec.conversations)

    def end(self, command_id: str, outcome: str) -> None:
        """Ends a command, and moves its successors up; what must not be sent twice stays in doubt when it is."""
        item = self.items[command_id]
        if outcome in IN_DOUBT and item.doubtful and "m" in item.spec.options:
            outcome = "unknown"
        joined = item.place != "scheduled"
        item.place, item.mark = outcome, ""
        for key in item.spec.conversations if joined else ():
            self.queues[key].remove(command_id)
            head = self.queues[key][0] if self.queues[key] else None
            if head is not None and self.items[head].place == "waiting" and self.is_head(self.items[head]):
                self.items[head].place = "lane"

    def take(self, command_id: str, mark: str, now: int) -> None:
        """Checks that a command may leave now, and notes its taker and its cost."""
        item = self.items[command_id]
        assert item.place == "lane", f"{command_id} was taken from {item.place}"
        assert self.is_head(item), f"{command_id} was taken before its turn in its conversation"
        assert item.expires_ms > now, f"{command_id} was taken when it had expired"
        item.place, item.mark = "taken", mark
        spec = item.spec
        self._spend(f"{spec.page}/{spec.rate_class}", BY_LETTER[spec.rate_class], now, spec.cost)
        if spec.bucket:
            self._spend(f"{spec.page}/{spec.bucket}", spec.bucket.split(":", maxsplit=1)[0], now, 1)

    def _spend(self, key: str, name: str, now: int, cost: int) -> None:
        self.spendings.setdefault(key, Spending(RATES[name])).spend(now, cost)

    def hold(self, scope: str, until_ms: float) -> None:
        """Holds a scope, for no shorter than it is held already."""
        self.holds[scope] = max(until_ms, self.holds.get(scope, 0))

    def is_held(self, spec: Spec, app: str, now: int) -> bool:
        """Tells whether a hold keeps a command where it is."""
        lane = f"lane:{spec.page}/{spec.rate_class}/{spec.priority}"
        scopes = (
            f"page:{spec.page}",
            f"app:{app}",
            f"lane:{spec.page}/{spec.rate_class}",
            lane,
            f"{lane}/{spec.broadcast}",
        )
        return any(self.holds.get(scope, 0) > now for scope in scopes)

    def cancel(self, command_id: str) -> int:
        """Cancels a command, and returns what `cancel.lua` answers."""
        item = self.items[command_id]
        if item.ended:
            return 0
        if item.place == "taken":
            return -1
        self.end(command_id, "unknown" if item.doubtful else "cancelled")
        return -2 if item.doubtful else 1

    def settle(self, mark: str, settlements: Iterable[Settlement], now: int) -> int:
        """Ends or returns the commands of a chunk that is the worker's own; returns how many."""
        settled = 0
        for each in settlements:
            item = self.items[each.id]
            if item.mark != mark:
                continue
            settled += 1
            item.mark = ""
            item.attempts += "a" in each.flags
            item.suspect |= "z" in each.flags
            item.doubtful |= "r" in each.flags
            if each.action == "return":
                item.place = "lane"
            elif each.action in {"retry", "await"}:
                item.place = "retry" if each.action == "retry" else "echo"
                item.due_ms = now + each.delay_ms
                self.counts["retried"] += 1
            else:
                self.end(each.id, "refused" if each.action == "quarantine" else each.action)
        return settled

    def evidence(self, settlements: Iterable[Settlement]) -> int:
        """Takes late successes as evidence of attempts that were made; returns how many commands they ended."""
        proven = 0
        for each in settlements:
            item = self.items[each.id]
            if item.ended:
                may_be_sent = item.place == "unknown" or (item.place in IN_DOUBT and item.doubtful)
            else:
                may_be_sent = item.place != "taken" and item.attempts > 0
            if each.action != "sent" or not may_be_sent:
                continue
            proven += 1
            if item.ended:
                item.place = "sent"
            else:
                self.end(each.id, "sent")
        return proven

    def confirm(self, command_id: str, begun: Container[str]) -> int:
        """Takes an echo as proof; returns 1 when it ended the command. `begun` are the marks of open requests."""
        item = self.items[command_id]
        if item.place != "taken":
            return self.evidence([Settlement(command_id, "sent")])
        if item.mark not in begun:
            return 0
        item.attempts += 1
        self.end(command_id, "sent")
        return 1

    def come_back(self, mark: str, *, begun: bool) -> None:
        """Returns what a worker had taken under one token, in doubt when its request had begun."""
        for item in [each for each in self.items.values() if each.mark == mark]:
            item.place, item.mark = "lane", ""
            if not begun:
                continue
            item.attempts += 1
            item.reaps += 1
            item.suspect |= item.reaps >= 2
            item.doubtful |= "s" in item.spec.options
            self.counts["reaped"] += 1
            if {"s", "m"} <= set(item.spec.options):
                self.end(item.spec.id, "unknown")
            elif item.attempts >= ATTEMPTS_MAX:
                self.end(item.spec.id, "exhausted")

    def tick(self, now: int) -> None:
        """Moves what is due."""
        scheduled = [item for item in self.items.values() if item.place == "scheduled" and item.due_ms <= now]
        for item in sorted(scheduled, key=lambda each: each.due_ms):
            self.join(item.spec.id)
        for item in list(self.items.values()):
            if item.place not in {"retry", "echo"} or item.due_ms > now:
                continue
            if item.place == "echo" and {"s", "m"} <= set(item.spec.options):
                self.end(item.spec.id, "unknown")
            elif item.place == "echo" and item.attempts >= ATTEMPTS_MAX:
                self.end(item.spec.id, "exhausted")
            else:
                item.place = "lane"
        for item in list(self.items.values()):
            if item.ended or max(item.expires_ms, item.looked_at_ms) > now:
                continue
            if item.place == "taken":
                item.looked_at_ms = now + TAKEN_MS
            else:
                self.end(item.spec.id, "expired")

    def places(self) -> dict[str, str]:
        """Returns where each command must be."""
        return {command_id: item.place for command_id, item in self.items.items()}
