"""What a client wants of its delivery: options by headers, and how long it waits for the outcome."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from producer.errors import InvalidCommandError
from worker.config.durations import duration_ms

WAIT_S_DEFAULT: Final = 20.0
WAIT_S_MAX: Final = 60.0
_PREFERRED_WAIT: Final = re.compile(r"(?:^|[,;]\s*)wait\s*=\s*\"?(\d+)\"?", re.IGNORECASE)
_RESPOND_ASYNC: Final = re.compile(r"(?:^|[,;]\s*)respond-async\b", re.IGNORECASE)
_SWITCH: Final = {"true": True, "false": False}


class Wanted(msgspec.Struct, frozen=True):
    """Delivery options as `with_options` takes them, and how many seconds the answer may take; 0 for at once."""

    options: dict[str, Any]
    wait_s: float


def wanted(headers: Mapping[str, str], wait: str | None) -> Wanted:
    """Returns what headers (names in lower case) and the parameter `wait` say.

    Raises:
        InvalidCommandError: names the header and its form.
    """
    options: dict[str, Any] = {}
    for header, (name, read) in _HEADERS.items():
        if header in headers:
            try:
                options[name] = read(headers[header].strip())
            except (ValueError, KeyError):
                raise InvalidCommandError(header, f"is not {_FORMS[header]}") from None
    return Wanted(options, _wait_s(headers.get("prefer", ""), wait))


def _wait_s(prefer: str, wait: str | None) -> float:
    if _RESPOND_ASYNC.search(prefer):
        return 0.0
    preferred = _PREFERRED_WAIT.search(prefer)
    text = wait if wait is not None else preferred[1] if preferred else None
    try:
        seconds = WAIT_S_DEFAULT if text is None else float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= WAIT_S_MAX:
        raise InvalidCommandError("wait", f"must be 0 to {WAIT_S_MAX:g} seconds")
    return seconds


def _moment(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("has no zone")
    return moment.timestamp()


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return duration_ms(text) / 1000


_HEADERS: Final[Mapping[str, tuple[str, Callable[[str], Any]]]] = {
    "x-outbound-priority": ("priority", str),
    "x-outbound-send-at": ("send_at", _moment),
    "x-outbound-expires-in": ("expires_in", _seconds),
    "x-outbound-ordered": ("ordered", lambda text: _SWITCH[text.lower()]),
    "x-outbound-at-most-once": ("at_most_once", lambda text: _SWITCH[text.lower()]),
    "idempotency-key": ("idempotency_key", str),
}
_FORMS: Final = {
    "x-outbound-priority": "interactive or bulk",
    "x-outbound-send-at": "seconds since 1970, or a time with its zone such as 2026-12-24T18:00:00+01:00",
    "x-outbound-expires-in": "seconds, or a span such as 10m",
    "x-outbound-ordered": "true or false",
    "x-outbound-at-most-once": "true or false",
    "idempotency-key": "a text",
}
