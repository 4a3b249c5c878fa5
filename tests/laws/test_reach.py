"""Law 6: a bound on what a script touches makes nothing wait for ever: what was not reached is reached next."""

import pytest
import redis

from tests.laws.engine import Engine, Spec, profile
from tests.laws.test_holds import by_hand
from tests.laws.test_wakeup import tokens
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import ALWAYS_MS

CROWD = 1_100


def of_others(engine: Engine, priority: str) -> Profile:
    """Lets more Pages of another worker be ready than a script touches, before w1's one; returns what w1 knows."""
    theirs = [f"X{i}" for i in range(CROWD)]
    engine.hello("other", profile(pages=theirs))
    own = profile(pages={"P1": KnownPage("app1")})
    engine.hello("w1", own)
    engine.enqueue(*[Spec(id=page, page=page, priority=priority) for page in theirs])
    engine.enqueue(Spec(id="mine", priority=priority))
    return own


@pytest.mark.parametrize("priority", ["i", "b"])
@pytest.mark.parametrize("bulk_first", [False, True], ids=["interactive first", "bulk first"])
def test_pages_of_others_do_not_hide_ones_own(engine: Engine, priority: str, *, bulk_first: bool) -> None:
    """Behind 1,100 Pages that only another worker has, a worker finds its own within a few takes."""
    own = of_others(engine, priority)
    found: list[str] = []
    for token in range(1, 6):
        took = engine.lanes.take("w1", token, own, bulk_first=bulk_first, now_ms=engine.now)
        found += [each.id for each in took.chunk.commands] if took.chunk else []
        assert took.elsewhere
        engine.pass_time(50)
    assert found == ["mine"]


def test_interactive_pages_of_others_do_not_hide_ones_own_bulk(engine: Engine) -> None:
    """However many are ready for another worker, what is bulk of one's own is looked for, too."""
    of_others(engine, "i")
    engine.enqueue(Spec(id="bulk", page="P1", priority="b"))
    found = [each for _ in range(5) for each in engine.ids("w1")]
    assert found == ["bulk", "mine"]


def test_who_is_passed_over_keeps_its_turn(engine: Engine) -> None:
    """The worker that they are for takes them in their order, whoever looked at them before, and none is left."""
    of_others(engine, "i")
    for _ in range(4):
        engine.ids("w1")
    taken = [each for _ in range(CROWD) for each in engine.ids("other", limit=1)]
    assert taken == [f"X{i}" for i in range(CROWD)]


def test_the_first_are_looked_at_again(engine: Engine) -> None:
    """A Page before those that were passed over, which is one's own from now on, is found a second later."""
    own = of_others(engine, "i")
    engine.ids("w1")
    key = engine.key(f"profile:{own.digest}")
    engine.client.hset(key, "X3", "app9;;")
    engine.pass_time(1_001)
    assert "X3" in [each for _ in range(2) for each in engine.ids("w1")]


def asleep(engine: Engine, *names: str) -> None:
    """Puts names to sleep that are no lanes or Pages with anything in them: they only stand in the way."""
    engine.client.zadd(engine.key("asleep"), dict.fromkeys(names, engine.now + 60_000))


def until_nothing_moves(engine: Engine) -> None:
    """Ticks until the timer has nothing to go on with."""
    for _ in range(100):
        if engine.tick().sleep_s > 0:
            return
    raise AssertionError("the timer never rests")


@pytest.mark.parametrize("scope", ["lane:P1/t/b", "lane:P1/t"])
def test_releasing_a_lane_wakes_all_of_its_broadcasts(engine: Engine, scope: str) -> None:
    """However many younger broadcasts there are, and however many of them sleep."""
    engine.broadcast("oldest", ["ann"])
    by_hand(engine, "hold", scope)
    assert engine.ids() == []
    younger = {f"b{i}": engine.now + i for i in range(2 * CROWD)}
    engine.client.zadd(engine.key("broadcasts"), younger)
    engine.client.zadd(engine.key("asleep"), {f"P1/t/b/{name}": ALWAYS_MS for name in younger})
    tokens(engine, "alarm")
    by_hand(engine, "release", scope)
    assert tokens(engine, "alarm") == 1
    until_nothing_moves(engine)
    assert engine.ids() == ["oldest:0"]
    assert engine.client.zcard(engine.key("asleep")) == 0
    assert engine.client.exists(engine.key("rousing")) == 0


def test_releasing_an_app_wakes_pages_behind_any_number_of_lanes(engine: Engine) -> None:
    """Lanes that wait for budget, more than a script touches, stand before them, and sleep on."""
    engine.enqueue(Spec(id="a"))
    by_hand(engine, "hold", "app:app1")
    assert engine.ids() == []
    lanes = [f"Z{i}/t/i" for i in range(2 * CROWD)]
    asleep(engine, *lanes)
    by_hand(engine, "release", "app:app1")
    until_nothing_moves(engine)
    assert engine.ids() == ["a"]
    assert engine.client.zcard(engine.key("asleep")) == len(lanes)


def test_another_server_goes_on_with_who_is_to_be_woken(valkey: "redis.Redis") -> None:
    """Where a run of the server was means nothing to the next, which looks at all again."""
    engine = Engine(valkey)
    engine.hello("w1")
    engine.enqueue(Spec(id="a"))
    by_hand(engine, "hold", "app:app1")
    engine.ids()
    asleep(engine, *[f"Z{i}/t/i" for i in range(CROWD)])
    valkey.hset(engine.key("rousing"), "*", "18446744073709551615|another")
    valkey.delete(engine.key("hold"))
    until_nothing_moves(engine)
    assert engine.ids() == ["a"]
