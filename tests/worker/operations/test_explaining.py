"""`explain` says where a command is and what it waits for, at every place where one can be."""

import re
from typing import Any

import msgspec
import pytest
import redis

from producer import Producer, batch, messages
from producer.store.keys import Keys
from worker.engine.chunk import Chunk, Hold, Settlement
from worker.engine.knowledge import KnownPage, Profile, Rate
from worker.engine.lanes import Lanes
from worker.operations import holds
from worker.operations.attempts import Attempt, instant
from worker.operations.explaining import Explanation, Wait, explain

KEYS = Keys("outbound")
NEVER = instant(0)
PROFILE = Profile(
    rates={"text": Rate(1, 1_000, 2)}, types=("send_message",), pages={"1": KnownPage("app", "token")}
)
DETAIL = b'{"reason":"Try later.","answer":{"row":"x","code":2,"message":"of a secret","fbtrace_id":"F"}}'


@pytest.fixture
def lanes(server: "redis.Redis") -> Lanes:
    """The lanes, with a worker for Page 1 that sends one text a second, two at once."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b'{"host":"vm","pid":7}')
    return lanes


@pytest.fixture
def producer(server: "redis.Redis") -> Producer:
    """A producer of Page 1."""
    return Producer.on(server, page="1")


def ask(lanes: Lanes, command_id: str) -> Explanation:
    """Returns an explanation with moments as one value, and its ETA in whole seconds."""
    told = explain(lanes.client, KEYS, command_id)
    return msgspec.structs.replace(
        told,
        enqueued_at=None,
        waits_for=[msgspec.structs.replace(each, until=each.until and NEVER) for each in told.waits_for],
        eta_s=None if told.eta_s is None else round(told.eta_s),
        history=[msgspec.structs.replace(each, at=NEVER) for each in told.history],
    )


def take(lanes: Lanes, token: int) -> Chunk:
    """Takes what may leave."""
    chunk = lanes.take("w", token, PROFILE).chunk
    assert chunk is not None
    return chunk


def of_lane(command_id: str, **others: Any) -> Explanation:  # noqa: ANN401 (fields)
    """Returns what is said of the first text in Page 1's lane."""
    fields = {
        "place": "lane",
        "state": "waiting in its lane, 0 before it",
        "page": "1",
        "type": "send_message",
        "lane": "1/text/interactive",
        "position": 0,
        "eta_s": 0,
    }
    return Explanation(id=command_id, **{**fields, **others})


def test_the_place_in_a_lane_and_when_it_leaves(lanes: Lanes, producer: Producer) -> None:
    """The burst leaves now, the next at the lane's rate; once the budget is spent, the rate is what it waits for."""
    ids = [producer.send_text(f"p{n}", "x").id for n in range(5)]
    assert [ask(lanes, each) for each in ids] == [
        of_lane(each, position=n, state=f"waiting in its lane, {n} before it", eta_s=max(0, n - 1))
        for n, each in enumerate(ids)
    ]
    take(lanes, 1)
    rate = Wait(kind="rate", reason="its lane's budget is spent", until=NEVER)
    assert ask(lanes, ids[3]) == of_lane(
        ids[3], position=1, state="waiting in its lane, 1 before it", eta_s=2, waits_for=[rate]
    )


def test_a_slowed_page_takes_longer(lanes: Lanes, producer: Producer) -> None:
    """Calls that come further apart for Meta's sake count in the time."""
    ids = [producer.send_text(f"p{n}", "x").id for n in range(4)]
    lanes.client.hset("outbound:slow", "1", "4000000000000|4")
    assert ask(lanes, ids[3]).eta_s == 12


def test_bulk_lets_interactive_go_first(lanes: Lanes, producer: Producer) -> None:
    """What goes first whatever its turn counts as before it."""
    for n in range(4):
        producer.send_text(f"p{n}", "x")
    ticket = producer.with_options(priority="bulk").send_text("ann", "x")
    assert ask(lanes, ticket.id) == of_lane(ticket.id, lane="1/text/bulk", eta_s=3)


HOLDS = {
    "page:1": "Page 1 is held: why",
    "lane:1/t/i": "lane 1/text/interactive is held: why",
    "lane:1/t": "lane 1/text is held: why",
    "app:app": "app app is held: why",
}


