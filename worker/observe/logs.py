"""Logs: structlog, as JSON unless a terminal reads them; the libraries that log whole URLs are silenced."""

import logging
import sys
from typing import Any, Final, TextIO

import msgspec
import structlog

from worker.observe.visible import steerable, visible

LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}
SILENCED: Final = ("httpx", "httpcore", "hpack", "h11")

_encode: Final = msgspec.json.Encoder(enc_hook=str).encode


def silence_urls() -> None:
    """Makes httpx and its kin log nothing: they log whole URLs, and those carry tokens."""
    for name in SILENCED:
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL)
        logger.propagate = False


def configure_logs(level: str, stream: TextIO | None = None) -> None:
    """Sends this process's structlog events of `level` and above to `stream`, by default standard error."""
    silence_urls()
    target = stream or steerable(sys.stderr)
    renderers: list[structlog.typing.Processor]
    renderers = [_visible, structlog.dev.ConsoleRenderer()] if target.isatty() else [_render_json]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            *renderers,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(target),
        cache_logger_on_first_use=True,
    )


def _visible(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:  # noqa: ANN401 (structlog's own signature)
    return {
        name: visible(value) if isinstance(value, str) and not value.isprintable() else value
        for name, value in event.items()
    }


def _render_json(_logger: Any, _method: str, event: structlog.typing.EventDict) -> str:  # noqa: ANN401 (structlog's own signature)
    document = {"timestamp": event.pop("timestamp", None), "level": event.pop("level", None), **event}
    return visible(
        _encode(document).decode()
    )  # the same document: what would steer a terminal is written as \u…
