"""Attempts that were not answered with success, as they are kept: when, why, and Graph's codes; never a text."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from worker.engine.chunk import DIGITS_MAX

SECONDS_LAST: Final = datetime.max.replace(tzinfo=UTC).timestamp() - 1
# Graph's own texts are left out: they can quote what was sent.
SHOWN: Final = ("row", "code", "subcode", "status", "type", "is_transient", "fbtrace_id")


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt: its reason as a person would say it, and of Graph's answer the codes and the `fbtrace_id`."""

    at: datetime
    reason: str | None
    answer: dict[str, object]


class _Detail(msgspec.Struct):
    reason: str | None = None
    answer: dict[str, object] | None = None


def instant(at_ms: float) -> datetime:
    """Returns a time in milliseconds since 1970 as a datetime; what lies beyond the last, as the last."""
    return datetime.fromtimestamp(min(at_ms / 1000, SECONDS_LAST), UTC)


def codes_of(answer: Mapping[str, object] | None) -> dict[str, object]:
    """Returns of an answer what can be shown to anybody."""
    return {name: answer[name] for name in SHOWN if answer.get(name) is not None} if answer else {}


def attempts_of(entries: Iterable[bytes]) -> list[Attempt]:
    """Returns the entries of `history:<id>` in the form for people, the oldest first."""
    return [_attempt_of(entry) for entry in entries]


def _attempt_of(entry: bytes) -> Attempt:
    at_ms, _, text = entry.partition(b"|")
    try:
        detail = msgspec.json.decode(text, type=_Detail)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        detail = _Detail(reason="its record cannot be read")
    at = int(at_ms) if at_ms.isdigit() and len(at_ms) <= DIGITS_MAX else 0
    return Attempt(at=instant(at), reason=detail.reason, answer=codes_of(detail.answer))
