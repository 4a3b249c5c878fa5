"""What may share a chunk: Pages of one app with few commands each, never media with text, and some commands nothing."""

import pytest

from tests.laws.engine import Engine, Spec, ids_of, many, people, profile
from worker.engine.knowledge import KnownPage


def test_small_pages_of_one_app_share_a_chunk(engine: Engine) -> None:
    """Pages of one app with few commands each are taken together, in the order of their turns."""
    engine.enqueue(*many(3, "a"), *many(3, "b", page="P2"), *many(3, "c", page="P3"))
    assert engine.ids() == [f"{page}{i}" for page in "abc" for i in range(3)]


def test_pages_of_other_apps_do_not_share_a_chunk(engine: Engine) -> None:
    """A chunk is of one app; a Page whose app is not known shares with nobody."""
    pages = {
        "P1": KnownPage("app1"),
        "P2": KnownPage("app2"),
        "P3": KnownPage("app1"),
        "P4": KnownPage(),
        "P5": KnownPage(),
    }
    engine.hello("w1", profile(pages=pages))
    engine.enqueue(*[Spec(id=page, page=page) for page in pages])
    assert [engine.ids() for _ in range(5)] == [["P1", "P3"], ["P2"], ["P4"], ["P5"], []]


@pytest.mark.parametrize("broadcasts", [1, 5], ids=["in one lane", "in its fifth lane"])
def test_a_page_with_many_has_batches_of_its_own(engine: Engine, broadcasts: int) -> None:
    """A Page with more than 25 ready commands is not mixed with others, however they are spread over its lanes."""
    engine.enqueue(Spec(id="small", page="P2", priority="b"))
    for i in range(broadcasts):
        engine.broadcast(f"x{i}", people(30 if i == broadcasts - 1 else 1))
    assert engine.ids() == ["small"]
    assert len(engine.ids()) == 29 + broadcasts


def test_media_never_share_a_chunk_with_text(engine: Engine) -> None:
    """A chunk is of media or of the rest, and holds ten media at most."""
    for name in ("t", "m", "o"):
        engine.enqueue(*many(12, name, rate_class=name), *many(12, f"2{name}", rate_class=name, page="P2"))
    chunks = [engine.take() for _ in range(5)]
    kinds = [{each.rate_class == "m" for each in chunk.commands} for chunk in chunks]
    assert sorted(map(len, kinds)) == [1, 1, 1, 1, 1]
    sizes = [len(chunk.commands) for chunk in chunks if chunk.commands[0].rate_class == "m"]
    assert (engine.ids(), max(sizes), sum(sizes)) == ([], 10, 24)


def test_alone_is_alone(engine: Engine) -> None:
    """A command that must be alone in its request is the only one of its chunk, wherever it stands."""
    engine.enqueue(Spec(id="a"), Spec(id="x", options="sa"), Spec(id="y", options="sa"), Spec(id="b"))
    assert [engine.ids() for _ in range(5)] == [["a"], ["x"], ["y"], ["b"], []]


def test_a_suspect_is_alone(engine: Engine) -> None:
    """A command that settle marks as suspect is taken alone next."""
    engine.enqueue(*many(2), Spec(id="c"))
    engine.settle(engine.take(limit=2), "return", "z")
    assert [engine.ids() for _ in range(4)] == [["c0"], ["c1"], ["c"], []]


def test_a_chunk_has_no_more_than_its_limit(engine: Engine) -> None:
    """A take brings fifty commands at most, over all Pages, in the order in which they were enqueued."""
    engine.enqueue(*many(20, "a"), *many(20, "b", page="P2"), *many(20, "c", page="P3"))
    first, second = engine.take(), engine.take()
    assert (len(first.commands), len(second.commands)) == (50, 10)
    assert ids_of(first)[:20] == [f"a{i}" for i in range(20)]


def test_an_id_that_lies_twice_in_a_lane_is_taken_once(engine: Engine) -> None:
    """A stale entry of an id that was enqueued again since does not put the command into a chunk twice."""
    engine.enqueue(Spec(id="a"), Spec(id="b"))
    engine.client.rpush(engine.key("lane:P1/t/i"), "a")
    assert (engine.ids(), engine.ids()) == (["a", "b"], [])
