"""`outbound_worker.drain()` returns when all that is due has ended, and tells what cannot."""

import asyncio
import time
from datetime import timedelta

import pytest
import redis

from producer import AsyncProducer, Producer, batch, messages
from worker.testing.draining import Worker
from worker.testing.graph import Graph


@pytest.fixture
def outbound_pages(outbound_page: str) -> tuple[str, ...]:
    """The worker has a token for two Pages."""
    return (outbound_page, "P2")


def test_an_empty_queue_is_drained_at_once(outbound_worker: Worker, graph: Graph) -> None:
    """There is nothing to wait for."""
    started = time.monotonic()
    outbound_worker.drain()
    assert (time.monotonic() - started < 1, graph.texts()) == (True, [])


def test_throttles_and_retries_take_no_time(
    outbound_producer: Producer, outbound_worker: Worker, graph: Graph
) -> None:
    """Hours on the queue's clock pass at once, and what was waiting arrives in order."""
    graph.faults.add("error", code=613, times=2)
    graph.faults.add("bare_429", times=1)
    graph.faults.add("unavailable", times=3)
    tickets = [outbound_producer.send_text("7", text) for text in ("one", "two", "three")]
    started = time.monotonic()
    outbound_worker.drain()
    assert time.monotonic() - started < 10
    assert graph.texts("7") == ["one", "two", "three"]
    outcome = tickets[0].outcome()
    assert outcome is not None
    assert (outcome.name, outcome.attempts) == ("sent", 4)
    assert outcome.at.timestamp() > time.time() + 60


def test_what_is_scheduled_waits_until_time_is_moved_on(
    outbound_producer: Producer, outbound_worker: Worker, graph: Graph
) -> None:
    """It is not due; `advance` makes it so."""
    outbound_producer.with_options(send_at=time.time() + 48 * 3600).send_text("7", "in two days")
    outbound_producer.send_text("7", "now")
    outbound_worker.drain()
    assert graph.texts() == ["now"]
    outbound_worker.advance(timedelta(days=1))
    outbound_worker.drain()
    assert graph.texts() == ["now"]
    outbound_worker.advance(24 * 3600)
    outbound_worker.drain()
    assert graph.texts() == ["now", "in two days"]


def test_broadcasts_and_bulks_are_drained(
    outbound_producer: Producer, outbound_worker: Worker, graph: Graph
) -> None:
    """Of several Pages."""
    begun = outbound_producer.broadcast_to([str(n) for n in range(1, 301)], messages.text("Sale!"))
    outbound_producer.for_page("P2").send_many(batch.send_text(str(n), "x") for n in range(1, 301))
    outbound_worker.drain()
    assert begun.progress().ended == {"sent": 300}
    assert (len(graph.texts(page="P2")), len(graph.texts(page="111111111111111"))) == (300, 300)


def test_what_can_never_end_is_told(
    outbound_producer: Producer, outbound_worker: Worker, graph: Graph
) -> None:
    """At once, with the reason for each command: a Page without a token, a token that died."""
    unserved = outbound_producer.for_page("P9").send_text("7", "x")
    graph.set_token("P2", state="expired")
    held = outbound_producer.for_page("P2").send_text("7", "x")
    with pytest.raises(AssertionError) as caught:
        outbound_worker.drain()
    lane, mend = "waiting in its lane, 0 before it", "add it to the Pages file"
    again = (
        "Then, or as soon as a worker has another token, one call tries; each that fails doubles the time."
    )
    assert str(caught.value).splitlines() == [
        "what waits can never end as things are:",
        f"  send_message {unserved.id} on Page P9: {lane}: no running worker holds a token for Page P9: {mend}",
        (
            f"  send_message {held.id} on Page P2: {lane}: Page P2 is held: The Page's access token has expired."
            f" {again}"
        ),
    ]


def test_what_has_not_ended_in_time_is_told(
    outbound_producer: Producer, outbound_worker: Worker, graph: Graph
) -> None:
    """A call that hangs is named."""
    graph.set_latency(700)
    ticket = outbound_producer.send_text("7", "x")
    with pytest.raises(AssertionError, match=rf"not drained within 0\.2 s:\n  send_message {ticket.id} "):
        outbound_worker.drain(timeout_s=0.2)
    outbound_worker.drain()
    assert graph.texts() == ["x"]


def test_both_producers_are_on_one_server(
    outbound_producer: Producer,
    outbound_async_producer: AsyncProducer,
    outbound_redis: "redis.Redis",
    outbound_worker: Worker,
    graph: Graph,
) -> None:
    """What one enqueued, the other asks after, while the worker works."""

    async def main() -> str:
        async with outbound_async_producer as producer:
            ticket = await producer.send_text("7", "x")
            assert (await ticket.wait(10)).name == "sent"
            return ticket.id

    command_id = asyncio.run(main())
    outbound_worker.drain()
    assert outbound_producer.ticket(command_id).wait(1).name == "sent"
    assert (graph.texts("7"), outbound_redis.hlen("outbound:commands")) == (["x"], 0)


class TestWithRates:
    """A worker whose settings the test gives."""

    @pytest.fixture
    def outbound_settings(self) -> dict[str, str]:
        """Ten texts a second."""
        return {"OUTBOUND_RATE_TEXT": "10/s"}

    def test_rates_are_kept_on_the_queues_clock(
        self, outbound_producer: Producer, outbound_worker: Worker, graph: Graph
    ) -> None:
        """Forty texts at ten a second take three seconds of it after the burst, and less of the test's."""
        outbound_producer.send_many(batch.send_text(str(n), "x") for n in range(1, 41))
        before_s = time.time()
        outbound_worker.drain()
        assert len(graph.texts()) == 40
        assert outbound_worker._now_ms() / 1000 - before_s >= 2.9


class TestEchoes:
    """Of a worker that awaits echoes."""

    @pytest.fixture
    def outbound_settings(self) -> dict[str, str]:
        """What is in doubt waits for its echo."""
        return {"OUTBOUND_CONFIRM_ECHOES": "1", "OUTBOUND_ECHO_TIMEOUT": "1h"}

    def test_what_awaits_its_echo_can_be_left_waiting(
        self, outbound_producer: Producer, outbound_worker: Worker, graph: Graph
    ) -> None:
        """The test brings the echo, and what was in doubt is sent, once."""
        graph.faults.add("drop_after", times=1)
        ticket = outbound_producer.send_text("7", "hello")
        outbound_worker.drain(until_echoes=True)
        assert ticket.outcome() is None
        echo = {"message": {"is_echo": True, "mid": "m", "metadata": ticket.id}, "recipient": {"id": "7"}}
        assert outbound_producer.confirm_echo(echo) == 1
        outbound_worker.drain()
        outcome = ticket.outcome()
        assert outcome is not None
        assert (outcome.name, graph.texts()) == ("sent", ["hello"])
