"""What the spans that were recorded look like."""

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


def by_name(exporter: InMemorySpanExporter) -> dict[str, list[ReadableSpan]]:
    """Returns the finished spans by their names."""
    found: dict[str, list[ReadableSpan]] = {}
    for span in exporter.get_finished_spans():
        found.setdefault(span.name, []).append(span)
    return found


def ids_of(span: ReadableSpan) -> tuple[int, int]:
    """Returns the trace and the span that a span is."""
    return span.context.trace_id, span.context.span_id


def parent_of(span: ReadableSpan) -> int | None:
    """Returns the span above."""
    return None if span.parent is None else span.parent.span_id
