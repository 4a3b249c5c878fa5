"""The span of an enqueue; loaded only where OpenTelemetry is.

Its attributes are counts and ids: neither a message nor a recipient.
"""

from collections.abc import Sequence
from typing import Final, Self

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from producer.tracing.mark import MARK

TRACER: Final = "messenger-outbound"
SYSTEM: Final = "outbound"


def begin() -> "EnqueueSpan | None":
    """Begins a span below the current one; None when that is not recorded."""
    if not trace.get_current_span().is_recording():
        return None
    return EnqueueSpan(trace.get_tracer(TRACER).start_span("outbound enqueue", kind=SpanKind.PRODUCER))


class EnqueueSpan:
    """One round trip that enqueues commands."""

    def __init__(self, span: Span) -> None:
        carrier: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(carrier, trace.set_span_in_context(span))
        self._line = MARK + carrier["traceparent"].encode("ascii") + b"\n"
        self._span = span
        self._ids: list[str] = []

    def marked(self, arguments: Sequence[str | bytes]) -> list[str | bytes]:
        """Returns the arguments of one command, with the trace before its body."""
        *others, body = arguments
        self._ids.append(str(others[0]))
        return [*others, self.marked_body(body if isinstance(body, bytes) else body.encode())]

    def marked_body(self, body: bytes) -> bytes:
        """Returns a body with the trace before it."""
        return self._line + body

    def end(self, *, failed: bool) -> None:
        """Ends the span; it is ended once."""
        self._span.set_attribute("messaging.system", SYSTEM)
        self._span.set_attribute("messaging.operation.name", "enqueue")
        if len(self._ids) == 1:
            self._span.set_attribute("messaging.message.id", self._ids[0])
        if self._ids:
            self._span.set_attribute("messaging.batch.message_count", len(self._ids))
        if failed:
            self._span.set_status(Status(StatusCode.ERROR))
        self._span.end()

    def __enter__(self) -> Self:
        """Does nothing: the span began when it was made."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: object) -> None:
        """Ends the span, as failed when something was raised; what was raised is not written into it."""
        self.end(failed=kind is not None)
