"""Laws 7, 8 and 9: what a dead worker held comes back in its order, what may have arrived is not called failed."""

from collections.abc import Sequence

import msgspec
import pytest

from producer.store.policy import Policy
from tests.laws.engine import TIMEOUT_MS, Engine, Spec, ids_of, many, profile
from tests.laws.places import places
from tests.laws.store import read
from worker.engine.chunk import Chunk, Settlement


def dies(engine: Engine, worker: str = "dead", *, begun: bool = True, limit: int = 50) -> Chunk:
    """Lets a new worker take a chunk and fall silent; returns the chunk, once the worker was reaped."""
    engine.hello(worker)
    chunk = engine.take(worker, limit=limit)
    if begun:
        assert engine.begin(chunk)
    reap(engine, worker)
    return chunk


def reap(engine: Engine, worker: str) -> None:
    """Lets a time-out pass in which only w1 is alive, and moves what is due until the worker is gone."""
    engine.pass_time(TIMEOUT_MS)
    engine.beat("w1")
    reaped: Sequence[tuple[str, int]] = ()
    while not reaped or engine.client.hexists(engine.key("workers"), worker):
        reaped = engine.tick().reaped
        assert reaped, "nobody was reaped"


def test_nobody_is_reaped_before_the_time_out(engine: Engine) -> None:
    """A worker is reaped one time-out after its last heartbeat, not a millisecond earlier."""
    engine.hello("w2")
    engine.enqueue(*many(2))
    engine.take("w2")
    engine.pass_time(5000)
    assert engine.beat("w1", "w2") == [True, True]
    engine.pass_time(TIMEOUT_MS - 1)
    engine.beat("w1")
    ticked = engine.tick()
    assert (ticked.reaped, ticked.sleep_s) == ((), 0.001)
    engine.pass_time(1)
    assert engine.tick().reaped == (("w2", 2),)
    assert engine.ids() == ["c0", "c1"]


def test_a_reaper_that_may_not_reap_reaps_nobody(engine: Engine) -> None:
    """After an outage nobody is reaped until the reaper has been connected for a time-out."""
    engine.hello("w2")
    engine.pass_time(10 * TIMEOUT_MS)
    assert engine.tick(may_reap=False).reaped == ()
    assert engine.beat("w1", "w2") == [True, True]
    assert engine.tick().reaped == ()


def test_a_reaper_does_not_reap_itself_and_reaps_those_behind_it(engine: Engine) -> None:
    """A keeper whose own heartbeat is the oldest still reaps the others that are dead."""
    engine.pass_time(1)
    engine.hello("w2")
    engine.hello("w3")
    engine.pass_time(TIMEOUT_MS)
    assert sorted(engine.tick().reaped + engine.tick().reaped) == [("w2", 0), ("w3", 0)]
    assert (engine.tick().reaped, engine.beat("w1")) == ((), [True])


def test_what_a_dead_worker_held_returns_to_the_head_in_its_order(engine: Engine) -> None:
    """Chunks of a dead worker, begun or not, stand before what waited, in the order in which they were taken."""
    engine.enqueue(*many(9))
    engine.hello("dead")
    chunks = [engine.take("dead", limit=3) for _ in range(2)]
    engine.begin(chunks[1])
    reap(engine, "dead")
    assert engine.ids() == [f"c{i}" for i in range(9)]


def test_order_survives_ten_and_more_chunks(engine: Engine) -> None:
    """The order of chunks is that of their tokens as numbers, also when one worker held more than ten."""
    engine.hello("dead")
    engine.enqueue(*many(30))
    for _ in range(12):
        engine.take("dead", limit=2)
    reap(engine, "dead")
    assert engine.ids() == [f"c{i}" for i in range(30)]


def test_a_worker_that_held_more_than_a_script_touches_is_reaped_in_parts(engine: Engine) -> None:
    """Two thousand commands of a dead worker come back in their order, over several ticks."""
    engine.hello("dead")
    engine.enqueue(*many(2000))
    for _ in range(40):
        engine.take("dead")
    reap(engine, "dead")
    assert [each for _ in range(41) for each in engine.ids()] == [f"c{i}" for i in range(2000)]


