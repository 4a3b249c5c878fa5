"""Law 4: a hold for a token stands for as long as somebody may have that token, and not for ever."""

import pytest

from tests.laws.engine import Engine, Spec, profile
from tests.laws.store import read
from tests.laws.test_holds import by_hand, column, held
from worker.engine.chunk import Hold
from worker.engine.knowledge import KnownPage, Profile

HOUR_MS = 3_600_000
LOOK_MS = 10_000  # from one look for such holds to the next


def with_token(fingerprint: str) -> Profile:
    """Returns what a worker knows that has this token of Page P1."""
    return profile(pages={"P1": KnownPage("app1", fingerprint)})


def stands_after(engine: Engine, hours: int) -> bool:
    """Lets hours pass, one after the other, and tells whether P1 is held still."""
    for _ in range(hours):
        engine.advance(HOUR_MS)
    return "page:P1" in read(engine.client).hashed("hold")


@pytest.mark.parametrize(
    ("now_with", "hours"), [("new", 1), (None, 24)], ids=["the token was replaced", "nobody serves the Page"]
)
def test_a_hold_for_a_token_that_nobody_has_is_dropped(
    engine: Engine, now_with: str | None, hours: int
) -> None:
    """It protects nobody: after an hour in which workers had another token, or a day in which none had any."""
    engine.hello("w1", with_token("old"))
    held(engine, Hold("page:P1", None, b"{}", "old"), Hold("lane:P1/t", None, b"{}", "old"))
    assert stands_after(engine, 30)
    engine.hello("w1", with_token(now_with) if now_with else profile(pages=["P2"]))
    engine.advance(LOOK_MS)
    assert stands_after(engine, hours - 1)
    assert not stands_after(engine, 1)
    assert read(engine.client).hashes.get("hold", {}).keys() <= {"unused"}


def test_a_hold_for_a_token_that_comes_back_stands(engine: Engine) -> None:
    """A worker that has the token again is held as before, and the time without it counts from its next going."""
    engine.hello("w1", with_token("new"))
    engine.hello("w2", with_token("old"))
    held(engine, Hold("page:P1", None, b"{}", "old"))
    for _ in range(3):
        engine.lanes.goodbye("w2", now_ms=engine.now)
        engine.advance(HOUR_MS - 2 * LOOK_MS)
        engine.advance(LOOK_MS)
        engine.hello("w2", with_token("old"))
        engine.advance(LOOK_MS)
    engine.enqueue(Spec(id="a"))
    assert (engine.ids("w2"), engine.ids("w1")) == ([], ["a"])
    assert stands_after(engine, 0)


def test_other_holds_are_never_dropped_for_want_of_a_token(engine: Engine) -> None:
    """What holds any token, or an app, stands until it is released, whoever is there."""
    held(
        engine,
        Hold("page:P1", None, b"{}"),
        Hold("app:app1", None, b"{}", "old"),
    )
    by_hand(engine, "hold", "page:P1")
    engine.lanes.goodbye("w1", now_ms=engine.now)
    engine.hello("w2", profile(pages=["P2"]))
    for _ in range(30):
        engine.advance(HOUR_MS, "w2")
    assert column(engine, "page:P1", 4) == ["trouble", "hand"]
    assert column(engine, "app:app1", 4) == ["token"]


def test_the_time_without_a_token_counts_from_its_own_hold(engine: Engine) -> None:
    """What was counted for an earlier hold of the same token says nothing of a new one."""
    engine.hello("w1", with_token("old"))
    engine.client.hset(engine.key("hold:unused"), "page:P1#old", engine.now)
    engine.pass_time(HOUR_MS)
    engine.beat("w1")
    held(engine, Hold("page:P1", None, b"{}", "old"))
    engine.hello("w1", with_token("new"))
    engine.advance(LOOK_MS)
    assert stands_after(engine, 0)


def test_two_workers_with_two_dead_tokens_sleep(engine: Engine) -> None:
    """Neither leaves the Page to the other; the first of the holds that ends, or a third token, goes on."""
    engine.hello("w1", with_token("one"))
    engine.hello("w2", with_token("two"))
    held(engine, Hold("page:P1", 60_000, b"{}", "one"), Hold("page:P1", 30_000, b"{}", "two"))
    engine.enqueue(Spec(id="a"))
    for worker in ("w1", "w2", "w1"):
        took = engine.took(worker)
        assert (took.chunk, took.elsewhere, took.again) == (None, False, False)
    assert read(engine.client).scores("asleep") == {"P1": engine.now + 30_000}
    engine.hello("w3", with_token("three"))
    assert engine.ids("w3") == ["a"]
    engine.enqueue(Spec(id="b"))
    engine.lanes.goodbye("w3", now_ms=engine.now)
    assert engine.ids("w1") == []
    engine.advance(30_000)
    # after such a hold one command tries
    assert (engine.ids("w1"), engine.ids("w2")) == ([], ["a"])
