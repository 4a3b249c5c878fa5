"""What people do by hand keeps the laws: holds, releases, cancelling, echoes, replaying and dropping dead letters."""

from typing import cast

import pytest
import redis

from producer.store.policy import Policy
from producer.store.scripting import Script
from producer.tickets.outcome import outcome_of
from tests.laws.engine import PREFIX, T0, TIMEOUT_MS, Engine, Spec, ids_of, many, profile
from tests.laws.places import places
from tests.laws.store import read
from worker.engine.chunk import Action, Chunk, Hold, Settlement
from worker.engine.knowledge import KnownPage

PROVEN = b'{"reply":{"message_id":"m"}}'


def hand(engine: Engine, what: str, scope: str, for_ms: int | str = "", *pages: str) -> int:
    """Runs `hold.lua`."""
    arguments: list[str | int] = [what, scope, for_ms, '{"reason":"by hand"}', engine.now, *pages]
    return cast("int", Script("hold").run(engine.client, PREFIX, arguments))


def cancel(engine: Engine, command_id: str) -> int:
    """Runs `cancel.lua`."""
    arguments: list[str | int] = [command_id, engine.lanes.policy.encoded(), engine.now]
    return cast("int", Script("cancel").run(engine.client, PREFIX, arguments))


def confirm(engine: Engine, *ids: str) -> int:
    """Runs `confirm.lua` for the echoes of some commands."""
    arguments: list[str | bytes | int] = [engine.lanes.policy.encoded(), engine.now, len(ids)]
    for each in ids:
        arguments += [each, PROVEN]
    return cast("int", Script("confirm").run(engine.client, PREFIX, arguments))


def act(engine: Engine, what: str, *ids: str) -> tuple[int, dict[str, str]]:
    """Runs `replay.lua`; returns how many were done, and why others were left alone."""
    answer = cast(
        "list[int | bytes]",
        Script("replay", "worker.engine.scripts").run(engine.client, PREFIX, [what, engine.now, *ids]),
    )
    texts = [each.decode() for each in cast("list[bytes]", answer[1:])]
    return cast("int", answer[0]), dict(zip(texts[::2], texts[1::2], strict=True))


def bury(engine: Engine, *specs: Spec, action: Action = "exhausted", flags: str = "ad") -> Chunk:
    """Enqueues commands and ends them as dead letters."""
    engine.enqueue(*specs)
    chunk = engine.take()
    assert ids_of(chunk) == [spec.id for spec in specs]
    engine.begin(chunk)
    engine.settle(chunk, action, flags)
    return chunk


def dead(engine: Engine) -> set[str]:
    """Returns the ids of the dead letters, which have a record each."""
    store = read(engine.client)
    assert set(store.hashed("dead", "records")) == set(store.scores("dead"))
    return set(store.scores("dead"))


# --- holds


def test_many_are_cancelled_in_one_step(engine: Engine) -> None:
    """Each is told of by itself, in the order in which they were named; what a worker has stays with it."""
    engine.enqueue(*(Spec(id=f"u{i}", people="u") for i in range(4)), Spec(id="other"))
    chunk = engine.take(limit=1)
    policy = engine.lanes.policy.encoded()
    named: list[str | int] = ["u3", policy, engine.now, "other", "none", "u0", "u1", "u1"]
    assert Script("cancel").run(engine.client, PREFIX, named) == [1, 1, 0, -1, 1, 0]
    engine.settle(chunk)
    assert engine.send() == ["u2"]
    assert read(engine.client).numbers("counts") == {"sent": 2, "cancelled": 3}


@pytest.mark.parametrize("scope", ["page:P1", "lane:P1/t/i", "app:app1"])
def test_what_is_held_by_hand_waits_until_it_is_released(engine: Engine, scope: str) -> None:
    """A hold without an end holds for ever, and ends at once when it is released; releasing again does nothing."""
    engine.enqueue(*many(2))
    assert (hand(engine, "hold", scope), engine.ids()) == (1, [])
    engine.advance(10_000_000)
    assert engine.ids() == []
    assert (hand(engine, "release", scope), hand(engine, "release", scope)) == (1, 0)
    assert engine.ids() == ["c0", "c1"]


