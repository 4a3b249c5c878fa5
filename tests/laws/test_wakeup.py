"""Law 10: one enqueue wakes one worker, which wakes the next while work remains; one worker keeps the timer."""

import time

import pytest

from tests.laws.engine import LEASE_MS, Engine, Spec, many, profile
from worker.engine.chunk import Hold
from worker.engine.knowledge import Rate


def tokens(engine: Engine, signal: str = "wake") -> int:
    """Takes all tokens of a signal, and returns how many there were."""
    key = engine.key(signal)
    with engine.client.pipeline() as pipe:
        pipe.llen(key)
        pipe.delete(key)
        return int(pipe.execute()[0])


@pytest.fixture(autouse=True)
def _quiet(engine: Engine) -> None:
    """Takes away the token that the first hello left."""
    assert tokens(engine) == 1


def test_any_number_of_enqueues_leave_one_token(engine: Engine) -> None:
    """However much is enqueued while nobody listens, one token lies there, and none for what was known already."""
    for i in range(5):
        engine.enqueue(*many(3, f"c{i}-"))
    assert tokens(engine) == 1
    engine.enqueue(*many(3, "c0-"))
    assert tokens(engine) == 0


def test_a_take_that_leaves_work_wakes_the_next(engine: Engine) -> None:
    """While work remains, each take wakes one more worker; the take that leaves none wakes nobody."""
    engine.enqueue(*many(120))
    tokens(engine)
    assert [(len(engine.ids()), tokens(engine)) for _ in range(4)] == [(50, 1), (50, 1), (20, 0), (0, 0)]


def test_work_for_another_wakes_it(engine: Engine) -> None:
    """A worker that finds work which only another can do wakes that one."""
    engine.hello("w2", profile(pages=["only2"]))
    tokens(engine)
    engine.enqueue(Spec(id="a", page="only2"))
    tokens(engine)
    took = engine.took()
    assert (took.chunk, took.elsewhere, tokens(engine)) == (None, True, 1)
    assert engine.ids("w2") == ["a"]


def test_a_settle_that_frees_work_wakes(engine: Engine) -> None:
    """A settle that puts a successor into its lane, or returns a command, wakes a worker; others do not."""
    engine.enqueue(*many(2, people="u"))
    first = engine.take()
    tokens(engine)
    engine.settle(first)
    assert tokens(engine) == 1
    second = engine.take()
    tokens(engine)
    engine.settle(second, "return", "")
    assert tokens(engine) == 1
    engine.settle(engine.take())
    assert tokens(engine) == 0


def test_what_comes_back_wakes(engine: Engine) -> None:
    """Giving back, goodbye and reaping wake a worker."""
    engine.hello("w2")
    engine.enqueue(*many(3))
    chunk = engine.take("w2")
    tokens(engine)
    engine.lanes.give_back("w2", chunk.token, now_ms=engine.now)
    assert tokens(engine) == 1
    engine.take("w2")
    engine.lanes.goodbye("w2", now_ms=engine.now)
    assert tokens(engine) == 1
    engine.hello("w3")
    engine.take("w3")
    tokens(engine)
    engine.pass_time(10_000)
    engine.beat("w1")
    engine.tick()
    assert tokens(engine) == 1


def test_what_falls_due_wakes(engine: Engine) -> None:
    """A schedule, a retry and a budget that come due wake a worker when the timer moves them."""
    engine.hello("w1", profile(text=Rate(1, 1000, 1)))
    engine.enqueue(*many(2), Spec(id="scheduled", page="P2", due="+3000"))
    engine.settle(engine.take(), "retry", delay_ms=2000)
    assert engine.ids() == []
    tokens(engine)
    woken = []
    for _ in range(3):
        engine.advance(1000)
        woken.append((tokens(engine), engine.ids()))
    assert woken == [(1, ["c1"]), (1, ["c0"]), (1, ["scheduled"])]


