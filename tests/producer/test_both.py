"""Both producers do the same: each test runs on threads and in an event loop, on fakeredis and on a real server."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import redis

from producer import (
    GraphError,
    IdempotencyError,
    InvalidCommandError,
    NotSentError,
    OutcomeTimeoutError,
    Producer,
    QueueFullError,
    RecipientError,
    RetiredCommandError,
    SendManyError,
    batch,
    messages,
)
from producer.commands import BatchItem, Command
from producer.errors import BroadcastError
from tests.producer.conftest import Produce
from worker.engine.chunk import Settlement, Taken
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes

PROFILE = Profile(
    rates={"text": None, "media": None}, types=("send_message", "send_batch"), pages={"P1": KnownPage()}
)
PEOPLE = [str(n) for n in range(1, 2_501)]
TEXT = messages.text("The sale ends tonight.")


def waiting(server: "redis.Redis") -> int:
    """Returns how many commands have not ended."""
    return server.hlen("outbound:commands")


def settle(server: "redis.Redis", ending: Callable[[Taken], Settlement]) -> None:
    """Takes one chunk as a worker does, ends each of its commands, and goes."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    chunk = lanes.take("w", 1, PROFILE).chunk
    assert chunk is not None
    lanes.settle(chunk, [ending(each) for each in chunk.commands])
    lanes.goodbye("w")


def sent(each: Taken) -> Settlement:
    """Ends a command as Graph's success does."""
    return Settlement(each.id, "sent", "a", 0, b'{"reply":{"message_id":"m_1"}}')


def test_what_is_enqueued_is_the_same(produce: Produce, server: "redis.Redis") -> None:
    """A view's Page and options are in the envelope as it lies in Redis, and the first producer stays as it was."""
    producer = produce(page="P1")
    view = producer.for_page("P2").with_options(priority="bulk", at_most_once=True, expires_in=60)
    ticket = view.send_text("1", "a", tag="HUMAN_AGENT")
    producer.send_text("1", "b")
    record = server.hget("outbound:commands", ticket.id)
    assert record is not None
    line = cast("bytes", record).split(b"\n")[1].split(b"|")
    assert line[:9] == [b"P2", b"t", b"b", b"", b"1", b"", b"", b"", b"msu"]
    assert int(line[10]) - int(line[9]) == 60_000
    assert server.llen("outbound:lane:P1/t/i") == 1
    assert ticket.outcome() is None
    with pytest.raises(InvalidCommandError, match="colour: is no delivery option"):
        producer.with_options(colour="red")  # type: ignore[call-arg]


def test_an_outcome_is_waited_for(produce: Produce, server: "redis.Redis") -> None:
    """`wait` and `result` return as soon as the command has ended, from its ticket's id too."""
    producer = produce(page="P1")
    ticket = producer.send_text("1", "x")
    ending = threading.Timer(0.2, lambda: settle(server, sent))
    ending.start()
    outcome = producer.ticket(ticket.id).wait(10)
    ended_at = time.time()
    ending.join()
    assert (outcome.name, outcome.attempts, outcome.reply) == ("sent", 1, {"message_id": "m_1"})
    assert ended_at - outcome.at.timestamp() < 0.5
    assert ticket.result(timeout_s=1) == {"message_id": "m_1"}


def test_a_result_raises_what_the_direct_client_raises(produce: Produce, server: "redis.Redis") -> None:
    """Graph's refusal, and what was cancelled."""
    producer = produce(page="P1")
    ticket = producer.send_text("1", "x")
    detail = b'{"reason":"gone","answer":{"status":400,"code":551,"message":"This person is not available."}}'
    settle(server, lambda each: Settlement(each.id, "refused", "a", 0, detail))
    with pytest.raises(GraphError, match="This person is not available") as caught:
        ticket.result(1)
    assert caught.value.code == 551
    other = producer.send_text("1", "y")
    assert (other.cancel(), other.cancel()) == (True, False)
    with pytest.raises(NotSentError, match="cancelled"):
        other.result(1)


def test_waiting_has_an_end(produce: Produce) -> None:
    """`wait` gives up after its time, and says that the command is still on its way."""
    ticket = produce(page="P1").send_text("1", "x")
    with pytest.raises(OutcomeTimeoutError, match=r"not ended within 0\.05 s"):
        ticket.wait(0.05)


