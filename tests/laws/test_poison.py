"""Law 11: what cannot be read is put aside; types and Pages that no present worker knows wait for one that does."""

import pytest

from tests.laws.damage import DAMAGED, audit, damage
from tests.laws.engine import Engine, Spec, many, people, profile
from tests.laws.places import places
from tests.laws.store import read
from worker.engine.knowledge import Rate

BOTH = ("send_message", "newer")


def test_a_type_that_nobody_knows_is_parked(engine: Engine) -> None:
    """It costs no budget, is no dead letter and no attempt, and those behind it in the lane go on."""
    engine.hello("w1", profile(text=Rate(3, 1000, 3)))
    engine.enqueue(*many(60, "new", type="newer"), *many(3))
    assert engine.ids() == ["c0", "c1", "c2"]
    store = read(engine.client)
    assert (store.sets["parked"], len(store.listed("parked")["newer"])) == (frozenset({"newer"}), 60)
    assert (store.scores("dead"), store.numbers("counts")) == ({}, {})


def test_a_worker_that_knows_the_type_frees_the_parked(engine: Engine) -> None:
    """Hello brings parked commands back to the head of their lanes in their order, with no attempt made."""
    engine.enqueue(*many(2500, "new", type="newer"), Spec(id="other", page="P2", type="newest"))
    while engine.took().again:
        pass
    assert set(places(engine.client, engine.accepted).values()) == {"parked"}
    engine.enqueue(Spec(id="old"))
    engine.hello("w2", profile(types=BOTH))
    freed = [each for _ in range(51) for each in engine.take("w2").commands]
    assert [each.id for each in freed] == [*[f"new{i}" for i in range(2500)], "old"]
    assert {(each.attempts, each.flags) for each in freed} == {(0, "")}
    assert read(engine.client).sets["parked"] == {"newest"}


def test_a_type_that_another_present_worker_knows_is_not_parked(engine: Engine) -> None:
    """During a rolling deploy the older worker leaves newer commands in their lane for the newer one."""
    engine.hello("w2", profile(types=BOTH))
    engine.enqueue(Spec(id="old"), Spec(id="new", type="newer"), Spec(id="old2"))
    assert engine.ids() == ["old"]
    took = engine.took()
    assert (took.chunk, took.elsewhere) == (None, True)
    assert places(engine.client, ["new", "old2"])["new"] == "lane"
    assert engine.ids("w2") == ["new", "old2"]


@pytest.mark.parametrize("end", ["goodbye", "reap"])
def test_when_the_last_that_knew_a_type_goes_it_is_parked(engine: Engine, end: str) -> None:
    """A type is parked once the last worker that knew it has left or died."""
    engine.hello("w2", profile(types=BOTH))
    engine.enqueue(Spec(id="new", type="newer"), Spec(id="old"))
    assert engine.ids() == []
    if end == "goodbye":
        engine.lanes.goodbye("w2", now_ms=engine.now)
    else:
        engine.pass_time(10_000)
        engine.beat("w1")
        engine.tick()
    assert engine.ids() == ["old"]
    assert places(engine.client, ["new"])["new"] == "parked"


def test_a_worker_that_knows_the_type_but_not_the_page_is_no_help(engine: Engine) -> None:
    """A type is parked when no present worker knows both it and the Page; the lane goes on."""
    engine.hello("w2", profile(types=BOTH, pages=["P2"]))
    engine.enqueue(Spec(id="new", type="newer"), Spec(id="old"))
    assert engine.ids() == ["old"]
    assert engine.ids("w2") == []
    engine.hello("w3", profile(types=BOTH))
    assert engine.ids("w3") == ["new"]


def test_a_parked_command_expires(engine: Engine) -> None:
    """A parked command ends at its time, and hello brings nothing back."""
    engine.enqueue(Spec(id="new", type="newer", expires="+1000", people="u"), Spec(id="next", people="u"))
    assert engine.ids() == []
    engine.advance(1000)
    assert (engine.outcome("new"), engine.ids()) == ("expired", ["next"])
    engine.hello("w2", profile(types=BOTH))
    assert engine.ids("w2") == []


def test_a_page_that_nobody_serves_sleeps_until_somebody_does(engine: Engine) -> None:
    """It costs a take nothing, is woken by the hello of a worker that has its token, and nothing of it is refused."""
    engine.enqueue(*many(2, page="foreign"), Spec(id="bulk", page="foreign", priority="b"))
    assert (engine.ids(), engine.ids()) == ([], [])
    assert read(engine.client).scored.get("ready", {}) == {}
    engine.enqueue(Spec(id="more", page="foreign", rate_class="m"))
    assert engine.ids() == []
    engine.hello("w2", profile(pages=["other"]))
    assert engine.ids("w2") == []
    engine.hello("w3", profile(pages=["foreign"]))
    assert engine.ids("w3") + engine.ids("w3") + engine.ids("w3") == ["c0", "c1", "more", "bulk"]


