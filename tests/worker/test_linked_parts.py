"""Linked parts of an explicit batch, from the producer to a far end in this process and back: none is told falsely."""

import json
from typing import Final

import pytest
import redis
from structlog.testing import capture_logs

from producer import BatchTicket, batch
from producer.commands import BatchItem
from producer.store.keys import Keys
from tests.worker.house import SUCCESS, House
from worker.call.graph.answers import NULL_PART, Answer, Answered, Lost, NotSent
from worker.engine.lanes import Lanes
from worker.operations.dead_letters import find, replay, show
from worker.operations.explaining import explain
from worker.settle.settlements import Schedule

KEYS: Final = Keys()
REFUSED: Final = Answered(400, b'{"error":{"code":100,"message":"no"}}')
BLOCKED: Final = Answered(400, b'{"error":{"code":551,"message":"gone"}}')
THROTTLED: Final = Answered(400, b'{"error":{"code":613}}')
FIRST: Final = batch.part(batch.send_text("1", "a"), name="first")
SECOND: Final = batch.part(batch.send_text("1", "b"), depends_on="first")
THIRD: Final = batch.part(batch.send_text("3", "c"), name="third")


def send(house: House, *parts: BatchItem, at_most_once: bool = False) -> BatchTicket:
    """Enqueues a batch."""
    return house.producer.with_options(at_most_once=at_most_once).send_batch(list(parts))


def names(ticket: BatchTicket) -> list[str | None]:
    """Returns how each part ended."""
    return [found.name if found else None for found in (part.outcome() for part in ticket.parts)]


def letters(server: "redis.Redis") -> list[str]:
    """Returns the ids of the dead letters, sorted."""
    return sorted(each.id for each in find(server, KEYS).letters)


def test_linked_parts_are_one_envelope_with_one_outcome(server: "redis.Redis") -> None:
    """The parts' replies come back in the batch's order."""
    house = House(server)
    ticket = house.producer.send_batch(
        [
            batch.part(batch.send_text("1", "a"), name="first", omit_response_on_success=False),
            batch.part(batch.send_text("2", "b"), depends_on="first"),
            batch.send_text("3", "c"),
        ]
    )
    house.deliver(house.take())
    house.deliver(house.take())
    outcome = house.producer.ticket(ticket.id).outcome()
    assert outcome is not None
    assert outcome.name == "sent"
    reply = {"recipient_id": "1", "message_id": "m"}
    assert outcome.reply == [{"code": 200, "body": reply}] * 3


def test_linked_parts_that_may_have_arrived_are_in_doubt(server: "redis.Redis") -> None:
    """Law 8: an answer that leaves a send in doubt leaves a whole envelope of sends in doubt."""
    house = House(server, Answered(502, b"<html>"))
    once, often = (
        house.producer.with_options(at_most_once=at_most_once).send_batch(
            [
                batch.part(batch.send_text(psid, "a"), name="first"),
                batch.part(batch.send_text(psid, "b"), depends_on="first"),
            ]
        )
        for psid, at_most_once in (("1", True), ("2", False))
    )
    house.deliver(house.take())
    house.deliver(house.take())
    outcome = once.outcome()
    assert outcome is not None
    assert (outcome.name, outcome.attempts, often.outcome()) == ("unknown", 1, None)
    house.lanes.tick("w", lease_ms=1_000, may_reap=False, now_ms=9_000_000_000_000)
    assert [(each.attempts, each.flags) for each in house.take().commands] == [(1, "r")]


def _linked(house: House) -> str:
    """Enqueues two linked parts to one person, and returns the ticket's id."""
    parts = [
        batch.part(batch.send_text("1", "a"), name="first"),
        batch.part(batch.send_text("1", "b"), depends_on="first"),
    ]
    return house.producer.send_batch(parts).id


def test_linked_parts_that_are_refused_as_a_whole_end(server: "redis.Redis") -> None:
    """What refuses the whole request refuses its parts: an attempt and an end, and their conversation goes on."""
    house = House(server, Answered(400, b'{"error":{"code":100,"message":"x"}}', whole=True))
    ticket = house.producer.ticket(_linked(house))
    behind = house.producer.send_text("1", "behind them")
    house.deliver(house.take())
    outcome = ticket.outcome()
    assert outcome is not None
    assert outcome.name == "refused"
    house.graph.answer = SUCCESS
    house.deliver(house.take())
    found = behind.outcome()
    assert found is not None
    assert found.name == "sent"


def test_a_linked_part_that_is_throttled_holds_its_page(server: "redis.Redis") -> None:
    """A throttle beside a success holds the Page as a single call's does."""
    house = House(server, [SUCCESS, THROTTLED])
    _linked(house)
    house.deliver(house.take())
    assert list(server.hgetall("outbound:hold")) == [b"page:P1"]


