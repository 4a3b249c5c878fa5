"""Law 12: everything has a bound; over it is a clear answer; at the server's own bound only `enqueue` refuses."""

from collections.abc import Iterator

import pytest
import redis

from producer.store.policy import Policy
from tests.laws.engine import TIMEOUT_MS, Engine, Spec, many, profile
from tests.laws.places import places
from tests.laws.store import read

TOUCHED_MAX = 1_000
STALE = 100_000


def test_a_full_page_refuses_all_of_a_call(engine: Engine) -> None:
    """A call that would put a Page over its bound is refused with the Page and its depth; nothing of it is accepted."""
    engine.depth_max = 5
    engine.enqueue(*many(4))
    call = [*Spec(id="fine", page="P2").arguments(), *Spec(id="x").arguments(), *Spec(id="y").arguments()]
    assert engine.enqueue_raw(call) == [-1, b"P1", 4]
    assert set(places(engine.client, engine.accepted)) == {"c0", "c1", "c2", "c3"}
    engine.enqueue(Spec(id="fifth"))
    assert engine.enqueue(*many(4)) == [0, 4]


@pytest.mark.parametrize("place", ["lane", "scheduled", "waiting", "taken", "parked", "retry"])
def test_depth_counts_what_has_not_ended(engine: Engine, place: str) -> None:
    """Whatever place a command is in, it counts for its Page until it has ended."""
    engine.depth_max = 2
    due = "+1000" if place == "scheduled" else ""
    kind = "newer" if place == "parked" else "send_message"
    engine.enqueue(Spec(id="head", people="u"))
    chunk = engine.take()
    engine.enqueue(Spec(id="a", due=due, type=kind, people="u" if place == "waiting" else ""))
    if place in {"taken", "parked", "retry"}:
        took = engine.took()
        if place == "retry" and took.chunk:
            engine.settle(took.chunk, "retry", delay_ms=1000)
    assert places(engine.client, engine.accepted)["a"] == place
    assert engine.enqueue_raw(Spec(id="over").arguments()) == [-1, b"P1", 2]
    engine.settle(chunk)
    assert engine.enqueue(Spec(id="fits")) == [1, 0]


def test_dead_letters_are_bounded(engine: Engine) -> None:
    """The newest dead letters are kept, and the number dropped is known."""
    policy = Policy(timeout_ms=TIMEOUT_MS, dead_max=3)
    engine.lanes = type(engine.lanes)(engine.client, policy=policy)
    for i in range(5):
        engine.enqueue(Spec(id=f"c{i}"))
        engine.settle(engine.take(), "refused", "ad")
        engine.pass_time(1)
    store = read(engine.client)
    assert set(store.scores("dead")) == set(store.hashed("dead", "records")) == {"c2", "c3", "c4"}
    assert store.numbers("counts") == {"refused": 5, "dead_dropped": 2}


def test_dead_letters_are_kept_for_their_time(engine: Engine) -> None:
    """However few they are, those that are too old go, a bounded number at a time; what is told of them ends later."""
    policy = Policy(timeout_ms=TIMEOUT_MS, dead_ms=5_000)
    engine.lanes = type(engine.lanes)(engine.client, policy=policy)
    for i in range(250):
        engine.enqueue(Spec(id=f"old{i}"))
        engine.settle(engine.take(), "refused", "ad")
    engine.pass_time(1)
    engine.enqueue(Spec(id="young"))
    engine.settle(engine.take(), "refused", "ad")
    assert engine.advance(4_998).dropped_old == 0
    assert int(engine.client.pttl(engine.key("outcome:old0"))) == -1
    engine.pass_time(1)
    assert [engine.tick().dropped_old for _ in range(3)] == [100, 0, 0]
    store = read(engine.client)
    assert set(store.scores("dead")) == set(store.hashed("dead", "records")) == {"young"}
    assert store.numbers("counts") == {"refused": 251, "dead_dropped": 250}
    for name in ("outcome:old0", "history:old0"):
        assert 0 < int(engine.client.pttl(engine.key(name))) <= policy.outcome_ms


def test_dropped_dead_letters_are_told_once_and_not_one_by_one(engine: Engine) -> None:
    """The timer's keeper says how many went and why: the first at once, all that follow together a minute later."""
    engine.lanes = type(engine.lanes)(
        engine.client, policy=Policy(timeout_ms=TIMEOUT_MS, dead_max=2, dead_ms=90_000)
    )

    def bury(name: str, count: int) -> None:
        for i in range(count):
            engine.enqueue(Spec(id=f"{name}{i}"))
            engine.settle(engine.take(), "refused", "ad")

    def told(ms: int) -> tuple[int, int]:
        ticked = engine.advance(ms)
        return ticked.dropped_many, ticked.dropped_old

    assert told(1) == (0, 0)
    bury("a", 3)
    assert told(1) == (1, 0)
    bury("b", 5)
    assert (told(1), told(59_998), told(1), told(1)) == ((0, 0), (0, 0), (5, 0), (0, 0))
    assert (told(29_999), told(60_001)) == ((0, 0), (0, 2))
    assert read(engine.client).numbers("counts")["dead_dropped"] == 8


