"""What a service is told when it cancels, and for how long it can ask afterwards."""

import pytest
import redis

from producer import BatchTicket, batch
from producer.commands.parts import BatchItem
from producer.store.policy import Policy
from producer.tickets.ticket import Ticket
from tests.laws.engine import profile
from tests.producer.conftest import Produce
from worker.engine.lanes import Lanes

HOUR_MS = 3_600_000


def kept_ms(server: "redis.Redis", ticket: Ticket[object]) -> int:
    """Returns for how long an outcome is still kept."""
    return server.pttl(f"outbound:outcome:{ticket.id}")


@pytest.mark.parametrize("hours", [1, 5000])
def test_the_workers_say_how_long_a_cancelled_outcome_is_kept(
    produce: Produce, server: "redis.Redis", hours: int
) -> None:
    """A producer need not know the workers' settings: it goes by those of the last worker that came."""
    Lanes(server, policy=Policy(outcome_ms=7)).hello("old", profile(), b"{}")
    Lanes(server, policy=Policy(outcome_ms=hours * HOUR_MS)).hello("new", profile(), b"{}")
    ticket = produce(page="P1").send_text("1", "a")
    assert ticket.cancel()
    assert hours * HOUR_MS - 60_000 < kept_ms(server, ticket) <= hours * HOUR_MS


def test_without_a_worker_a_cancelled_outcome_is_kept_for_the_default(
    produce: Produce, server: "redis.Redis"
) -> None:
    """Two days, until a worker says otherwise."""
    ticket = produce(page="P1").send_text("1", "a")
    assert ticket.cancel()
    assert 47 * HOUR_MS < kept_ms(server, ticket) <= 48 * HOUR_MS


def queued_batch(produce: Produce) -> BatchTicket:
    """Returns the ticket of two parts that are linked and two that travel by themselves."""
    parts: list[BatchItem] = [
        batch.part(batch.send_text("1", "a"), name="first"),
        batch.send_text("2", "b"),
        batch.part(batch.send_text("1", "c"), depends_on="first"),
        batch.send_text("3", "d"),
    ]
    return produce(page="P1").send_batch(parts)


def test_a_batch_that_nobody_has_is_cancelled_whole(produce: Produce, server: "redis.Redis") -> None:
    """True: no part was or will be sent; a second time there is nothing left to cancel."""
    ticket = queued_batch(produce)
    assert (ticket.cancel(), ticket.cancel()) == (True, False)
    assert [found and found.name for found in (part.outcome() for part in ticket.parts)] == ["cancelled"] * 4
    assert server.hlen("outbound:commands") == 0


def test_a_batch_of_which_a_worker_has_a_part_is_cancelled_in_part(
    produce: Produce, server: "redis.Redis"
) -> None:
    """False: one part may be sent; the others are not."""
    ticket = queued_batch(produce)
    lanes, knows = Lanes(server), profile(types=("send_message", "send_batch"))
    lanes.hello("w", knows, b"{}")
    took = lanes.take("w", 1, knows, limit=1).chunk
    assert took is not None
    assert not ticket.cancel()
    assert server.hlen("outbound:commands") == 1
    assert server.hexists("outbound:commands", took.commands[0].id)