def test_a_lost_wake_up_comes_again_with_the_next_tick(engine: Engine) -> None:
    """A waiter that died with the token loses no wake-up: the next tick gives it again."""
    engine.enqueue(*many(1))
    assert tokens(engine) == 1
    engine.tick()
    assert tokens(engine) == 1


def test_the_timer_sleeps_until_something_is_due(engine: Engine) -> None:
    """The keeper is told when the next schedule, budget, expiry, hold or death is due; something earlier rouses it."""
    engine.hello("w1", profile(text=Rate(1, 2000, 1)))
    assert engine.tick().sleep_s == LEASE_MS / 1000
    engine.enqueue(Spec(id="later", due="+60000"))
    assert (tokens(engine, "alarm"), engine.tick().sleep_s) == (1, 60.0)
    engine.enqueue(Spec(id="expires", page="P2", expires="+30000", people="u"))
    assert (tokens(engine, "alarm"), engine.tick().sleep_s) == (1, 30.0)
    engine.enqueue(*many(2))
    engine.settle(engine.take(), "retry", delay_ms=40_000, holds=[Hold("page:P3", 20_000, b"{}")])
    engine.enqueue(Spec(id="held", page="P3"))
    assert engine.ids() == []
    assert (tokens(engine, "alarm"), engine.tick().sleep_s) == (1, 2.0)
    engine.hello("w2")
    assert engine.advance(2000).sleep_s == 10.0
    assert engine.advance(9000).sleep_s == 9.0


def test_something_later_does_not_rouse_the_timer(engine: Engine) -> None:
    """What is due after the next thing is leaves the keeper asleep."""
    engine.enqueue(Spec(id="soon", due="+1000"))
    tokens(engine, "alarm")
    engine.enqueue(Spec(id="later", due="+2000"), Spec(id="expires", expires="+3000"))
    assert tokens(engine, "alarm") == 0


def test_one_worker_keeps_the_timer(engine: Engine) -> None:
    """While one keeps the timer another's tick moves nothing, and is told to come again when the lease ends."""
    engine.hello("w2")
    engine.enqueue(Spec(id="due", due="+1000"))
    assert engine.tick("w1").kept
    engine.pass_time(1000)
    ticked = engine.tick("w2")
    assert (ticked.kept, 0 < ticked.sleep_s <= 0.5, engine.ids()) == (False, True, [])
    assert engine.tick("w1").kept
    assert engine.ids() == ["due"]


def test_a_keeper_that_is_late_loses_the_timer(engine: Engine) -> None:
    """A keeper that is half a second late with what is due is dead or stuck: another takes its place at once."""
    engine.hello("w2")
    engine.enqueue(Spec(id="due", due="+1000"))
    engine.tick("w1")
    engine.pass_time(1500)
    assert engine.tick("w2").kept
    assert (engine.ids(), engine.tick("w1").kept) == (["due"], False)


def test_a_keeper_that_is_silent_loses_the_timer_with_its_lease(engine: Engine) -> None:
    """When the lease has ended, the next that ticks keeps the timer."""
    engine.hello("w2")
    assert engine.lanes.tick("w1", lease_ms=20, may_reap=True, now_ms=engine.now).kept
    deadline = time.monotonic() + 5
    while not engine.tick("w2").kept:
        assert time.monotonic() < deadline
    assert not engine.tick("w1").kept


def test_a_keeper_that_says_goodbye_leaves_the_timer_vacant(engine: Engine) -> None:
    """Goodbye frees the timer and calls for a new keeper; the goodbye of another does not."""
    for worker in ("w2", "w3"):
        engine.hello(worker)
    engine.tick("w1")
    engine.lanes.goodbye("w3", now_ms=engine.now)
    assert (engine.tick("w2").kept, tokens(engine, "vacant")) == (False, 0)
    engine.lanes.goodbye("w1", now_ms=engine.now)
    assert (tokens(engine, "vacant"), engine.tick("w2").kept) == (1, True)
