"""Broadcasts, on fakeredis and on the embedded server."""

from collections.abc import Iterator

import pytest
import redis

from producer import InvalidCommandError, Producer, RecipientError, batch, messages
from producer.broadcasts.steps import Campaign
from producer.errors import BroadcastError
from producer.queue.envelope import Delivery
from producer.store.queue import Queue
from worker.engine.chunk import Chunk, Settlement
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes

PROFILE = Profile(rates={"text": None}, types=("send_message",), pages={"P1": KnownPage()})
PEOPLE = [str(1_000 + n) for n in range(120)]
TEXT = messages.text("The sale ends tonight.")


def _worker(server: "redis.Redis") -> Lanes:
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    return lanes


def _take(lanes: Lanes, token: int) -> Chunk:
    chunk = lanes.take("w", token, PROFILE).chunk
    assert chunk is not None
    return chunk


def _now_ms(server: "redis.Redis") -> int:
    seconds, microseconds = server.time()
    return seconds * 1000 + microseconds // 1000


def _sent(lanes: Lanes, chunk: Chunk) -> None:
    lanes.settle(chunk, [Settlement(each.id, "sent", "a", 0, b'{"reply":{}}') for each in chunk.commands])


def test_each_person_becomes_a_command_only_when_taken(server: "redis.Redis") -> None:
    """No record lies in Redis for a person who waits; ids are the broadcast's and a number."""
    broadcast = Producer.on(server, page="P1").broadcast_to(PEOPLE, TEXT, broadcast_id="sale")
    assert server.hlen("outbound:commands") == 0
    chunk = _take(_worker(server), 1)
    assert [each.id for each in chunk.commands] == [f"sale:{n}" for n in range(50)]
    assert [each.person for each in chunk.commands] == PEOPLE[:50]
    assert b"The sale ends tonight." in chunk.commands[0].body
    assert PEOPLE[0].encode() in chunk.commands[0].body
    assert broadcast.progress().waiting == 120


def test_progress_counts_outcomes(server: "redis.Redis") -> None:
    """Anyone can ask how far a broadcast is, by its id."""
    producer = Producer.on(server, page="P1")
    producer.broadcast_to(PEOPLE, TEXT, broadcast_id="sale")
    lanes = _worker(server)
    _sent(lanes, _take(lanes, 1))
    found = producer.broadcast("sale").progress()
    assert (found.page, found.state, found.added, found.waiting, found.ended) == (
        "P1",
        "complete",
        120,
        70,
        {"sent": 50},
    )
    assert found.rate_per_s is not None
    assert found.eta_s is not None
    outcome = producer.ticket("sale:3").outcome()
    assert outcome is not None
    assert outcome.name == "sent"


def test_a_pause_does_not_slow_its_rate(server: "redis.Redis") -> None:
    """The rate is of the time in which it moved; while it is paused nobody knows when it is done."""
    broadcast = Producer.on(server, page="P1").broadcast_to(PEOPLE, TEXT, broadcast_id="sale")
    lanes = _worker(server)
    _sent(lanes, _take(lanes, 1))
    assert broadcast.pause()
    began_ms = _now_ms(server)
    server.hset("outbound:broadcast:sale", "created_ms", began_ms - 100_000)
    server.hset("outbound:hold", "lane:P1/t/b/sale", f'0||{began_ms - 90_000}|0|hand|{{"reason":"x"}}')
    paused = broadcast.progress()
    assert paused.rate_per_s == pytest.approx(5.0, rel=0.05)
    assert paused.eta_s is None
    broadcast.resume()
    resumed = broadcast.progress()
    assert resumed.rate_per_s == pytest.approx(5.0, rel=0.05)
    assert resumed.eta_s == pytest.approx(14.0, rel=0.05)


def test_somebody_listed_twice_is_sent_to_once(server: "redis.Redis") -> None:
    """Within a list and over runs."""
    broadcast = Producer.on(server, page="P1").broadcast_to(["1", "2", "1", "3", "2"], TEXT)
    assert broadcast.progress().added == 3