def test_outcomes_are_kept_for_their_time(engine: Engine) -> None:
    """An outcome and a history leave Redis after the retention, and nothing else of an ended command stays."""
    engine.enqueue(Spec(id="a", people="u", expires="+1000"))
    engine.settle(engine.take(), "retry", delay_ms=10)
    engine.advance(10)
    engine.settle(engine.take(), "refused")
    keys = {key.decode() for key in engine.client.keys("*a") if isinstance(key, bytes)}
    assert {"outbound:outcome:a", "outbound:history:a"} <= keys
    for name in ("outcome:a", "history:a"):
        left = engine.client.pttl(engine.key(name))
        assert 0 < int(left) <= engine.lanes.policy.outcome_ms
    store = read(engine.client)
    assert (store.commands, store.scores("expiring"), store.sets, store.listed("lane")) == ({}, {}, {}, {})


def test_a_history_is_bounded(engine: Engine) -> None:
    """Twenty attempts at most are remembered."""
    engine.enqueue(Spec(id="a"))
    for _ in range(25):
        engine.settle(engine.take(), "retry", delay_ms=1)
        engine.advance(1)
    assert engine.client.llen(engine.key("history:a")) == 20


def test_stale_entries_are_passed_in_bounded_steps(engine: Engine) -> None:
    """Behind 100,000 entries of commands that have ended, a take touches 1,000, says so, and the next goes on."""
    lane = engine.key("lane:P1/t/i")
    engine.enqueue(Spec(id="a"))
    for start in range(0, STALE, 1000):
        engine.client.lpush(lane, *[f"stale{i}" for i in range(start, start + 1000)])
    before = STALE + 1
    for _ in range(5):
        took = engine.took()
        after = int(engine.client.llen(lane))
        assert (took.chunk, took.again, 0 < before - after <= TOUCHED_MAX) == (None, True, True)
        before = after
    takes = 0
    while not (ids := engine.ids()):
        takes += 1
        assert takes < STALE / 900
    assert ids == ["a"]


def test_stale_entries_of_one_page_do_not_stop_another(engine: Engine) -> None:
    """A Page behind one with 100,000 stale entries is taken from in its turn."""
    lane = engine.key("lane:P1/t/i")
    engine.enqueue(Spec(id="a"))
    for start in range(0, STALE, 1000):
        engine.client.lpush(lane, *[f"stale{i}" for i in range(start, start + 1000)])
    engine.enqueue(Spec(id="b", page="P2"))
    assert "b" in engine.ids() + engine.ids()


def test_a_long_conversation_that_expired_is_passed_in_bounded_steps(engine: Engine) -> None:
    """Thousands that expired behind one head are ended in parts, and the next of the conversation leaves."""
    engine.enqueue(Spec(id="head", people="u"))
    engine.enqueue(*many(3000, people="u", expires="+1000"), Spec(id="last", people="u"))
    chunk = engine.take()
    engine.advance(1000)
    assert engine.outcome("c2999") == "expired"
    engine.settle(chunk)
    for _ in range(400):
        engine.advance(1)
    assert engine.ids() == ["last"]


def test_many_that_expire_at_the_head_are_ended_in_bounded_steps(engine: Engine) -> None:
    """A take that meets 3,000 expired commands ends 1,000 of them at a time."""
    engine.enqueue(
        *many(3000, people="u", expires="+1000"), *many(100, "d", expires="+1000"), Spec(id="last")
    )
    engine.pass_time(1000)
    takes = 0
    while not (ids := engine.ids()):
        takes += 1
        assert takes < 10
    assert ids == ["last"]


def test_time_never_goes_back(engine: Engine) -> None:
    """A server whose clock was set back makes nothing early: the engine's time stands still meanwhile."""
    engine.enqueue(Spec(id="a", due="+1000"))
    engine.now -= 3_600_000
    engine.enqueue(Spec(id="b", due="+1000"))
    later = read(engine.client).scores("later")
    assert int(later["a"]) == int(later["b"])
    engine.now += 3_600_000


def test_without_now_the_server_s_time_counts(server: "redis.Redis") -> None:
    """Outside of tests scripts read the server's clock."""
    engine = Engine(server)
    engine.lanes.hello("w1", profile(), b"{}")
    seconds, micros = server.time()
    clock = server.get(engine.key("clock"))
    assert clock is not None
    assert 0 <= seconds * 1000 + micros // 1000 - int(clock) < 60_000


@pytest.fixture
def full(valkey: "redis.Redis") -> Iterator[Engine]:
    """An engine with work in every place, on a server that is at its `maxmemory`."""
    engine = Engine(valkey)
    for worker in ("w1", "dead"):
        engine.hello(worker)
    engine.enqueue(*many(200), *many(3, "u", page="P2", people="u"), Spec(id="due", page="P3", due="+1000"))
    engine.begin(engine.take("dead", limit=5))
    valkey.config_set("maxmemory", "1mb")
    valkey.config_set("maxmemory-policy", "noeviction")
    try:
        yield engine
    finally:
        valkey.config_set("maxmemory", "0")


def test_at_maxmemory_only_enqueue_refuses(full: Engine) -> None:
    """On a full server producers are refused; workers go on: hello, heartbeat, take, settle, tick, reap, goodbye."""
    with pytest.raises(redis.exceptions.OutOfMemoryError):
        full.enqueue_raw(Spec(id="refused").arguments())
    assert full.beat("w1", "dead") == [True, True]
    full.settle(full.take(limit=1), "retry", delay_ms=500)
    full.hello("w2")
    returned = full.take("w2")
    full.lanes.give_back("w2", returned.token, now_ms=full.now)
    full.pass_time(TIMEOUT_MS)
    full.beat("w1", "w2")
    assert full.tick().reaped == (("dead", 5),)
    full.lanes.goodbye("w2", now_ms=full.now)
    sent = 0
    while chunk := full.send():
        sent += len(chunk)
    assert sent == 204
    assert set(places(full.client, full.accepted).values()) == {"sent"}
