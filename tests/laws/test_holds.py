"""Law 4, as far as take and settle keep it: what holds hold, for whom, and for how long."""

import pytest
import redis

from producer.store.scripting import Script
from tests.laws.engine import PREFIX, Engine, Spec, many, profile
from tests.laws.store import read
from worker.engine.chunk import Hold, Settlement
from worker.engine.knowledge import KnownPage

PAGES = {"P1": KnownPage("app1", "new"), "P2": KnownPage("app1", "new"), "P3": KnownPage("app2", "new")}


def held(engine: Engine, *holds: Hold) -> None:
    """Makes holds, as an answer to a command of another Page would."""
    engine.hello("maker", profile(pages=["M"]))
    engine.enqueue(Spec(id=f"maker-{engine.now}-{len(engine.accepted)}", page="M"))
    engine.settle(engine.take("maker"), holds=holds)
    engine.lanes.goodbye("maker", now_ms=engine.now)


def by_hand(engine: Engine, what: str, scope: str, kind: str = "", *pages: str) -> object:
    """Holds a scope until it is released, releases it, or rouses an app's Pages, as a person does."""
    return Script("hold").run(engine.client, PREFIX, [what, scope, kind, "{}", engine.now, *pages])


def column(engine: Engine, scope: str, number: int) -> list[str]:
    """Returns one field of each of a scope's holds."""
    entry = read(engine.client).hashed("hold")[scope]
    return [line.split("|")[number] for line in entry.split("\n")]


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
    held(engine, Hold(scope, 1000, b"{}", kind="throttle"))
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
    held(engine, Hold("lane:P1/t/b/x", 500, b"{}", kind="throttle"))
    assert engine.ids(limit=1) == ["own"]
    held(engine, Hold("lane:P1/t/b", 1000, b"{}", kind="throttle"))
    assert engine.ids() == []
    engine.advance(500)
    assert engine.ids() == []
    engine.advance(500)
    assert sorted(engine.ids()) == ["x:0", "y:0"]


@pytest.mark.parametrize("lane", ["P1/t/i", "P1/t/b"])
def test_a_class_s_hold_holds_both_priorities(engine: Engine, lane: str) -> None:
    """Meta's limit is by Page and class: a throttle holds interactive, bulk and broadcasts, and no other class."""
    page, rate_class, _ = lane.split("/")
    engine.enqueue(Spec(id="i"), Spec(id="b", priority="b"), Spec(id="o", rate_class="o"))
    engine.broadcast("x", ["u"])
    held(engine, Hold(f"lane:{page}/{rate_class}", 1000, b"{}", kind="throttle"))
    assert (engine.ids(), engine.ids()) == (["o"], [])
    engine.advance(999)
    assert engine.ids() == []
    engine.advance(1)
    assert sorted(engine.ids() + engine.ids()) == ["b", "i", "x:0"]


def test_holds_of_different_kinds_stand_beside_each_other(engine: Engine) -> None:
    """A pause, a throttle, a restriction and a dead token displace nothing: the last to end counts."""
    engine.hello("w1", profile(pages={"P1": KnownPage("app1", "old")}))
    engine.enqueue(Spec(id="a"))
    held(
        engine,
        Hold("page:P1", 3000, b"{}", kind="trouble"),
        Hold("page:P1", 1000, b"{}", kind="throttle"),
        Hold("page:P1", 2000, b"{}", "old", kind="token"),
    )
    by_hand(engine, "hold", "page:P1")
    assert column(engine, "page:P1", 4) == ["trouble", "throttle", "token", "hand"]
    assert by_hand(engine, "release", "page:P1", "hand") == 1
    left: list[list[str]] = []
    for kind in ("trouble", "throttle"):
        left.append(engine.ids())
        assert by_hand(engine, "release", "page:P1", kind) == 1
    assert (left, engine.ids()) == ([[], []], [])  # the dead token's is left
    engine.advance(2000)
    assert engine.ids() == ["a"]


def test_a_longer_hold_of_another_kind_outlasts_a_shorter(engine: Engine) -> None:
    """Each ends at its own time, whichever was made first."""
    engine.enqueue(Spec(id="a"), Spec(id="b", page="P2"))
    held(
        engine,
        Hold("page:P1", 500, b"{}", kind="throttle"),
        Hold("page:P1", 2000, b"{}"),
        Hold("page:P2", 2000, b"{}"),
        Hold("page:P2", 500, b"{}", kind="throttle"),
    )
    for _ in range(3):
        assert engine.ids() == []
        engine.advance(600)
    engine.advance(200)
    assert sorted(engine.ids() + engine.ids()) == ["a", "b"]


