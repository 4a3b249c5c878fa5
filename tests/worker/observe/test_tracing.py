"""A trace goes from the service's span through enqueue and wait to the call of Graph."""

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import cast

import msgspec
import pytest
import redis
from opentelemetry import trace
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from producer import Producer, QueueUnavailableError, messages
from producer.commands import TYPES
from producer.store.keys import Keys
from producer.tracing.mark import without_trace
from producer.tracing.traces import LOADED
from tests.worker.observe.seen import by_name, ids_of, parent_of
from worker.call.graph.answers import Answer, Answered
from worker.call.graph.signing import Signed
from worker.config.pages import Page, Pages
from worker.config.settings import Settings
from worker.deliver import Deliverer
from worker.engine.chunk import Chunk, Settlement
from worker.engine.lanes import Lanes
from worker.operations.dead_letters import show
from worker.settle.settlements import Schedule

PAGES = Pages({"P1": Page("P1", "SECRET-TOKEN")}, {})
SETTINGS = Settings(rates=dict.fromkeys(("text", "media", "profile", "other")))
SUCCESS = Answered(200, b'{"recipient_id":"1","message_id":"m"}')
REFUSAL = Answered(400, b'{"error":{"code":551,"message":"x"}}')
PSID, TEXT = "1234500000054321", "what nobody else may read"


class Graph:
    """Answers every call with `answer`."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def outgoing(self, calls: Sequence[Signed]) -> list[Signed]:
        """Encodes nothing."""
        return list(calls)

    def answers(self, calls: Sequence[Signed], *, guard: Callable[[], bool] | None = None) -> list[Answer]:
        """Answers each the same."""
        assert guard is not None
        return [self.answer] * len(calls)


class House:
    """A producer and a worker on one server."""

    def __init__(self, server: "redis.Redis") -> None:
        self.server = server
        self.producer = Producer.on(server, page="P1")
        self.lanes = Lanes(server)
        self.profile = PAGES.profile(SETTINGS, tuple(TYPES))
        self.lanes.hello("w", self.profile, b"{}")
        self._token = 0

    def take(self) -> Chunk:
        """Returns the next chunk."""
        self._token += 1
        chunk = self.lanes.take("w", self._token, self.profile).chunk
        assert chunk is not None
        return chunk

    def deliver(self, answer: Answer = SUCCESS) -> None:
        """Delivers the next chunk."""
        Deliverer(
            lanes=self.lanes,
            graph=Graph(answer),
            pages=lambda: PAGES,
            schedule=Schedule((1_000,)),
            may_begin=lambda _: True,
            stopping=threading.Event(),
        ).deliver(self.take())

    def bodies(self) -> list[bytes]:
        """Returns the bodies of all commands as they lie in Redis."""
        records = cast("list[bytes]", self.server.hvals("outbound:commands"))
        return [record.split(b"\n", 2)[2] for record in records]


@pytest.fixture
def house(server: "redis.Redis") -> House:
    """A house of one test."""
    return House(server)


def test_one_trace_from_the_service_to_graph(house: House, exporter: InMemorySpanExporter) -> None:
    """The service's span, the enqueue, the wait and the call stand one below the other, in one trace."""
    with trace.get_tracer("service").start_as_current_span("order shipped"):
        ticket = house.producer.send_text(PSID, TEXT)
    house.deliver()
    spans = by_name(exporter)
    chain = [
        spans[name][0] for name in ("order shipped", "outbound enqueue", "outbound wait", "outbound call")
    ]
    assert {span.context.trace_id for span in chain} == {chain[0].context.trace_id}
    assert [parent_of(span) for span in chain] == [None, *(span.context.span_id for span in chain[:3])]
    assert [span.kind for span in chain[1:]] == [SpanKind.PRODUCER, SpanKind.CONSUMER, SpanKind.CLIENT]
    assert [dict(span.attributes or {}) for span in chain[1:]] == [
        {
            "messaging.system": "outbound",
            "messaging.operation.name": "enqueue",
            "messaging.message.id": ticket.id,
            "messaging.batch.message_count": 1,
        },
        {
            "messaging.system": "outbound",
            "messaging.operation.name": "wait",
            "messaging.message.id": ticket.id,
            "outbound.type": "send_message",
            "outbound.lane": "P1/t/i",
            "outbound.attempt": 1,
        },
        {"messaging.system": "outbound", "messaging.batch.message_count": 1, "outbound.verdicts.sent": 1},
    ]
    outcome = house.producer.ticket(ticket.id).outcome()
    assert outcome is not None
    assert outcome.sent