def test_a_reap_treats_each_command_by_what_may_have_happened(engine: Engine) -> None:
    """At-most-once sends end unknown as dead letters; other sends may be repeated; reads are just tried again."""
    engine.enqueue(Spec(id="once", options="sm"), Spec(id="send"), Spec(id="read", options=""))
    dies(engine)
    assert places(engine.client, engine.accepted) == {"once": "unknown", "send": "lane", "read": "lane"}
    assert {each.id: (each.attempts, each.flags) for each in engine.take().commands} == {
        "send": (1, "r"),
        "read": (1, ""),
    }
    assert set(read(engine.client).scores("dead")) == {"once"}


def test_a_chunk_that_had_not_begun_is_no_attempt(engine: Engine) -> None:
    """When no request had begun, commands come back as they were, at-most-once ones too."""
    engine.enqueue(Spec(id="once", options="sm"), Spec(id="send"))
    for worker in ("dead1", "dead2", "dead3"):
        dies(engine, worker, begun=False)
    chunk = engine.take()
    assert [(each.id, each.attempts, each.flags) for each in chunk.commands] == [
        ("once", 0, ""),
        ("send", 0, ""),
    ]
    assert read(engine.client).numbers("counts") == {}


def test_attempts_end(engine: Engine) -> None:
    """A command that kills its worker on every attempt ends exhausted, as a dead letter, and frees its conversation."""
    engine.lanes.policy = Policy(timeout_ms=TIMEOUT_MS, attempts_max=3)
    engine.lanes = type(engine.lanes)(engine.client, policy=engine.lanes.policy)
    engine.enqueue(Spec(id="poison", people="u"), Spec(id="after", people="u"))
    for i in range(3):
        dies(engine, f"dead{i}")
    assert places(engine.client, engine.accepted) == {"poison": "exhausted", "after": "lane"}
    assert set(read(engine.client).scores("dead")) == {"poison"}
    assert read(engine.client).numbers("counts") == {"exhausted": 1, "reaped": 3}


def test_suspects_go_alone(engine: Engine) -> None:
    """Commands reaped for the second time are taken alone, so that the one that kills workers takes nobody with it."""
    engine.enqueue(*many(3))
    dies(engine, "dead1")
    engine.enqueue(*many(2, "d"))
    dies(engine, "dead2", limit=3)
    assert [engine.ids() for _ in range(5)] == [["c0"], ["c1"], ["c2"], ["d0", "d1"], []]


def test_a_reaped_worker_starts_anew(engine: Engine) -> None:
    """A worker that was taken for dead is told so, and goes on under a new name."""
    engine.enqueue(*many(1))
    dies(engine)
    assert engine.beat("dead") == [False]
    assert engine.took("dead").reaped
    engine.hello("reborn")
    assert engine.ids("reborn") == ["c0"]


def test_a_profile_that_redis_forgot_is_told_again(engine: Engine) -> None:
    """After an outage so long that profiles expired, no Page is put to sleep, and the worker is told to say hello."""
    engine.enqueue(*many(2), Spec(id="newer", type="newer"))
    engine.client.delete(engine.key(f"profile:{engine.profiles['w1'].digest}"))
    took = engine.took()
    assert (took.chunk, took.reaped, engine.beat("w1")) == (None, True, [False])
    engine.hello("again")
    assert engine.ids("again") == ["c0", "c1"]


def test_give_back_returns_a_chunk_whose_reply_was_lost(engine: Engine) -> None:
    """By its token alone a worker gives back what it never heard of; a repeat, or a token unknown, changes nothing."""
    engine.enqueue(*many(5))
    lost = engine.take(limit=3)
    assert engine.lanes.give_back("w1", lost.token, now_ms=engine.now) == 3
    assert engine.lanes.give_back("w1", lost.token, now_ms=engine.now) == 0
    assert engine.lanes.give_back("nobody", 99, now_ms=engine.now) == 0
    assert [(each.id, each.attempts) for each in engine.take().commands] == [(f"c{i}", 0) for i in range(5)]
    assert engine.settle(lost) == (0, 0)


def test_goodbye_returns_everything_at_once(engine: Engine) -> None:
    """A worker that stops returns what it holds to the head of its lanes, and a second one goes on without a gap."""
    engine.hello("w2")
    engine.enqueue(*many(2000))
    for _ in range(30):
        engine.take("w2")
    assert engine.lanes.goodbye("w2", now_ms=engine.now) == 1500
    assert [each for _ in range(41) for each in engine.ids()] == [f"c{i}" for i in range(2000)]
    assert (engine.lanes.goodbye("w2", now_ms=engine.now), engine.beat("w2")) == (0, [False])
    assert read(engine.client).scores("beats").keys() == {"w1"}


