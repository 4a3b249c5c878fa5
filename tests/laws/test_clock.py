"""The server's clock is set ahead and back: nobody who beats is given up, pacing goes on, and both are told once."""

import redis

from producer.store.policy import Policy
from tests.laws.engine import T0, TIMEOUT_MS, Engine, ServerClock, many, profile
from tests.laws.store import read
from worker.engine.knowledge import Rate

HOUR_MS = 3_600_000
RATE = Rate(10, 1_000, 10)


def begin(engine: Engine) -> None:
    """Scripts go by a server's clock from now on, at which two workers beat."""
    engine.clock = ServerClock(engine.now)
    engine.hello("w1", profile(text=RATE))
    engine.hello("w2", profile(text=RATE))


def stepped(engine: Engine) -> dict[str, str]:
    """Returns what is kept of the last step."""
    return dict(read(engine.client).hashed("clock", "stepped"))


def test_a_step_ahead_reaps_nobody_who_beats(engine: Engine) -> None:
    """A live worker whose last heartbeat was before the step keeps what it took; a dead one goes a time-out on."""
    begin(engine)
    engine.hello("dead")
    engine.enqueue(*many(2))
    chunk = engine.take("w2")
    engine.pass_time(1_000)
    engine.beat("w2")
    engine.pass_time(12_000)
    assert engine.beat("w1") == [True]
    assert engine.tick().reaped == ()
    for _ in range(3):
        engine.pass_time(2_500)
        assert (engine.beat("w1", "w2"), engine.tick().reaped) == ([True, True], ())
    assert engine.settle(chunk) == (2, 0)
    engine.pass_time(2_499)
    assert (engine.beat("w1"), engine.tick().reaped) == ([True], ())
    engine.pass_time(1)
    assert engine.tick().reaped == (("dead", 0),)


def test_a_clock_that_was_set_back_freezes_nothing(engine: Engine) -> None:
    """What is paced, scheduled and held goes on at the clock's own pace, and the dead are given up."""
    begin(engine)
    engine.enqueue(*many(60))
    sent = len(engine.send())
    engine.pass_time(-HOUR_MS)
    assert engine.now == T0
    for _ in range(40):
        engine.advance(100)
        sent += len(engine.send())
    assert (sent, engine.now) == (10 + 38, T0 + 4_000 - 40)
    engine.hello("dead")
    for _ in range(13):
        engine.pass_time(1_000)
        engine.beat("w1", "w2")
    assert "dead" in [worker for worker, _ in engine.tick().reaped]


def test_time_that_is_ahead_of_the_clock_melts(engine: Engine) -> None:
    """It loses a hundredth of what passes, never goes back, and then is the server's again, with nothing kept."""
    begin(engine)
    engine.pass_time(-1_000)
    engine.beat("w1")
    times = [engine.now]
    for _ in range(60):
        engine.advance(2_000)
        times.append(int(engine.client.get(engine.key("clock")) or 0))
    assert engine.clock is not None
    assert times == sorted(times)
    assert (times[-1], engine.client.exists(engine.key("clock:ahead"))) == (engine.clock.server, 0)


def test_a_clock_that_was_set_back_and_right_again_changes_nothing(engine: Engine) -> None:
    """The engine's time does not take the second step along, since it never took the first."""
    begin(engine)
    engine.pass_time(-HOUR_MS)
    engine.beat("w1")
    engine.pass_time(HOUR_MS)
    engine.beat("w1")
    assert int(engine.client.get(engine.key("clock")) or 0) == T0
    engine.pass_time(100)
    engine.beat("w1")
    assert int(engine.client.get(engine.key("clock")) or 0) == T0 + 100


def test_a_step_ahead_lets_out_one_burst(engine: Engine) -> None:
    """However far the clock was set ahead, a Page has no more than its burst at once."""
    begin(engine)
    engine.enqueue(*many(60))
    assert len(engine.send()) == 10
    engine.pass_time(HOUR_MS)
    engine.beat("w1", "w2")
    engine.tick()
    assert (len(engine.send()), engine.send()) == (10, [])


def test_a_step_ahead_and_back_before_anybody_beats_reaps_nobody(engine: Engine) -> None:
    """Some script saw an hour that was none, and then the first heartbeat comes."""
    begin(engine)
    for by_ms in (HOUR_MS, -HOUR_MS):
        engine.pass_time(by_ms)
        engine.enqueue(*many(1, f"{by_ms}"))
    engine.beat("w1")
    assert (engine.tick().reaped, engine.tick().clock_steps) == ((), ())
    engine.pass_time(2_500)
    engine.beat("w1", "w2")
    assert engine.tick().reaped == ()


def test_a_clock_that_was_ahead_before_anybody_looked_reaps_nobody(engine: Engine) -> None:
    """The engine's time is ahead, nobody knows since when, and those who beat have beaten at the server's."""
    begin(engine)
    engine.client.set(engine.key("clock"), T0 + 12_000)
    engine.beat("w1")
    ticked = engine.tick()
    assert (ticked.reaped, ticked.clock_steps) == ((), (-12_000,))


def test_steps_are_told_once(engine: Engine) -> None:
    """The timer's keeper tells each step that came while somebody was at work; the last one is kept."""
    begin(engine)
    engine.pass_time(12_000)
    engine.beat("w1")
    engine.pass_time(-HOUR_MS)
    engine.beat("w1")
    assert [engine.tick().clock_steps for _ in range(2)] == [(12_000, -HOUR_MS), ()]
    assert stepped(engine) == {"at": str(T0 + 12_000), "by": str(-HOUR_MS)}


def test_time_in_which_nobody_was_there_is_no_step(engine: Engine) -> None:
    """Who comes after an hour without a worker tells of nothing, and neither do pauses as they are usual."""
    begin(engine)
    for _ in range(4):
        engine.pass_time(TIMEOUT_MS // 2)
        engine.beat("w1", "w2")
    engine.lanes.goodbye("w2", now_ms=engine.now_ms)
    engine.lanes.goodbye("w1", now_ms=engine.now_ms)
    engine.pass_time(HOUR_MS)
    engine.hello("w3")
    engine.pass_time(1)
    assert (engine.tick("w3").clock_steps, stepped(engine)) == ((), {})


def test_how_large_a_step_is_goes_by_the_workers_time_out(server: "redis.Redis") -> None:
    """Half of the time-out that the workers have made known."""
    engine = Engine(server, policy=Policy(timeout_ms=60_000))
    begin(engine)
    engine.pass_time(30_000)
    engine.beat("w1")
    assert engine.tick().clock_steps == ()
    engine.pass_time(30_001)
    engine.beat("w1")
    assert engine.tick().clock_steps == (30_001,)


def test_the_server_s_own_clock_counts_the_same(server: "redis.Redis") -> None:
    """Without a test's time: after an hour ahead the engine's goes on from there, and the step back is told."""
    engine = Engine(server)
    engine.lanes.hello("w1", profile(), b"{}")
    seconds, _ = server.time()
    ahead = (seconds + 3_600) * 1000
    server.set(engine.key("clock"), ahead)
    times = [engine.lanes.heartbeat("w1", profile()) for _ in range(40)]
    assert times[0] == ahead
    assert ahead < times[-1] < ahead + 5_000
    steps = engine.lanes.tick("w1", lease_ms=1_000, may_reap=True).clock_steps
    assert [round(step / HOUR_MS, 2) for step in steps] == [-1.0]
