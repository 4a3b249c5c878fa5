"""A thin hand on the engine's scripts, with a clock of its own: tests enqueue, take, settle and let time pass."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, cast

import msgspec
import redis

from producer.store.policy import Policy
from producer.store.scripting import Script
from worker.engine.chunk import Action, Chunk, Hold, Settlement, Ticked, Took
from worker.engine.knowledge import KnownPage, Profile, Rate
from worker.engine.lanes import Lanes

T0: Final = 4_000_000_000_000  # a time (in 2096) that no server's own clock has reached
PREFIX: Final = "outbound"
ENQUEUE_MAX: Final = 1_000  # commands in one call of enqueue.lua
LEASE_MS: Final = 3_600_000  # leases run on the server's own clock: none ends while a test runs
TIMEOUT_MS: Final = 10_000


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """One command as a producer hands it to `enqueue.lua`; defaults make a plain unordered text to Page P1."""

    id: str
    page: str = "P1"
    rate_class: str = "t"
    priority: str = "i"
    broadcast: str = ""
    people: str = ""
    type: str = "send_message"
    bucket: str = ""
    cost: int = 1
    others: str = ""
    options: str = "s"
    due: str = ""
    expires: str = ""
    body: bytes = b"x"

    @property
    def conversations(self) -> tuple[str, ...]:
        """The conversations that this command joins."""
        people = self.people.split(",") if self.people else []
        return tuple(f"{self.page}/{person}/{self.priority}" for person in people)

    def arguments(self) -> list[str | bytes | int]:
        """Returns the five arguments that stand for this command."""
        fields = (
            self.page,
            self.rate_class,
            self.priority,
            self.broadcast,
            self.people,
            self.type,
            self.bucket,
            "" if self.cost == 1 and not self.others else f"{self.cost}{self.others}",
            self.options,
        )
        return [self.id, "|".join(fields), self.due, self.expires, self.body]


def many(count: int, prefix: str = "c", **options: str | int) -> list[Spec]:
    """Returns `count` commands with ids `c0`, `c1`, … and the same options."""
    return [msgspec.convert({"id": f"{prefix}{i}", **options}, Spec) for i in range(count)]


def profile(
    *,
    pages: Iterable[str] | Mapping[str, KnownPage] = ("P1", "P2", "P3"),
    types: Iterable[str] = ("send_message",),
    rates: Mapping[str, Rate | None] | None = None,
    **by_class: Rate | None,
) -> Profile:
    """Returns what a worker knows: no limits but those given, and Pages of one app unless given in full."""
    known = pages if isinstance(pages, Mapping) else dict.fromkeys(pages, KnownPage("app1"))
    return Profile(rates={**(rates or {}), **by_class}, types=types, pages=known)


class ServerClock:
    """The engine's time as scripts count it by a server's clock that is set ahead and back."""

    def __init__(self, now: int) -> None:
        self.server = self.last = now  # at the last script
        self.ahead, self.since = 0, now

    def read(self, last: int, ahead: str) -> None:
        """Takes over what a script has kept."""
        self.last = last
        by, _, since = ahead.partition("|")
        self.ahead, self.since = int(by or 0), int(since or 0)

    def at(self, server: int) -> int:
        """Returns the engine's time at a time of the server's: what it is ahead melts by a hundredth of what passes."""
        now = server + max(0, self.ahead - max(0, server - self.since) // 100)
        takes_along = now >= self.last and (now == server or now - self.last <= TIMEOUT_MS / 2)
        return now if takes_along else max(self.last, server)

    def move(self, by_ms: int) -> int:
        """Moves the server's clock, and runs a script; returns by how much the engine's time seemed to move."""
        last, self.server = self.last, self.server + by_ms
        seemed = self.server + max(0, self.ahead - max(0, self.server - self.since) // 100)
        now = self.at(self.server)
        if now != seemed:
            self.ahead, self.since = now - self.server, self.server
        self.last = now
        return seemed - last


class Engine:
    """One installation on one server, seen by several workers; `now` moves only when a test says so.

    With a `clock`, scripts are given the server's time, and `now` is what they make of it.
    """

    def __init__(
        self, client: "redis.Redis", *, policy: Policy | None = None, depth_max: int = 1_000_000
    ) -> None:
        self.client = client
        self.lanes = Lanes(client, prefix=PREFIX, policy=policy or Policy(timeout_ms=TIMEOUT_MS))
        self.now = T0
        self.clock: ServerClock | None = None
        self.depth_max = depth_max
        self.accepted: dict[str, Spec] = {}
        self.profiles: dict[str, Profile] = {}
        self.tokens: dict[str, int] = {}
        self.unreadable: list[str] = []  # ids that the timer's keeper told of
        self._enqueue = Script("enqueue")

    def key(self, name: str) -> str:
        """Returns the full name of a key of the key space."""
        return f"{PREFIX}:{name}"

    @property
    def now_ms(self) -> int | str:
        """The time as scripts are given it."""
        return self.now if self.clock is None else f"t{self.clock.server}"

    def pass_time(self, ms: int) -> int:
        """Lets `ms` milliseconds pass, or sets the server's clock by so many; returns by how much it seemed to move."""
        if self.clock is None:
            self.now += ms
            return ms
        seemed = self.clock.move(ms)
        self.now = self.clock.last
        return seemed

    def enqueue(self, *specs: Spec) -> list[int]:
        """Accepts commands and returns how many were new, and how many known."""
        accepted, known = 0, 0
        for start in range(0, len(specs), ENQUEUE_MAX):
            part = specs[start : start + ENQUEUE_MAX]
            answer = self.enqueue_raw([argument for spec in part for argument in spec.arguments()])
            if answer[0] == -1:
                raise AssertionError(f"the queue is full: {answer}")
            accepted, known = accepted + cast("int", answer[0]), known + cast("int", answer[1])
            for spec in part:
                self.accepted.setdefault(spec.id, spec)
        return [accepted, known]

    def enqueue_raw(self, arguments: Sequence[str | bytes | int]) -> list[int | bytes]:
        """Runs `enqueue.lua` as it is and returns its answer as it is."""
        answer = self._enqueue.run(self.client, PREFIX, [self.now_ms, self.depth_max, *arguments])
        return cast("list[int | bytes]", answer)

    def broadcast(
        self,
        broadcast_id: str,
        people: Sequence[str],
        *,
        page: str = "P1",
        rate_class: str = "t",
        options: str = "su",
        expires: str = "",
    ) -> None:
        """Opens a broadcast and adds people; each is an entry of its lane, and a command `<id>:<n>` once taken."""
        head, tail = f"{page}|{rate_class}|b|{broadcast_id}|", f"|send_message|||{options}|"
        assert self.run_broadcast("open", broadcast_id, head, tail, expires, b"x") == [1]
        added = self.run_broadcast(
            "add", broadcast_id, self.depth_max, 0, len(people), f"digest of {broadcast_id}", *people
        )
        assert added == [len(people), 0]

    def run_broadcast(self, what: str, broadcast_id: str, *arguments: str | bytes | int) -> list[int | bytes]:
        """Runs `broadcast.lua` and returns its answer as it is."""
        policy = self.lanes.policy.encoded()
        answer = Script("broadcast").run(
            self.client, PREFIX, [what, broadcast_id, policy, self.now_ms, *arguments]
        )
        return cast("list[int | bytes]", answer)

    def hello(self, worker: str = "w1", knows: Profile | None = None) -> None:
        """Makes a worker known."""
        self.profiles[worker] = knows or profile()
        self.lanes.hello(worker, self.profiles[worker], b"{}", now_ms=self.now_ms)

    def beat(self, *workers: str) -> list[bool]:
        """Sends a heartbeat for each worker."""
        return [self.lanes.heartbeat(each, self.profiles[each], now_ms=self.now_ms) > 0 for each in workers]

    def took(self, worker: str = "w1", *, limit: int = 50) -> Took:
        """Takes, under the worker's next token."""
        self.tokens[worker] = self.tokens.get(worker, 0) + 1
        return self.lanes.take(
            worker, self.tokens[worker], self.profiles[worker], limit=limit, now_ms=self.now_ms
        )

    def take(self, worker: str = "w1", *, limit: int = 50) -> Chunk:
        """Takes, and fails when there is nothing to take."""
        took = self.took(worker, limit=limit)
        assert took.chunk is not None, took
        return took.chunk

    def ids(self, worker: str = "w1", *, limit: int = 50) -> list[str]:
        """Takes, and returns the ids of what was taken."""
        took = self.took(worker, limit=limit)
        return ids_of(took.chunk) if took.chunk else []

    def begin(self, chunk: Chunk) -> bool:
        """Marks that the chunk's request begins, if it may."""
        return self.lanes.begin(chunk, now_ms=self.now_ms)

    def settle(
        self,
        chunk: Chunk,
        action: Action = "sent",
        flags: str = "a",
        *,
        delay_ms: int = 0,
        holds: Sequence[Hold] = (),
    ) -> tuple[int, int]:
        """Settles every command of a chunk in the same way."""
        settlements = [Settlement(each.id, action, flags, delay_ms) for each in chunk.commands]
        return self.lanes.settle(chunk, settlements, holds, now_ms=self.now_ms)

    def send(self, worker: str = "w1", *, limit: int = 50) -> list[str]:
        """Takes a chunk, sends all of it, and returns its ids; none when there is nothing to take."""
        took = self.took(worker, limit=limit)
        if took.chunk is None:
            return []
        assert self.begin(took.chunk)
        self.settle(took.chunk)
        return ids_of(took.chunk)

    def tick(self, worker: str = "w1", *, may_reap: bool = True) -> Ticked:
        """Moves what is due."""
        ticked = self.lanes.tick(worker, lease_ms=LEASE_MS, may_reap=may_reap, now_ms=self.now_ms)
        self.unreadable += ticked.unreadable
        return ticked

    def advance(self, ms: int, worker: str = "w1") -> Ticked:
        """Lets `ms` milliseconds pass, with everybody alive, then moves what is due until nothing is left to move."""
        self.pass_time(ms)
        self.beat(*self.profiles)
        ticked = self.tick(worker)
        while ticked.kept and ticked.sleep_s == 0:
            ticked = self.tick(worker)
        return ticked

    def outcome(self, command_id: str) -> str | None:
        """Returns how a command ended, or None when it has not."""
        value = cast("bytes | None", self.client.get(self.key(f"outcome:{command_id}")))
        return value.decode().split("|", 1)[0] if value is not None else None


def people(count: int) -> list[str]:
    """Returns `count` people, as a broadcast lists them."""
    return [f"p{i}" for i in range(count)]


def ids_of(chunk: Chunk) -> list[str]:
    """Returns the ids of a chunk's commands in their order."""
    return [each.id for each in chunk.commands]