def test_without_a_recorded_span_nothing_is_written(house: House, exporter: InMemorySpanExporter) -> None:
    """Neither a caller without a span nor one whose trace is not sampled writes anything, or makes a span."""
    house.producer.send_text(PSID, TEXT)
    not_sampled = trace.SpanContext(1, 2, is_remote=False, trace_flags=trace.TraceFlags(0))
    with trace.use_span(trace.NonRecordingSpan(not_sampled)):
        house.producer.send_text("2", TEXT)
        house.producer.broadcast_to(["3"], messages.text("x"), broadcast_id="sale")
    assert [body[:1] for body in house.bodies() if body.startswith(b"~")] == []
    assert (house.server.hget("outbound:broadcast:sale", "body") or b"~")[:1] != b"~"
    house.deliver()
    assert exporter.get_finished_spans() == ()


def test_where_opentelemetry_is_not_loaded_nothing_is_asked(
    house: House, exporter: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both sides look only at whether somebody has loaded it; a traced command is delivered all the same."""
    with trace.get_tracer("service").start_as_current_span("order shipped"):
        traced = house.producer.send_text("1", TEXT)
        monkeypatch.delitem(sys.modules, LOADED)
        house.producer.send_text("2", TEXT)
    assert sorted(body[:1] == b"~" for body in house.bodies()) == [False, True]
    exporter.clear()
    house.deliver()
    assert exporter.get_finished_spans() == ()
    assert house.producer.ticket(traced.id).outcome() is not None


def test_a_call_of_several_traces_is_linked_to_each(house: House, exporter: InMemorySpanExporter) -> None:
    """A batch belongs to no one of them: its call has a trace of its own, with links to every wait."""
    for person in ("1", "2"):
        with trace.get_tracer("service").start_as_current_span("order shipped"):
            house.producer.send_text(person, TEXT)
    house.producer.send_text("3", TEXT)
    house.deliver(REFUSAL)
    spans = by_name(exporter)
    (call,) = spans["outbound call"]
    waits = spans["outbound wait"]
    assert (len(waits), call.parent) == (2, None)
    assert [(link.context.trace_id, link.context.span_id) for link in call.links] == list(map(ids_of, waits))
    assert call.context.trace_id not in {wait.context.trace_id for wait in waits}
    assert dict(call.attributes or {}) == {
        "messaging.system": "outbound",
        "messaging.batch.message_count": 3,
        "outbound.verdicts.refused": 3,
    }
    assert (call.status.status_code, call.status.description) == (StatusCode.ERROR, None)


def test_a_broadcast_carries_its_trace_once(house: House, exporter: InMemorySpanExporter) -> None:
    """Its calls stand below its enqueue; of its people, who may be millions, none has spans."""
    with trace.get_tracer("service").start_as_current_span("campaign"):
        house.producer.broadcast_to(["1", "2", "3"], messages.text("x"), broadcast_id="sale")
    house.deliver()
    spans = by_name(exporter)
    assert {name: len(found) for name, found in spans.items()} == {
        "campaign": 1,
        "outbound enqueue": 1,
        "outbound call": 1,
    }
    (call,), (enqueue,) = spans["outbound call"], spans["outbound enqueue"]
    assert (call.context.trace_id, parent_of(call)) == ids_of(enqueue)
    assert [(link.context.trace_id, link.context.span_id) for link in call.links] == [ids_of(enqueue)]
    assert house.producer.broadcast("sale").progress().ended == {"sent": 3}


def test_nothing_private_is_in_a_span(house: House, exporter: InMemorySpanExporter) -> None:
    """No attribute, event or status holds a text, a recipient or a token."""
    with trace.get_tracer("service").start_as_current_span("order shipped"):
        house.producer.send_text(PSID, TEXT)
    house.deliver(REFUSAL)
    written = "".join(span.to_json() for span in exporter.get_finished_spans())
    assert "outbound call" in written
    assert [each for each in (PSID, TEXT, "SECRET-TOKEN") if each in written] == []


def test_an_enqueue_that_fails_is_a_failed_span(exporter: InMemorySpanExporter) -> None:
    """A Redis that is away is seen in the trace, without its words."""
    producer = Producer.connect("redis://127.0.0.1:1/0", page="P1")
    with (
        trace.get_tracer("service").start_as_current_span("order shipped"),
        pytest.raises(QueueUnavailableError),
    ):
        producer.send_text(PSID, TEXT)
    (enqueue,) = by_name(exporter)["outbound enqueue"]
    assert (enqueue.status.status_code, enqueue.status.description) == (StatusCode.ERROR, None)
    assert enqueue.events == ()


def test_under_a_key_the_trace_changes_nothing(house: House, exporter: InMemorySpanExporter) -> None:
    """The same command of another trace is the same command."""
    keyed = house.producer.with_options(idempotency_key="order-7")
    tickets = set()
    for _ in range(2):
        with trace.get_tracer("service").start_as_current_span("order shipped"):
            tickets.add(keyed.send_text(PSID, TEXT).id)
    assert len(tickets) == 1
    assert len(by_name(exporter)["outbound enqueue"]) == 2


def test_a_dead_letter_keeps_its_trace_and_shows_its_content(
    house: House, exporter: InMemorySpanExporter
) -> None:
    """Whoever looks at it sees the command, not the line before it."""
    with trace.get_tracer("service").start_as_current_span("order shipped"):
        house.producer.send_text(PSID, TEXT)
    chunk = house.take()
    house.lanes.settle(chunk, [Settlement(chunk.commands[0].id, "refused", "ad")])
    assert by_name(exporter).keys() == {"order shipped", "outbound enqueue"}
    letter = show(house.server, Keys("outbound"), chunk.commands[0].id, with_content=True)
    assert TEXT in str(msgspec.to_builtins(letter))
    assert chunk.commands[0].trace.startswith("00-")


def test_a_tracing_that_fails_stops_no_delivery(house: House, exporter: InMemorySpanExporter) -> None:
    """A line that is no traceparent starts nothing, and the command is sent."""
    with trace.get_tracer("service").start_as_current_span("order shipped"):
        ticket = house.producer.send_text(PSID, TEXT)
    record = cast("bytes", house.server.hget("outbound:commands", ticket.id))
    house.server.hset("outbound:commands", ticket.id, record.replace(b"~00-", b"~zz-\xff"))
    exporter.clear()
    house.deliver()
    assert house.producer.ticket(ticket.id).outcome() is not None


@pytest.mark.parametrize(
    ("body", "split"),
    [
        pytest.param(b"\x81\xa1a\x01", ("", b"\x81\xa1a\x01"), id="a command without a trace"),
        pytest.param(b"", ("", b""), id="a person of a broadcast"),
        pytest.param(b"~00-a-b-01\n\x81\n~", ("00-a-b-01", b"\x81\n~"), id="a command with one"),
        pytest.param(b"~cut", ("cut", b""), id="a line without an end"),
    ],
)
def test_a_body_is_told_from_its_trace(body: bytes, split: tuple[str, bytes]) -> None:
    """Only what begins with the mark carries a trace."""
    assert without_trace(body) == split


def test_the_library_loads_no_opentelemetry_of_its_own() -> None:
    """Whoever records spans has loaded it: a service that does not pays nothing."""
    code = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "import producer, producer.tracing.traces, worker.observe.tracing\n"
        "print('producer.tracing.spans' in sys.modules, producer.tracing.traces.enqueuing())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 (our own interpreter)
    assert done.stdout.strip() == "False None"