def test_a_hold_for_one_token_does_not_replace_one_for_all(engine: Engine) -> None:
    """An operator's pause stands when the token dies meanwhile: a worker with another token waits too."""
    pages = {"P1": KnownPage("app1", "old"), "P2": KnownPage("app1", "old")}
    engine.hello("w1", profile(pages=pages))
    engine.enqueue(Spec(id="a"), Spec(id="b", page="P2"))
    chunk = engine.take(limit=1)
    hand(engine, "hold", "page:P1")
    engine.settle(chunk, "return", "", holds=[Hold("page:P1", None, b"{}", "old")])
    engine.hello("new", profile(pages={"P1": KnownPage("app1", "new")}))
    assert (engine.ids("new"), engine.ids()) == ([], ["b"])
    hand(engine, "release", "page:P1")
    assert engine.ids("new") == ["a"]


def test_every_page_of_an_app_can_be_roused(engine: Engine) -> None:
    """Pages beyond those that one script may touch wake when they are named; others sleep on."""
    engine.enqueue(Spec(id="a"), Spec(id="b", page="P2"))
    hand(engine, "hold", "app:app1")
    assert engine.ids() == []
    engine.client.hdel(engine.key("hold"), "app:app1")
    assert engine.ids() == []
    assert hand(engine, "rouse", "", "", "P2", "P3") == 1
    assert engine.ids() == ["b"]


# --- evidence


@pytest.mark.parametrize("letter", [True, False], ids=["a dead letter", "its letter was dropped"])
def test_evidence_corrects_every_count(engine: Engine, *, letter: bool) -> None:
    """What ended `unknown` and was in truth sent counts as sent: in all, under its Page, and under its broadcast."""
    engine.broadcast("sale", ["u0", "u1", "u2"], options="smu")
    chunk = engine.take()
    engine.begin(chunk)
    actions: tuple[Action, ...] = ("unknown", "unknown", "sent")
    engine.lanes.settle(
        chunk,
        [Settlement(f"sale:{n}", what, "ad" if what == "unknown" else "a") for n, what in enumerate(actions)],
        now_ms=engine.now,
    )
    if not letter:
        assert act(engine, "drop", "sale:0") == (1, {})
    assert (confirm(engine, "sale:0", "sale:0"), confirm(engine, "sale:2")) == (1, 0)
    store = read(engine.client)
    expected = {"sent": 2, "unknown": 1}
    assert [store.numbers("counts", name) for name in ("", "P1", "broadcast:sale")] == [expected] * 3
    assert dead(engine) == {"sale:1"}


def test_a_command_of_no_broadcast_counts_under_none(engine: Engine) -> None:
    """An id that looks like a broadcast's makes no broadcast of its own."""
    bury(engine, Spec(id="odd:1", options="sm"), action="unknown")
    assert act(engine, "drop", "odd:1") == (1, {})
    assert confirm(engine, "odd:1") == 1
    assert set(read(engine.client).hashes["counts"]) == {"", "P1"}


def test_what_evidence_ends_leaves_nothing_behind(engine: Engine) -> None:
    """Its history and outcome are kept for as long as any, no longer as a dead letter's, and its blob goes."""
    bury(engine, Spec(id="x", options="sm"), action="unknown")
    engine.client.set(engine.key("blob:x"), b"bytes")
    assert confirm(engine, "x") == 1
    assert engine.client.exists(engine.key("blob:x")) == 0
    for name in ("outcome:x", "history:x"):
        assert 0 < int(engine.client.pttl(engine.key(name))) <= engine.lanes.policy.outcome_ms


# --- cancelling