def test_any_number_of_pages_that_nobody_serves_is_woken(engine: Engine) -> None:
    """One hello wakes all Pages that it serves, also when thousands that it does not serve sleep too."""
    foreign = [f"F{i}" for i in range(1500)]
    engine.enqueue(*[Spec(id=page, page=page) for page in foreign])
    while engine.took().again:
        pass
    served = foreign[::5]
    engine.hello("w2", profile(pages=served))
    taken: list[str] = []
    while chunk := engine.ids("w2"):
        taken += chunk
    assert sorted(taken) == sorted(served)


def test_a_page_that_another_present_worker_serves_is_left_to_it(engine: Engine) -> None:
    """A Page whose token this worker lacks is skipped, and keeps its turn for one that has it."""
    engine.hello("w2", profile(pages=["other"]))
    engine.enqueue(Spec(id="theirs", page="other"), Spec(id="mine"))
    took = engine.took()
    assert took.chunk is not None
    assert (took.chunk.commands[0].id, engine.took().elsewhere) == ("mine", True)
    assert engine.ids("w2") == ["theirs"]


@pytest.mark.parametrize("record", ["", "L", "garbage", "L\nP1|t|i\n", "Lx;y\nP1|t|i||||||||\nbody"])
def test_a_record_that_cannot_be_read_is_a_dead_letter(engine: Engine, record: str) -> None:
    """A record that was damaged in Redis ends refused, is kept as it is, and the rest of the chunk goes on."""
    engine.enqueue(Spec(id="a"), Spec(id="bad"), Spec(id="b"))
    engine.client.hset(engine.key("commands"), "bad", record)
    assert engine.ids() == ["a", "b"]
    assert engine.outcome("bad") == "refused"
    store = read(engine.client)
    assert (store.hashed("dead", "records"), set(store.scores("dead"))) == ({"bad": record}, {"bad"})


# Damage to one field of a record that is in its lane.
FIELD_DAMAGES = {
    "a state that is none": (b"L\n", b"X\n"),
    "attempts that are no number": (b"L\n", b"Lone;0;;;0\n"),
    "a Page that is no text": (b"\nP1|", b"\nP\xff|"),
    "another class": (b"|t|i|", b"|o|i|"),
    "no class": (b"|t|i|", b"||i|"),
    "no priority": (b"|t|i|", b"|t||"),
    "a priority that is none": (b"|t|i|", b"|t|x|"),
    "no Page": (b"\nP1|", b"\n|"),
    "a Page in two parts": (b"\nP1|", b"\nP/1|"),
    "a cost that is no number": (b"|||s|", b"||x|s|"),
    "a cost beyond all bounds": (b"|||s|", b"||950000|s|"),
    "a cost to others beyond all bounds": (b"|||s|", b"||1,p950000|s|"),
    "a person that is no text": (b"|u|", b"|\xff|"),
    "a type that is no text": (b"|send_message|", b"|send\xff|"),
    "options that are no text": (b"|s|", b"|s\xff|"),
    "a field too many": (b"|s|", b"|s||"),
    "a field too few": (b"|s|", b"|"),
    "no time of enqueueing": (b"|s|4", b"|s|x4"),
    "a long time of enqueueing": (b"|s|4", b"|s|" + b"4" * 17),
    "an endless time of enqueueing": (b"|s|4", b"|s|" + b"4" * 5_000),
    "a time to expire that is no number": (b"|\nx", b"|soon\nx"),
}


@pytest.mark.parametrize("what", FIELD_DAMAGES)
def test_a_damaged_field_is_a_dead_letter(engine: Engine, what: str) -> None:
    """Whatever of a fixed line is damaged, its command ends refused, the chunk and the conversation go on."""
    engine.enqueue(Spec(id="a"), Spec(id="bad", people="u"), Spec(id="next", people="u"), Spec(id="b"))
    record = engine.client.hget(engine.key("commands"), "bad")
    assert isinstance(record, bytes)
    damaged = record.replace(*FIELD_DAMAGES[what], 1)
    assert damaged != record
    engine.client.hset(engine.key("commands"), "bad", damaged)
    sent = engine.send() + engine.send()
    audit(engine)
    sent += engine.send()
    assert (sorted(sent), engine.outcome("bad"), engine.unreadable) == (
        ["a", "b", "next"],
        "refused",
        ["bad"],
    )
    assert engine.client.hget(engine.key("dead:records"), "bad") == damaged
    assert read(engine.client).scores("dead").keys() == {"bad"}


