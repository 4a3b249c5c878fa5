"""A batch of more parts than one script takes: all or none, as far as can be, and exactly said where not."""

from collections.abc import Iterable
from typing import Any

import pytest
import redis

from producer import Producer, QueueFullError, QueueUnavailableError, SendManyError, batch
from producer.commands import Command
from producer.queue.envelope import Delivery
from producer.store.queue import Arguments, Queue
from producer.tickets.batch_ticket import BatchTicket
from worker.engine.chunk import Settlement
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes

PROFILE = Profile(rates={}, types=("send_message",), pages={"P1": KnownPage()})
PARTS = [batch.send_text(str(n), "x") for n in range(1, 2_501)]


class Failing(Queue):
    """Raises `error` in the place of the third round, or after it when Redis `has_it`; a worker took `sent` before."""

    def __init__(
        self, client: "redis.Redis", error: Exception, *, has_it: bool = False, sent: int = 0
    ) -> None:
        super().__init__(client)
        self.error: Exception | None = error
        self.has_it = has_it
        self.sent = sent
        self.rounds = 0

    def put(self, commands: Iterable[Arguments], *, and_more: int = 0) -> int:
        """Accepts all rounds but the third."""
        self.rounds += 1
        if self.rounds != 3 or self.error is None:
            return super().put(commands, and_more=and_more)
        if self.has_it:
            super().put(commands, and_more=and_more)
        if self.sent:
            _send(self.client, self.sent)
        error, self.error = self.error, None
        raise error


def _send(client: "redis.Redis", number: int) -> None:
    lanes = Lanes(client)
    lanes.hello("w", PROFILE, b"{}")
    chunk = lanes.take("w", 1, PROFILE, limit=number).chunk
    assert chunk is not None
    lanes.settle(chunk, [Settlement(each.id, "sent", "a") for each in chunk.commands])


def _waiting(client: "redis.Redis") -> int:
    return client.hlen("outbound:commands")


FULL = QueueFullError("Redis is at its maxmemory: nothing was accepted")
AWAY = QueueUnavailableError("Redis was not reached: send the command again")


@pytest.mark.parametrize(
    ("error", "options", "said"),
    [
        pytest.param(FULL, {}, "Redis is at its maxmemory: nothing was accepted", id="full"),
        pytest.param(
            FULL,
            {"sent": 30},
            "Redis took the first 2,000 of 2,500 parts and no more: 30 may be sent, the others were taken back",
            id="full, when a worker had some",
        ),
        pytest.param(
            AWAY, {"has_it": True}, "Redis was not reached: send the command again", id="the reply was lost"
        ),
        pytest.param(
            AWAY,
            {"has_it": True, "sent": 30},
            "Redis was not reached: send the command again; at most 30 of the 2,500 parts may be sent, "
            "the others were taken back",
            id="the reply was lost, when a worker had some",
        ),
    ],
)
def test_what_a_refused_round_leaves_is_taken_back(
    server: "redis.Redis", error: Exception, options: dict[str, Any], said: str
) -> None:
    """The rounds before it are cancelled, and the error says how many were too late for that."""
    producer = Producer(Failing(server, error, **options), Delivery(page="P1"))
    with pytest.raises(type(error)) as caught:
        producer.send_batch(PARTS)
    assert str(caught.value) == said
    assert (_waiting(server), server.hgetall("outbound:depth")) == (0, {})
    counts = server.hgetall("outbound:counts")
    sent = options.get("sent", 0)
    accepted = 2_500 if options.get("has_it") else 2_000
    assert counts == {b"cancelled": str(accepted - sent).encode()} | (
        {b"sent": str(sent).encode()} if sent else {}
    )


def test_a_large_batch_is_taken_back_in_few_round_trips(valkey: "redis.Redis") -> None:
    """Two thousand parts are cancelled by as many calls as it takes to name them, not one by one."""
    valkey.config_resetstat()
    with pytest.raises(QueueFullError):
        Producer(Failing(valkey, FULL), Delivery(page="P1")).send_batch(PARTS)
    counted = valkey.info("commandstats")
    assert counted["cmdstat_evalsha"]["calls"] + counted.get("cmdstat_eval", {"calls": 0})["calls"] < 20
    assert _waiting(valkey) == 0


def test_a_page_without_room_for_all_takes_none(server: "redis.Redis") -> None:
    """The first round asks for room for the whole batch."""
    producer = Producer.on(server, page="P1", page_queue_max=2_499)
    with pytest.raises(QueueFullError, match="at most 2,499 may: nothing was accepted"):
        producer.send_batch(PARTS)
    with pytest.raises(QueueFullError, match="at most 2,499 may: nothing was accepted"):
        producer.with_options(idempotency_key="k").send_batch(PARTS)
    assert server.keys("outbound:c*") == [b"outbound:clock"]
    assert isinstance(producer.send_batch(PARTS[1:]), BatchTicket)


def test_a_batch_under_a_key_goes_on_where_it_broke_off(server: "redis.Redis") -> None:
    """The same call again puts what is missing under the first one's ticket, and nothing twice."""
    queue = Failing(server, FULL)
    queue.rounds = 1  # the round under the key is not counted
    producer = Producer(queue, Delivery(page="P1", idempotency_key="k"))
    with pytest.raises(
        QueueFullError, match="the first 2,000 of 2,500 parts are on the queue: send it again"
    ):
        producer.send_batch(PARTS)
    _send(server, 40)
    ticket = producer.send_batch(PARTS)
    assert isinstance(ticket, BatchTicket)
    assert (ticket.parts[39].outcome() is None, _waiting(server)) == (False, 2_460)
    assert all(server.hexists("outbound:commands", part.id) for part in ticket.parts[40:])
    assert (producer.send_batch(PARTS).id, _waiting(server)) == (ticket.id, 2_460)


def test_a_batch_that_is_refused_among_many_stops_before_itself(server: "redis.Redis") -> None:
    """What `send_many` says is on the queue is on the queue, and nothing else."""
    commands: list[Command] = [batch.send_text("1", "a") for _ in range(600)]
    queue = Failing(server, FULL)
    queue.rounds = 0  # the first 500 go on their way otherwise
    with pytest.raises(SendManyError) as caught:
        Producer(queue, Delivery(page="P1")).send_many([*commands, batch.send_batch(PARTS)])
    assert (caught.value.enqueued, _waiting(server)) == (500, 500)


def test_a_batch_of_many_gives_all_replies(server: "redis.Redis") -> None:
    """`result` has a reply for each part, in the order of the parts."""
    ticket = Producer.on(server, page="P1").send_batch(PARTS)
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    for token in range(1, 51):
        chunk = lanes.take("w", token, PROFILE).chunk
        assert chunk is not None
        details = {
            each.id: b'{"reply":"%s"}' % each.id.rpartition(".")[2].encode() for each in chunk.commands
        }
        lanes.settle(chunk, [Settlement(each, "sent", "a", 0, detail) for each, detail in details.items()])
    replies = ticket.result(timeout_s=1)
    assert [each["body"] for each in replies if each is not None] == [str(place) for place in range(2_500)]