def test_an_interrupted_run_goes_on_where_it_stopped(server: "redis.Redis") -> None:
    """The cursor and a digest of what went before are written with each round."""
    producer = Producer.on(server, page="P1")
    people = [str(n) for n in range(1, 2_501)]

    def interrupted() -> "list[str]":
        raise KeyboardInterrupt

    def source() -> object:
        yield from people[:2_000]
        interrupted()

    with pytest.raises(KeyboardInterrupt):
        producer.broadcast_to(source(), TEXT, broadcast_id="sale")  # type: ignore[arg-type]  # a generator of str
    assert producer.broadcast("sale").progress().added == 2_000
    with pytest.raises(BroadcastError, match="differ"):
        producer.broadcast_to(people[::-1], TEXT, broadcast_id="sale")
    producer.broadcast_to(people, TEXT, broadcast_id="sale")
    found = producer.broadcast("sale").progress()
    assert (found.added, found.state) == (2_500, "complete")
    with pytest.raises(BroadcastError, match="complete"):
        producer.broadcast_to(people, TEXT, broadcast_id="sale")


def test_a_paused_broadcast_is_not_taken_from(server: "redis.Redis") -> None:
    """Pausing touches one entry; the Page's other lanes go on; resuming lets it go on."""
    producer = Producer.on(server, page="P1")
    broadcast = producer.broadcast_to(PEOPLE, TEXT, broadcast_id="sale")
    server.hset("outbound:hold", "lane:P1/t/b/sale", "4000000000000||1|0|throttle|{}")
    assert not broadcast.progress().paused
    broadcast.pause()
    assert broadcast.progress().paused
    producer.with_options(priority="bulk").send_text("9", "x")
    lanes = _worker(server)
    assert [each.person for each in _take(lanes, 1).commands] == ["9"]
    assert lanes.take("w", 2, PROFILE).chunk is None
    broadcast.resume()
    assert not broadcast.progress().paused
    assert len(_take(lanes, 3).commands) == 50


def test_a_cancelled_broadcast_ends_for_all_who_wait(server: "redis.Redis") -> None:
    """What a worker has settles; everything else is cancelled at once, also what had come back."""
    producer = Producer.on(server, page="P1")
    broadcast = producer.broadcast_to(PEOPLE, TEXT, broadcast_id="sale")
    lanes = _worker(server)
    on_its_way, back, later = _take(lanes, 1), _take(lanes, 2), _take(lanes, 3)
    lanes.settle(later, [Settlement(each.id, "retry", "a", 1) for each in later.commands])
    lanes.give_back("w", 2)
    assert broadcast.cancel() == 50
    _sent(lanes, on_its_way)
    lanes.tick("w", lease_ms=1_000, may_reap=False, now_ms=9_000_000_000_000)
    assert lanes.take("w", 4, PROFILE).chunk is None
    assert broadcast.progress().ended == {"sent": 50, "cancelled": 70}
    assert server.hlen("outbound:commands") == 0
    assert server.hgetall("outbound:depth") == {}
    assert back.commands[0].id == "sale:50"


def test_broadcasts_of_a_page_take_turns(server: "redis.Redis") -> None:
    """A long broadcast does not stop a short one."""
    producer = Producer.on(server, page="P1")
    producer.broadcast_to([str(n) for n in range(1, 500)], TEXT, broadcast_id="long")
    producer.broadcast_to(["7"], TEXT, broadcast_id="short")
    lanes = _worker(server)
    assert "short:0" in [each.id for token in (1, 2) for each in _take(lanes, token).commands]


BAD = "must be a PSID: letters and digits, at most 100"


@pytest.mark.parametrize("psid", ["", "a b", "1|2", "1:2", "x" * 101])
def test_what_is_no_psid_is_refused(server: "redis.Redis", psid: str) -> None:
    """The error names the place in the list, and who was added before it; never what was given."""
    with pytest.raises(RecipientError) as caught:
        Producer.on(server, page="P1").broadcast_to(["1", psid], TEXT)
    assert (str(caught.value), caught.value.index) == (
        f"recipients[1]: {BAD} (the 1 before it were added: mend it, run the same list again)",
        1,
    )
    with pytest.raises(
        InvalidCommandError,
        match=r"at most 100; an int was given \(nobody was added yet: mend it, run the same list again\)$",
    ):
        Producer.on(server, page="P1").broadcast_to([7], TEXT)  # type: ignore[list-item]


