"""The SDK of OpenTelemetry as a service sets it up."""

from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


@pytest.fixture(scope="session")
def recorded() -> InMemorySpanExporter:
    """What the SDK that a service has set up would export; it can be set up only once in a process."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


@pytest.fixture
def exporter(recorded: InMemorySpanExporter) -> Iterator[InMemorySpanExporter]:
    """The exporter, empty before and after."""
    recorded.clear()
    yield recorded
    recorded.clear()