def test_a_refused_part_is_told_as_refused(server: "redis.Redis") -> None:
    """By the batch's ticket, by its own, by a dead letter and in the log; what succeeded is sent, and never again."""
    house = House(server, [SUCCESS, REFUSED])
    ticket = send(house, FIRST, THIRD)
    with capture_logs() as events:
        house.deliver(house.take())
    second = ticket.parts[1]
    outcome, own, again = ticket.outcome(), second.outcome(), house.producer.ticket(second.id).outcome()
    assert outcome is not None
    assert own is not None
    assert (outcome.name, outcome.type, names(ticket)) == ("refused", "send_batch", ["sent", "refused"])
    assert (own.type, own.attempts, own.answer and own.answer["code"], own) == ("send_message", 1, 100, again)
    assert [each and each["code"] for each in ticket.result(1)] == [200, 400]
    assert letters(server) == [second.id]
    told = [(each["event"], each["id"], each["row"]) for each in events if each["log_level"] == "warning"]
    assert told == [("command.refused", second.id, "bad-parameter")]
    assert server.hlen("outbound:commands") == 0
    assert server.hgetall("outbound:counts") == {b"sent": b"1", b"refused": b"1"}
    told_of = explain(server, KEYS, ticket.id)
    assert [(each.id, each.state) for each in told_of.parts] == [
        (ticket.parts[0].id, "ended sent"),
        (second.id, "ended refused"),
    ]


def test_a_refused_part_is_replayed_by_itself(server: "redis.Redis") -> None:
    """It alone is asked for again, and the batch's ticket goes by what becomes of it then."""
    house = House(server, [SUCCESS, REFUSED])
    ticket = send(house, FIRST, SECOND)
    house.deliver(house.take())
    house.graph.answer, house.graph.asked = SUCCESS, []
    assert replay(server, KEYS, [ticket.parts[1].id]).done == 1
    assert (names(ticket), ticket.outcome()) == (["sent", None], None)
    house.deliver(house.take())
    outcome = ticket.outcome()
    assert outcome is not None
    assert (outcome.name, names(ticket)) == ("sent", ["sent", "sent"])
    assert [json.loads(each)["message"] for each in house.graph.asked] == [{"text": "b"}]
    assert server.hgetall("outbound:counts") == {b"sent": b"2", b"refused": b"0"}


def test_what_cannot_go_without_the_others_is_kept_and_not_replayed(server: "redis.Redis") -> None:
    """A part that was not run, and one that takes something from another's answer, would say something else alone."""
    taking = batch.part(batch.send_text("3", "{result=third:$.id}"))
    house = House(server, [REFUSED, Lost(NULL_PART), SUCCESS, REFUSED])
    ticket = send(house, FIRST, SECOND, THIRD, taking)
    house.deliver(house.take())
    assert names(ticket) == ["refused", "refused", "sent", "refused"]
    not_run = ticket.parts[1].outcome()
    assert not_run is not None
    assert not_run.reason == "the part that it depends on was not carried out"
    assert letters(server) == [ticket.parts[place].id for place in (0, 1, 3)]
    done = replay(server, KEYS, [each.id for each in ticket.parts])
    assert (done.done, done.left) == (1, {"linked": 2, "absent": 1})
    kept = show(server, KEYS, ticket.parts[1].id, with_content=True)
    assert kept is not None
    assert kept.content == {
        "type": "send_batch",
        "parts": [
            {
                "type": "part",
                "command": {"type": "send_message", "recipient": "1", "message": {"text": "b"}},
                "depends_on": "first",
            }
        ],
    }


@pytest.mark.parametrize(
    ("answer", "name", "event"),
    [
        pytest.param(THROTTLED, "exhausted", "command.exhausted", id="throttled"),
        pytest.param(Lost("silence"), "unknown", "command.doubted", id="lost"),
        pytest.param(NotSent("no"), "exhausted", "command.exhausted", id="not sent"),
    ],
)
def test_what_would_be_tried_again_beside_a_success_is_a_dead_letter(
    server: "redis.Redis", answer: Answer, name: str, event: str
) -> None:
    """The request is done, since to repeat it would repeat what was sent: somebody may replay the part by itself."""
    house = House(server, [SUCCESS, answer])
    ticket = send(house, FIRST, THIRD)
    with capture_logs() as events:
        house.deliver(house.take())
    assert (names(ticket), letters(server)) == (["sent", name], [ticket.parts[1].id])
    assert [each["event"] for each in events if each.get("id") == ticket.parts[1].id] == [event]
    assert replay(server, KEYS, letters(server), doubtful=True).done == 1