@pytest.mark.parametrize(
    ("spec", "action", "answer", "outcome"),
    [
        (Spec(id="x"), None, 1, "cancelled"),
        (Spec(id="x", due=str(T0 + 9_000)), None, 1, "cancelled"),
        (Spec(id="x", people="p0"), None, 1, "cancelled"),
        (Spec(id="x", type="newer"), None, 1, "cancelled"),
        (Spec(id="x"), ("retry", "a"), 1, "cancelled"),
        (Spec(id="x"), ("retry", "ar"), -2, "unknown"),
        (Spec(id="x"), ("await", "ar"), -2, "unknown"),
        (Spec(id="x"), ("sent", "a"), 0, "sent"),
    ],
    ids=["lane", "scheduled", "conversation", "parked", "retry", "in doubt", "awaiting its echo", "ended"],
)
def test_what_is_cancelled_is_never_sent(
    engine: Engine, spec: Spec, action: tuple[Action, str] | None, answer: int, outcome: str
) -> None:
    """Cancelling ends a command wherever it is, and promises no more than is true."""
    engine.enqueue(Spec(id="first", people=spec.people), spec)
    chunk = engine.take()
    others = [Settlement(each.id, "sent", "a") for each in chunk.commands if each.id == "first"]
    mine = [Settlement("x", action[0], action[1], 500)] if action else [Settlement("x", "return")]
    if not spec.people:
        engine.lanes.settle(chunk, [*others, *mine], now_ms=engine.now)
    assert cancel(engine, "x") == answer
    assert (engine.outcome("x"), cancel(engine, "x")) == (outcome, 0)
    if spec.people:
        engine.settle(chunk)
    engine.advance(20_000)
    assert engine.ids() == []


def test_a_command_with_a_worker_is_not_cancelled(engine: Engine) -> None:
    """While a worker has it nobody can promise anything, and nothing changes."""
    engine.enqueue(Spec(id="x"))
    chunk = engine.take()
    before = read(engine.client)
    assert (cancel(engine, "x"), cancel(engine, "none"), read(engine.client)) == (-1, 0, before)
    engine.settle(chunk)


def test_the_successor_of_a_cancelled_head_moves_up(engine: Engine) -> None:
    """A conversation goes on when its head, or one in the middle, is cancelled."""
    engine.enqueue(*many(3, people="p0"))
    assert (cancel(engine, "c1"), cancel(engine, "c0")) == (1, 1)
    assert engine.send() == ["c2"]
    assert engine.send() == []


# --- echoes


def test_an_echo_ends_what_waits_for_it(engine: Engine) -> None:
    """What awaits its echo, or ended in doubt, becomes `sent`, and is not sent again."""
    engine.enqueue(*many(3, options="sm"))
    chunk = engine.take()
    engine.begin(chunk)
    settlements = [
        Settlement("c0", "await", "ar", 30_000),
        Settlement("c1", "unknown", "ad"),
        Settlement("c2", "refused", "a"),
    ]
    engine.lanes.settle(chunk, settlements, now_ms=engine.now)
    assert (confirm(engine, "c0", "c1", "c2", "none"), confirm(engine, "c0", "c1")) == (2, 0)
    assert [engine.outcome(each) for each in ("c0", "c1", "c2")] == ["sent", "sent", "refused"]
    engine.advance(60_000)
    assert (engine.ids(), dead(engine)) == ([], set())


def test_an_echo_that_comes_before_the_answer_counts(engine: Engine) -> None:
    """A request that is open proves nothing, an echo does: when the answer is lost after it, nothing is sent again."""
    engine.enqueue(*many(2))
    chunk = engine.take()
    assert confirm(engine, "c0") == 0
    engine.begin(chunk)
    assert confirm(engine, "c0") == 1
    assert engine.settle(chunk, "retry", "ar", delay_ms=100) == (1, 0)
    engine.advance(100)
    assert (engine.ids(), engine.outcome("c0")) == (["c1"], "sent")
    outcome = cast("bytes", engine.client.get(engine.key("outcome:c0"))).decode()
    assert outcome == f"sent|1|{T0}||P1|send_message|{PROVEN.decode()}"


def test_an_echo_outlives_its_worker(engine: Engine) -> None:
    """A worker that dies after the echo came leaves nothing in doubt."""
    engine.hello("dying")
    engine.enqueue(*many(2))
    engine.begin(engine.take("dying"))
    assert confirm(engine, "c1") == 1
    engine.pass_time(TIMEOUT_MS)
    engine.beat("w1")
    engine.tick()
    assert (engine.ids(), engine.outcome("c1")) == (["c0"], "sent")


# --- dead letters


def test_a_replayed_command_is_the_same_command(engine: Engine) -> None:
    """It keeps its id and history, begins its attempts anew, and counts once whatever became of it before."""
    bury(engine, *many(2))
    assert dead(engine) == {"c0", "c1"}
    assert act(engine, "replay", "c1", "c0", "none") == (2, {"none": "absent"})
    assert (dead(engine), act(engine, "replay", "c0")) == (set(), (0, {"c0": "absent"}))
    assert engine.send() == ["c1", "c0"]
    store = read(engine.client)
    assert store.numbers("counts") == {"sent": 2}
    assert store.numbers("depth") == {}
    assert [len(store.listed("history")[each]) for each in ("c0", "c1")] == [1, 1]


