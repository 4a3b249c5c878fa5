"""Law 5: one command of a conversation is on its way at a time; they leave in the order in which they fell due."""

import pytest

from tests.laws.engine import Engine, Spec, ids_of, many, profile
from tests.laws.places import places
from worker.engine.chunk import Action

RATES = ("t", "m", "o")


def drained(engine: Engine, worker: str = "w1") -> list[str]:
    """Sends until nothing is left that may leave now, and returns the ids in their order."""
    sent: list[str] = []
    while chunk := engine.send(worker):
        sent += chunk
    return sent


def test_one_of_a_conversation_is_on_its_way(engine: Engine) -> None:
    """No second command of a conversation can be taken, by any worker, until the first has ended."""
    engine.hello("w2")
    engine.enqueue(*many(3, people="u"), Spec(id="other", people="v"))
    chunk = engine.take()
    assert (ids_of(chunk), engine.ids("w2")) == (["c0", "other"], [])
    engine.settle(chunk)
    assert engine.ids("w2") == ["c1"]


def test_order_holds_across_rate_classes(engine: Engine) -> None:
    """A conversation's text, media and thread control leave in the order in which they were enqueued."""
    specs = [Spec(id=f"{name}{i}", people="u", rate_class=name) for i in range(3) for name in RATES]
    engine.enqueue(*specs)
    assert drained(engine) == [each.id for each in specs]


def test_order_holds_through_a_retry(engine: Engine) -> None:
    """While a command waits for its retry, those behind it wait too; then they leave in order."""
    engine.enqueue(*many(3, people="u"))
    engine.settle(engine.take(), "retry", delay_ms=5000)
    assert engine.ids() == []
    engine.advance(4999)
    assert engine.ids() == []
    engine.advance(1)
    assert drained(engine) == ["c0", "c1", "c2"]


def test_order_holds_through_a_return_and_a_crash(engine: Engine) -> None:
    """What is returned or reaped goes before what was behind it in its conversation."""
    engine.hello("dead")
    engine.enqueue(*many(3, people="u"), *many(3, "d", people="v"))
    engine.settle(engine.take(), "return", "")
    engine.begin(engine.take("dead"))
    engine.pass_time(10_001)
    engine.beat("w1")
    engine.tick()
    assert drained(engine) == ["c0", "d0", "c1", "d1", "c2", "d2"]


@pytest.mark.parametrize(
    ("action", "outcome"),
    [
        ("sent", "sent"),
        ("refused", "refused"),
        ("exhausted", "exhausted"),
        ("expired", "expired"),
        ("cancelled", "cancelled"),
        ("unknown", "unknown"),
        ("quarantine", "refused"),
    ],
)
def test_a_successor_goes_to_the_head_of_its_lane_however_the_head_ends(
    engine: Engine, action: Action, outcome: str
) -> None:
    """However a head ends, the same script puts its successor before all that waits in its lane."""
    engine.enqueue(Spec(id="head", people="u"), Spec(id="successor", people="u"), *many(5))
    engine.settle(engine.take(limit=1), action)
    assert engine.outcome("head") == outcome
    assert engine.ids() == ["successor", "c0", "c1", "c2", "c3", "c4"]


def test_a_successor_of_a_reaped_command_goes_to_the_head_of_its_lane(engine: Engine) -> None:
    """A head that ends unknown because its worker died makes way for its successor."""
    engine.hello("dead")
    engine.enqueue(Spec(id="head", people="u", options="sm"), Spec(id="successor", people="u"), *many(2))
    engine.begin(engine.take("dead", limit=1))
    engine.pass_time(10_001)
    engine.beat("w1")
    engine.tick()
    assert (engine.outcome("head"), engine.ids()) == ("unknown", ["successor", "c0", "c1"])


def test_a_head_that_expires_makes_way(engine: Engine) -> None:
    """A head that expires in its lane, in later or when it is taken makes way for its successor."""
    engine.enqueue(Spec(id="lane", people="u", expires="+100"), Spec(id="after-lane", people="u"))
    engine.enqueue(Spec(id="retry", people="v", expires="+100"), Spec(id="after-retry", people="v"))
    chunk = engine.take()
    assert ids_of(chunk) == ["lane", "retry"]
    engine.settle(chunk, "retry", delay_ms=50)
    engine.advance(50)
    engine.settle(engine.take(), "retry", delay_ms=1000)
    engine.enqueue(Spec(id="taken", people="w", expires="+50"), Spec(id="after-taken", people="w"))
    engine.pass_time(50)
    assert engine.ids() == ["after-taken"]
    engine.tick()
    assert sorted(engine.ids()) == ["after-lane", "after-retry"]


def test_a_waiting_command_that_expires_leaves_its_conversation_in_order(engine: Engine) -> None:
    """Commands that expire behind their conversation's head are passed over, however many they are."""
    engine.enqueue(
        Spec(id="head", people="u"), *many(40, people="u", expires="+100"), Spec(id="last", people="u")
    )
    engine.advance(100)
    assert engine.send() == ["head"]
    engine.advance(1)
    assert engine.ids() == ["last"]


