"""Law 3: what a worker took and surely did not send costs its Page nothing, and gives it nothing either."""

import random

import pytest

from tests.laws.engine import Engine, Spec, many, people, profile
from tests.laws.test_limits import Calls, worst_excess
from worker.engine.knowledge import Rate

GCRA = Rate(40, 1000, 40)
LOG = Rate(10, 600_000)


def back(engine: Engine, token: int, worker: str = "w1", *, refund: bool = True) -> int:
    """Gives a chunk back."""
    return engine.lanes.give_back(worker, token, refund=refund, now_ms=engine.now)


@pytest.mark.parametrize(
    ("rate_class", "rate", "left"), [("t", GCRA, 40), ("p", LOG, 10)], ids=["gcra", "sliding log"]
)
def test_what_was_given_back_can_be_taken_at_once(
    engine: Engine, rate_class: str, rate: Rate, left: int
) -> None:
    """Another worker takes as much as the Page allows, without a wait, as if nobody had taken before."""
    for worker in ("w1", "w2"):
        engine.hello(worker, profile(text=rate, profile=rate))
    engine.enqueue(*many(60, rate_class=rate_class))
    chunk = engine.take()
    assert len(chunk.commands) == left
    engine.advance(10)
    assert back(engine, chunk.token) == left
    assert engine.ids("w2") == [f"c{i}" for i in range(left)]


def test_a_bucket_s_budget_comes_back(engine: Engine) -> None:
    """The limit beside the lane's is given back with it."""
    engine.hello("w1", profile(rates={"user_menu:7": LOG, "user_menu": Rate(2, 600_000)}))
    engine.enqueue(*many(2, bucket="user_menu:7"))
    back(engine, engine.take().token)
    assert engine.ids() == ["c0", "c1"]


@pytest.mark.parametrize("who", ["did not say so", "had begun"])
def test_nothing_comes_back_unless_it_is_sure(engine: Engine, who: str) -> None:
    """What may have been called stays spent: the chunk was only found, or its request may have begun."""
    engine.hello("w1", profile(text=GCRA))
    engine.enqueue(*many(60))
    chunk = engine.take()
    if who == "had begun":
        assert engine.begin(chunk)
    back(engine, chunk.token, refund=who == "had begun")
    assert engine.ids() == []
    engine.advance(100)
    assert len(engine.ids()) == 4


def test_time_that_passed_is_not_given_back(engine: Engine) -> None:
    """The budget filled up meanwhile, and others spent it: no more comes back than was kept from them."""
    engine.hello("w1", profile(text=GCRA))
    engine.enqueue(*many(200))
    held = engine.take()
    engine.advance(900)
    sent = engine.send()
    back(engine, held.token)
    sent += engine.send()
    assert len(sent) == 40


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rate", [GCRA, Rate(3, 1000, 3), Rate(7, 1000, 1)], ids=["40", "3", "7"])
def test_no_pattern_of_refunds_breaks_the_limit(engine: Engine, rate: Rate, seed: int) -> None:
    """Whatever is given back and when, no window has more calls than burst + rate * t."""
    chance = random.Random(seed)
    for worker in ("w1", "w2"):
        engine.hello(worker, profile(text=rate))
    engine.enqueue(*many(300), *many(60, "b", priority="b"), *many(20, "d", priority="b", cost=3))
    engine.broadcast("x", people(40))
    calls: Calls = []
    kept: list[tuple[str, int]] = []
    for _ in range(80):
        engine.advance(chance.choice([0, 1, 24, 25, 140, 334, 1000]))
        worker = chance.choice(["w1", "w2"])
        took = engine.took(worker, limit=chance.choice([1, 5, 50]))
        if took.chunk is not None and chance.random() < 0.5:
            kept.append((worker, took.chunk.token))
        elif took.chunk is not None:
            calls += [
                (engine.now, 1 if ":" in each.id else engine.accepted[each.id].cost)
                for each in took.chunk.commands
            ]
        if kept and chance.random() < 0.5:
            holder, token = kept.pop(chance.randrange(len(kept)))
            back(engine, token, holder)
    assert worst_excess(calls, rate) < 0.01
    assert sum(cost for _, cost in calls) > rate.calls


@pytest.mark.parametrize("seed", range(3))
def test_no_pattern_of_refunds_breaks_a_sliding_log(engine: Engine, seed: int) -> None:
    """Of a limit of 10 in 10 minutes no window has more than 10 calls, whatever is given back and when."""
    chance = random.Random(seed)
    engine.hello("w1", profile(profile=LOG))
    engine.enqueue(*many(100, rate_class="p"), Spec(id="large", rate_class="p", cost=12))
    times: list[int] = []
    kept: list[int] = []
    for _ in range(80):
        engine.advance(chance.choice([0, 1, 1000, 59_999, 100_000, 600_000]))
        took = engine.took(limit=chance.choice([1, 3, 50]))
        if took.chunk is not None and chance.random() < 0.5:
            kept.append(took.chunk.token)
        elif took.chunk is not None and took.chunk.commands[0].id != "large":
            times += [engine.now] * len(took.chunk.commands)
        if kept and chance.random() < 0.5:
            back(engine, kept.pop(chance.randrange(len(kept))))
    assert len(times) > 30
    assert all(later - first >= LOG.per_ms for first, later in zip(times, times[10:], strict=False))


def test_a_take_that_grew_old_does_not_begin(engine: Engine) -> None:
    """A worker that was paused between take and call spends no budget that is past beside the one of now."""
    engine.hello(knows=profile(t=Rate(40, 1_000, 40)))
    engine.enqueue(*many(40))
    chunk = engine.take()
    engine.pass_time(151)
    assert not engine.begin(chunk)
    assert engine.lanes.give_back("w1", chunk.token, refund=True, now_ms=engine.now) == 40
    young = engine.take()
    engine.pass_time(150)
    assert engine.begin(young)


def test_a_take_without_a_limit_never_grows_old(engine: Engine) -> None:
    """Where no budget was spent none can be past."""
    engine.enqueue(*many(3))
    chunk = engine.take()
    engine.pass_time(60_000)
    assert engine.begin(chunk)