@pytest.mark.parametrize("state", ["S", "R", "W"])
@pytest.mark.parametrize("what", ["no class", "no priority", "a priority that is none", "no Page"])
def test_no_damaged_field_enters_a_lane(engine: Engine, what: str, state: str) -> None:
    """What waited elsewhere than in a lane ends refused when its lane cannot be told, and all others go on."""
    queue_of_three(engine, state)
    record = engine.client.hget(engine.key("commands"), "bad")
    assert isinstance(record, bytes)
    engine.client.hset(engine.key("commands"), "bad", record.replace(*FIELD_DAMAGES[what], 1))
    sent = engine.send() + engine.send()
    engine.advance(1_000)
    audit(engine)
    sent += engine.send() + engine.send()
    assert sorted(sent) == sorted({"next", "other", *(["first"] if state == "W" else [])})
    assert engine.outcome("bad") == "refused"


@pytest.mark.parametrize("how", DAMAGED)
def test_the_other_conversations_of_what_waits_and_cannot_be_read_go_on(engine: Engine, how: str) -> None:
    """It waits behind one person, and is the head of another's conversation, which goes on as well."""
    engine.enqueue(
        Spec(id="first", people="u"),
        Spec(id="bad", people="u,v"),
        Spec(id="u", people="u"),
        Spec(id="v", people="v"),
    )
    damage(engine, "bad", how)
    sent = engine.send() + engine.send()
    audit(engine)
    sent += engine.send() + engine.send()
    assert (sorted(sent), engine.outcome("bad")) == (["first", "u", "v"], "refused")


def test_a_damaged_lane_is_no_place_however_long_that_lane_is(engine: Engine) -> None:
    """What is in no lane ends refused also when the lane that its record names is too long to be searched."""
    engine.enqueue(Spec(id="bad", people="u"), Spec(id="next", people="u"), Spec(id="other", rate_class="o"))
    engine.client.rpush(engine.key("lane:P1/o/i"), *(f"ended{i}" for i in range(10_001)))
    record = engine.client.hget(engine.key("commands"), "bad")
    assert isinstance(record, bytes)
    engine.client.hset(engine.key("commands"), "bad", record.replace(*FIELD_DAMAGES["another class"], 1))
    sent = [each for _ in range(15) for each in engine.send()]
    audit(engine)
    sent += engine.send()
    assert (sorted(sent), engine.outcome("bad")) == (["next", "other"], "refused")


def test_a_person_in_a_lane_of_no_broadcast_is_passed_over(engine: Engine) -> None:
    """An entry that no producer makes stops nobody."""
    engine.enqueue(Spec(id="a"))
    engine.client.rpush(engine.key("lane:P1/t/i"), "@somebody")
    engine.enqueue(Spec(id="b"))
    assert engine.send() == ["a", "b"]


def test_a_flood_of_what_cannot_be_read_is_told_of_in_bounded_size(engine: Engine) -> None:
    """The timer's keeper names the last hundred, once; all of them are dead letters."""
    engine.enqueue(*many(150), Spec(id="good"))
    engine.client.hset(
        engine.key("commands"), mapping=dict.fromkeys((f"c{i}" for i in range(150)), "garbage")
    )
    assert [engine.ids() for _ in range(2)] == [["good"], []]
    assert [engine.tick().unreadable for _ in range(2)] == [tuple(f"c{i}" for i in range(50, 150)), ()]
    assert len(read(engine.client).scores("dead")) == 150


def test_a_chunk_of_which_nothing_can_be_read_is_followed_by_another(engine: Engine) -> None:
    """The worker is told to take again at once, and the timer's keeper which commands were put aside."""
    engine.enqueue(Spec(id="bad"), Spec(id="next"))
    record = engine.client.hget(engine.key("commands"), "bad")
    assert isinstance(record, bytes)
    engine.client.hset(engine.key("commands"), "bad", record.replace(b"|s|", b"|s\xff|"))
    took = engine.took(limit=1)
    assert (took.chunk, took.again, engine.tick().unreadable) == (None, True, ("bad",))
    assert (engine.send(), engine.outcome("bad")) == (["next"], "refused")


@pytest.mark.parametrize(
    ("field", "damaged"),
    [("head", "P1|t"), ("tail", "|send_message"), ("taken", "many")],
    ids=["its head", "its tail", "its count"],
)
def test_a_broadcast_that_cannot_be_read_ends_refused(engine: Engine, field: str, damaged: str) -> None:
    """Nobody of it can be sent to, all are counted, what else waits goes on, and to cancel it is no error."""
    engine.broadcast("x", people(120))
    engine.enqueue(Spec(id="other", priority="b"))
    engine.client.hset(engine.key("broadcast:x"), field, damaged)
    sent = [each for _ in range(4) for each in engine.send()]
    assert sent == ["other"]
    store = read(engine.client)
    assert (store.numbers("counts"), store.numbers("depth")) == ({"refused": 120, "sent": 1}, {})
    assert store.numbers("counts", "broadcast:x") == {"refused": 120}
    assert engine.run_broadcast("cancel", "x") == ([-3] if field == "head" else [0, 0])