def test_a_replayed_command_goes_behind_its_conversation(engine: Engine) -> None:
    """What was enqueued meanwhile goes first: nobody sees an old message jump the queue."""
    bury(engine, Spec(id="old", people="p0"))
    engine.enqueue(Spec(id="new", people="p0"))
    assert act(engine, "replay", "old") == (1, {})
    assert [engine.send(), engine.send()] == [["new"], ["old"]]


def test_what_may_have_arrived_is_replayed_only_when_asked_for(engine: Engine) -> None:
    """An `unknown` stays where it is without the flag; with it, its outcome tells that it may be a repetition."""
    bury(engine, Spec(id="x", options="sm"), action="unknown")
    assert act(engine, "replay", "x") == (0, {"x": "doubtful"})
    assert (dead(engine), engine.outcome("x")) == ({"x"}, "unknown")
    assert act(engine, "replay-doubtful", "x") == (1, {})
    assert engine.send() == ["x"]
    assert cast("bytes", engine.client.get(engine.key("outcome:x"))).split(b"|")[3] == b"r"


def test_doubt_outlives_the_outcome(engine: Engine) -> None:
    """When the outcome is no longer kept, what was asked for at most once and was attempted is in doubt for ever."""
    bury(engine, Spec(id="once", options="sm"), Spec(id="often"), action="unknown")
    engine.client.delete(engine.key("outcome:once"), engine.key("outcome:often"))
    assert act(engine, "replay", "once", "often") == (1, {"once": "doubtful"})
    assert engine.ids() == ["often"]
    assert act(engine, "drop", "once") == (1, {})
    engine.accepted.clear()
    engine.client.flushall()


def test_what_has_expired_is_not_replayed(engine: Engine) -> None:
    """A command past its time stays a dead letter instead of ending without one."""
    bury(engine, Spec(id="x", expires="+1000"), Spec(id="y", expires="+5000"))
    engine.advance(1000)
    assert act(engine, "replay", "x", "y") == (1, {"x": "expired"})
    assert dead(engine) == {"x"}
    engine.advance(4000)
    assert (engine.ids(), engine.outcome("y")) == ([], "expired")


def test_a_suspect_goes_alone_again(engine: Engine) -> None:
    """What was set apart before it died is set apart when it is replayed."""
    bury(engine, Spec(id="x"), flags="adz")
    engine.enqueue(Spec(id="other"))
    act(engine, "replay", "x")
    assert [engine.send(), engine.send()] == [["other"], ["x"]]


def test_a_dead_letter_of_a_broadcast_goes_back_to_it(engine: Engine) -> None:
    """It goes before the people who wait, is counted once, and ends with the broadcast when that is cancelled."""
    engine.broadcast("x", [f"p{i}" for i in range(4)])
    chunk = engine.take(limit=2)
    engine.settle(chunk, "exhausted", "ad")
    assert act(engine, "replay", "x:0") == (1, {})
    assert read(engine.client).numbers("counts", "broadcast:x") == {"exhausted": 1}
    assert engine.run_broadcast("cancel", "x") == [3, 0]
    assert act(engine, "replay", "x:1") == (0, {"x:1": "cancelled"})
    store = read(engine.client)
    assert store.numbers("counts", "broadcast:x") == {"exhausted": 1, "cancelled": 3}
    assert (engine.ids(), store.numbers("depth")) == ([], {})
    assert places(engine.client, ["x:0", "x:1"]) == {"x:0": "cancelled", "x:1": "exhausted"}


def test_a_paused_broadcast_can_be_cancelled(engine: Engine) -> None:
    """Cancelling ends the pause, so that what comes back to the lane ends too."""
    engine.broadcast("x", [f"p{i}" for i in range(4)])
    chunk = engine.take(limit=2)
    hand(engine, "hold", "lane:P1/t/b/x")
    assert engine.ids() == []
    assert engine.run_broadcast("cancel", "x") == [2, 0]
    engine.settle(chunk, "retry", "a", delay_ms=100)
    engine.advance(100)
    assert engine.ids() == []
    assert places(engine.client, ["x:0", "x:1"]) == {"x:0": "cancelled", "x:1": "cancelled"}
    assert read(engine.client).numbers("depth") == {}


