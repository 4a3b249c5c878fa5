"""Traces: the caller's trace travels with its commands where OpenTelemetry records one; else nothing is written.

Nothing here loads OpenTelemetry: whoever records spans has loaded it.
"""

import sys
from collections.abc import Sequence
from typing import Final, Protocol, Self

LOADED: Final = "opentelemetry.trace"


class Enqueuing(Protocol):
    """One round trip that enqueues commands, as a span: it ends with its context, or by `end`."""

    def marked(self, arguments: Sequence[str | bytes]) -> list[str | bytes]:
        """Returns the arguments of one command, with the trace before its body."""
        ...

    def marked_body(self, body: bytes) -> bytes:
        """Returns a body with the trace before it."""
        ...

    def end(self, *, failed: bool) -> None:
        """Ends the span; it is ended once."""
        ...

    def __enter__(self) -> Self:
        """Does nothing: the span began when it was made."""
        ...

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: object) -> None:
        """Ends the span, as failed when something was raised."""
        ...


def enqueuing() -> Enqueuing | None:
    """Begins the span of an enqueue below the caller's span; None when the caller has none that is recorded."""
    if LOADED not in sys.modules:
        return None
    from producer.tracing.spans import begin  # noqa: PLC0415 (OpenTelemetry is used only where somebody has loaded it)

    return begin()