def test_releasing_one_kind_leaves_the_others(engine: Engine) -> None:
    """What else holds the scope goes on; releasing without a kind ends all of it."""
    engine.enqueue(Spec(id="a"))
    held(engine, Hold("page:P1", None, b"{}", kind="throttle"))
    by_hand(engine, "hold", "page:P1")
    assert (by_hand(engine, "release", "page:P1", "token"), engine.ids()) == (0, [])
    assert (by_hand(engine, "release", "page:P1", "throttle"), engine.ids()) == (1, [])
    held(engine, Hold("page:P1", None, b"{}", kind="throttle"))
    assert (by_hand(engine, "release", "page:P1"), engine.ids()) == (1, ["a"])


def test_a_hold_for_a_token_on_a_lane_leaves_it_to_other_workers(engine: Engine) -> None:
    """A lane that is held for one token goes on at once with a worker that has another."""
    engine.hello("w1", profile(pages={"P1": KnownPage("app1", "old")}))
    engine.hello("new", profile(pages=PAGES))
    engine.enqueue(*many(3))
    held(engine, Hold("lane:P1/t/i", None, b"{}", "old"))
    took = engine.took()
    assert (took.chunk, took.elsewhere, engine.ids("new")) == (None, True, ["c0", "c1", "c2"])


def test_a_worker_that_comes_with_another_token_frees_a_held_lane(engine: Engine) -> None:
    """A lane whose token is dead for every present worker sleeps until one with another token comes."""
    engine.hello("w1", profile(pages={"P1": KnownPage("app1", "old")}))
    engine.enqueue(*many(2), Spec(id="o", rate_class="o"))
    held(engine, Hold("lane:P1/t/i", None, b"{}", "old"))
    assert (engine.ids(), engine.ids()) == (["o"], [])
    engine.hello("same", profile(pages={"P1": KnownPage("app1", "old")}))
    assert (engine.ids("same"), engine.ids()) == ([], [])
    engine.hello("new", profile(pages=PAGES))
    assert engine.ids("new") == ["c0", "c1"]


def test_a_scope_keeps_no_more_than_a_few_dead_tokens(engine: Engine) -> None:
    """However many tokens of a Page die, its entry stays small; the latest are kept, and so is all else."""
    held(engine, Hold("page:P1", None, b"{}"))
    for n in range(20):
        engine.pass_time(1)
        held(engine, Hold("page:P1", None, b"{}", f"token{n}"))
    assert column(engine, "page:P1", 1) == ["", *(f"token{n}" for n in range(12, 20))]


def test_holds_that_ended_long_ago_are_dropped(engine: Engine) -> None:
    """Not before ten minutes, within which a repeat lasts longer; then no take pays for them any more."""
    pages = [f"A{n}" for n in range(60)]
    held(engine, *(Hold(f"page:{page}", 1000, b"{}", grows=True, kind="throttle") for page in pages))
    held(engine, Hold("page:A0", None, b"{}"))
    engine.advance(1000 + 599_999)
    assert engine.client.hlen(engine.key("hold")) == 60
    engine.pass_time(1)
    for _ in range(100):
        engine.tick()
    assert engine.client.hkeys(engine.key("hold")) == [b"page:A0"]
    assert column(engine, "page:A0", 4) == ["trouble"]


def test_a_hold_of_an_older_worker_s_still_holds(engine: Engine) -> None:
    """An entry without a kind is read as what it was, and new ones stand beside it."""
    engine.enqueue(Spec(id="a"))
    engine.client.hset(engine.key("hold"), "page:P1", f'{engine.now + 1000}||{engine.now}|0|{{"reason":"x"}}')
    by_hand(engine, "hold", "page:P1")
    assert engine.ids() == []
    assert (by_hand(engine, "release", "page:P1", "hand"), engine.ids()) == (1, [])
    engine.advance(1000)
    assert engine.ids() == ["a"]


def test_holds_cost_a_take_one_question_for_each_page_and_lane(valkey: "redis.Redis") -> None:
    """However many commands it takes, and nothing at all while nothing is held."""
    engine = Engine(valkey)
    engine.hello("w1")

    def asked(*holds: Hold) -> int:
        for rate_class in ("t", "o"):
            engine.enqueue(*many(20, f"{rate_class}{engine.now}-", rate_class=rate_class))
        if holds:
            held(engine, *holds)
        valkey.config_resetstat()
        assert len(engine.ids()) == 40
        engine.pass_time(1)
        return int(valkey.info("commandstats")["cmdstat_hmget"]["calls"])

    plain = asked()
    assert asked(Hold("page:P3", None, b"{}"), Hold("page:P3", None, b"{}", "old")) == plain + 3


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


@pytest.mark.parametrize("scope", ["page:P1", "lane:P1/t", "lane:P1/t/b", "lane:P1/t/b/x", "app:app1"])
def test_what_is_released_goes_on_at_once(engine: Engine, scope: str) -> None:
    """Until a hold is released nothing of its scope leaves; then all of it does, a lane's broadcasts with it."""
    engine.broadcast("x", ["u"])
    assert by_hand(engine, "hold", scope) == 1
    assert (engine.ids(), engine.advance(3_600_000).kept, engine.ids()) == ([], True, [])
    assert (by_hand(engine, "release", scope), by_hand(engine, "release", scope)) == (1, 0)
    assert engine.ids() == ["x:0"]