def test_all_before_a_bad_recipient_are_added(server: "redis.Redis") -> None:
    """Those of its own round too; mended, the same list goes on, and nobody is sent to twice."""
    producer = Producer.on(server, page="P1")
    people = [str(n) for n in range(1, 1_502)]
    with pytest.raises(
        RecipientError,
        match=r"^recipients\[1234\]: .* \(the 1,234 before it were added: mend it, run the same list again\)$",
    ):
        producer.broadcast_to([*people[:1_234], "no psid", *people[1_235:]], TEXT, broadcast_id="sale")
    found = producer.broadcast("sale").progress()
    assert (found.added, found.state) == (1_234, "open")
    producer.broadcast_to(people, TEXT, broadcast_id="sale")
    found = producer.broadcast("sale").progress()
    assert (found.added, found.state) == (1_501, "complete")
    lane = server.lrange("outbound:lane:P1/t/b/sale", 0, -1)
    assert lane == [f"@{psid}".encode() for psid in people]


def test_all_that_a_list_gives_before_it_breaks_are_added(server: "redis.Redis") -> None:
    """Whatever a cursor raises comes out as it is."""
    producer = Producer.on(server, page="P1")

    def source() -> Iterator[str]:
        yield from ("1", "2", "3")
        raise LookupError("the cursor is gone")

    with pytest.raises(LookupError, match="the cursor is gone"):
        producer.broadcast_to(source(), TEXT, broadcast_id="sale")
    found = producer.broadcast("sale").progress()
    assert (found.added, found.state) == (3, "open")


def test_a_broadcast_that_is_not_there_is_an_error(server: "redis.Redis") -> None:
    """Every question about it says so."""
    broadcast = Producer.on(server, page="P1").broadcast("none")
    for ask in (broadcast.progress, broadcast.pause, broadcast.resume, broadcast.cancel):
        with pytest.raises(BroadcastError, match="no broadcast none"):
            ask()


def test_a_broadcast_keeps_no_order(server: "redis.Redis") -> None:
    """Who asks for one is told so, and an id of a broadcast's command is no batch's ticket."""
    producer = Producer.on(server, page="P1")
    with pytest.raises(InvalidCommandError, match="keeps no order"):
        producer.with_options(ordered=True).broadcast_to(["1"], TEXT)
    assert producer.ticket("xmas:3").outcome() is None


def test_one_text_is_no_list_of_people(server: "redis.Redis") -> None:
    """A PSID given in the place of the list is refused, not read as a person for each digit."""
    with pytest.raises(InvalidCommandError, match=r"^recipients: must be an iterable of PSIDs"):
        Producer.on(server, page="P1").broadcast_to("1234", TEXT)
    with pytest.raises(InvalidCommandError, match=r"an iterable of PSIDs; None was given$"):
        Producer.on(server, page="P1").broadcast_to(None, TEXT)  # type: ignore[arg-type]
    assert server.keys("outbound:broadcast*") == []


def test_a_step_whose_answer_was_lost_is_repeated_safely(server: "redis.Redis") -> None:
    """The same people added again are added once, and the answer is the first one's."""
    Producer.on(server, page="P1").broadcast_to(["1"], messages.text("Hi!"), broadcast_id="other")
    queue = Queue(server)
    campaign = Campaign("sale", queue.keys, 100)
    queue.take(campaign.open(batch.send_text("0", "Hi!"), Delivery(page="P1", priority="bulk")))
    asked = ("add", 100, "0", "2", "digest", "1", "2")
    answers = [queue.take(campaign._run(*asked)) for _ in range(2)]
    assert answers == [[2, 0], [2, 0]]
    assert server.llen("outbound:lane:P1/t/b/sale") == 2
