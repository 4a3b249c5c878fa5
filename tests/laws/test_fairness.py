"""Law 6: a Page with a crowd delays another's single command by one round at most; what cannot go costs nothing."""

import pytest
import redis

from tests.laws.engine import Engine, Spec, ids_of, many, people, profile
from worker.engine.chunk import Hold
from worker.engine.knowledge import KnownPage, Rate

SLOW = Rate(1, 1000, 1)


def separate(*pages: str) -> dict[str, KnownPage]:
    """Returns Pages of different apps, which never share a chunk."""
    return {page: KnownPage(f"app-{page}") for page in pages}


def touched(engine: Engine) -> int:
    """Returns how many Pages and lanes are in turn."""
    keys = [engine.key(name) for name in ("ready:i", "ready:b")]
    return sum(int(engine.client.zcard(key)) for key in keys)


@pytest.mark.parametrize("crowd", [60, 2_000])
def test_a_crowd_delays_a_single_command_by_one_round(engine: Engine, crowd: int) -> None:
    """Behind a Page with many waiting commands, another Page's single command is in the next chunk but one."""
    engine.hello("w1", profile(pages=separate("P1", "P2")))
    engine.enqueue(*many(crowd))
    engine.ids()
    engine.enqueue(Spec(id="single", page="P2"))
    assert "single" in engine.ids() + engine.ids()


def test_a_hundred_thousand_delay_a_single_command_by_one_round(valkey: "redis.Redis") -> None:
    """The same with 100,000 commands, and with a crowd on each of ten Pages: one round of the Pages that are ready."""
    crowds = [f"C{i}" for i in range(10)]
    engine = Engine(valkey)
    engine.hello("w1", profile(pages=separate("P1", "P2", *crowds)))
    engine.enqueue(*many(100_000), *[each for page in crowds for each in many(200, page, page=page)])
    engine.ids()
    engine.enqueue(Spec(id="single", page="P2"))
    assert "single" in [each for _ in range(12) for each in engine.ids()]


def test_pages_have_turns(engine: Engine) -> None:
    """Pages with crowds of their own are taken from in turn."""
    engine.hello("w1", profile(pages=separate("P1", "P2", "P3")))
    for page in ("P1", "P2", "P3"):
        engine.enqueue(*many(150, page, page=page))
    taken = [engine.take().commands[0].page for _ in range(9)]
    assert taken == ["P1", "P2", "P3"] * 3


def test_lanes_of_broadcasts_have_turns(engine: Engine) -> None:
    """Broadcasts of one Page are taken from in turn with each other and with the Page's own bulk."""
    engine.enqueue(*many(100, "own:", priority="b"))
    engine.broadcast("x", people(100))
    engine.broadcast("y", people(100))
    taken = [engine.ids()[0].split(":")[0] for _ in range(6)]
    assert taken == ["own", "x", "y"] * 2


@pytest.mark.parametrize("rates", [("t", "m"), ("m", "t"), ("m", "o")], ids="-".join)
def test_media_and_the_rest_have_turns(engine: Engine, rates: tuple[str, str]) -> None:
    """Media and other lanes of a Page, which never share a chunk, do not starve each other."""
    for name in rates:
        engine.enqueue(*many(200, f"{name}-", rate_class=name))
    taken = [engine.ids()[0].split("-")[0] for _ in range(6)]
    assert taken.count(rates[0]) == 3


def test_media_of_one_page_do_not_starve_the_text_of_another(engine: Engine) -> None:
    """Two Pages of one app, one with media and one with text, have turns."""
    engine.enqueue(*many(200, "m", rate_class="m"), *many(200, "t", page="P2"))
    taken = [engine.take().commands[0].page for _ in range(6)]
    assert taken.count("P2") == 3


def test_two_lanes_of_media_have_turns(engine: Engine) -> None:
    """Two broadcasts of media have turns, although a chunk holds only few media."""
    for name in ("x", "y"):
        engine.broadcast(name, people(60), rate_class="m")
    taken = [each.split(":")[0] for _ in range(6) for each in engine.ids()]
    assert (taken.count("x"), taken.count("y")) == (30, 30)


def test_a_page_that_does_not_fit_into_a_chunk_keeps_its_turn(engine: Engine) -> None:
    """A Page whose text was passed over because the chunk is of media goes before those that came after it."""
    pages = {"P1": KnownPage("app1"), "P2": KnownPage("app1"), "P3": KnownPage("app2")}
    engine.hello("w1", profile(pages=pages))
    engine.enqueue(Spec(id="media", rate_class="m"), Spec(id="text", page="P2"), Spec(id="last", page="P3"))
    assert [engine.ids() for _ in range(3)] == [["media"], ["text"], ["last"]]


def test_a_command_that_goes_alone_has_its_turn(engine: Engine) -> None:
    """A command that must be alone in its request is not put off by a stream of others."""
    engine.enqueue(*many(20), Spec(id="alone", page="P2", options="sa"))
    taken: list[str] = []
    for i in range(4):
        taken += engine.ids(limit=10)
        engine.enqueue(*many(10, f"more{i}-"))
    assert "alone" in taken


def test_held_pages_cost_a_take_nothing(engine: Engine) -> None:
    """A hundred held Pages are looked at once, and not again until their holds end."""
    held = [f"H{i}" for i in range(100)]
    engine.hello("w1", profile(pages=[*held, "P1"]))
    engine.enqueue(Spec(id="first"))
    holds = [Hold(f"page:{page}", 5000, b"{}", kind="throttle") for page in held]
    engine.settle(engine.take(), holds=holds)
    engine.enqueue(*[Spec(id=page, page=page) for page in held])
    assert (engine.ids(), touched(engine)) == ([], 0)
    engine.enqueue(*[Spec(id=f"{page}-again", page=page) for page in held], Spec(id="free"))
    assert (touched(engine), engine.ids()) == (1, ["free"])
    engine.advance(5000)
    assert sorted(each for _ in range(10) for each in engine.ids()) == sorted(
        [*held, *[f"{page}-again" for page in held]]
    )


