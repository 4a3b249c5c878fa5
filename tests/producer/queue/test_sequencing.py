"""Sequences as a service sees them."""

from collections.abc import Callable
from typing import cast

import pytest
import redis

from producer import (
    IdempotencyError,
    InvalidCommandError,
    Producer,
    QueueFullError,
    SequenceTicket,
    Ticket,
    batch,
)
from producer.commands import Command
from producer.queue.sequencing import OnFailure
from tests.laws.engine import profile
from tests.producer.conftest import Produce
from worker.engine.chunk import Action, Settlement
from worker.engine.lanes import Lanes

STEPS: list[Command] = [batch.typing_on("1"), batch.send_text("1", "a"), batch.send_text("1", "b")]


def work(server: "redis.Redis", *actions: Action) -> None:
    """Ends as many steps as there are actions, each taken alone, as a worker that goes then."""
    lanes, knows = Lanes(server), profile(types=("send_message", "sender_action"))
    lanes.hello("w", knows, b"{}")
    for token, action in enumerate(actions, start=1):
        chunk = lanes.take("w", token, knows, limit=1).chunk
        assert chunk is not None
        lanes.settle(chunk, [Settlement(chunk.commands[0].id, action, "a", 0, b'{"reply":{"n":1}}')])
    lanes.goodbye("w")


def names(ticket: SequenceTicket) -> list[str | None]:
    """Returns how each step ended."""
    return [found.name if found is not None else None for found in ticket.outcomes()]


def test_a_ticket_tells_of_each_step_and_of_all(produce: Produce, server: "redis.Redis") -> None:
    """While a step is on its way the sequence has not ended; when all were sent, so was it."""
    producer = produce(page="P1")
    ticket = producer.send_sequence("1", STEPS)
    work(server, "sent", "sent")
    assert (names(ticket), ticket.outcome()) == (["sent", "sent", None], None)
    again = cast("SequenceTicket", producer.ticket(ticket.id))
    work(server, "sent")
    outcome = again.wait(1)
    assert (outcome.name, outcome.type, outcome.reply) == ("sent", "send_sequence", [{"n": 1}] * 3)
    assert ticket.result(1) == [{"n": 1}] * 3


@pytest.mark.parametrize(
    ("on_failure", "left", "expected"),
    [("stop", [], ["sent", "refused", "cancelled"]), ("continue", ["sent"], ["sent", "refused", "sent"])],
)
def test_a_failed_step_stops_the_sequence_or_not(
    produce: Produce, server: "redis.Redis", on_failure: OnFailure, left: list[Action], expected: list[str]
) -> None:
    """`on_failure` says whether the steps behind it are sent; the sequence ends as its first failed step did."""
    producer = produce(page="P1")
    ticket = producer.send_sequence("1", STEPS, on_failure=on_failure)
    work(server, "sent", "refused", *left)
    outcome = ticket.outcome()
    assert outcome is not None
    assert (names(ticket), outcome.name) == (expected, "refused")


def test_a_key_stands_for_the_whole_sequence(produce: Produce, server: "redis.Redis") -> None:
    """The same steps come back as the first ticket; others, or another option, are an error."""
    producer = produce(page="P1").with_options(idempotency_key="k")
    steps = [*STEPS, batch.send_image("1", b"bytes", filename="a.png")]
    first = producer.send_sequence("1", steps)
    assert producer.send_sequence("1", steps).id == first.id
    for different, on_failure in ((STEPS, False), (steps, True)):
        with pytest.raises(IdempotencyError, match=first.id):
            producer.send_sequence("1", different, on_failure="continue" if on_failure else "stop")
    assert server.hlen("outbound:commands") == 4
    assert len(list(server.scan_iter("outbound:blob:*"))) == 1


def test_all_steps_are_enqueued_or_none(produce: Produce, server: "redis.Redis") -> None:
    """A queue that has no room for all of them takes none."""
    producer = produce(page="P1", page_queue_max=2)
    with pytest.raises(QueueFullError):
        producer.send_sequence("1", STEPS)
    assert server.hlen("outbound:commands") == 0


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda p: p.send_sequence("1", []), "steps"),
        (lambda p: p.send_sequence("1", [batch.send_text("1", "a")] * 51), "steps"),
        (lambda p: p.send_sequence("1", [*STEPS, batch.send_text("2", "a")]), r"steps\[3\]"),
        (lambda p: p.send_sequence("1", [batch.get_user_profile("1")]), r"steps\[0\]"),
        (lambda p: p.send_sequence("1", ["text"]), r"steps\[0\]"),
        (lambda p: p.send_sequence("1", STEPS, on_failure="never"), "on_failure"),
        (lambda p: p.with_options(ordered=False).send_sequence("1", STEPS), "ordered"),
    ],
    ids=["no step", "51 steps", "another person", "a read", "no command", "no such option", "unordered"],
)
def test_what_is_no_sequence_is_refused(
    produce: Produce, server: "redis.Redis", make: Callable[[Producer], Ticket[object]], path: str
) -> None:
    """The error names the step or the option, and nothing is enqueued."""
    with pytest.raises(InvalidCommandError, match=path):
        make(produce(page="P1"))
    assert server.hlen("outbound:commands") == 0


def test_cancel_is_true_only_when_no_step_is_sent(produce: Produce, server: "redis.Redis") -> None:
    """What has not left is cancelled all the same."""
    producer = produce(page="P1").with_options(priority="bulk")
    untouched, begun = (producer.send_sequence(psid, _steps_to(psid)) for psid in ("1", "2"))
    assert untouched.cancel()
    assert names(untouched) == ["cancelled"] * 3
    work(server, "sent")
    assert not begun.cancel()
    assert names(begun) == ["sent", "cancelled", "cancelled"]


def _steps_to(psid: str) -> list[Command]:
    return [batch.send_text(psid, text) for text in "abc"]
