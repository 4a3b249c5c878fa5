"""Outcomes: what became of a command, in the form for people."""

import re
from datetime import UTC, datetime
from typing import Final, Literal, cast, get_args

import msgspec

from producer.errors import NotSentError, OutboundError
from producer.errors.graph import Facts, GraphError, NoAnswer
from producer.store.record import REPEATED

OutcomeName = Literal["sent", "refused", "exhausted", "expired", "cancelled", "unknown"]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a command ended.

    `name` is `sent` (Graph answered with success; `reply` is its answer), `refused` (`reason` says why), `exhausted`
    (attempts used up), `expired`, `cancelled`, or `unknown` (it may have been sent; a later proof can make it `sent`).
    `possibly_repeated`: an attempt before the last may have reached the person too. `answer` holds Graph's codes and
    texts of a refusal. `code` is the HTTP status of the answer, where one is known: of each part of a batch, and of a
    refusal; `headers` are those of a part of a batch.
    """

    name: OutcomeName
    at: datetime
    attempts: int
    page: str
    type: str
    possibly_repeated: bool = False
    reply: object = None
    reason: str | None = None
    answer: dict[str, object] | None = None
    code: int | None = None
    headers: list[dict[str, str]] | None = None

    @property
    def sent(self) -> bool:
        """Tells whether Graph answered with success."""
        return self.name == "sent"

    def facts(self) -> Facts | None:
        """Returns what Graph said when it refused, or None when it has not answered."""
        if self.answer is None or self.answer.get("status") is None:
            return None
        known = {name: value for name, value in self.answer.items() if name in Facts.__struct_fields__}
        try:
            return msgspec.convert(known, Facts)
        except msgspec.ValidationError:
            return Facts(message=UNREAD.reason)

    def error(self) -> OutboundError | None:
        """Returns what the direct client would have raised, or None for what was sent."""
        if self.sent:
            return None
        facts = self.facts()
        if facts is not None and self.name in {"refused", "exhausted", "unknown"}:
            return GraphError(facts)
        if self.name in {"exhausted", "unknown"}:
            return NoAnswer(self.reason or "no answer came", may_have_arrived=True)
        return NotSentError(self.name, self.reason)


class _Detail(msgspec.Struct):
    reply: object = None
    reason: str | None = None
    answer: dict[str, object] | None = None
    code: int | None = None
    headers: list[dict[str, str]] | None = None
    split: bool = False


# Of what was damaged, or kept by an older worker as Graph wrote it.
UNREAD: Final = _Detail(reason="what is kept of it cannot be read")
_NAMES: Final = frozenset(get_args(OutcomeName))
_DIGITS: Final = re.compile(rb"[0-9]{1,16}")
_SECONDS_LAST: Final = datetime.max.replace(tzinfo=UTC).timestamp() - 1


def is_split(value: bytes) -> bool:
    """Tells whether an outcome as it lies in Redis is of linked parts that have outcomes of their own."""
    return _detail_of(value.split(b"|", 6)[-1]).split


def outcome_of(value: bytes) -> Outcome:
    """Returns an outcome as it lies in Redis in the form for people; one that is damaged as far as it can be read."""
    name, attempts, at_ms, flags, page, kind, detail = (*value.split(b"|", 6), *[b""] * 6)[:7]
    known = name.decode("utf-8", "replace")
    fields = _detail_of(detail) if known in _NAMES else UNREAD
    return Outcome(
        name=cast("OutcomeName", known) if known in _NAMES else "unknown",
        at=datetime.fromtimestamp(min(_number(at_ms) / 1000, _SECONDS_LAST), UTC),
        attempts=_number(attempts),
        page=page.decode("utf-8", "replace"),
        type=kind.decode("utf-8", "replace"),
        possibly_repeated=REPEATED.encode() in flags,
        reply=fields.reply,
        reason=fields.reason,
        answer=fields.answer,
        code=fields.code if fields.code is not None else status_of(fields.answer),
        headers=fields.headers,
    )


def _number(text: bytes) -> int:
    return int(text) if _DIGITS.fullmatch(text) else 0


def status_of(answer: dict[str, object] | None) -> int | None:
    """Returns the HTTP status of what Graph said when it refused, where it is known."""
    status = None if answer is None else answer.get("status")
    return status if isinstance(status, int) else None


def _detail_of(detail: bytes) -> _Detail:
    try:
        return msgspec.json.decode(detail, type=_Detail)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return UNREAD