def test_a_batch_has_one_ticket(produce: Produce, server: "redis.Redis") -> None:
    """Its parts travel by themselves, linked ones together, and its result is the list of their replies."""
    producer = produce(page="P1")
    parts: list[BatchItem] = [
        batch.send_text("1", "a"),
        batch.part(batch.send_text("2", "b"), name="first"),
        batch.part(batch.send_text("3", "c"), depends_on="first"),
    ]
    ticket = producer.send_batch(parts)
    again: Any = producer.ticket(ticket.id)
    assert [each.id for each in again.parts] == [each.id for each in ticket.parts]
    assert (waiting(server), ticket.outcome()) == (2, None)
    replies = b'{"reply":[{"code":200,"body":{}},null]}'
    alone = ticket.parts[0].id
    settle(server, sent)
    settle(server, lambda each: Settlement(each.id, "sent", "a", 0, replies))
    assert ticket.parts[0].id == alone
    assert ticket.result(1) == [
        {"code": 200, "body": {"message_id": "m_1"}},
        {"code": 200, "body": {}},
        None,
    ]


def test_many_are_enqueued_in_rounds(produce: Produce, server: "redis.Redis") -> None:
    """Any iterable goes, and progress is told after each round."""
    seen: list[int] = []
    commands: Iterator[Command] = (batch.send_text(str(n), "x") for n in range(1_234))
    assert produce(page="P1").send_many(commands, on_progress=seen.append) == 1_234
    assert (seen, waiting(server)) == ([500, 1_000, 1_234], 1_234)


@pytest.mark.parametrize("broken", [500, 600], ids=["at the end of a round", "within a round"])
def test_many_stop_where_one_is_refused(produce: Produce, server: "redis.Redis", broken: int) -> None:
    """Those before it are on the queue, and the error says how many."""

    def commands() -> Iterator[Command]:
        yield from (batch.send_text(str(n), "x") for n in range(broken))
        yield batch.send_text("600", "y" * 2_001)

    with pytest.raises(SendManyError, match=f"command {broken}: .*{broken} before it are") as caught:
        produce(page="P1").send_many(commands())
    assert (caught.value.index, caught.value.enqueued, waiting(server)) == (broken, broken, broken)


def test_a_full_page_stops_many(produce: Produce, server: "redis.Redis") -> None:
    """The rounds before are on the queue."""
    commands: Iterator[Command] = (batch.send_text(str(n), "x") for n in range(1_300))
    with pytest.raises(SendManyError, match="Page P1") as caught:
        produce(page="P1", page_queue_max=1_100).send_many(commands)
    assert (caught.value.enqueued, waiting(server)) == (1_000, 1_000)
    with pytest.raises(QueueFullError):
        produce(page="P1", page_queue_max=1_000).send_text("1", "x")


def test_batches_among_many_fan_out(produce: Produce, server: "redis.Redis") -> None:
    """Each counts as one command, and its parts as many envelopes."""
    parts = [batch.send_text(str(n), "x") for n in range(400)]
    whole: Command = batch.send_batch(parts)
    commands = [whole, whole, whole, batch.send_text("9", "x")]
    assert produce(page="P1").send_many(commands) == 4
    assert waiting(server) == 1_201


def test_a_batch_in_rounds_keeps_its_place_among_many(produce: Produce, server: "redis.Redis") -> None:
    """What was read before a batch of 10,000 parts goes before them, and what was read after it behind them."""
    people = iter(range(1, 11_801))
    texts: list[BatchItem] = [batch.send_text(str(each), "x") for each in people]
    commands = cast("list[Command]", [*texts[:600], batch.send_batch(texts[600:10_600]), *texts[10_600:]])
    seen: list[int] = []
    producer = produce(page="P1").with_options(priority="bulk")
    assert (producer.send_many(commands, on_progress=seen.append), seen[0], seen[-1]) == (1_801, 500, 1_801)
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    taken: list[str] = []
    while (chunk := lanes.take("w", len(taken) + 1, PROFILE).chunk) is not None:
        taken += [each.person for each in chunk.commands]
        lanes.settle(chunk, [sent(each) for each in chunk.commands])
    assert taken == [str(each) for each in range(1, 11_801)]


