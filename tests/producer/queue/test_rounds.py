"""A batch of more parts than one script takes is accepted in one step: all of it or nothing, once."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
import redis

from producer import Producer, QueueFullError, QueueUnavailableError, SendManyError, batch
from producer.commands import Command
from producer.queue.envelope import Delivery
from producer.store.queue import Queue
from producer.store.steps import Result, Run, Step, Steps
from producer.tickets.batch_ticket import BatchTicket
from worker.engine.chunk import Settlement
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes

PROFILE = Profile(rates={}, types=("send_message",), pages={"P1": KnownPage()})
PARTS = [batch.send_text(str(n), "x") for n in range(1, 2_501)]
FULL = redis.exceptions.OutOfMemoryError("command not allowed when used memory > 'maxmemory'")
TOKENS = count(1)
AWAY = redis.ConnectionError("gone")


class Failing(Queue):
    """Raises `error` in the place of the `at`th script of a whole batch and of all after it."""

    def __init__(self, client: "redis.Redis", error: redis.RedisError, *, at: int) -> None:
        super().__init__(client)
        self.error = error
        self.at = at

    def take(self, steps: Steps[Result], source: Iterator[Any] | None = None) -> Result:
        """Takes all steps but those that fail."""
        return super().take(self.watched(steps), source)

    def watched(self, steps: Steps[Result]) -> Steps[Result]:
        """Passes steps on, and answers those that fail with the error."""
        answer: object = None
        error: Exception | None = None
        try:
            while True:
                step = steps.send(answer) if error is None else steps.throw(error)
                answer, error = None, self.fails(step)
                if error is None:
                    answer = yield step
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]  # Steps[Result] ends with it

    def fails(self, step: Step) -> Exception | None:
        """Tells whether this step is to fail."""
        if not isinstance(step, Run) or step.script.name != "enqueue_whole":
            return None
        self.at -= 1
        return self.error if self.at <= 0 else None


def _producer(queue: Queue, **options: Any) -> Producer:  # noqa: ANN401 (delivery options)
    return Producer(queue, Delivery(page="P1", **options))


def _send(client: "redis.Redis", number: int) -> list[str]:
    lanes = Lanes(client)
    lanes.hello("w", PROFILE, b"{}")
    chunk = lanes.take("w", next(TOKENS), PROFILE, limit=number).chunk
    if chunk is None:
        return []
    lanes.settle(chunk, [Settlement(each.id, "sent", "a") for each in chunk.commands])
    return [each.id for each in chunk.commands]


def _waiting(client: "redis.Redis") -> int:
    return client.hlen("outbound:commands")


@pytest.mark.parametrize("at", [1, 2, 3, 4], ids=["first", "second", "last", "accepting"])
@pytest.mark.parametrize(
    ("error", "expected"),
    [pytest.param(FULL, QueueFullError, id="full"), pytest.param(AWAY, QueueUnavailableError, id="away")],
)
def test_nothing_is_accepted_when_a_round_is_refused(
    server: "redis.Redis", error: redis.RedisError, expected: type[Exception], at: int
) -> None:
    """Whichever round it is: no part waits, none was cancelled, and none of it counts."""
    with pytest.raises(expected):
        put_batch(Failing(server, error, at=at))
    assert (_waiting(server), server.hgetall("outbound:depth"), server.hgetall("outbound:counts")) == (
        0,
        {},
        {},
    )
    assert _send(server, 1) == []


def put_batch(queue: Queue) -> str:
    """Enqueues a batch, and returns the id of its ticket."""
    return queue.take(_producer(queue)._one(batch.send_batch(PARTS)))


def test_what_is_refused_leaves_nothing(server: "redis.Redis") -> None:
    """At its maxmemory Redis is left no parts to keep; else they end by themselves."""
    with pytest.raises(QueueFullError):
        put_batch(Failing(server, FULL, at=3))
    assert server.keys("outbound:staged:*") == []
    with pytest.raises(QueueUnavailableError):
        put_batch(Failing(server, AWAY, at=3))
    (key,) = server.keys("outbound:staged:*")
    assert 0 < server.pttl(key) <= 15 * 60_000


def test_a_batch_whose_producer_is_gone_enters_by_the_timer(server: "redis.Redis") -> None:
    """Once accepted, all parts are sent, in their order, each once."""
    queue = Failing(server, AWAY, at=5)  # three rounds, the acceptance, and what lets the rest enter
    ticket = put_batch(queue)
    assert (_waiting(server), server.hgetall("outbound:depth")) == (1_000, {b"P1": b"2500"})
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    for _ in range(3):
        lanes.tick("w", lease_ms=1_000, may_reap=False)
    assert (_waiting(server), server.zcard("outbound:later")) == (2_500, 0)
    base = ticket.partition("x")[0]
    sent: list[str] = []
    while len(some := _send(server, 50)):
        sent += some
    assert sent == [f"{base}.{place}" for place in range(2_500)]
    assert server.hgetall("outbound:depth") == {}


def test_a_lost_answer_accepts_nothing_twice(server: "redis.Redis") -> None:
    """Whichever step's answer is lost, its repeat changes nothing."""
    queue = Queue(server)
    steps = _producer(queue)._one(batch.send_batch(PARTS))
    queue.take(_repeated(steps))
    assert (_waiting(server), server.hgetall("outbound:depth")) == (2_500, {b"P1": b"2500"})


def _repeated(steps: Steps[Result]) -> Steps[Result]:
    answer: object = None
    with suppress(StopIteration):
        while True:
            step = steps.send(answer)
            yield step
            answer = yield step
    return None  # type: ignore[return-value]


def test_a_page_without_room_for_all_takes_none(server: "redis.Redis") -> None:
    """The whole batch asks for room at once."""
    producer = Producer.on(server, page="P1", page_queue_max=2_499)
    with pytest.raises(QueueFullError, match="at most 2,499 may: nothing was accepted"):
        producer.send_batch(PARTS)
    with pytest.raises(QueueFullError, match="at most 2,499 may: nothing was accepted"):
        producer.with_options(idempotency_key="k").send_batch(PARTS)
    assert server.keys("outbound:[cis]*") == []
    assert isinstance(producer.send_batch(PARTS[1:]), BatchTicket)


def test_a_key_holds_for_the_whole_batch_after_its_outcomes_are_gone(server: "redis.Redis") -> None:
    """What was sent is not sent again while its key stands, however many parts it had."""
    producer = Producer.on(server, page="P1").with_options(idempotency_key="k")
    first = producer.send_batch(PARTS)
    while _send(server, 50):
        pass
    server.delete(*server.keys("outbound:outcome:*"), *server.keys("outbound:staged:*"))
    assert (producer.send_batch(PARTS).id, _waiting(server)) == (first.id, 0)


def test_a_batch_that_is_refused_among_many_stops_before_itself(server: "redis.Redis") -> None:
    """What `send_many` says is on the queue is on the queue, and nothing else."""
    commands: list[Command] = [batch.send_text("1", "a") for _ in range(500)]
    with pytest.raises(SendManyError) as caught:
        _producer(Failing(server, FULL, at=2)).send_many([*commands, batch.send_batch(PARTS)])
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
