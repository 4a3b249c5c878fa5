"""Sends what the kit's worker logs to Python's own logging, which pytest keeps apart from what a service prints."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import structlog
from structlog.typing import EventDict, Processor

OURS: Final = "outbound."
WRITTEN_BY_PYTEST: Final = ("timestamp", "level")


@contextmanager
def logged() -> Iterator[None]:
    """Sends our events to loggers of their names (`outbound.…`) for as long as it lasts.

    Everybody else's events go where structlog puts them by default. A process that has configured structlog, before or
    meanwhile, is left alone.
    """
    if structlog.is_configured():
        yield
        return
    factory = _Factory()
    *processors, last = structlog.get_config()["processors"]
    structlog.configure(processors=[*processors, _Renderer(last)], logger_factory=factory)
    try:
        yield
    finally:
        if structlog.get_config()["logger_factory"] is factory:
            structlog.reset_defaults()


class _Factory:
    def __init__(self) -> None:
        self._other = structlog.PrintLoggerFactory()

    def __call__(self, *names: object) -> object:
        if names and isinstance(names[0], str) and names[0].startswith(OURS):
            return logging.getLogger(names[0])
        return self._other(*names)


class _Renderer:
    """Makes one line of an event: ours without what pytest writes before each, any other as structlog does."""

    def __init__(self, other: Processor) -> None:
        self._other = other
        self._ours = structlog.processors.KeyValueRenderer(sort_keys=True)

    def __call__(self, logger: Any, method: str, event: EventDict) -> Any:  # noqa: ANN401 (structlog's own signature)
        if not isinstance(logger, logging.Logger):
            return self._other(logger, method, event)
        rest = {name: value for name, value in event.items() if name not in WRITTEN_BY_PYTEST}
        return f"{rest.pop('event', '')} {self._ours(logger, method, rest)}".strip()