def test_what_is_no_list_is_refused(produce: Produce, server: "redis.Redis") -> None:
    """The error names what was given; nothing of a wrong type is read as text, nor when a list goes on."""
    producer = produce(page="P1")
    with pytest.raises(InvalidCommandError, match=r"^commands: must be an iterable of commands; an int was"):
        producer.send_many(5)  # type: ignore[arg-type]
    with pytest.raises(
        InvalidCommandError, match=r"^recipients: must be an iterable of PSIDs; None was given$"
    ):
        producer.broadcast_to(None, TEXT)  # type: ignore[arg-type]
    with pytest.raises(
        RecipientError, match=r"^recipients\[2\]: .*; an int was given \(the 2 before it were"
    ):
        producer.broadcast_to(["1", "2", 3], TEXT, broadcast_id="sale")  # type: ignore[list-item]
    with pytest.raises(BroadcastError, match="the first 2 people differ"):
        producer.broadcast_to(["1", 2, "3"], TEXT, broadcast_id="sale")  # type: ignore[list-item]
    assert waiting(server) == 0


def test_a_key_stands_for_one_command(produce: Produce, server: "redis.Redis") -> None:
    """The first one's ticket comes back; another command under the key is an error; a bulk takes none."""
    producer = produce(page="P1").with_options(idempotency_key="order 7")
    first = producer.send_text("1", "paid")
    assert producer.send_text("1", "paid").id == first.id
    with pytest.raises(IdempotencyError, match=first.id):
        producer.send_text("1", "unpaid")
    with pytest.raises(InvalidCommandError, match="one command"):
        producer.send_many([batch.send_text("1", "x")])
    assert waiting(server) == 1


def test_bytes_lie_beside_their_command(produce: Produce, server: "redis.Redis", tmp_path: Path) -> None:
    """Those of a path too, and of many; those of a second enqueue under a key are not kept."""
    producer = produce(page="P1")
    path = tmp_path / "receipt.pdf"
    path.write_bytes(b"%PDF some bytes")
    ticket = producer.send_file("1", path)
    key = f"outbound:blob:{ticket.id}"
    assert (server.get(key), server.pttl(key)) == (b"%PDF some bytes", -1)
    once = producer.with_options(idempotency_key="k")
    assert once.send_image("1", b"i", filename="a.png").id == once.send_image("1", b"i", filename="a.png").id
    with pytest.raises(IdempotencyError):
        once.send_image("1", b"j", filename="a.png")
    producer.send_many([batch.send_image(str(n), b"x", filename="a.png") for n in range(3)])
    assert [server.pttl(each) for each in cast("list[bytes]", server.keys("outbound:blob:*"))] == [-1] * 5


def test_what_meta_removed_is_refused(produce: Produce, server: "redis.Redis") -> None:
    """Views keep the version, alone and in a bulk."""
    producer = produce(graph_version="26.0").for_page("P1")
    with pytest.raises(RetiredCommandError, match=r"m\.me"):
        producer.generate_messenger_code()
    with pytest.raises(SendManyError, match=r"m\.me"):
        producer.send_many([batch.generate_messenger_code()])
    assert waiting(server) == 0


def test_a_broadcast_is_begun_paused_and_cancelled(produce: Produce) -> None:
    """Its progress tells each step, from its id too."""
    producer = produce(page="P1")
    seen: list[int] = []
    begun = producer.broadcast_to(iter(PEOPLE), TEXT, broadcast_id="sale", on_progress=seen.append)
    found = producer.broadcast("sale").progress()
    assert (found.added, found.waiting, found.state, found.paused) == (2_500, 2_500, "complete", False)
    begun.pause("too loud")
    assert begun.progress().paused
    begun.resume()
    assert not begun.progress().paused
    assert (begun.cancel(), seen) == (2_500, [1_000, 2_000, 2_500])
    assert begun.progress().ended == {"cancelled": 2_500}


def test_a_broadcast_that_is_done_stays_done(produce: Produce, server: "redis.Redis") -> None:
    """Cancelling or pausing it changes nothing, and the answer says so; one that was cancelled cannot be paused."""
    producer = produce(page="P1")
    producer.broadcast_to(["1", "2"], TEXT, broadcast_id="sale")
    server.hset("outbound:counts:broadcast:sale", mapping={"sent": 1, "refused": 1})
    before = producer.broadcast("sale").progress()
    sale = producer.broadcast("sale")
    assert (sale.pause(), sale.cancel()) == (False, 0)
    after = producer.broadcast("sale").progress()
    assert (before.state, before.paused, before.waiting) == ("complete", False, 0)
    assert (after.state, after.paused, after.ended) == (before.state, before.paused, before.ended)
    producer.broadcast_to(["1"], TEXT, broadcast_id="late")
    late = producer.broadcast("late")
    assert (late.pause(), late.cancel(), late.pause()) == (True, 1, False)
    assert not producer.broadcast("late").progress().paused


