"""The spans of a chunk: a wait for each command that carries a trace, and the call; loaded only where OpenTelemetry is.

Attributes are ids, lanes and counts: neither a message nor a recipient nor a token.
"""

import time
from collections import Counter
from collections.abc import Sequence
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from producer.tracing.spans import SYSTEM, TRACER
from worker.engine.chunk import Chunk, Taken
from worker.judge import Verdict

MS: Final = 1_000_000


class CallSpan:
    """One call of Graph, with links to the commands that it was made for.

    When all of them are of one trace, it is in that trace, below the first of them; else in one of its own.
    """

    def __init__(self, chunk: Chunk) -> None:
        self._tracer = trace.get_tracer(TRACER)
        begun_ns = time.time_ns()
        contexts = {
            context.trace_id * 2**64 + context.span_id: context
            for taken in chunk.commands
            if taken.trace and (context := self._waited(taken, begun_ns)).is_valid
        }
        links = [Link(context) for context in contexts.values()]
        first = next(iter(contexts.values()), None)
        parent = Context()
        if first is not None and len({context.trace_id for context in contexts.values()}) == 1:
            parent = trace.set_span_in_context(trace.NonRecordingSpan(first), parent)
        self._span = self._tracer.start_span(
            "outbound call", parent, SpanKind.CLIENT, links=links, start_time=begun_ns
        )
        self._span.set_attribute("messaging.system", SYSTEM)
        self._span.set_attribute("messaging.batch.message_count", len(chunk.commands))

    def end(self, verdicts: Sequence[Verdict]) -> None:
        """Ends the call with how often each verdict was given; as failed when nothing was sent."""
        kinds = Counter(verdict.kind for verdict in verdicts)
        for kind, times in kinds.items():
            self._span.set_attribute(f"outbound.verdicts.{kind}", times)
        if verdicts and not kinds["sent"]:
            self._span.set_status(Status(StatusCode.ERROR))
        self._span.end()

    def _waited(self, taken: Taken, begun_ns: int) -> trace.SpanContext:
        """Writes how long a command waited, and returns what the call links to.

        The people of a broadcast have no spans of their own: there may be millions of them.
        """
        context = TraceContextTextMapPropagator().extract({"traceparent": taken.trace}, Context())
        if taken.broadcast:
            return trace.get_current_span(context).get_span_context()
        enqueued_ns = min(taken.enqueued_ms * MS, begun_ns)
        span = self._tracer.start_span(
            "outbound wait",
            context,
            SpanKind.CONSUMER,
            start_time=enqueued_ns,
            attributes={
                "messaging.system": SYSTEM,
                "messaging.operation.name": "wait",
                "messaging.message.id": taken.id,
                "outbound.type": taken.type,
                "outbound.lane": taken.lane,
                "outbound.attempt": taken.attempts + 1,
            },
        )
        span.end(begun_ns)
        return span.get_span_context()