def test_what_cannot_be_read_is_left_alone_and_can_be_dropped(engine: Engine) -> None:
    """A broken record is never put back; dropping a dead letter keeps its outcome, and drops its bytes."""
    bury(engine, Spec(id="x"))
    engine.client.hset(engine.key("dead:records"), "x", b"broken")
    engine.client.set(engine.key("blob:x"), b"bytes")
    assert act(engine, "replay", "x") == (0, {"x": "unreadable"})
    assert act(engine, "drop", "x", "x") == (1, {"x": "absent"})
    assert (dead(engine), engine.outcome("x")) == (set(), "exhausted")
    assert engine.client.exists(engine.key("blob:x")) == 0


def test_what_the_bound_drops_is_counted(engine: Engine) -> None:
    """Of more dead letters than are to be kept the oldest go, and a counter says how many."""
    engine.lanes = type(engine.lanes)(engine.client, prefix=PREFIX, policy=Policy(dead_max=2))
    for number in range(4):
        bury(engine, Spec(id=f"c{number}"))
        engine.pass_time(1)
    assert (dead(engine), read(engine.client).numbers("counts")["dead_dropped"]) == ({"c2", "c3"}, 2)


def in_doubt(engine: Engine, options: str, *, expires: str = "") -> None:
    """Enqueues a command, and makes its first attempt one that may have arrived."""
    engine.enqueue(Spec(id="c", people="u", options=options, expires=expires))
    chunk = engine.take()
    assert engine.begin(chunk)
    action: Action = "await" if "m" in options else "retry"
    engine.settle(chunk, action, "ar", delay_ms=30_000)


@pytest.mark.parametrize(("options", "outcome"), [("ms", "unknown"), ("s", "expired")])
def test_what_is_in_doubt_and_expires_stays_in_doubt(engine: Engine, options: str, outcome: str) -> None:
    """Law 8: `unknown` with at_most_once, else marked as possibly repeated; a late echo still settles it."""
    in_doubt(engine, options, expires="+10000")
    engine.advance(10_001)
    value = cast("bytes", engine.client.get(engine.key("outcome:c")))
    told = outcome_of(value)
    assert (told.name, told.possibly_repeated) == (outcome, True)
    assert "may have arrived" in (told.reason or "")
    confirm: list[str | int] = [
        engine.lanes.policy.encoded(),
        engine.now,
        1,
        "c",
        '{"reply":{"message_id":"m"}}',
    ]
    assert Script("confirm").run(engine.client, PREFIX, confirm) == 1
    assert engine.outcome("c") == "sent"
    counts = read(engine.client).numbers("counts")
    assert (counts["sent"], counts.get(outcome, 0)) == (1, 0)


def test_what_is_in_doubt_and_whose_broadcast_is_cancelled_says_so(engine: Engine) -> None:
    """Law 8: a person who may have been reached is not told as one who was not."""
    engine.broadcast("b", ["p1"])
    chunk = engine.take()
    assert engine.begin(chunk)
    engine.settle(chunk, "retry", "ar", delay_ms=1_000)
    engine.advance(1_001)
    engine.run_broadcast("cancel", "b")
    engine.took()
    told = outcome_of(cast("bytes", engine.client.get(engine.key("outcome:b:0"))))
    assert (told.name, told.possibly_repeated) == ("cancelled", True)


def test_a_policy_of_a_later_form_is_read(engine: Engine) -> None:
    """A newer worker's policy has more numbers: what this one knows of it counts, and nothing is half done."""
    engine.enqueue(Spec(id="c", people="u"), Spec(id="behind", people="u"))
    later = f"{engine.lanes.policy.encoded()},1,2"
    assert Script("cancel").run(engine.client, PREFIX, ["c", later, engine.now]) == 1
    assert engine.ids() == ["behind"]


def test_a_policy_that_cannot_be_read_changes_nothing(engine: Engine) -> None:
    """A script checks what it was given before its first write."""
    engine.enqueue(Spec(id="c"))
    before = read(engine.client)
    with pytest.raises(redis.ResponseError, match="cannot be read"):
        Script("cancel").run(engine.client, PREFIX, ["c", "nonsense", engine.now])
    assert read(engine.client) == before
