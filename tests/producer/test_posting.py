"""Rounds of a bulk are on their way while the next is made: nothing is lost or doubled, whatever happens between."""

from collections.abc import Callable, Iterator

import pytest
import redis

from producer import Producer, QueueFullError, SendManyError, batch
from producer.commands import Command
from producer.queue.bulk import ROUND

COUNT = 3 * ROUND + 1
AT = ROUND + ROUND // 2


def texts(happens: Callable[[], object]) -> Iterator[Command]:
    """Yields texts; while the second round is made, and the first is on its way, something happens."""
    for number in range(COUNT):
        if number == AT:
            happens()
        yield batch.send_text(str(number + 1), "x")


def test_a_server_that_forgets_its_scripts_loses_no_round(server: "redis.Redis") -> None:
    """Each command is on the queue once after the scripts were flushed under way."""
    assert Producer.on(server, page="P1").send_many(texts(server.script_flush)) == COUNT
    assert server.hlen("outbound:commands") == COUNT


def test_a_connection_that_breaks_under_way_doubles_no_round(valkey: "redis.Redis", valkey_url: str) -> None:
    """A round whose answer was lost is put again, and its commands are on the queue once."""
    with redis.Redis.from_url(valkey_url) as other:

        def kill_all() -> None:
            other.client_kill_filter(_type="normal", skipme=True)

        assert Producer.on(valkey, page="P1").send_many(texts(kill_all)) == COUNT
    assert valkey.hlen("outbound:commands") == COUNT


def test_an_interrupt_leaves_no_answer_unread(server: "redis.Redis") -> None:
    """After Ctrl-C the producer goes on: nothing reads the answer of the round that was left."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    producer = Producer.on(server, page="P1")
    with pytest.raises(KeyboardInterrupt):
        producer.send_many(texts(interrupt))
    before = server.hlen("outbound:commands")
    assert producer.send_many([batch.send_text("0", "x")]) == 1
    assert (before, server.hlen("outbound:commands")) in [(ROUND, ROUND + 1), (0, 1)]


def test_a_full_queue_is_told_at_the_round_that_it_stopped(server: "redis.Redis") -> None:
    """What was accepted before a Page's queue was full is counted exactly."""
    producer = Producer.on(server, page="P1", page_queue_max=2 * ROUND)
    with pytest.raises(SendManyError) as caught:
        producer.send_many(texts(lambda: None))
    assert caught.value.enqueued == 2 * ROUND
    assert isinstance(caught.value.__cause__, QueueFullError)
    assert server.hlen("outbound:commands") == 2 * ROUND
