"""Law 7, fencing: a settle with an old token is evidence only; a success turns what waits into `sent`, nothing else."""

import pytest

from tests.laws.engine import Engine, Spec, many, profile
from tests.laws.places import places
from tests.laws.store import read
from worker.engine.chunk import Action, Chunk, Hold, Settlement


def reaped(engine: Engine, *specs: Spec) -> Chunk:
    """Returns the chunk of a worker that fell silent with its request begun, and was reaped."""
    engine.hello("dead")
    engine.enqueue(*specs)
    chunk = engine.take("dead")
    assert engine.begin(chunk)
    engine.pass_time(10_001)
    assert engine.beat("w1") == [True]
    assert engine.tick().reaped == (("dead", len(specs)),)
    return chunk


def test_a_late_success_ends_a_command_that_waits_in_its_lane(engine: Engine) -> None:
    """A success that comes after the reap ends the waiting command as sent, and it is not sent again."""
    chunk = reaped(engine, Spec(id="a", people="u"), Spec(id="b"))
    engine.enqueue(Spec(id="next", people="u"))
    assert engine.settle(chunk) == (0, 2)
    assert places(engine.client, engine.accepted) == {"a": "sent", "b": "sent", "next": "lane"}
    assert engine.ids() == ["next"]


def test_a_late_success_ends_a_command_that_waits_for_its_retry(engine: Engine) -> None:
    """A success that comes late ends a command that another worker has put off, and it does not come back."""
    chunk = reaped(engine, Spec(id="a"))
    engine.settle(engine.take(), "retry", delay_ms=1000)
    assert engine.settle(chunk) == (0, 1)
    engine.advance(1000)
    assert (engine.ids(), engine.outcome("a")) == ([], "sent")


def test_a_late_success_ends_a_parked_command(engine: Engine) -> None:
    """A success that comes late ends a command that was parked meanwhile."""
    engine.hello("dead", profile(types=["send_message", "newer"]))
    engine.enqueue(Spec(id="a", type="newer"))
    chunk = engine.take("dead")
    engine.begin(chunk)
    engine.pass_time(10_001)
    engine.beat("w1")
    engine.tick()
    assert engine.ids() == []
    assert places(engine.client, engine.accepted) == {"a": "parked"}
    assert engine.settle(chunk) == (0, 1)
    engine.hello("w2", profile(types=["newer"]))
    assert engine.ids("w2") == []


def test_a_late_success_turns_unknown_into_sent(engine: Engine) -> None:
    """A success that comes late makes an unknown command sent and no dead letter, and the counters agree."""
    chunk = reaped(engine, Spec(id="a", options="sm"))
    assert engine.outcome("a") == "unknown"
    assert engine.settle(chunk) == (0, 1)
    store = read(engine.client)
    assert (engine.outcome("a"), store.scores("dead"), store.hashed("dead", "records")) == ("sent", {}, {})
    assert store.numbers("counts", "P1") == {"sent": 1, "reaped": 1}


@pytest.mark.parametrize("action", ["refused", "exhausted", "unknown", "retry", "return", "quarantine"])
def test_anything_else_that_comes_late_changes_nothing(engine: Engine, action: Action) -> None:
    """No answer but a success is evidence: whatever else comes late changes nothing, holds included."""
    chunk = reaped(engine, Spec(id="a"), Spec(id="b", options="sm"), Spec(id="c", people="u"))
    before = read(engine.client)
    assert engine.settle(chunk, action, "ad", delay_ms=10, holds=[Hold("page:P1", None, b"{}")]) == (0, 0)
    assert read(engine.client) == before


@pytest.mark.parametrize("ending", ["expired", "cancelled"])
def test_a_late_success_settles_what_ended_in_doubt(engine: Engine, ending: Action) -> None:
    """What expired or was cancelled after an attempt that may have arrived was sent, once that is proven."""
    chunk = reaped(engine, Spec(id="a"))
    engine.settle(engine.take(), ending)
    assert engine.settle(chunk) == (0, 1)
    assert engine.outcome("a") == "sent"


@pytest.mark.parametrize("ending", ["sent", "refused", "exhausted"])
def test_a_late_success_does_not_change_another_outcome(engine: Engine, ending: Action) -> None:
    """A command that ended in any other way, and not in doubt, keeps its outcome."""
    chunk = reaped(engine, Spec(id="a"))
    engine.settle(engine.take(), ending)
    before = read(engine.client)
    assert engine.settle(chunk) == (0, 0)
    assert read(engine.client) == before


def test_a_late_success_leaves_a_command_to_the_worker_that_has_it(engine: Engine) -> None:
    """A command that another worker has taken again is that worker's: late evidence waits for nobody."""
    chunk = reaped(engine, Spec(id="a"))
    now = engine.take()
    assert engine.settle(chunk) == (0, 0)
    assert places(engine.client, engine.accepted) == {"a": "taken"}
    assert engine.settle(now, "refused") == (1, 0)


def test_a_chunk_that_was_reaped_must_not_begin(engine: Engine) -> None:
    """A worker that was reaped before it began its request is told not to begin, and takes nothing more."""
    engine.hello("dead")
    engine.enqueue(*many(2))
    chunk = engine.take("dead")
    engine.pass_time(10_001)
    engine.beat("w1")
    engine.tick()
    assert (engine.begin(chunk), engine.took("dead").reaped) == (False, True)
    assert engine.lanes.heartbeat("dead", engine.profiles["dead"], now_ms=engine.now) == 0
    assert engine.lanes.give_back("dead", chunk.token, now_ms=engine.now) == 0


def test_a_token_settles_only_what_it_took(engine: Engine) -> None:
    """A settle that names a command of another chunk does not touch it."""
    engine.enqueue(*many(2))
    first, second = engine.take(limit=1), engine.take(limit=1)
    foreign = [Settlement("c1", "sent", "a"), Settlement("c0", "sent", "a")]
    assert engine.lanes.settle(first, foreign, now_ms=engine.now) == (1, 0)
    assert places(engine.client, engine.accepted) == {"c0": "sent", "c1": "taken"}
    assert engine.settle(second) == (1, 0)


@pytest.mark.parametrize("why", ["settled", "given back"])
def test_a_take_that_comes_twice_takes_nothing_more(engine: Engine, why: str) -> None:
    """What a network delivers again, after the chunk of that token is gone, takes nothing: nobody would settle it."""
    engine.enqueue(*many(3))
    chunk = engine.take(limit=1)
    if why == "settled":
        engine.settle(chunk)
    else:
        assert engine.lanes.give_back("w1", chunk.token, now_ms=engine.now) == 1
    late = engine.lanes.take("w1", chunk.token, engine.profiles["w1"], now_ms=engine.now)
    assert (late.chunk, late.again) == (None, True)
    assert engine.ids() == (["c1", "c2"] if why == "settled" else ["c0", "c1", "c2"])
