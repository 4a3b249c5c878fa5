"""Every way onto the queue carries the trace: rounds of a bulk that are on their way together, and an event loop's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import cast

import msgspec
import pytest
import redis
from opentelemetry import trace
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from producer import (
    AsyncProducer,
    IdempotencyError,
    Producer,
    QueueUnavailableError,
    SendManyError,
    batch,
    messages,
)
from producer.commands import Command, decode
from producer.queue.bulk import ROUND
from producer.tracing.mark import without_trace
from tests.blocking import async_client
from tests.worker.observe.seen import by_name
from worker.engine.chunk import taken_of


class Enqueue(msgspec.Struct, frozen=True):
    """The span of one round trip that enqueues: of how many commands, and whether it failed."""

    commands: int | None
    failed: bool = False


def enqueues(exporter: InMemorySpanExporter) -> list[Enqueue]:
    """Returns the spans of enqueueing, all of which stand below the service's own span."""
    spans = by_name(exporter)
    (service,) = spans["service"]
    found = spans.get("outbound enqueue", [])
    assert {span.parent and span.parent.span_id for span in found} <= {service.context.span_id}
    return [
        Enqueue(
            cast("int | None", dict(span.attributes or {}).get("messaging.batch.message_count")),
            span.status.status_code == StatusCode.ERROR,
        )
        for span in found
    ]


def carried(server: "redis.Redis") -> set[str]:
    """Returns the traces that the commands in Redis carry, all of which can be read."""
    records = cast("dict[bytes, bytes]", server.hgetall("outbound:commands"))
    taken = [taken_of(command_id, record) for command_id, record in records.items()]
    for each in taken:
        decode(each.type, each.body)
    return {each.trace for each in taken}


def traceparents(exporter: InMemorySpanExporter) -> list[str]:
    """Returns what the commands of each enqueue are to carry."""
    found = [span.context for span in by_name(exporter)["outbound enqueue"]]
    return [f"00-{each.trace_id:032x}-{each.span_id:016x}-{each.trace_flags:02x}" for each in found]


def within(work: Callable[[AsyncProducer], Awaitable[object]], server: "redis.Redis") -> None:
    """Runs what a service does in an event loop, within a span of its own."""

    async def main() -> None:
        async with AsyncProducer.on(async_client(server), page="P1") as producer:
            with trace.get_tracer("service").start_as_current_span("service"):
                await work(producer)

    asyncio.run(main())


def texts(number: int) -> Iterator[Command]:
    """Yields so many texts."""
    return (batch.send_text(str(each + 1), "x") for each in range(number))


def test_each_round_of_a_bulk_is_a_span(server: "redis.Redis", exporter: InMemorySpanExporter) -> None:
    """Its commands carry the span of their own round, also while the round before is under way."""
    with trace.get_tracer("service").start_as_current_span("service"):
        Producer.on(server, page="P1").send_many(texts(2 * ROUND + 1))
    assert enqueues(exporter) == [Enqueue(ROUND), Enqueue(ROUND), Enqueue(1)]
    assert carried(server) == set(traceparents(exporter))
    assert len(carried(server)) == 3


def test_the_span_of_a_round_lasts_until_its_answer(
    server: "redis.Redis", exporter: InMemorySpanExporter
) -> None:
    """What is on its way has no end yet; an answer that nobody reads makes it a failed one."""
    ended: list[int] = []

    def source() -> Iterator[Command]:
        yield from texts(ROUND)
        ended.append(len(exporter.get_finished_spans()))
        raise KeyboardInterrupt

    with trace.get_tracer("service").start_as_current_span("service"), pytest.raises(KeyboardInterrupt):
        Producer.on(server, page="P1").send_many(source())
    assert (ended, enqueues(exporter)) == ([0], [Enqueue(ROUND, failed=True)])


def test_a_round_that_is_refused_is_one_failed_span(
    server: "redis.Redis", exporter: InMemorySpanExporter, caplog: pytest.LogCaptureFixture
) -> None:
    """It ends once, and the round before it stays a good one."""
    producer = Producer.on(server, page="P1", page_queue_max=ROUND)
    with trace.get_tracer("service").start_as_current_span("service"), pytest.raises(SendManyError):
        producer.send_many(texts(ROUND + 1))
    assert enqueues(exporter) == [Enqueue(ROUND), Enqueue(1, failed=True)]
    assert caplog.messages == []


