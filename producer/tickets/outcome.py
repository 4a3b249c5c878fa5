"""Outcomes: what became of a command, in the form for people."""

from datetime import UTC, datetime
from typing import Literal, cast

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
    texts of a refusal; `code` and `headers` are those of a part of a batch.
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
        return msgspec.convert(known, Facts)

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


def outcome_of(value: bytes) -> Outcome:
    """Returns an outcome as it lies in Redis in the form for people."""
    name, attempts, at_ms, flags, page, kind, detail = value.split(b"|", 6)
    try:
        fields = msgspec.json.decode(detail, type=_Detail)
    except (
        msgspec.MsgspecError,
        ValueError,
        RecursionError,
    ):  # an older worker kept what Graph wrote as it was
        fields = _Detail(reason="what Graph answered cannot be read")
    return Outcome(
        name=cast("OutcomeName", name.decode()),
        at=datetime.fromtimestamp(int(at_ms) / 1000, UTC),
        attempts=int(attempts),
        page=page.decode(),
        type=kind.decode(),
        possibly_repeated=REPEATED.encode() in flags,
        reply=fields.reply,
        reason=fields.reason,
        answer=fields.answer,
        code=fields.code,
        headers=fields.headers,
    )