def test_releasing_an_app_frees_all_of_its_pages(engine: Engine) -> None:
    """However many Pages an app has, releasing it and rousing them frees each of them."""
    pages = [f"A{i}" for i in range(1200)]
    engine.hello("w1", profile(pages=pages))
    by_hand(engine, "hold", "app:app1")
    engine.enqueue(*[Spec(id=page, page=page) for page in pages])
    while engine.took().again:
        pass
    assert len(read(engine.client).scores("asleep")) == len(pages)
    by_hand(engine, "release", "app:app1")
    by_hand(engine, "rouse", "app:app1", "", *pages)
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


@pytest.mark.parametrize(("scope", "others"), [("page:P1", []), ("lane:P1/t/i", ["o"]), ("app:app1", [])])
def test_what_an_answer_held_is_tried_by_one_call(engine: Engine, scope: str, others: list[str]) -> None:
    """After a hold that an answer made one call goes, and nothing else of its scope until that call was answered."""
    engine.hello("w1", profile(pages=PAGES))
    engine.enqueue(*(Spec(id=f"t{n}") for n in range(3)), Spec(id="o", rate_class="o"))
    held(engine, Hold(scope, 1000, b"{}"))
    engine.advance(1000)
    probe = engine.take("w1")
    found = sorted(taken.id for taken in probe.commands)
    rest = engine.ids() + engine.ids()
    assert (len(found), sorted(found + rest)) == (1, sorted({*found, *others}))
    engine.settle(probe)
    assert sorted(found + rest + engine.ids() + engine.ids()) == ["o", "t0", "t1", "t2"]
    assert read(engine.client).hashed("probing") == {}


def test_a_probe_that_fails_holds_for_twice_as_long(engine: Engine) -> None:
    """What the one call meets again lasts longer, and another call tries after it."""
    engine.hello("w1", profile(pages=PAGES))
    engine.enqueue(*(Spec(id=f"t{n}") for n in range(3)))
    held(engine, Hold("page:P1", 1000, b"{}", grows=True))
    for wait_ms in (1000, 2000, 4000):
        engine.advance(wait_ms - 1)
        assert engine.ids() == []
        engine.advance(1)
        probe = engine.take("w1")
        assert len(probe.commands) == 1
        engine.settle(probe, "return", flags="", holds=[Hold("page:P1", 1000, b"{}", grows=True)])
    engine.advance(8000)
    assert len(engine.ids()) == 1


def test_a_probe_that_nobody_made_is_made_by_another(engine: Engine) -> None:
    """A worker that stops gives its probe back at once; of one that dies another tries after a minute and a half."""
    engine.hello("w1", profile(pages=PAGES))
    engine.enqueue(*(Spec(id=f"t{n}") for n in range(3)))
    held(engine, Hold("page:P1", 1000, b"{}"))
    engine.advance(1000)
    probe = engine.take("w1")
    engine.lanes.give_back("w1", probe.token, now_ms=engine.now)
    assert len(engine.ids()) == 1
    assert engine.ids() == []
    engine.advance(90_000)
    assert len(engine.ids()) == 1


def test_a_throttle_that_repeats_lasts_twice_as_long(engine: Engine) -> None:
    """A time that Meta did not name grows up to 32 times while it repeats, and begins anew after ten quiet minutes."""
    engine.hello("w1", profile(pages=PAGES))
    lasted = []
    for _ in range(7):
        held(engine, Hold("page:P1", 1000, b"{}", grows=True, kind="throttle"))
        lasted.append(int(column(engine, "page:P1", 0)[0]) - engine.now)
        engine.advance(lasted[-1])
    engine.advance(600_000)
    held(engine, Hold("page:P1", 1000, b"{}", grows=True, kind="throttle"))
    lasted.append(int(column(engine, "page:P1", 0)[0]) - engine.now)
    assert lasted == [1000, 2000, 4000, 8000, 16000, 32000, 32000, 1000]


def test_a_remembered_recipient_is_forgotten_in_time(engine: Engine) -> None:
    """Until then what is for them ends unsent; from that moment on it is sent, and nothing is remembered any more."""
    engine.enqueue(Spec(id="first", people="ann"))
    chunk = engine.take()
    refused = Settlement("first", "refused", "a", recipient_fact="blocked,5000")
    engine.lanes.settle(chunk, [refused], now_ms=engine.now)
    engine.advance(4_999)
    engine.enqueue(Spec(id="before", people="ann"))
    assert (engine.ids(), engine.outcome("before")) == ([], "refused")
    assert set(read(engine.client).hashed("gone", "P1")) == {"ann"}
    engine.advance(1)
    engine.enqueue(Spec(id="after", people="ann"))
    assert engine.ids() == ["after"]
    assert read(engine.client).hashed("gone", "P1") == {}