@pytest.mark.parametrize(("scope", "reason"), HOLDS.items())
def test_a_hold_with_its_reason(lanes: Lanes, producer: Producer, scope: str, reason: str) -> None:
    """Until it is released nobody knows when; with an end, it leaves after that."""
    ticket = producer.send_text("ann", "x")
    holds.hold(lanes.client, KEYS, scope, for_s=60, reason="why")
    wait = Wait(kind="hold", reason=reason, until=NEVER)
    assert ask(lanes, ticket.id) == of_lane(ticket.id, waits_for=[wait], eta_s=60)
    holds.hold(lanes.client, KEYS, scope, for_s=None, reason="why")
    forever = Wait(kind="hold", reason=reason)
    assert ask(lanes, ticket.id) == of_lane(ticket.id, waits_for=[forever], eta_s=None)


def test_a_hold_for_another_token_is_none(lanes: Lanes, producer: Producer) -> None:
    """A hold of a token that no worker has any more keeps nothing."""
    producer.send_text("bob", "x")
    ticket = producer.send_text("ann", "x")
    chunk = take(lanes, 1)
    marks = [Settlement(each.id, "return") for each in chunk.commands]
    lanes.settle(chunk, marks, [Hold("page:1", None, b'{"reason":"dead"}', "old")])
    assert ask(lanes, ticket.id).waits_for == []
    lanes.client.hset("outbound:hold", "page:1", '0|token|1|0|{"reason":"dead"}')
    assert ask(lanes, ticket.id).waits_for == [Wait(kind="hold", reason="Page 1 is held: dead")]
    other = Profile(rates={}, types=("send_message",), pages={"1": KnownPage("app", "new")})
    lanes.hello("other", other, b"{}")
    assert ask(lanes, ticket.id).waits_for == []


def test_a_command_that_nobody_can_send(lanes: Lanes, server: "redis.Redis") -> None:
    """No worker for its Page, or none at all."""
    ticket = Producer.on(server, page="99").send_text("ann", "x")
    reason = "no running worker holds a token for Page 99: add it to the Pages file"
    assert ask(lanes, ticket.id).waits_for == [Wait(kind="worker", reason=reason)]
    lanes.goodbye("w")
    reason = "no worker is running: start one with `outbound worker`"
    assert ask(lanes, ticket.id).waits_for == [Wait(kind="worker", reason=reason)]


def test_how_many_are_before_it_in_its_conversation(lanes: Lanes, producer: Producer) -> None:
    """The head counts too."""
    ids = [producer.send_text("ann", "x").id for _ in range(3)]
    assert ask(lanes, ids[2]) == of_lane(
        ids[2],
        place="conversation",
        state="waiting behind an earlier command of its conversation",
        position=None,
        ahead=2,
        eta_s=None,
        waits_for=[Wait(kind="conversation", reason="2 commands of its conversation before it")],
    )


def test_a_schedule(lanes: Lanes, producer: Producer) -> None:
    """A scheduled command leaves when it is due."""
    seconds, _ = lanes.client.time()
    ticket = producer.with_options(send_at=float(seconds + 100)).send_text("ann", "x")
    told = ask(lanes, ticket.id)
    assert told == of_lane(
        ticket.id,
        place="scheduled",
        state="scheduled for later",
        position=None,
        eta_s=told.eta_s,
        waits_for=[Wait(kind="schedule", reason="its send_at", until=NEVER)],
    )
    assert told.eta_s in {99, 100}


AFTER: dict[str, tuple[Settlement, dict[str, Any]]] = {
    "to be tried again": (
        Settlement("", "retry", "a", 60_000, DETAIL),
        {
            "place": "retry",
            "state": "to be tried again later",
            "waits_for": [Wait(kind="retry", reason="Try later.", until=NEVER)],
            "eta_s": 60,
        },
    ),
    "awaiting its echo": (
        Settlement("", "await", "ar", 30_000, DETAIL),
        {
            "place": "echo",
            "state": "awaiting its echo: an attempt may have arrived",
            "waits_for": [Wait(kind="echo", reason="the webhook that proves that it was sent", until=NEVER)],
            "eta_s": 30,
            "possibly_repeated": True,
        },
    ),
}


