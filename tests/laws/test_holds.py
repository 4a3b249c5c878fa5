"""Law 4, as far as take and settle keep it: what holds hold, for whom, and for how long."""

import pytest

from producer.scripting import Script
from tests.laws.engine import PREFIX, Engine, Spec, many, profile
from tests.laws.store import read
from worker.lanes import Hold
from worker.profile import KnownPage

PAGES = {"P1": KnownPage("app1", "new"), "P2": KnownPage("app1", "new"), "P3": KnownPage("app2", "new")}


def held(engine: Engine, *holds: Hold) -> None:
    """Makes holds, as an answer to a command of another Page would."""
    engine.hello("maker", profile(pages=["M"]))
    engine.enqueue(Spec(id=f"maker-{engine.now}-{len(engine.accepted)}", page="M"))
    engine.settle(engine.take("maker"), holds=holds)
    engine.lanes.goodbye("maker", now_ms=engine.now)


@pytest.mark.parametrize(
    ("scope", "free"),
    [
        ("page:P1", ["P2/t/i", "P3/t/i"]),
        ("lane:P1/t/i", ["P1/o/i", "P2/t/i", "P3/t/i"]),
        ("app:app1", ["P3/t/i"]),
    ],
)
def test_a_hold_holds_its_scope(engine: Engine, scope: str, free: list[str]) -> None:
    """A hold stops its Page, lane or app for its time, and nothing else."""
    engine.hello("w1", profile(pages=PAGES))
    held(engine, Hold(scope, 1000, b"{}"))
    lanes = ["P1/o/i", "P1/t/i", "P2/t/i", "P3/t/i"]
    for lane in lanes:
        page, rate_class, _ = lane.split("/")
        engine.enqueue(Spec(id=lane, page=page, rate_class=rate_class))
    assert sorted(engine.ids() + engine.ids()) == free
    engine.advance(999)
    assert engine.ids() == []
    engine.advance(1)
    assert sorted(engine.ids() + engine.ids() + free) == lanes


def test_a_lane_s_hold_holds_the_lanes_of_its_broadcasts(engine: Engine) -> None:
    """A throttle that was met by one broadcast holds all that Meta counts with it; a broadcast's own hold only that."""
    engine.enqueue(Spec(id="own", priority="b"))
    for name in ("x", "y"):
        engine.broadcast(name, ["u"])
    held(engine, Hold("lane:P1/t/b/x", 500, b"{}"))
    assert engine.ids(limit=1) == ["own"]
    held(engine, Hold("lane:P1/t/b", 1000, b"{}"))
    assert engine.ids() == []
    engine.advance(500)
    assert engine.ids() == []
    engine.advance(500)
    assert sorted(engine.ids()) == ["x:0", "y:0"]


def test_a_hold_never_ends_earlier_than_one_that_is_there(engine: Engine) -> None:
    """A shorter hold does not shorten a longer one."""
    held(engine, Hold("page:P1", 2000, b"{}"))
    engine.enqueue(Spec(id="a"), Spec(id="b", page="P2"))
    engine.settle(engine.take(), holds=[Hold("page:P1", 500, b"{}")])
    engine.advance(1999)
    assert engine.ids() == []
    engine.advance(1)
    assert engine.ids() == ["a"]


def test_a_worker_with_another_token_ignores_a_hold(engine: Engine) -> None:
    """A hold of a dead token stops the workers that have that token; one with another token goes on at once."""
    engine.hello("old", profile(pages={"P1": KnownPage("app1", "old")}))
    engine.hello("new", profile(pages=PAGES))
    held(engine, Hold("page:P1", None, b"{}", "old"))
    engine.enqueue(*many(3))
    took = engine.took("old")
    assert (took.chunk, took.elsewhere, engine.ids("new")) == (None, True, ["c0", "c1", "c2"])


def test_a_worker_that_comes_with_another_token_frees_a_held_page(engine: Engine) -> None:
    """Everything of a Page with a dead token waits unharmed until a worker comes with another token."""
    held(engine, Hold("page:P1", None, b"{}", ""), Hold("page:P2", None, b"{}", "old"))
    engine.hello("w1", profile(pages={page: KnownPage("app1", "old") for page in ("P1", "P2")}))
    engine.enqueue(*many(2), *many(2, "d", page="P2", people="u"))
    assert engine.ids() == []
    assert set(read(engine.client).scores("asleep")) == {"P1", "P2"}
    engine.hello("new", profile(pages=PAGES))
    assert (engine.ids("new"), engine.ids("new")) == (["d0"], [])
    assert engine.ids() == []


def hand(engine: Engine, what: str, scope: str, *pages: str) -> object:
    """Holds a scope until it is released, or releases it, or rouses an app's Pages, as a person does."""
    return Script("hold").run(engine.client, PREFIX, [what, scope, "", "{}", engine.now, *pages])


@pytest.mark.parametrize("scope", ["page:P1", "lane:P1/t/b", "lane:P1/t/b/x", "app:app1"])
def test_what_is_released_goes_on_at_once(engine: Engine, scope: str) -> None:
    """Until a hold is released nothing of its scope leaves; then all of it does, a lane's broadcasts with it."""
    engine.broadcast("x", ["u"])
    assert hand(engine, "hold", scope) == 1
    assert (engine.ids(), engine.advance(3_600_000).kept, engine.ids()) == ([], True, [])
    assert (hand(engine, "release", scope), hand(engine, "release", scope)) == (1, 0)
    assert engine.ids() == ["x:0"]


def test_releasing_an_app_frees_all_of_its_pages(engine: Engine) -> None:
    """However many Pages an app has, releasing it and rousing them frees each of them."""
    pages = [f"A{i}" for i in range(1200)]
    engine.hello("w1", profile(pages=pages))
    hand(engine, "hold", "app:app1")
    engine.enqueue(*[Spec(id=page, page=page) for page in pages])
    while engine.took().again:
        pass
    assert len(read(engine.client).scores("asleep")) == len(pages)
    hand(engine, "release", "app:app1")
    hand(engine, "rouse", "app:app1", *pages)
    taken: list[str] = []
    while chunk := engine.ids():
        taken += chunk
    assert sorted(taken) == sorted(pages)


def test_what_is_held_still_expires(engine: Engine) -> None:
    """A command in a held lane expires at its time, also when it expired while it was with a worker."""
    engine.enqueue(Spec(id="waits", page="P2", expires="+1000"), Spec(id="away", expires="+1000"))
    held(engine, Hold("page:P2", None, b"{}"))
    chunk = engine.take()
    engine.advance(1000)
    assert (engine.outcome("waits"), engine.outcome("away")) == ("expired", None)
    engine.settle(chunk, "return", "", holds=[Hold("page:P1", None, b"{}")])
    assert engine.ids() == []
    engine.advance(2000)
    assert engine.outcome("away") == "expired"