def test_paced_pages_cost_a_take_nothing(engine: Engine) -> None:
    """A Page whose budget is spent is not looked at again until it has some."""
    engine.hello("w1", profile(text=SLOW))
    engine.enqueue(*many(3))
    assert (engine.ids(), engine.ids(), touched(engine)) == (["c0"], [], 0)
    engine.enqueue(*many(3, "more"))
    assert touched(engine) == 0
    engine.advance(1000)
    assert engine.ids() == ["c1"]


def test_interactive_goes_before_bulk(engine: Engine) -> None:
    """While an interactive command of any Page may leave, no bulk command does."""
    engine.enqueue(*many(100, "bulk", priority="b"))
    assert engine.ids()[0] == "bulk0"
    engine.enqueue(Spec(id="now"), Spec(id="now2", page="P2"))
    assert (engine.ids(), engine.ids()[0]) == (["now", "now2"], "bulk50")


def test_bulk_goes_on_while_interactive_is_held(engine: Engine) -> None:
    """A held interactive lane keeps no bulk back."""
    engine.enqueue(Spec(id="first", page="P2"))
    engine.settle(engine.take(), holds=[Hold("lane:P1/t/i", 1000, b"{}", kind="throttle")])
    engine.enqueue(Spec(id="held"), Spec(id="bulk", priority="b"))
    assert engine.ids() == ["bulk"]
    engine.advance(1000)
    assert engine.ids() == ["held"]


def test_what_is_enqueued_while_a_page_sleeps_leaves_when_it_wakes(engine: Engine) -> None:
    """A lane that got its first command while its Page was held is taken from when the hold ends."""
    engine.enqueue(Spec(id="media", rate_class="m"))
    engine.settle(engine.take(), "return", "", holds=[Hold("page:P1", 1000, b"{}", kind="throttle")])
    assert engine.ids() == []
    engine.enqueue(Spec(id="text"), Spec(id="bulk", priority="b"))
    engine.advance(1000)
    assert sorted(engine.ids() + engine.ids() + engine.ids()) == ["bulk", "media", "text"]


def test_a_lane_that_wakes_while_its_page_sleeps_leaves_with_its_page(engine: Engine) -> None:
    """A lane whose budget comes back while its Page is held is taken from when the hold ends."""
    engine.hello("w1", profile(text=SLOW))
    engine.enqueue(*many(2), Spec(id="other", rate_class="o"))
    chunk = engine.take()
    engine.settle(chunk, holds=[Hold("page:P1", 5000, b"{}", kind="throttle")])
    engine.enqueue(Spec(id="other2", rate_class="o"))
    assert engine.ids() == []
    engine.advance(1500)
    assert engine.ids() == []
    engine.advance(3500)
    assert sorted(engine.ids()) == ["c1", "other2"]


def sent_by_lane(engine: Engine, ms: int, *, step_ms: int = 25) -> dict[str, int]:
    """Returns how many of each first letter of an id leave within so many ms, with the timer kept."""
    found: dict[str, int] = {}
    for _ in range(ms // step_ms):
        engine.advance(step_ms)
        while chunk := engine.send():
            for each in chunk:
                name = each.partition(":")[0].rstrip("0123456789")
                found[name] = found.get(name, 0) + 1
    return found


def test_lanes_of_a_page_share_its_rate_by_turns(engine: Engine) -> None:
    """Four broadcasts and a bulk backlog of one Page go on at the same pace when their budget is short."""
    engine.hello(knows=profile(t=Rate(40, 1_000, 40)))
    for name in ("a", "b", "c", "d"):
        engine.broadcast(name, [f"{name}{n}" for n in range(200)])
    engine.enqueue(*many(200, "z", priority="b"))
    while engine.send():  # the burst
        pass
    found = sent_by_lane(engine, 12_500)
    assert set(found) == {"a", "b", "c", "d", "z"}
    assert max(found.values()) - min(found.values()) <= 10


def test_what_is_interactive_and_costs_much_has_its_budget_gathered(engine: Engine) -> None:
    """A linked batch of 30 parts leaves as soon as a rate of 40 a second has 30, however much bulk waits."""
    engine.hello(knows=profile(t=Rate(40, 1_000, 40)))
    engine.enqueue(*many(400, "b", priority="b"))
    while engine.send():
        pass
    engine.enqueue(Spec(id="linked", cost=30), Spec(id="behind"))
    waited = 0
    while "linked" not in (chunk := engine.send()):
        assert waited <= 900, "its budget was never gathered"
        if not chunk:
            engine.advance(25)
            waited += 25
    assert waited >= 700
    assert engine.outcome("linked") == "sent"


def test_bulk_of_another_page_has_a_share_of_the_takes(engine: Engine) -> None:
    """However much is interactive elsewhere, a take that is bulk's brings bulk; a Page's own waits behind its own."""
    engine.hello()
    engine.enqueue(*many(200, "i", page="P1"), *many(100, "own", page="P1", priority="b"))
    engine.enqueue(*many(10, "far", page="P2", priority="b"))
    took = engine.lanes.take("w1", 1_000, engine.profiles["w1"], bulk_first=True, now_ms=engine.now)
    assert took.chunk is not None
    assert set(ids_of(took.chunk)) == {f"far{n}" for n in range(10)}
    again = engine.lanes.take("w1", 1_001, engine.profiles["w1"], bulk_first=True, now_ms=engine.now)
    assert again.chunk is not None
    assert {each[0] for each in ids_of(again.chunk)} == {"i"}
