"""Laws 1 and 2: an accepted command is in exactly one place, and settle moves all of a chunk or nothing."""

import random

import pytest
import redis

from tests.laws.engine import Engine, Spec, ids_of, many
from tests.laws.places import places
from tests.laws.store import read
from worker.engine.chunk import Action, Hold, Settlement


def test_every_state_is_one_place(engine: Engine) -> None:
    """A command is in a lane, later, behind its conversation, parked, taken, or ended: in one of them."""
    engine.enqueue(Spec(id="taken", people="u"))
    chunk = engine.take()
    engine.enqueue(Spec(id="waiting", people="u"), Spec(id="scheduled", due="+1000"))
    engine.enqueue(Spec(id="parked", page="P2", type="newer"), Spec(id="ended", page="P2"))
    assert engine.send() == ["ended"]
    engine.enqueue(Spec(id="retry"))
    engine.settle(engine.take(), "retry", delay_ms=5000)
    engine.enqueue(Spec(id="lane"))
    assert places(engine.client, engine.accepted) == {
        "taken": "taken",
        "waiting": "waiting",
        "scheduled": "scheduled",
        "parked": "parked",
        "ended": "sent",
        "retry": "retry",
        "lane": "lane",
    }
    engine.settle(chunk)


@pytest.mark.parametrize("ended", [False, True], ids=["while it waits", "after it ended"])
def test_enqueue_again_is_no_second_command(engine: Engine, ended: bool) -> None:
    """A producer that lost the reply enqueues the same ids again, and makes no second command."""
    specs = many(3, people="u")
    assert engine.enqueue(*specs) == [3, 0]
    sent = [each for _ in range(3) for each in engine.send()] if ended else []
    before = read(engine.client)
    assert engine.enqueue(*specs) == [0, 3]
    after = read(engine.client)
    assert (after.commands, after.outcomes, after.lists["lane"] if not ended else sent) == (
        before.commands,
        before.outcomes,
        before.lists["lane"] if not ended else ["c0", "c1", "c2"],
    )


def test_one_call_with_the_same_id_twice_accepts_it_once(engine: Engine) -> None:
    """An id that occurs twice in one call is one command."""
    assert engine.enqueue(Spec(id="a"), Spec(id="a"), Spec(id="b")) == [2, 1]
    assert engine.ids() == ["a", "b"]


@pytest.mark.parametrize("seed", range(6))
def test_plain_commands_are_accepted_as_all_others_are(engine: Engine, seed: int) -> None:
    """A call of plain commands takes a short way: Redis holds what it holds when one of another kind is among them."""
    chance = random.Random(seed)
    specs = [
        Spec(
            id=f"c{number}",
            page=chance.choice(["P1", "P2"]),
            rate_class=chance.choice("tto"),
            priority=chance.choice("ib"),
            people=chance.choice(["", "u", "v", "w"]),
            options=chance.choice(["s", "su", "ms"]),
        )
        for number in range(200)
    ]
    other = Spec(id="other", page="P3", expires="+1000")
    seen = []
    for calls in ([specs[150:], specs[:150], [other]], [[*specs[150:], other], [*specs[:150], other]]):
        engine.client.flushall()
        engine.hello("w1")
        assert [sum(engine.enqueue(*call)) for call in calls] == [len(call) for call in calls]
        store = read(engine.client)
        raw = engine.client.hgetall(engine.key("commands"))
        scored = {
            kind: {name: set(each) for name, each in found.items()} for kind, found in store.scored.items()
        }
        sent = sorted(each for _ in range(60) for each in engine.send())
        seen.append((raw, store.lists, store.sets, store.numbers("depth"), scored, sent))
    assert seen[0] == seen[1]
    assert seen[0][-1] == sorted([*(each.id for each in specs), "other"])


def test_enqueue_takes_all_or_none(engine: Engine) -> None:
    """A call with one malformed command is refused as a whole: the commands before it are not accepted either."""
    with pytest.raises(redis.ResponseError, match="malformed fixed line of bad"):
        engine.enqueue_raw([*Spec(id="good").arguments(), "bad", "P1|t|i", "", "", b"x"])
    assert places(engine.client, []) == {}


def test_settle_again_changes_nothing(engine: Engine) -> None:
    """A settle whose reply was lost is run again, and changes nothing the second time."""
    engine.enqueue(*many(6))
    chunk = engine.take()
    actions: list[Action] = ["sent", "refused", "retry", "return", "unknown", "exhausted"]
    settlements = [
        Settlement(each.id, action, "a" if action != "return" else "", 500)
        for each, action in zip(chunk.commands, actions, strict=True)
    ]
    holds = [Hold("page:P2", 1000, b"{}")]
    assert engine.lanes.settle(chunk, settlements, holds, now_ms=engine.now) == (6, 0)
    before = read(engine.client)
    engine.pass_time(100)
    assert engine.lanes.settle(chunk, settlements, holds, now_ms=engine.now) == (0, 0)
    assert read(engine.client) == before


def test_take_again_with_the_same_token_brings_the_same_chunk(engine: Engine) -> None:
    """A client that lost a take's reply and runs the take again gets the same chunk, and spends no budget twice."""
    engine.enqueue(*many(80))
    first = engine.take()
    engine.tokens["w1"] -= 1
    again = engine.take()
    assert ids_of(again) == ids_of(first)
    assert [each for _ in range(2) for each in engine.ids()] == [f"c{i}" for i in range(50, 80)]


def test_a_command_that_settle_does_not_name_stays_with_its_worker(engine: Engine) -> None:
    """A settle that names only some commands of its chunk leaves the others taken, to be settled or reaped."""
    engine.enqueue(*many(3))
    chunk = engine.take()
    assert engine.lanes.settle(chunk, [Settlement("c1", "sent", "a")], now_ms=engine.now) == (1, 0)
    assert places(engine.client, engine.accepted) == {"c0": "taken", "c1": "sent", "c2": "taken"}
    assert engine.settle(chunk, "retry") == (2, 0)
