"""Law 12: what is kept of people, calls and lanes ends by itself, also where nothing is ever asked again."""

from typing import cast

import pytest
import redis

from producer.store.policy import Policy
from tests.laws.engine import TIMEOUT_MS, Engine, Spec, many, profile
from tests.laws.store import read
from tests.laws.test_holds import by_hand
from worker.engine.chunk import Settlement
from worker.engine.knowledge import Rate

MEMORY_MS = 60_000


def refuse(engine: Engine, *specs: Spec) -> None:
    """Lets Graph say of the people of some commands that they cannot be reached, which is remembered."""
    engine.enqueue(*specs)
    chunk = engine.take()
    fact = f"blocked,{MEMORY_MS}"
    settlements = [Settlement(each.id, "refused", "a", recipient_fact=fact) for each in chunk.commands]
    engine.lanes.settle(chunk, settlements, now_ms=engine.now)


def test_who_is_gone_is_forgotten_with_the_last(engine: Engine) -> None:
    """The key of a Page ends when nobody is remembered any more, and lasts as long as the last of them."""
    refuse(engine, Spec(id="a", people="u", options="s"))
    left = engine.client.pttl(engine.key("gone:P1"))
    assert MEMORY_MS - 5_000 < int(left) <= MEMORY_MS
    engine.client.pexpire(engine.key("gone:P1"), 1_000)
    refuse(engine, Spec(id="b", people="v", options="s"))
    assert int(engine.client.pttl(engine.key("gone:P1"))) > MEMORY_MS - 5_000


def test_those_that_are_over_do_not_add_up(engine: Engine) -> None:
    """A Page that learns of new people for ever keeps hardly more than those that it still remembers."""
    for number in range(60):
        refuse(engine, *[Spec(id=f"{number}.{n}", people=f"p{number}-{n}") for n in range(5)])
        engine.pass_time(MEMORY_MS // 2)
        engine.beat("w1")
    assert len(read(engine.client).hashed("gone", "P1")) < 60


def test_who_is_gone_ends_the_fast_way_for_nobody_else(valkey: "redis.Redis") -> None:
    """Of a Page that remembers somebody, one question is asked for a chunk, and none for each command."""
    engine = Engine(valkey)
    engine.hello("w1")
    refuse(engine, Spec(id="a", people="u"))
    engine.enqueue(*[Spec(id=f"c{n}", people=f"p{n}") for n in range(49)], Spec(id="b", people="u"))
    valkey.config_resetstat()
    taken = engine.ids()
    asked = valkey.info("commandstats")["cmdstat_hget"]["calls"]
    assert taken == [f"c{n}" for n in range(49)]
    assert engine.outcome("b") == "refused"
    assert asked < 15


@pytest.mark.parametrize(
    "rate", [Rate(2, 10_000, 2), Rate(2, 10_000)], ids=["by the second", "a sliding log"]
)
def test_what_one_person_was_called_ends(engine: Engine, rate: Rate) -> None:
    """A limit of each person leaves nothing once it is full again, and holds until then."""
    engine.hello("w1", profile(rates={"user_menu": rate}))
    engine.enqueue(*many(3, bucket="user_menu:77"))
    assert len(engine.ids()) == 2
    kind = "log" if rate.burst is None else "rate"
    left = engine.client.pttl(engine.key(f"{kind}:P1/user_menu:77"))
    assert 9_000 < int(left) <= 10_000
    assert engine.client.hkeys(engine.key("rate")) == []


def test_one_person_s_budget_comes_back(engine: Engine) -> None:
    """What was taken and given back is free at once, by the person's own limit too."""
    engine.hello("w1", profile(rates={"user_menu": Rate(2, 10_000, 2)}))
    engine.enqueue(*many(3, bucket="user_menu:77"))
    chunk = engine.take()
    engine.lanes.give_back("w1", chunk.token, refund=True, now_ms=engine.now)
    assert engine.ids() == ["c0", "c1"]


def test_a_log_of_calls_ends(engine: Engine) -> None:
    """A Page that is called no more leaves no log behind, and one with a debt keeps it until that is paid."""
    engine.hello("w1", profile(profile=Rate(10, 600_000)))
    engine.enqueue(Spec(id="one", rate_class="p"))
    engine.ids()
    key = engine.key("log:P1/p")
    assert 590_000 < int(engine.client.pttl(key)) <= 600_000
    engine.advance(600_000)
    engine.enqueue(Spec(id="large", rate_class="p", cost=25))
    assert engine.ids() == ["large"]
    assert 1_790_000 < int(engine.client.pttl(key)) <= 1_800_000


def ids_in(engine: Engine, lane: str) -> list[str]:
    """Returns what stands in a lane."""
    return [
        each.decode() for each in cast("list[bytes]", engine.client.lrange(engine.key(f"lane:{lane}"), 0, -1))
    ]


def test_what_expires_leaves_a_held_lane(engine: Engine) -> None:
    """Nothing of it is left there, and the others stand as they stood."""
    by_hand(engine, "hold", "page:P1")
    engine.enqueue(Spec(id="first"), *many(250, expires="+1000"), Spec(id="last"))
    engine.advance(1_000)
    assert engine.outcome("c249") == "expired"
    assert ids_in(engine, "P1/t/i") == ["first", "last"]


def test_what_expires_far_behind_leaves_its_lane_within_some_ticks(valkey: "redis.Redis") -> None:
    """In a lane of 80,000 a tick looks as far as it may, and the next goes on: none is left."""
    engine = Engine(valkey)
    engine.hello("w1")
    by_hand(engine, "hold", "page:P1")
    key = engine.key("lane:P1/t/i")
    engine.enqueue(Spec(id="first"))
    for start in range(0, 80_000, 1_000):
        valkey.rpush(key, *[f"x{i}" for i in range(start, start + 1_000)])
    engine.enqueue(*many(5, expires="+1000"))
    engine.pass_time(1_000)
    engine.beat("w1")
    ticks = 1
    while engine.tick().sleep_s == 0:
        ticks += 1
    assert engine.outcome("c4") == "expired"
    assert (ids_in(engine, "P1/t/i")[-1], ticks) == ("x79999", 5)


def test_a_lane_that_expired_whole_is_no_lane(engine: Engine) -> None:
    """What is enqueued there afterwards leaves as ever."""
    engine.lanes = type(engine.lanes)(engine.client, policy=Policy(timeout_ms=TIMEOUT_MS))
    engine.enqueue(*many(20, expires="+1000"))
    engine.advance(1_000)
    assert ids_in(engine, "P1/t/i") == []
    engine.enqueue(Spec(id="next"))
    assert engine.ids() == ["next"]