@pytest.mark.parametrize(("settlement", "fields"), AFTER.values(), ids=AFTER)
def test_after_an_attempt(
    lanes: Lanes, producer: Producer, settlement: Settlement, fields: dict[str, Any]
) -> None:
    """The last answer with its codes, without Graph's text, and when it is tried again."""
    ticket = producer.send_text("ann", "x")
    chunk = take(lanes, 1)
    lanes.begin(chunk)
    lanes.settle(chunk, [msgspec.structs.replace(settlement, id=ticket.id)])
    attempt = Attempt(at=NEVER, reason="Try later.", answer={"row": "x", "code": 2, "fbtrace_id": "F"})
    expected = {**fields, "position": None, "attempts": 1, "history": [attempt]}
    assert ask(lanes, ticket.id) == of_lane(ticket.id, **expected)


def test_a_type_that_nobody_knows(lanes: Lanes, producer: Producer) -> None:
    """A parked command waits for a newer worker."""
    ticket = producer.typing_on("ann")
    assert lanes.take("w", 1, PROFILE).chunk is None
    told = ask(lanes, ticket.id)
    reason = "no running worker knows the type sender_action: start a newer one"
    assert (told.place, told.waits_for) == ("parked", [Wait(kind="type", reason=reason)])


def test_who_has_it(lanes: Lanes, producer: Producer) -> None:
    """Since when, which worker, and whether its request has begun."""
    ticket = producer.send_text("ann", "x")
    chunk = take(lanes, 1)
    state = "taken 0 s ago by worker vm (process 7), last heard 0 s ago: its request has not begun"
    told = ask(lanes, ticket.id)
    assert told.taken_at is not None
    assert told == of_lane(
        ticket.id, place="taken", state=state, position=None, eta_s=None, taken_at=told.taken_at
    )
    lanes.begin(chunk)
    begun = ask(lanes, ticket.id)
    assert (begun.state, begun.taken_at) == (state.replace("not begun", "begun"), told.taken_at)


def test_since_when_it_is_taken(lanes: Lanes, producer: Producer) -> None:
    """The time of the take, through begin and a settle of the rest of its chunk; an entry without one says nothing."""
    tickets = [producer.send_text(person, "x") for person in ("ann", "bob")]
    take(lanes, 1)
    key = "outbound:taken:w"
    seconds, _ = lanes.client.time()
    ids = ",".join(each.id for each in tickets)
    lanes.client.hset(key, "1", f"w{(seconds - 100) * 1000}|{ids}")
    chunk = Chunk("w", 1, ())
    lanes.begin(chunk)
    lanes.settle(chunk, [Settlement(tickets[0].id, "sent", "a")])
    told = ask(lanes, tickets[1].id)
    assert told.taken_at == instant((seconds - 100) * 1000)
    assert re.match(r"taken 10[01] s ago by worker vm .*: its request has begun$", told.state)
    lanes.client.hset(key, "1", f"b|{tickets[1].id}")
    older = ask(lanes, tickets[1].id)
    assert (older.taken_at, older.state.partition(",")[0]) == (None, "taken by worker vm (process 7)")


def test_how_it_ended(lanes: Lanes, producer: Producer) -> None:
    """Its outcome, its attempts, and whether it is a dead letter."""
    ticket = producer.send_text("ann", "x")
    chunk = take(lanes, 1)
    lanes.settle(chunk, [Settlement(ticket.id, "exhausted", "ad", 0, DETAIL)])
    outcome = ticket.outcome()
    assert outcome is not None
    assert ask(lanes, ticket.id) == Explanation(
        id=ticket.id,
        place="ended",
        state="ended exhausted",
        page="1",
        type="send_message",
        attempts=1,
        history=[Attempt(at=NEVER, reason="Try later.", answer={"row": "x", "code": 2, "fbtrace_id": "F"})],
        outcome=outcome,
        is_dead_letter=True,
    )


def test_nobody_s_id(lanes: Lanes) -> None:
    """What was never enqueued is not known."""
    told = explain(lanes.client, KEYS, "none")
    assert (told.known, told.place) == (False, "unknown")