def test_people_of_a_broadcast_that_is_gone_are_counted(engine: Engine) -> None:
    """A broadcast is forgotten after 90 days: whom a held lane kept until then is refused, and no longer waits."""
    engine.broadcast("x", people(3))
    engine.client.delete(engine.key("broadcast:x"))
    assert engine.send() == []
    numbers = read(engine.client).numbers
    assert (numbers("counts", "P1"), numbers("depth")) == ({"refused": 3}, {})
    assert engine.client.keys(engine.key("*broadcast:x")) == []
    engine.client.delete(engine.key("counts"), engine.key("counts:P1"))  # they have no outcomes to add up to


def queue_of_three(engine: Engine, state: str) -> None:
    """Brings the command `bad` of a conversation into a state, with `next` behind it."""
    bad = Spec(
        id="bad",
        people="u",
        type="newer" if state == "P" else "send_message",
        due="+1000" if state == "S" else "",
    )
    if state == "W":
        engine.enqueue(Spec(id="first", people="u"))
    engine.enqueue(bad, Spec(id="next", people="u"), Spec(id="other", page="P2"))
    if state == "P":
        assert engine.ids() == ["other"]
    if state in "RE":
        engine.settle(engine.take(limit=1), "retry" if state == "R" else "await", delay_ms=1_000)


@pytest.mark.parametrize("how", DAMAGED)
@pytest.mark.parametrize("state", ["L", "W", "S", "R", "E", "P"])
def test_what_cannot_be_read_stops_nobody_behind_it(engine: Engine, state: str, how: str) -> None:
    """In whatever state it is found, it ends refused and is kept, its conversation goes on, and the sums are right."""
    queue_of_three(engine, state)
    damage(engine, "bad", how)
    engine.hello("w2", profile(types=BOTH))
    sent = engine.send("w2") + engine.send("w2")
    engine.advance(1_000)
    audit(engine)
    sent += engine.send("w2") + engine.send("w2")
    assert {"first"} & set(sent) == ({"first"} if state == "W" else set())
    assert "next" in sent
    assert (engine.outcome("bad"), engine.unreadable) == ("refused", ["bad"])
    store = read(engine.client)
    assert set(store.scores("dead")) == {"bad"}
    assert "audit" not in store.hashes
    assert not engine.client.exists(engine.key("audit"))


@pytest.mark.parametrize("how", DAMAGED)
@pytest.mark.parametrize("end", ["sent", "refused", "unknown"])
def test_what_cannot_be_read_while_a_worker_has_it_ends_as_it_went(
    engine: Engine, how: str, end: str
) -> None:
    """Graph's success still counts; when the worker dies, nobody knows; the conversation goes on in each case."""
    engine.enqueue(Spec(id="bad", people="u"), Spec(id="next", people="u"))
    chunk = engine.take()
    assert engine.begin(chunk)
    damage(engine, "bad", how)
    if end == "unknown":
        engine.lanes.goodbye("w1", now_ms=engine.now)
        engine.hello("w2")
    else:
        engine.settle(chunk, "sent" if end == "sent" else "retry")
        engine.hello("w2")
    audit(engine, "w2")
    assert (engine.outcome("bad"), engine.unreadable) == (end, ["bad"])
    assert engine.send("w2") == ["next"]


def test_a_depth_that_nobody_can_tell_is_none_once_nothing_waits(engine: Engine) -> None:
    """Whose depth it was that could not be read is not known: it counts until the queue is empty, and no longer."""
    engine.enqueue(Spec(id="bad"), Spec(id="other", page="P2"))
    for chunk in (engine.take(limit=1), engine.take(limit=1)):
        engine.settle(chunk, "retry", delay_ms=1_000)
    damage(engine, "bad", "all of it")
    engine.advance(1_000)
    audit(engine)
    assert read(engine.client).numbers("depth") == {"P1": 1, "P2": 1}
    assert engine.send() == ["other"]
    engine.advance(1)
    assert read(engine.client).numbers("depth") == {}


def test_a_step_that_cannot_be_read_stops_its_sequence(engine: Engine) -> None:
    """It was not sent, so those behind it are not wanted."""
    engine.enqueue(
        *(Spec(id=f"s.{step}", people="u", options="sqc" if step else "sq") for step in range(3)),
        Spec(id="next", people="u"),
    )
    damage(engine, "s.1", "all of it")
    assert engine.send() == ["s.0"]
    audit(engine)
    assert [engine.outcome(f"s.{step}") for step in range(3)] == ["sent", "refused", "cancelled"]
    assert engine.send() == ["next"]