def test_goodbye_after_a_settle_returns_only_the_rest(engine: Engine) -> None:
    """What was settled before the goodbye stays settled."""
    engine.hello("w2")
    engine.enqueue(*many(4))
    done, rest = engine.take("w2", limit=2), engine.take("w2", limit=2)
    engine.settle(done)
    engine.lanes.goodbye("w2", now_ms=engine.now)
    assert engine.ids() == ids_of(rest)


@pytest.mark.parametrize("step", ["before settle", "after settle"])
def test_a_crash_around_settle_loses_and_doubles_nothing(engine: Engine, step: str) -> None:
    """A worker that dies before its settle leaves its chunk to others; one that dies after it leaves nothing."""
    engine.hello("dead")
    engine.enqueue(*many(3, people="u"), Spec(id="other"))
    chunk = engine.take("dead")
    engine.begin(chunk)
    if step == "after settle":
        mixed = [Settlement("c0", "refused", "a"), Settlement("other", "retry", "a", 60_000)]
        assert engine.lanes.settle(chunk, mixed, now_ms=engine.now) == (2, 0)
    reap(engine, "dead")
    expected = {
        "before settle": {"c0": "lane", "c1": "waiting", "c2": "waiting", "other": "lane"},
        "after settle": {"c0": "refused", "c1": "lane", "c2": "waiting", "other": "retry"},
    }
    assert places(engine.client, engine.accepted) == expected[step]


def test_the_mark_of_a_request_survives_in_order(engine: Engine) -> None:
    """Records keep attempts, reaps and flags through every place that a command comes to."""
    engine.enqueue(Spec(id="a", people="u"))
    dies(engine)
    engine.settle(engine.take(), "retry", "a", delay_ms=10)
    engine.advance(10)
    record = read(engine.client).commands["a"]
    assert msgspec.structs.asdict(record) == {
        "state": "L",
        "attempts": 2,
        "reaps": 1,
        "flags": "r",
        "mark": "",
        "pending": 0,
        "page": "P1",
        "lane": "P1/t/i",
        "conversations": ("P1/u/i",),
        "type": "send_message",
        "expires_ms": None,
    }
    assert profile().digest == engine.profiles["w1"].digest


def test_a_take_that_comes_after_it_was_given_back_takes_nothing(engine: Engine) -> None:
    """Law 1: a server that hung may run them in the wrong order; then nobody would work on what was taken."""
    engine.enqueue(Spec(id="one"))
    worker_profile = engine.profiles["w1"]
    assert engine.lanes.give_back("w1", 7, now_ms=engine.now) == 0
    late = engine.lanes.take("w1", 7, worker_profile, now_ms=engine.now)
    assert (late.chunk, late.again) == (None, True)
    again = engine.lanes.take("w1", 8, worker_profile, now_ms=engine.now)
    assert again.chunk is not None


def test_nobody_is_reaped_while_more_is_due(engine: Engine) -> None:
    """What falls due comes to the head of its lane before what a dead worker held, which was taken before it."""
    engine.enqueue(*many(2))
    engine.hello("dead")
    engine.take("dead")
    engine.enqueue(*many(150, "r"))
    for _ in range(3):
        engine.settle(engine.take(), "retry", delay_ms=TIMEOUT_MS)
    engine.pass_time(TIMEOUT_MS)
    engine.beat("w1")
    assert [engine.tick().reaped for _ in range(3)] == [(), (("dead", 2),), ()]
    assert engine.ids()[:2] == ["c0", "c1"]


def test_what_awaits_its_echo_ends_with_its_attempts(engine: Engine) -> None:
    """After its last attempt a send without an echo is exhausted, a dead letter; before that it is tried again."""
    policy = Policy(timeout_ms=TIMEOUT_MS, attempts_max=2)
    engine.lanes = type(engine.lanes)(engine.client, policy=policy)
    engine.enqueue(Spec(id="a"))
    for _ in range(2):
        engine.settle(engine.take(), "await", "ar", delay_ms=1_000)
        engine.advance(1_000)
    assert engine.ids() == []
    assert (engine.outcome("a"), set(read(engine.client).scores("dead"))) == ("exhausted", {"a"})