def test_an_interrupted_broadcast_goes_on(produce: Produce) -> None:
    """With the same list only; a PSID that is none stops it there, and one text is no list."""
    producer = produce(page="P1")
    with pytest.raises(RecipientError, match=r"recipients\[1500\].*the 1,500 before it were added"):
        producer.broadcast_to([*PEOPLE[:1_500], "a b"], TEXT, broadcast_id="sale")
    assert producer.broadcast("sale").progress().added == 1_500
    with pytest.raises(BroadcastError, match="the first 1,500 people differ"):
        producer.broadcast_to(PEOPLE[::-1], TEXT, broadcast_id="sale")
    with pytest.raises(BroadcastError, match="the first 1,500 people differ"):
        producer.broadcast_to(PEOPLE[:7], TEXT, broadcast_id="sale")
    producer.broadcast_to(PEOPLE, TEXT, broadcast_id="sale")
    assert producer.broadcast("sale").progress().added == 2_500
    with pytest.raises(InvalidCommandError, match="not one text"):
        producer.broadcast_to("1234", TEXT)
    with pytest.raises(InvalidCommandError, match="keeps no order"):
        producer.with_options(ordered=True).broadcast_to(["1"], TEXT)


def test_a_broadcast_that_is_not_there_is_an_error(produce: Produce) -> None:
    """Every question about it says so."""
    broadcast = produce(page="P1").broadcast("none")
    for ask in (broadcast.progress, broadcast.pause, broadcast.resume, broadcast.cancel):
        with pytest.raises(BroadcastError, match="no broadcast none"):
            ask()


def test_an_echo_settles_what_was_in_doubt(produce: Produce, server: "redis.Redis") -> None:
    """Once; what is no echo is passed over."""
    producer: Producer = produce(page="P1")
    ticket = producer.send_text("1", "x")
    settle(server, lambda each: Settlement(each.id, "await", "ar", 60_000))
    event = {"recipient": {"id": "1"}, "message": {"is_echo": True, "metadata": ticket.id, "mid": "m_9"}}
    assert [producer.confirm_echo({"entry": [{"messaging": [event]}]}) for _ in range(2)] == [1, 0]
    assert ticket.result(1) == {"recipient_id": "1", "message_id": "m_9"}
    assert producer.confirm_echo({"message": {"text": "Hi!"}}) == 0


def test_a_batch_of_more_parts_than_one_script_takes(produce: Produce, server: "redis.Redis") -> None:
    """It goes in rounds under one ticket; a Page without room for all of it takes none."""
    parts: list[BatchItem] = [batch.send_text(str(number), "x") for number in range(1, 2_101)]
    with pytest.raises(QueueFullError, match="nothing was accepted"):
        produce(page="P1", page_queue_max=2_099).send_batch(parts)
    assert server.hlen("outbound:commands") == 0
    keyed = produce(page="P1").with_options(idempotency_key="k")
    first = keyed.send_batch(parts)
    assert (first.id, server.hlen("outbound:commands")) == (keyed.send_batch(parts).id, 2_100)
    assert first.outcome() is None


@pytest.mark.parametrize(
    ("call", "path"),
    [
        (lambda p: p.with_options(idempotency_key="cut \ud83d").send_text("1", "a"), "idempotency_key"),
        (lambda p: p.with_options(priority=["bulk"]).send_text("1", "a"), "priority"),
        (lambda p: p.ticket("x\ud83d").outcome(), "id"),
        (lambda p: p.ticket(5).outcome(), "id"),
        (lambda p: p.send_sequence("1", batch.send_text("1", "a")), "steps"),
        (lambda p: p.send_sequence("1", None), "steps"),
    ],
    ids=[
        "half a key",
        "a list as priority",
        "half an id",
        "a number as id",
        "one command as steps",
        "no steps",
    ],
)
def test_what_is_given_wrongly_is_an_error_of_this_library(
    produce: Produce, call: Callable[[Producer], object], path: str
) -> None:
    """Its path names the argument or the option; no raw error comes out."""
    with pytest.raises(InvalidCommandError) as caught:
        call(produce(page="P1"))
    assert caught.value.path == path
