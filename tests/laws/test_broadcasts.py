"""Broadcasts keep the same laws: each person once, whatever crashes, and only of that broadcast what is asked of it."""

import redis

from producer import Producer, messages
from tests.laws.engine import TIMEOUT_MS, Engine, Spec, ids_of, many, people, profile
from tests.laws.places import places
from tests.laws.store import read
from worker.engine.knowledge import Rate
from worker.engine.lanes import Lanes


def test_each_person_is_sent_to_once(engine: Engine) -> None:
    """Through returns, retries, a crash and budgets, each person of a broadcast gets one command, and one outcome."""
    engine.hello("w1", profile(text=Rate(40, 1000, 40)))
    engine.hello("dead", profile(text=Rate(40, 1000, 40)))
    engine.broadcast("x", people(100))
    dead, back, later = engine.take("dead", limit=9), engine.take(limit=9), engine.take(limit=9)
    engine.begin(dead)
    engine.settle(back, "return", "")
    engine.settle(later, "retry", delay_ms=500)
    engine.pass_time(TIMEOUT_MS)
    engine.beat("w1")
    engine.tick()
    for _ in range(20):
        while engine.send():
            pass
        engine.advance(500)
    assert places(engine.client, [f"x:{i}" for i in range(100)]) == {f"x:{i}": "sent" for i in range(100)}
    store = read(engine.client)
    assert store.numbers("counts", "broadcast:x")["sent"] == 100
    assert (store.listed("lane"), store.numbers("depth")) == ({}, {})


def test_what_comes_back_keeps_its_number_and_its_place(engine: Engine) -> None:
    """Commands that a broadcast has made come back before the people that it has not, under the same ids."""
    engine.broadcast("x", people(5))
    chunk = engine.take(limit=2)
    engine.settle(chunk, "return", "")
    again = engine.take()
    assert (ids_of(chunk), ids_of(again)) == (["x:0", "x:1"], ["x:0", "x:1", "x:2", "x:3", "x:4"])


def test_a_broadcast_joins_no_conversation(engine: Engine) -> None:
    """A broadcast waits for nobody's conversation and frees none, whatever its options say."""
    engine.enqueue(*many(2, people="p0", priority="b"))
    chunk = engine.take()
    engine.broadcast("x", people(1), options="s")
    assert engine.send() == ["x:0"]
    assert engine.ids() == []
    engine.settle(chunk)
    assert engine.ids() == ["c1"]


def test_a_cancelled_broadcast_sends_to_nobody_else(engine: Engine) -> None:
    """Cancelling ends all that no worker has; what is on its way settles, what was to be tried again does not go."""
    engine.broadcast("x", people(2000))
    taken, retried = engine.take(limit=3), engine.take(limit=4)
    engine.enqueue(Spec(id="other", priority="b"))
    engine.settle(retried, "retry", delay_ms=100)
    assert engine.run_broadcast("cancel", "x") == [1993, 0]
    engine.settle(taken)
    engine.advance(100)
    assert engine.ids() == ["other"]
    store = read(engine.client)
    assert store.numbers("counts", "broadcast:x") == {"cancelled": 1997, "sent": 3}
    assert store.numbers("depth") == {"P1": 1}


def test_a_broadcast_that_is_begun_anew_sends_its_new_message(server: "redis.Redis") -> None:
    """Its id may be used again, when Redis came back without it or its time is over: the message is kept by both."""
    lanes = Lanes(server)
    bodies = []
    for number, text in enumerate(("old", "new"), start=1):
        server.flushall()
        producer = Producer.on(server, page="P1")
        producer.broadcast_to([f"100{number}"], messages.text(text), broadcast_id="sale")
        lanes.hello("w", profile(pages=("P1",)), b"{}")
        chunk = lanes.take("w", number, profile(pages=("P1",))).chunk
        assert chunk is not None
        bodies.append(chunk.commands[0].body)
    assert [b"old" in bodies[0], b"new" in bodies[1]] == [True, True]
