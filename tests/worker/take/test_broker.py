"""What the broker takes is settled by a thread, or given back."""

from collections.abc import Iterator
from typing import Any

import dramatiq
import pytest
import redis

from producer import Producer
from tests.running import wait_until
from worker.engine.chunk import Chunk, Took
from worker.engine.knowledge import KnownPage, Profile, Rate
from worker.engine.lanes import Lanes
from worker.take.broker import QUEUE, LaneBroker
from worker.take.circuit import Circuit
from worker.take.presence import Presence
from worker.take.slots import Slots

PROFILE = Profile(rates={"text": Rate(3, 600_000)}, types=("send_message",), pages={"1": KnownPage()})


class LosesReplies(Lanes):
    """Lanes whose takes happen, and whose replies are lost as often as it is told."""

    lost = 0

    def take(self, *arguments: Any, **options: Any) -> Took:  # noqa: ANN401 (whatever a take is given)
        """Takes, and perhaps does not hear of it."""
        took = super().take(*arguments, **options)
        if self.lost and took.chunk is not None:
            self.lost -= 1
            raise redis.TimeoutError("the reply was lost")
        return took


@pytest.fixture
def lanes(valkey: "redis.Redis") -> LosesReplies:
    """Lanes on an empty server."""
    return LosesReplies(valkey)


@pytest.fixture
def broker(lanes: LosesReplies) -> Iterator[LaneBroker]:
    """A broker that has started."""
    made = LaneBroker(lanes, Presence(lanes, lambda: PROFILE, overdue=lambda: False), Slots(), Circuit())
    made.start(2)
    assert made.presence.wait_until_known(10)
    wait_until(lambda: made.presence.may_begin(made.presence.name), within_s=10, why="it was heard")
    try:
        yield made
    finally:
        made.say_goodbye()


def taken(consumer: dramatiq.Consumer) -> Chunk:
    """Returns the next chunk that comes."""
    for _ in range(20):
        message = next(consumer)
        if message is not None:
            chunk = message.args[0]
            assert isinstance(chunk, Chunk)
            return chunk
    raise AssertionError("nothing came")


def test_a_take_whose_reply_was_lost_is_given_back_before_the_next(
    broker: LaneBroker, lanes: LosesReplies
) -> None:
    """What it took comes again with the next take, at no cost, and nothing stays with the old token."""
    producer = Producer.on(lanes.client, page="1")
    ids = [producer.send_text(person, "x").id for person in ("ann", "bob", "eve")]
    lanes.lost = 2
    chunk = taken(broker.consume(QUEUE))
    assert [each.id for each in chunk.commands] == ids
    assert lanes.tokens_of(chunk.worker) == [chunk.token]
    assert broker.takes_in_doubt == []
