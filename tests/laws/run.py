"""One run of the engine beside its model: every step that producers, workers, people, crashes and time can take."""

from collections.abc import Iterable
from random import Random
from typing import Final

import msgspec
import redis

from producer.store.policy import Policy
from producer.store.scripting import Script
from tests.laws.engine import PREFIX, TIMEOUT_MS, Engine, ServerClock, Spec, ids_of, people
from tests.laws.model import ATTEMPTS_MAX, Model
from tests.laws.store import Store, read
from tests.laws.turns import Turns
from tests.laws.workers import APPS, OLD_MS, PROFILES, SCOPES, Held
from tests.strategies import BROADCAST_MAX, PAGES, call_of_enqueue, settlement
from worker.engine.chunk import Chunk, Settlement, Took
from worker.engine.knowledge import Profile

WORKERS_MAX: Final = 4
LATE_MS: Final = 500
SWEPT_MS: Final = 600_000  # a hold that ended so long ago may be gone
CLOCK_STEPS_MS: Final = (-3_600_000, -4_000, -7, 6_000, 12_000, 3_600_000)
OPEN_MAX: Final = 60  # commands that have not ended: more only make a run longer

Arguments = list[str | bytes | int]


class Run:
    """An engine, its model, and the workers that are there; a step that cannot be taken now does nothing."""

    def __init__(self, client: "redis.Redis") -> None:
        client.flushall()
        self.engine = Engine(client, policy=Policy(timeout_ms=TIMEOUT_MS, attempts_max=ATTEMPTS_MAX))
        self.model = Model()
        self.held: list[Held] = []
        self.beats: dict[str, int] = {}  # present workers and their last heartbeat
        self.silent: set[str] = set()
        self.again = False
        self.engine.clock = ServerClock(self.engine.now)
        self.stepped_at = (
            0  # when the server's clock was last set: for a time-out from then on nobody is reaped
        )
        self.turns = Turns()

    def alive(self) -> list[str]:
        """Returns the workers that are present and not silent."""
        return [worker for worker in self.beats if worker not in self.silent]

    def open_chunks(self) -> list[Held]:
        """Returns the chunks of workers that are alive."""
        return [each for each in self.held if each.open and each.chunk.worker not in self.silent]

    # --- producers and people

    def enqueue(self, chance: Random) -> None:
        """A producer enqueues some commands in one call."""
        if sum(not item.ended for item in self.model.items.values()) > OPEN_MAX:
            return
        start = len(self.model.items)
        calls = call_of_enqueue(chance)
        specs = [msgspec.convert({"id": f"c{start + i}", **fields}, Spec) for i, fields in enumerate(calls)]
        assert self.engine.enqueue(*specs) == [len(specs), 0]
        for spec in specs:
            self.model.accept(spec, self.engine.now)

    def enqueue_again(self, chance: Random) -> None:
        """A producer that lost the reply enqueues the same again."""
        known = [item.spec for item in self.model.items.values()]
        specs = chance.sample(known, min(len(known), 5))
        assert self.engine.enqueue(*specs) == [0, len(specs)]

    def broadcast(self, chance: Random) -> None:
        """Somebody broadcasts to some people."""
        name, count = f"b{len(self.model.broadcasts)}", chance.randint(1, BROADCAST_MAX)
        page, rate_class = chance.choice(PAGES), chance.choice("tm")
        self.engine.broadcast(name, people(count), page=page, rate_class=rate_class)
        spec = Spec(id=name, page=page, rate_class=rate_class, priority="b", broadcast=name, options="su")
        self.model.broadcasts[name] = (spec, count)

    def confirm(self, chance: Random) -> None:
        """Echoes come for some commands: those that were tried, or whose request has begun, were sent."""
        ids = chance.sample(list(self.model.items), min(len(self.model.items), 3))
        begun = {held.mark for held in self.held if held.open and held.begun}
        expected = sum(self.model.confirm(each, begun) for each in ids)
        arguments: Arguments = [self.engine.lanes.policy.encoded(), self.engine.now_ms, len(ids)]
        for each in ids:
            arguments += [each, "{}"]
        assert Script("confirm").run(self.engine.client, PREFIX, arguments) == expected

    def cancel(self, chance: Random) -> None:
        """Somebody cancels a command."""
        if self.model.items:
            command_id = chance.choice(list(self.model.items))
            arguments: Arguments = [command_id, self.engine.lanes.policy.encoded(), self.engine.now_ms]
            answer = Script("cancel").run(self.engine.client, PREFIX, arguments)
            assert answer == self.model.cancel(command_id)

    def hold(self, chance: Random) -> None:
        """Somebody holds a Page, lane or app, for a time or until it is released."""
        scope, for_ms = chance.choice(SCOPES), chance.choice((None, 1, 3000))
        self.hand("hold", scope, "" if for_ms is None else for_ms)
        self.model.hold(scope, float("inf") if for_ms is None else self.engine.now + for_ms)

    def release(self, chance: Random) -> None:
        """Somebody releases what was held."""
        if self.model.holds:
            self.let_go(chance.choice(sorted(self.model.holds)))

    def let_go(self, scope: str) -> None:
        """Releases a scope."""
        self.hand("release", scope, "")
        del self.model.holds[scope]

    def hand(self, what: str, scope: str, for_ms: int | str) -> None:
        """Runs `hold.lua`."""
        arguments: Arguments = [what, scope, for_ms, "{}", self.engine.now_ms]
        there = Script("hold").run(self.engine.client, PREFIX, arguments)
        swept = what == "release" and self.model.holds[scope] + SWEPT_MS <= self.engine.now
        assert there == 1 or swept

    # --- workers

    def hello(self, chance: Random) -> None:
        """A worker comes."""
        if len(self.beats) < WORKERS_MAX:
            self.introduce(f"w{len(self.engine.profiles)}", chance.choice(PROFILES))

    def introduce(self, worker: str, knows: Profile) -> None:
        """Says hello, which frees what was parked for want of such a worker."""
        self.engine.hello(worker, knows)
        self.beats[worker] = self.engine.now
        for item in self.model.items.values():
            if item.place == "parked" and item.spec.type in knows.types:
                item.place = "lane"

    def take(self, chance: Random) -> None:
        """A worker that was woken takes."""
        if self.alive():
            self.take_by(chance.choice(self.alive()), chance.choice((50, 50, 3, 1)))

    def take_by(self, worker: str, limit: int) -> Took:
        """Takes, and checks that everything taken could leave now and may share a chunk."""
        self.engine.client.delete(self.engine.key("wake"))
        took = self.engine.took(worker, limit=limit)
        assert not took.reaped
        self.again = took.again
        store = read(self.engine.client)
        for command_id in {*store.commands, *store.outcomes} - set(self.model.items):
            self.model.make(command_id)
        self.end_expired(store)
        if took.chunk is not None:
            held = Held(took.chunk, self.engine.now)
            self.held.append(held)
            for each in took.chunk.commands:
                self.model.take(each.id, held.mark, self.engine.now)
            self.check_chunk(took.chunk, limit)
            self.turns.take(took.chunk, self.engine.now)
        self.follow_take(store)
        if not took.elsewhere and (took.chunk is None or took.chunk.commands[0].priority == "b"):
            assert not store.scores("ready", "i") or took.again, "bulk went before interactive"
        return took

    def is_held(self, lane: str) -> bool:
        """Tells whether a hold keeps what is in a broadcast's lane where it is."""
        page, rate_class, priority, broadcast = lane.split("/", 3)
        spec = Spec(id="any", page=page, rate_class=rate_class, priority=priority, broadcast=broadcast)
        return self.model.is_held(spec, APPS[page], self.engine.now)

    def check_chunk(self, chunk: Chunk, limit: int) -> None:
        """A chunk is within its limit, of one app and priority, media or not, and what goes alone is alone."""
        items = [self.model.items[each] for each in ids_of(chunk)]
        pages = {item.spec.page for item in items}
        knows = self.engine.profiles[chunk.worker]
        assert len(items) <= limit
        assert len({item.spec.priority for item in items}) == 1
        assert len({item.spec.rate_class == "m" for item in items}) == 1
        assert len({APPS[page] for page in pages}) == 1
        assert len(pages) == 1 or "" not in {APPS[page] for page in pages}
        assert len(items) == 1 or not any(item.alone for item in items)
        assert not any(self.model.is_held(item.spec, APPS[item.spec.page], self.engine.now) for item in items)
        assert pages <= set(knows.pages)
        assert {item.spec.type for item in items} <= set(knows.types)
        attempts = {item.spec.id: item.attempts for item in items}
        assert {each.id: each.attempts for each in chunk.commands} == attempts

    def end_expired(self, store: Store) -> None:
        """A take may end what has expired in its lane, and then what was behind it in its conversation."""
        for command_id, item in self.model.items.items():
            if item.place == "lane" and command_id in store.outcomes:
                assert item.expires_ms <= self.engine.now, f"{command_id} ended in a take"
                self.model.end(command_id, "expired")
                self.end_expired(store)

    def follow_take(self, store: Store) -> None:
        """A take may park what nobody knows, and put off what its bucket cannot pay."""
        for command_id, item in self.model.items.items():
            if item.place != "lane":
                continue
            if store.commands[command_id].state == "P":
                assert not self.somebody_knows(item.spec), f"{command_id} was parked, but somebody knows it"
                item.place = "parked"
            elif store.commands[command_id].state == "R":
                assert item.spec.bucket, f"{command_id} was put off in a take"
                item.place, item.due_ms = "retry", int(store.scores("later")[command_id])

    def somebody_knows(self, spec: Spec) -> bool:
        """Tells whether a present worker knows both the Page and the type of a command."""
        known = [self.engine.profiles[worker] for worker in self.beats]
        return any(spec.page in each.pages and spec.type in each.types for each in known)

    def begin(self, chance: Random) -> None:
        """A worker marks that its request begins."""
        if self.open_chunks():
            held = chance.choice(self.open_chunks())
            held.begun = self.engine.begin(held.chunk)
            assert held.begun or self.engine.now - held.taken_ms > OLD_MS

    def settle(self, chance: Random) -> None:
        """A worker settles its chunk in any mix of outcomes, and perhaps once more, which changes nothing."""
        if self.open_chunks():
            held = chance.choice(self.open_chunks())
            named = [settlement(chance, each) for each in ids_of(held.chunk)]
            self.settle_by(held, named)
            if chance.random() < 0.3:
                before = read(self.engine.client)
                assert self.engine.lanes.settle(held.chunk, named, now_ms=self.engine.now_ms) == (0, 0)
                assert read(self.engine.client) == before

    def settle_by(self, held: Held, named: list[Settlement]) -> None:
        """Settles a chunk."""
        expected = self.model.settle(held.mark, reversed(named), self.engine.now)
        held.open = False
        assert self.engine.lanes.settle(held.chunk, named, now_ms=self.engine.now_ms) == (expected, 0)

    def work(self, chance: Random) -> None:
        """A worker does what it is for: it takes, begins and settles, and all is well or not."""
        if self.alive():
            took = self.take_by(chance.choice(self.alive()), 50)
            if took.chunk is not None:
                assert self.engine.begin(took.chunk)
                self.settle_by(self.held[-1], [settlement(chance, each) for each in ids_of(took.chunk)])

    def settle_late(self, chance: Random) -> None:
        """A worker settles with a token that is its own no more: evidence only."""
        closed = [each for each in self.held if not each.open]
        if closed:
            held = chance.choice(closed[-4:])
            named = [settlement(chance, each) for each in ids_of(held.chunk)]
            expected = self.model.evidence(reversed(named))
            assert self.engine.lanes.settle(held.chunk, named, now_ms=self.engine.now_ms) == (0, expected)

    def give_back(self, chance: Random) -> None:
        """A worker gives back a chunk, by its token alone."""
        if self.open_chunks():
            held = chance.choice(self.open_chunks())
            worker, token = held.chunk.worker, held.chunk.token
            returned = self.engine.lanes.give_back(worker, token, now_ms=self.engine.now_ms)
            assert returned == len(held.chunk.commands)
            self.come_back([held])

    def goodbye(self, chance: Random) -> None:
        """A worker stops, with whatever it holds, and another is there."""
        if len(self.alive()) > 1:
            worker = chance.choice(self.alive())
            self.engine.lanes.goodbye(worker, now_ms=self.engine.now_ms)
            self.leave(worker)

    def leave(self, worker: str) -> None:
        """Notes that a worker is gone, and that its chunks came back, newest first."""
        self.come_back([each for each in reversed(self.held) if each.open and each.chunk.worker == worker])
        del self.beats[worker]
        self.silent.discard(worker)

    def come_back(self, chunks: Iterable[Held]) -> None:
        """Notes that chunks are nobody's now."""
        for held in chunks:
            held.open = False
            self.model.come_back(held.mark, begun=held.begun)

    # --- crashes and time

    def crash(self, chance: Random) -> None:
        """A worker falls silent, and another is there; a timer that it keeps ends with its lease."""
        if len(self.alive()) > 1:
            worker = chance.choice(self.alive())
            self.silent.add(worker)
            if self.engine.client.get(self.engine.key("keeper")) == worker.encode():
                self.engine.client.delete(self.engine.key("keeper"))

    def pass_time(self, chance: Random) -> None:
        """Time passes, and those who are alive say so."""
        self.pass_ms(chance.choice((1, 7, 100, 333, 1000, 4999, 5001)))

    def step_clock(self, chance: Random) -> None:
        """The server's clock is set ahead or back, and some worker sees it before the others beat again."""
        if self.alive():
            self.set_clock(chance.choice(CLOCK_STEPS_MS))
            worker = chance.choice(self.alive())
            assert self.engine.beat(worker) == [True]
            self.beats[worker] = self.engine.now
            self.tick_by(worker)

    def set_clock(self, by_ms: int) -> None:
        """Moves the server's clock; what seems a step to the scripts is one, if somebody was at work before it."""
        assert self.engine.clock is not None
        last = self.engine.now
        seemed = self.engine.pass_time(by_ms)
        somebody = any(beat >= min(last, last + seemed) - TIMEOUT_MS for beat in self.beats.values())
        if abs(seemed) > TIMEOUT_MS / 2 and somebody:
            self.stepped_at = self.engine.now

    def pass_ms(self, ms: int) -> None:
        """Lets `ms` milliseconds pass."""
        self.set_clock(ms)
        for worker in self.alive():
            assert self.engine.beat(worker) == [True]
            self.beats[worker] = self.engine.now

    def tick(self, chance: Random) -> None:
        """Time passes, and the timer is kept."""
        self.pass_ms(chance.choice((0, 0, 200, 1000, 3000)))
        if self.alive():
            self.tick_by(chance.choice(self.alive()))

    def tick_by(self, worker: str) -> None:
        """Ticks until nothing is left to move; whoever was silent for a time-out is reaped then."""
        while True:
            ticked = self.engine.tick(worker)
            if not ticked.kept:
                assert self.engine.now < read(self.engine.client).next_ms + LATE_MS
                return
            self.model.tick(self.engine.now)
            for dead, _ in ticked.reaped:
                assert self.engine.now - self.beats[dead] >= TIMEOUT_MS, f"{dead} was reaped too early"
                assert dead in self.silent, f"{dead} was reaped, and beats"
                self.leave(dead)
            if ticked.sleep_s > 0:
                break
        if self.engine.now >= self.stepped_at + TIMEOUT_MS:
            late = [each for each, beat in self.beats.items() if self.engine.now - beat >= TIMEOUT_MS]
            assert not late, f"{late} should have been reaped"
