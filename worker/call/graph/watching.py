"""Whoever watches sees every request and every answer, without tokens, app secrets and proofs."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import msgspec
import structlog

from producer.errors.graph import RequestInfo, ResponseInfo
from worker.call.graph.answers import Answer, Answered, Lost, NotSent
from worker.call.graph.masking import masked, masked_text

DEBUG: Final = "OUTBOUND_DEBUG"
ON: Final = frozenset({"1", "true", "yes"})


class Watch(Protocol):
    """Is shown what goes out and what comes back."""

    def request(self, request: RequestInfo) -> None:
        """Is called right before a request leaves; what it raises stops the request."""
        ...

    def answer(self, answer: Answer, secrets: Sequence[str]) -> None:
        """Is called with what came back, as it is, and with what may not be shown of it."""
        ...


class DebugLog:
    """Logs every request and answer as one event each, at the level of information."""

    def __init__(self, logger: structlog.typing.FilteringBoundLogger | None = None) -> None:
        self._logger = logger or _logger()

    def request(self, request: RequestInfo) -> None:
        """Logs method, URL, headers and body."""
        self._logger.info(
            "request.sent",
            method=request.method,
            url=request.url,
            headers=dict(request.headers),
            body=request.body,
        )

    def answer(self, answer: Answer, secrets: Sequence[str]) -> None:
        """Logs status, headers and body, or why there is none."""
        match answer:
            case Answered():
                shown = shown_answer(answer, secrets)
                self._logger.info(
                    "answer.received", status=shown.status, headers=dict(shown.headers), body=shown.body
                )
            case Lost(reason=reason) | NotSent(reason=reason):
                self._logger.info("answer.missed", reason=reason, sent=isinstance(answer, Lost))


def shown_answer(answer: Answered, secrets: Sequence[str]) -> ResponseInfo:
    """Returns an answer as it may be shown."""
    headers = {name.lower(): masked_text(value, secrets) for name, value in answer.headers.items()}
    return ResponseInfo(status=answer.status, headers=headers, body=masked(parsed_body(answer.body), secrets))


def parsed_body(body: bytes) -> object:
    """Returns the JSON value of a body, the text of one that is no JSON, None for nothing."""
    if not body:
        return None
    try:
        found: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return body.decode("utf-8", "replace")
    return found


def is_debugging(environ: Mapping[str, str] | None = None) -> bool:
    """Tells whether `OUTBOUND_DEBUG` asks for every request and answer to be logged."""
    return (os.environ if environ is None else environ).get(DEBUG, "").lower() in ON


def _logger() -> structlog.typing.FilteringBoundLogger:
    """Returns the application's logger where it has set structlog up, else one that writes to standard error."""
    if structlog.is_configured():
        configured: structlog.typing.FilteringBoundLogger = structlog.get_logger("outbound.graph")
        return configured
    own: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(sys.stderr),
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(default=str, ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(0),
    )
    return own
