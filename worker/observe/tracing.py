"""The worker's part of a trace: how long a command waited, and the call of Graph that it went with."""

import sys
from collections.abc import Sequence
from operator import attrgetter
from typing import Final, Protocol

import structlog

from producer.tracing.traces import LOADED
from worker.engine.chunk import Chunk
from worker.judge import Verdict

_TRACE: Final = attrgetter("trace")

log = structlog.get_logger("outbound.tracing")


class Calling(Protocol):
    """A call of Graph as a span."""

    def end(self, verdicts: Sequence[Verdict]) -> None:
        """Ends it with what its answers meant."""
        ...


class NotTraced:
    """A call that nobody traces."""

    def end(self, verdicts: Sequence[Verdict]) -> None:
        """Does nothing."""


def calling(chunk: Chunk) -> Calling:
    """Begins the spans of a chunk whose call begins now; raises nothing, and costs nothing where nobody traces."""
    if LOADED not in sys.modules or not any(map(_TRACE, chunk.commands)):
        return NotTraced()
    try:
        from worker.observe.spans import CallSpan  # noqa: PLC0415 (OpenTelemetry is used only where somebody has loaded it)

        return Guarded(CallSpan(chunk))
    except Exception as error:  # noqa: BLE001 (whatever an operator's tracing raises, commands are delivered)
        log.warning("trace.failed", error=type(error).__name__)
        return NotTraced()


class Guarded:
    """A call whose span may fail, and nothing else with it."""

    def __init__(self, call: Calling) -> None:
        self._call = call

    def end(self, verdicts: Sequence[Verdict]) -> None:
        """Ends it with what its answers meant."""
        try:
            self._call.end(verdicts)
        except Exception as error:  # noqa: BLE001 (the same)
            log.warning("trace.failed", error=type(error).__name__)
