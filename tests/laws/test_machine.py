"""All laws at once: any sequence of steps of producers, workers, crashes and time, against a model in plain Python."""

import sys
from collections.abc import Callable
from random import Random
from typing import Final

import redis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.laws.engine import ids_of
from tests.laws.places import located
from tests.laws.run import Run
from tests.laws.store import read
from tests.laws.workers import LAST
from tests.strategies import SEEDS
from worker.engine.chunk import Settlement

DRAIN_ROUNDS: Final = 80
DRAIN_MS: Final = 60_000
REAPING_MS: Final = 4_000
WEIGHTS: Final = {
    Run.enqueue: 4,
    Run.enqueue_again: 1,
    Run.broadcast: 1,
    Run.confirm: 1,
    Run.cancel: 1,
    Run.hold: 1,
    Run.release: 2,
    Run.hello: 2,
    Run.take: 5,
    Run.begin: 3,
    Run.settle: 4,
    Run.work: 3,
    Run.settle_late: 2,
    Run.give_back: 1,
    Run.goodbye: 1,
    Run.crash: 1,
    Run.pass_time: 2,
    Run.tick: 5,
    Run.step_clock: 1,
}
Step = Callable[[Run, Random], None]
STEPS: Final[list[Step]] = [step for step, weight in WEIGHTS.items() for _ in range(weight)]
# A failure is shown as it was found: to shrink it takes longer than CI may; add Phase.shrink to look for a shorter one.
SETTINGS: Final = settings(
    phases=(Phase.generate,),
    derandomize=True,
    deadline=None,
    database=None,
    stateful_step_count=40,
    suppress_health_check=list(HealthCheck),
)
EXAMPLES: Final = {"FakeRedis": 5, "Redis": 24}


class LawMachine(RuleBasedStateMachine):
    """Takes steps in any order; Redis and the model must agree after each, and in the end nothing is left."""

    def __init__(self, client: "redis.Redis") -> None:
        super().__init__()
        self.run = Run(client)

    @initialize(seed=SEEDS)
    def begin(self, seed: int) -> None:
        """Two workers, and some commands, are there from the beginning."""
        chance = Random(seed)
        for step in (Run.hello, Run.hello, Run.enqueue, Run.enqueue):
            step(self.run, chance)

    @rule(steps=st.lists(st.tuples(st.sampled_from(STEPS), SEEDS), min_size=2, max_size=4))
    def some_steps(self, steps: list[tuple[Step, int]]) -> None:
        """Some steps are taken."""
        for step, seed in steps:
            step(self.run, Random(seed))
            self.agree()

    @invariant()
    def agree(self) -> None:
        """Every command is where the model says, the counters say the same, and somebody is woken for what is ready."""
        store = read(self.run.engine.client)
        model = self.run.model
        found = located(store, model.items)
        moving = {member[1:] for member in store.scores("later") if member.startswith("~")}
        for command_id, item in model.items.items():
            if item.place == "lane" and moving.intersection(item.spec.conversations):
                found[command_id] = "lane"  # its conversation is moved on by the timer
        assert found == model.places()
        counts = store.numbers("counts")
        assert {name: counts.get(name, 0) for name in ("retried", "reaped")} == {
            name: model.counts[name] for name in ("retried", "reaped")
        }
        self.run.turns.see(store, self.run.is_held)
        ready = store.scores("ready", "i") or store.scores("ready", "b")
        if ready and self.run.beats:
            assert store.listed("wake") or self.run.again, f"nobody is woken for {set(ready)}"

    def teardown(self) -> None:
        """In the end one worker that knows everything brings all that is left to its end: nothing is stuck."""
        if sys.exc_info()[0] is not None:
            return  # some step has failed already, and that is what is to be seen
        run = self.run
        run.engine.client.delete(run.engine.key("keeper"))
        run.silent.update(run.beats)
        run.introduce("last", LAST)
        if (
            run.engine.clock is not None
        ):  # the server's clock is right again: else a drain's minutes would not count
            run.pass_ms(run.engine.clock.ahead)
        for scope in list(run.model.holds):
            run.let_go(scope)
        for _ in range(3):  # a time-out without a step of the clock: those who are silent are reaped
            run.pass_ms(REAPING_MS)
            run.tick_by("last")
        people = sum(count for _, count in run.model.broadcasts.values())
        for _ in range(DRAIN_ROUNDS):
            run.pass_ms(DRAIN_MS)
            run.tick_by("last")
            while (took := run.take_by("last", 50)).chunk is not None or took.again:
                if took.chunk is not None:
                    run.settle_by(
                        run.held[-1], [Settlement(each, "sent", "a") for each in ids_of(took.chunk)]
                    )
            self.agree()
            made = sum(":" in command_id for command_id in run.model.items)
            if made == people and all(item.ended for item in run.model.items.values()):
                break
        stuck = {each: item.place for each, item in run.model.items.items() if not item.ended}
        assert not stuck, f"still there after {DRAIN_ROUNDS} rounds: {stuck}"
        store = read(run.engine.client)
        busy = [name for name in store.sets if name.startswith("busy")]
        left = (store.commands, busy, store.scores("later"), store.scores("expiring"))
        assert left == ({}, [], {}, {})


def test_any_sequence_of_steps_keeps_the_laws(server: "redis.Redis") -> None:
    """Whatever producers, workers, crashes and time do, each command is where the model says, and ends once."""

    class Machine(LawMachine):
        def __init__(self) -> None:
            super().__init__(server)

    examples = EXAMPLES[type(server).__name__]
    run_state_machine_as_test(Machine, settings=settings(SETTINGS, max_examples=examples))
