"""All laws at once: any sequence of steps of producers, workers, crashes and time, against a model in plain Python."""

import sys
from typing import Final

import msgspec
import redis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from producer.scripting import Script
from tests.laws.engine import PREFIX, Engine, Spec, ids_of
from tests.laws.model import ATTEMPTS_MAX, RATES, Model
from tests.laws.places import located
from tests.laws.store import Store, read
from tests.strategies import PAGES, Fields, calls_of_enqueue, settlements
from worker.lanes import Chunk, Policy, Settlement, Took
from worker.profile import KnownPage, Profile

TIMEOUT_MS: Final = 10_000
DRAIN_ROUNDS: Final = 60
# A failure is shown as it was found: to shrink it takes longer than CI may; add Phase.shrink to look for a shorter one.
SETTINGS: Final = settings(
    phases=(Phase.generate,),
    derandomize=True,
    deadline=None,
    database=None,
    stateful_step_count=40,
    suppress_health_check=list(HealthCheck),
)
EXAMPLES: Final = {"FakeRedis": 60, "Redis": 150}

APPS: Final = {"P1": "app1", "P2": "app1", "P3": "app2", "P4": ""}
SCOPES: Final = ("page:P1", "page:P3", "lane:P1/t/i", "lane:P1/t/b", "lane:P1/t/b/x", "app:app1")
ALL: Final = {page: KnownPage(app) for page, app in APPS.items()}
FEW: Final = {page: ALL[page] for page in ("P1", "P2", "P3")}
PROFILES: Final = (
    Profile(rates=RATES, types=["send_message"], pages=FEW),
    Profile(rates=RATES, types=["send_message", "newer"], pages=FEW),
    Profile(rates=RATES, types=["send_message"], pages=ALL),
    Profile(rates=RATES, types=["newer"], pages={"P4": ALL["P4"]}),
)
LAST: Final = Profile(rates=RATES, types=["send_message", "newer"], pages=ALL)


SENT: Final = [Settlement("", "sent", "a")] * 50
Arguments = list[str | bytes | int]


class Held(msgspec.Struct):
    """A chunk that some worker took: `open` until it was settled, given back or reaped."""

    chunk: Chunk
    begun: bool = False
    open: bool = True

    @property
    def mark(self) -> str:
        """The mark that its commands carry."""
        return f"{self.chunk.worker}#{self.chunk.token}"