def test_a_scheduled_command_joins_when_it_is_due(engine: Engine) -> None:
    """Tomorrow's reminder stops nobody today, and from its time on it stands behind what came before."""
    engine.enqueue(Spec(id="reminder", people="u", due="+1000"), *many(2, people="u"))
    assert engine.send() == ["c0"]
    engine.advance(1000)
    engine.enqueue(Spec(id="after", people="u"))
    assert drained(engine) == ["c1", "reminder", "after"]


def test_scheduled_commands_join_in_the_order_of_their_times(engine: Engine) -> None:
    """Commands that fell due together while the timer was late leave in the order of their times."""
    engine.enqueue(Spec(id="third", people="u", due="+300"), Spec(id="first", people="u", due="+100"))
    engine.enqueue(Spec(id="second", people="u", due="+200"))
    engine.advance(1000)
    assert drained(engine) == ["first", "second", "third"]


def test_a_command_to_many_people_waits_for_all_of_them(engine: Engine) -> None:
    """A command that joins several conversations leaves when it is the head of each, and then frees each."""
    engine.enqueue(Spec(id="u0", people="u"), Spec(id="v0", people="v"), Spec(id="both", people="u,v,w"))
    engine.enqueue(Spec(id="u1", people="u"), Spec(id="w1", people="w"))
    first, second = engine.take(limit=1), engine.take(limit=1)
    assert (ids_of(first), ids_of(second), engine.ids()) == (["u0"], ["v0"], [])
    engine.settle(first)
    assert engine.ids() == []
    engine.settle(second)
    assert engine.send() == ["both"]
    assert sorted(engine.ids()) == ["u1", "w1"]


def test_a_waiting_command_to_many_people_that_ends_frees_those_it_headed(engine: Engine) -> None:
    """A command that expires while it heads one conversation and waits for another frees the one, not the other."""
    engine.enqueue(Spec(id="u0", people="u"), Spec(id="both", people="u,v", expires="+100"))
    engine.enqueue(Spec(id="v1", people="v"), Spec(id="u1", people="u"))
    chunk = engine.take()
    assert (ids_of(chunk), engine.ids()) == (["u0"], [])
    engine.advance(100)
    assert engine.ids() == ["v1"]
    engine.settle(chunk)
    assert engine.ids() == ["u1"]


def test_unordered_commands_and_priorities_do_not_wait(engine: Engine) -> None:
    """A command without people, and one of another priority to the same person, wait for nobody."""
    engine.enqueue(Spec(id="a", people="u"), Spec(id="free"), Spec(id="bulk", people="u", priority="b"))
    assert (engine.ids(), engine.ids()) == (["a", "free"], ["bulk"])


def test_a_parked_head_keeps_its_conversation_waiting(engine: Engine) -> None:
    """A conversation waits for a command of a type that no present worker knows, and goes on in order after it."""
    engine.enqueue(Spec(id="newer", people="u", type="newer"), *many(2, people="u"))
    assert engine.ids() == []
    engine.hello("w2", profile(types=["newer", "send_message"]))
    assert drained(engine, "w2") == ["newer", "c0", "c1"]
    assert set(places(engine.client, engine.accepted).values()) == {"sent"}


def test_commands_accepted_together_have_one_head(engine: Engine) -> None:
    """Law 5: what joins several conversations is their head for those that are accepted right behind it, too."""
    engine.enqueue(Spec(id="both", people="v,w"), Spec(id="v", people="v"), Spec(id="w", people="w"))
    assert ids_of(engine.take()) == ["both"]


def test_what_is_due_at_one_moment_leaves_as_it_was_accepted(engine: Engine) -> None:
    """Neither the text of the ids counts nor how many calls brought them: the parts of a batch, ten single ones."""
    batch = [f"x.{n}" for n in range(12)]
    engine.enqueue(*(Spec(id=each, due="+1000") for each in batch))
    single = ["s3", "s1", "s2", "s0"]
    for each in single:
        engine.enqueue(Spec(id=each, due="+1000"))
    engine.advance(1_000)
    assert drained(engine) == [*batch, *single]


def test_more_than_a_tick_moves_keep_their_order(engine: Engine) -> None:
    """A thousand that fall due together leave in the order in which they were accepted."""
    wanted = [f"n{n}" for n in range(1_000)]
    engine.enqueue(*(Spec(id=each, due="+500") for each in wanted))
    engine.advance(500)
    assert drained(engine) == wanted


def test_retries_of_one_moment_keep_their_order(engine: Engine) -> None:
    """What is tried again at one moment leaves in the order in which it was taken."""
    engine.enqueue(*many(12))
    engine.settle(engine.take(), "retry", delay_ms=1_000)
    engine.advance(1_000)
    assert drained(engine) == [f"c{n}" for n in range(12)]