def test_a_throttled_part_holds_its_own_lane(server: "redis.Redis") -> None:
    """A limit of one kind of call holds that kind, whatever else its batch held."""
    house = House(server, [SUCCESS, THROTTLED])
    send(house, FIRST, batch.part(batch.set_greeting("hi"), name="profile"))
    house.deliver(house.take())
    assert list(server.hgetall("outbound:hold")) == [b"lane:P1/p"]


def test_a_part_whose_person_is_gone_is_remembered_and_no_dead_letter(server: "redis.Redis") -> None:
    """As a single send's."""
    house = House(server, [SUCCESS, BLOCKED])
    ticket = send(house, FIRST, THIRD)
    house.deliver(house.take(), schedule=Schedule((1_000,), remember_ms=60_000))
    assert (names(ticket), letters(server)) == (["sent", "refused"], [])
    assert server.hkeys("outbound:gone:P1") == [b"3"]


def test_what_can_be_tried_again_takes_what_was_refused_with_it_while_nothing_was_sent(
    server: "redis.Redis",
) -> None:
    """A refusal repeated does nobody harm; a part that was throttled is not refused for its neighbour."""
    house = House(server, [REFUSED, THROTTLED])
    ticket = send(house, FIRST, THIRD)
    house.deliver(house.take())
    assert (ticket.outcome(), list(server.hgetall("outbound:hold"))) == (None, [b"page:P1"])
    server.delete("outbound:hold")
    house.graph.answer = [REFUSED, SUCCESS]
    house.lanes.tick("w", lease_ms=1_000, may_reap=False, now_ms=9_000_000_000_000)
    house.deliver(house.take())
    assert names(ticket) == ["refused", "sent"]


def test_a_late_success_tells_of_its_parts_and_a_repeat_changes_nothing(server: "redis.Redis") -> None:
    """Laws 2 and 7: a settle under a token that was reaped is evidence, also for each part of a batch."""
    house = House(server, [SUCCESS, REFUSED])
    ticket = send(house, FIRST, THIRD, at_most_once=True)
    chunk = house.take()

    class Late(Lanes):
        """A worker that is taken for dead between its request and its settling, and settles twice."""

        def settle(self, *args: object, **kwargs: object) -> tuple[int, int]:
            server.delete("outbound:beats")
            house.lanes.hello("other", house.profile, b"{}")
            house.lanes.tick("other", lease_ms=1_000, may_reap=True, now_ms=9_000_000_000_000)
            first = super().settle(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
            super().settle(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
            return first

    house.lanes = Late(server)
    house.deliver(chunk)
    assert (names(ticket), letters(server)) == (["sent", "refused"], [ticket.parts[1].id])
    assert server.hget("outbound:counts", "refused") == b"1"
    assert server.hget("outbound:counts", "sent") == b"1"


def test_a_part_of_an_older_worker_goes_by_its_batch(server: "redis.Redis") -> None:
    """Its outcome told all parts together; a ticket reads them there."""
    house = House(server)
    ticket = send(house, FIRST, SECOND)
    kept = b'sent|1|1|s|P1|send_batch|{"reply":[{"code":200,"body":{"message_id":"m"}},null]}'
    server.set(f"outbound:outcome:{ticket.parts[0].id.rpartition('.')[0]}", kept)
    assert (names(ticket), ticket.result(1)) == (
        ["sent", "sent"],
        [{"code": 200, "body": {"message_id": "m"}}, None],
    )


def test_an_echo_settles_a_part_that_was_in_doubt(server: "redis.Redis") -> None:
    """Each message of linked parts carries the id of its part, and its echo tells of that part alone."""
    house = House(server, [SUCCESS, Lost("silence")])
    ticket = send(house, FIRST, THIRD)
    house.deliver(house.take(), schedule=Schedule((1_000,), echo_wait_ms=1_000))
    assert (names(ticket), letters(server)) == (["sent", "unknown"], [ticket.parts[1].id])
    told = [json.loads(each)["message"]["metadata"] for each in house.graph.asked]
    assert told == [part.id for part in ticket.parts]
    echo = {"recipient": {"id": "3"}, "message": {"is_echo": True, "mid": "m3", "metadata": told[1]}}
    assert house.producer.confirm_echo({"messaging": [echo]}) == 1
    outcome = ticket.outcome()
    assert outcome is not None
    assert (outcome.name, letters(server)) == ("sent", [])
    assert [each and each["body"] for each in ticket.result(1)] == [
        {"recipient_id": "1", "message_id": "m"},
        {"recipient_id": "3", "message_id": "m3"},
    ]