class LawMachine(RuleBasedStateMachine):
    """Runs steps in any order; `places` and the model must agree after each."""

    def __init__(self, client: "redis.Redis") -> None:
        super().__init__()
        client.flushall()
        self.engine = Engine(client, policy=Policy(timeout_ms=TIMEOUT_MS, attempts_max=ATTEMPTS_MAX))
        self.model = Model()
        self.held: list[Held] = []
        self.beats: dict[str, int] = {}  # present workers and their last heartbeat
        self.silent: set[str] = set()
        self.named = 0
        self.again = False

    def alive(self) -> list[str]:
        """Returns the workers that are present and not silent."""
        return [worker for worker in self.beats if worker not in self.silent]

    # --- producers

    @rule(calls=calls_of_enqueue())
    def enqueue(self, calls: list[Fields]) -> None:
        """A producer enqueues some commands in one call."""
        start = len(self.model.items)
        specs = [msgspec.convert({"id": f"c{start + i}", **fields}, Spec) for i, fields in enumerate(calls)]
        assert self.engine.enqueue(*specs) == [len(specs), 0]
        for spec in specs:
            self.model.accept(spec, self.engine.now)

    @precondition(lambda self: self.model.items)
    @rule(data=st.data())
    def enqueue_again(self, data: st.DataObject) -> None:
        """A producer that lost the reply enqueues the same again."""
        chosen = data.draw(st.sets(st.sampled_from(sorted(self.model.items)), min_size=1, max_size=5))
        specs = [self.model.items[each].spec for each in sorted(chosen)]
        assert self.engine.enqueue(*specs) == [0, len(specs)]

    # --- workers

    @initialize(first=st.sampled_from(PROFILES), second=st.sampled_from(PROFILES))
    def two_workers(self, first: Profile, second: Profile) -> None:
        """Two workers are there from the beginning."""
        self.hello(first)
        self.hello(second)

    @precondition(lambda self: len(self.beats) < 4)
    @rule(knows=st.sampled_from(PROFILES))
    def hello(self, knows: Profile) -> None:
        """A worker comes."""
        self.named += 1
        self.introduce(f"w{self.named}", knows)

    def introduce(self, worker: str, knows: Profile) -> None:
        """Says hello, which frees what was parked for want of such a worker."""
        self.engine.hello(worker, knows)
        self.beats[worker] = self.engine.now
        for item in self.model.items.values():
            if item.place == "parked" and item.spec.type in knows.types:
                item.place = "lane"

    @precondition(lambda self: self.alive())
    @rule(data=st.data(), limit=st.sampled_from((50, 50, 3, 1)))
    def take(self, data: st.DataObject, limit: int) -> None:
        """A worker that was woken takes."""
        self.take_by(data.draw(st.sampled_from(self.alive())), limit)

    def take_by(self, worker: str, limit: int) -> Took:
        """Takes, and checks that everything taken could leave now and may share a chunk."""
        self.engine.client.delete(self.engine.key("wake"))
        took = self.engine.took(worker, limit=limit)
        assert not took.reaped
        self.again = took.again
        store = read(self.engine.client)
        if took.chunk is not None:
            held = Held(took.chunk)
            self.held.append(held)
            self.end_expired(store)
            for each in took.chunk.commands:
                self.model.take(each.id, held.mark, self.engine.now)
            self.check_chunk(took.chunk, limit)
        self.end_expired(store)
        self.follow_take(store)
        return took

    def check_chunk(self, chunk: Chunk, limit: int) -> None:
        """A chunk is within its limit, of one app and priority, media or not, and what goes alone is alone."""
        items = [self.model.items[each] for each in ids_of(chunk)]
        pages = {item.spec.page for item in items}
        assert len(items) <= limit
        assert len({item.spec.priority for item in items}) == 1
        assert len({item.spec.rate_class == "m" for item in items}) == 1
        assert len({APPS[page] for page in pages}) == 1
        assert len(pages) == 1 or "P4" not in pages
        assert len(items) == 1 or not any(item.alone for item in items)
        assert not any(self.model.is_held(item.spec, APPS[item.spec.page], self.engine.now) for item in items)
        knows = self.engine.profiles[chunk.worker]
        assert pages <= set(knows.pages)
        assert {item.spec.type for item in items} <= set(knows.types)
        assert {each.id: each.attempts for each in chunk.commands} == {
            item.spec.id: item.attempts for item in items
        }

    def end_expired(self, store: Store) -> None:
        """A take may end what has expired in its lane, and then what was behind it in its conversation."""
        for (
            command_id,
            item,
        ) in self.model.items.items():  # a successor was enqueued later, or is seen in later takes
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

    @precondition(lambda self: self.open_chunks())
    @rule(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """A worker marks that its request begins."""
        held = data.draw(st.sampled_from(self.open_chunks()))
        assert self.engine.lanes.begin(held.chunk)
        held.begun = True

    def open_chunks(self) -> list[Held]:
        """Returns the chunks of workers that are alive."""
        return [each for each in self.held if each.open and each.chunk.worker not in self.silent]

    @precondition(lambda self: self.open_chunks())
    @rule(data=st.data(), drawn=settlements(), repeat=st.booleans())
    def settle(self, data: st.DataObject, drawn: list[Settlement], repeat: bool) -> None:
        """A worker settles its chunk in any mix of outcomes, and perhaps once more, which changes nothing."""
        held = data.draw(st.sampled_from(self.open_chunks()))
        named = self.settle_by(held, drawn)
        if repeat:
            before = read(self.engine.client)
            assert self.engine.lanes.settle(held.chunk, named, now_ms=self.engine.now) == (0, 0)
            assert read(self.engine.client) == before

    def settle_by(self, held: Held, drawn: list[Settlement]) -> list[Settlement]:
        """Settles a chunk as drawn."""
        named = self.named_for(held, drawn)
        expected = self.model.settle(held.mark, reversed(named), self.engine.now)
        held.open = False
        assert self.engine.lanes.settle(held.chunk, named, now_ms=self.engine.now) == (expected, 0)
        return named

    def named_for(self, held: Held, drawn: list[Settlement]) -> list[Settlement]:
        """Returns the drawn settlements for the commands of a chunk."""
        return [
            msgspec.structs.replace(each, id=command_id)
            for each, command_id in zip(drawn, ids_of(held.chunk), strict=False)
        ]

    @precondition(lambda self: self.alive())
    @rule(data=st.data(), drawn=settlements())
    def work(self, data: st.DataObject, drawn: list[Settlement]) -> None:
        """A worker does what it is for: it takes, begins and settles, and all is well or not."""
        worker = data.draw(st.sampled_from(self.alive()))
        took = self.take_by(worker, 50)
        if took.chunk is not None:
            held = self.held[-1]
            held.begun = self.engine.lanes.begin(held.chunk)
            assert held.begun
            self.settle_by(held, drawn)

    @precondition(lambda self: any(not each.open for each in self.held))
    @rule(data=st.data(), drawn=settlements())
    def settle_late(self, data: st.DataObject, drawn: list[Settlement]) -> None:
        """A worker settles with a token that is its own no more: evidence only."""
        held = data.draw(st.sampled_from([each for each in self.held if not each.open]))
        named = self.named_for(held, drawn)
        expected = self.model.evidence(reversed(named))
        assert self.engine.lanes.settle(held.chunk, named, now_ms=self.engine.now) == (0, expected)

    @precondition(lambda self: self.open_chunks())
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        """A worker gives back a chunk, by its token alone."""
        held = data.draw(st.sampled_from(self.open_chunks()))
        returned = self.engine.lanes.give_back(held.chunk.worker, held.chunk.token, now_ms=self.engine.now)
        assert returned == len(held.chunk.commands)
        self.come_back(held)

    def come_back(self, held: Held) -> None:
        """Notes that a chunk is nobody's now."""
        held.open = False
        self.model.come_back(held.mark, begun=held.begun)

    @precondition(lambda self: len(self.alive()) > 1)
    @rule(data=st.data())
    def goodbye(self, data: st.DataObject) -> None:
        """A worker stops, with whatever it holds."""
        worker = data.draw(st.sampled_from(self.alive()))
        self.engine.lanes.goodbye(worker, now_ms=self.engine.now)
        self.leave(worker)

    def leave(self, worker: str) -> None:
        """Notes that a worker is gone, and that its chunks came back, newest first."""
        for held in [each for each in reversed(self.held) if each.open and each.chunk.worker == worker]:
            self.come_back(held)
        del self.beats[worker]
        self.silent.discard(worker)

    # --- people

    @precondition(lambda self: self.model.items)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """Somebody cancels a command."""
        command_id = data.draw(st.sampled_from(sorted(self.model.items)))
        arguments: Arguments = [command_id, self.engine.lanes.policy.encoded(), self.engine.now]
        answer = Script("cancel").run(self.engine.client, PREFIX, arguments)
        assert answer == self.model.cancel(command_id)

    @rule(scope=st.sampled_from(SCOPES), for_ms=st.sampled_from((None, 1, 3000)))
    def hold(self, scope: str, for_ms: int | None) -> None:
        """Somebody holds a Page, lane or app."""
        self.hand("hold", scope, "" if for_ms is None else for_ms)
        self.model.hold(scope, float("inf") if for_ms is None else self.engine.now + for_ms)

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        """Somebody releases what was held."""
        self.let_go(data.draw(st.sampled_from(sorted(self.model.holds))))

    def let_go(self, scope: str) -> None:
        """Releases a scope."""
        self.hand("release", scope, "")
        del self.model.holds[scope]

    def hand(self, what: str, scope: str, for_ms: int | str) -> None:
        """Runs `hold.lua`."""
        arguments: Arguments = [what, scope, for_ms, "{}", self.engine.now]
        assert Script("hold", "worker.scripts").run(self.engine.client, PREFIX, arguments) == 1

    # --- crashes and time

    @precondition(lambda self: len(self.alive()) > 1)
    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        """A worker falls silent; a timer that it keeps ends with its lease."""
        worker = data.draw(st.sampled_from(self.alive()))
        self.silent.add(worker)
        if self.engine.client.get(self.engine.key("keeper")) == worker.encode():
            self.engine.client.delete(self.engine.key("keeper"))

    @rule(ms=st.sampled_from((1, 7, 100, 333, 1000, 4999, 5001)))
    def time_passes(self, ms: int) -> None:
        """Time passes, and those who are alive say so."""
        self.engine.pass_time(ms)
        for worker in self.alive():
            assert self.engine.beat(worker) == [True]
            self.beats[worker] = self.engine.now

    @precondition(lambda self: self.alive())
    @rule(data=st.data(), ms=st.sampled_from((200, 1000, 3000)))
    def time_goes_on(self, data: st.DataObject, ms: int) -> None:
        """Time passes, and the timer is kept."""
        self.time_passes(ms)
        self.tick_by(data.draw(st.sampled_from(self.alive())))

    @precondition(lambda self: self.alive())
    @rule(data=st.data())
    def tick(self, data: st.DataObject) -> None:
        """A worker moves what is due, when it keeps the timer or nobody else does."""
        self.tick_by(data.draw(st.sampled_from(self.alive())))

    def tick_by(self, worker: str) -> None:
        """Ticks until nothing is left to move; whoever was silent for a time-out is reaped then."""
        while True:
            ticked = self.engine.tick(worker)
            if not ticked.kept:
                assert self.engine.now < read(self.engine.client).next_ms + 500
                return
            self.model.tick(self.engine.now)
            for dead, _ in ticked.reaped:
                assert self.engine.now - self.beats[dead] >= TIMEOUT_MS, f"{dead} was reaped too early"
                self.leave(dead)
            if ticked.sleep_s > 0:
                break
        assert all(self.engine.now - beat < TIMEOUT_MS for beat in self.beats.values()), "nobody was reaped"

    # --- what must always be so

    @invariant()
    def agree(self) -> None:
        """Every command is where the model says, and the counters say the same."""
        store = read(self.engine.client)
        found = located(store, self.model.items)
        moving = {member[1:] for member in store.scores("later") if member.startswith("~")}
        for command_id, item in self.model.items.items():
            if item.place == "lane" and moving.intersection(item.spec.conversations):
                found[command_id] = "lane"  # its conversation is moved on by the timer
        assert found == self.model.places()
        counts = store.numbers("counts")
        assert {name: counts.get(name, 0) for name in ("retried", "reaped")} == {
            name: self.model.counts[name] for name in ("retried", "reaped")
        }
        ready = store.scores("ready", "i") or store.scores("ready", "b")
        if ready and self.beats:
            assert store.listed("wake") or self.again, f"nobody is woken for {set(ready)}"

    def teardown(self) -> None:
        """In the end one worker that knows everything brings all that is left to its end: nothing is stuck."""
        if sys.exc_info()[0] is not None:
            return  # some step has failed already, and that is what is to be seen
        self.engine.client.delete(self.engine.key("keeper"))
        self.silent.update(self.beats)
        self.introduce("last", LAST)
        for scope in list(self.model.holds):
            self.let_go(scope)
        for _ in range(DRAIN_ROUNDS):
            self.time_passes(9_000)
            self.tick_by("last")
            while (took := self.take_by("last", 50)).chunk is not None or took.again:
                if took.chunk is not None:
                    self.settle_by(self.held[-1], SENT)
            self.agree()
            if all(item.ended for item in self.model.items.values()):
                break
        stuck = {each: item.place for each, item in self.model.items.items() if not item.ended}
        assert not stuck, f"still there after {DRAIN_ROUNDS} rounds: {stuck}"
        store = read(self.engine.client)
        left = (store.commands, store.sets.get("busy"), store.scores("later"), store.scores("expiring"))
        assert left == ({}, None, {}, {})


def test_any_sequence_of_steps_keeps_the_laws(server: "redis.Redis") -> None:
    """Whatever producers, workers, crashes and time do, each command is where the model says, and ends once."""
    examples = EXAMPLES[type(server).__name__]

    class Machine(LawMachine):
        def __init__(self) -> None:
            super().__init__(server)

    run_state_machine_as_test(Machine, settings=settings(SETTINGS, max_examples=examples))
    assert set(APPS) == set(PAGES)