def test_a_command_of_an_event_loop_carries_its_trace(
    server: "redis.Redis", exporter: InMemorySpanExporter
) -> None:
    """It is the trace of the task that awaits it, under a key too."""

    async def work(producer: AsyncProducer) -> None:
        await producer.send_text("1", "x")
        keyed = producer.with_options(idempotency_key="order-7")
        await keyed.send_text("2", "x")
        with pytest.raises(IdempotencyError):
            await keyed.send_text("2", "y")

    within(work, server)
    assert enqueues(exporter) == [Enqueue(1), Enqueue(1), Enqueue(1)]
    assert carried(server) == set(traceparents(exporter)[:2])


def test_tasks_beside_each_other_keep_to_their_traces(
    server: "redis.Redis", exporter: InMemorySpanExporter
) -> None:
    """Of two tasks on one producer, each stands below its own span."""

    async def shipped(producer: AsyncProducer, person: str) -> int:
        with trace.get_tracer("service").start_as_current_span(f"order of {person}") as span:
            await producer.send_text(person, "x")
            return span.get_span_context().span_id

    async def main() -> list[int]:
        async with AsyncProducer.on(async_client(server), page="P1") as producer:
            return await asyncio.gather(*(shipped(producer, person) for person in ("1", "2", "3")))

    above = asyncio.run(main())
    found = by_name(exporter)["outbound enqueue"]
    assert sorted(span.parent.span_id for span in found if span.parent) == sorted(above)


def test_a_bulk_of_an_event_loop_carries_its_trace(
    server: "redis.Redis", exporter: InMemorySpanExporter
) -> None:
    """Each round trip is a span, whatever kind of iterable the commands come from."""

    async def source() -> AsyncIterator[Command]:
        for each in texts(ROUND + 1):
            yield each

    within(lambda producer: producer.send_many(source()), server)
    assert enqueues(exporter) == [Enqueue(ROUND), Enqueue(1)]
    assert carried(server) == set(traceparents(exporter))


def test_a_broadcast_of_an_event_loop_carries_its_trace_once(
    server: "redis.Redis", exporter: InMemorySpanExporter
) -> None:
    """Its message does, in one span."""
    within(
        lambda producer: producer.broadcast_to(["1", "2"], messages.text("x"), broadcast_id="sale"), server
    )
    assert enqueues(exporter) == [Enqueue(None)]
    body = cast("bytes", server.hget("outbound:broadcast:sale", "body"))
    assert [without_trace(body)[0]] == traceparents(exporter)


def test_without_a_span_an_event_loop_writes_nothing(
    server: "redis.Redis", exporter: InMemorySpanExporter
) -> None:
    """Neither commands nor broadcasts carry anything."""

    async def main() -> None:
        async with AsyncProducer.on(async_client(server), page="P1") as producer:
            await producer.send_text("1", "x")
            await producer.send_many(texts(2))
            await producer.broadcast_to(["1"], messages.text("x"), broadcast_id="sale")

    asyncio.run(main())
    assert carried(server) == {""}
    assert cast("bytes", server.hget("outbound:broadcast:sale", "body"))[:1] != b"~"
    assert exporter.get_finished_spans() == ()


def test_an_enqueue_of_an_event_loop_that_fails_is_a_failed_span(exporter: InMemorySpanExporter) -> None:
    """A Redis that is away is seen in the trace, without its words."""

    async def main() -> None:
        async with AsyncProducer.connect("redis://127.0.0.1:1/0", page="P1") as producer:
            with (
                trace.get_tracer("service").start_as_current_span("service"),
                pytest.raises(QueueUnavailableError),
            ):
                await producer.send_text("1", "x")

    asyncio.run(main())
    assert enqueues(exporter) == [Enqueue(1, failed=True)]
    assert [span.events for span in by_name(exporter)["outbound enqueue"]] == [()]