def test_every_part_of_a_batch(lanes: Lanes, producer: Producer) -> None:
    """A batch's ticket is explained part by part; linked parts are one."""
    ticket = producer.send_batch(
        [
            batch.send_text("ann", "a"),
            batch.part(batch.send_text("bob", "b"), name="first"),
            batch.send_text("cat", "c"),
        ]
    )
    told = ask(lanes, ticket.id)
    base = ticket.id.partition("x")[0]
    assert (told.place, told.state, told.page, told.type) == (
        "lane",
        "a batch: 0 of 3 commands ended",
        "1",
        "send_batch",
    )
    assert [part.id for part in told.parts] == [f"{base}.{n}" for n in range(3)]
    take(lanes, 1)
    assert [part.place for part in ask(lanes, ticket.id).parts].count("taken") > 0


def test_every_step_of_a_sequence(lanes: Lanes, producer: Producer) -> None:
    """A sequence's ticket is explained step by step: the first leaves, those behind it wait for it."""
    ticket = producer.send_sequence("ann", [batch.send_text("ann", text) for text in "ab"])
    told = ask(lanes, ticket.id)
    assert (told.place, told.state, told.page, told.type) == (
        "lane",
        "a sequence: 0 of 2 commands ended",
        "1",
        "send_sequence",
    )
    assert [(part.id, part.place) for part in told.parts] == [
        (ticket.steps[0].id, "lane"),
        (ticket.steps[1].id, "conversation"),
    ]


def test_somebody_of_a_broadcast_who_was_not_taken_yet(lanes: Lanes, producer: Producer) -> None:
    """How many are before them, and when their turn comes; a broadcast that was cancelled takes nobody."""
    broadcast = producer.broadcast_to([str(n) for n in range(1, 6)], messages.text("x"), broadcast_id="sale")
    assert [each.id for each in take(lanes, 1).commands] == ["sale:0", "sale:1"]
    told = ask(lanes, "sale:4")
    assert told == Explanation(
        id="sale:4",
        place="not made",
        state="not taken yet: one of the people of its broadcast, 2 before it",
        page="1",
        type="send_message",
        lane="1/text/bulk, broadcast sale",
        position=2,
        eta_s=3,
        waits_for=[Wait(kind="rate", reason="its lane's budget is spent", until=NEVER)],
    )
    assert (ask(lanes, "sale:1").place, ask(lanes, "sale:5").place) == ("taken", "unknown")
    broadcast.pause()
    paused = Wait(kind="hold", reason="lane 1/text/bulk, broadcast sale is held: paused by hand")
    assert ask(lanes, "sale:4").waits_for == [paused]
    broadcast.cancel()
    assert ask(lanes, "sale:4").state == "never taken: its broadcast was cancelled"


def test_explaining_writes_nothing(lanes: Lanes, producer: Producer) -> None:
    """Whoever asks changes no key."""
    ticket = producer.send_text("ann", "x")
    before = {key: lanes.client.dump(key) for key in lanes.client.keys("*")}
    explain(lanes.client, KEYS, ticket.id)
    assert {key: lanes.client.dump(key) for key in lanes.client.keys("*")} == before


def test_a_large_batch_is_asked_after_in_few_round_trips(valkey: "redis.Redis") -> None:
    """Five hundred parts are asked for at a time, and each is told as when it is asked for alone."""
    valkey.config_resetstat()
    parts = [batch.send_text(f"p{number}", "x") for number in range(1_100)]
    ticket = Producer.on(valkey, page="1").send_batch(parts)
    valkey.script_flush()
    told = explain(valkey, KEYS, ticket.id)
    assert valkey.info("commandstats")["cmdstat_script|load"]["calls"] == 3
    assert (told.state, len(told.parts)) == ("a batch: 0 of 1,100 commands ended", 1_100)
    assert told.parts[::100] == [explain(valkey, KEYS, part.id) for part in told.parts[::100]]


def test_lanes_that_go_by_turns_count_in_the_time(lanes: Lanes, producer: Producer) -> None:
    """Behind another broadcast everybody waits twice as long; one that is held takes no turn."""
    first = producer.broadcast_to([str(n) for n in range(1, 31)], messages.text("x"), broadcast_id="first")
    alone_s = ask(lanes, "first:20").eta_s
    second = producer.broadcast_to([str(n) for n in range(31, 61)], messages.text("x"), broadcast_id="second")
    shared_s = ask(lanes, "first:20").eta_s
    second.pause()
    assert alone_s is not None
    assert shared_s is not None
    assert 1.8 * alone_s < shared_s < 2.3 * alone_s
    assert ask(lanes, "first:20").eta_s == pytest.approx(alone_s, abs=1)
    first.cancel()
