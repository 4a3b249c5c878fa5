"""A row of the verdict table: which answers it is for, and what they mean."""

import itertools
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from worker.judge.verdict import HOLD_SCOPES, Kind, RecipientFact, Scope, Then

Calls: TypeAlias = Literal["all", "sends", "others"]
Situation: TypeAlias = Literal[
    "lost", "not-sent", "answer-unreadable", "success-without-id", "error-transient", "error-unknown"
]
Span: TypeAlias = tuple[int, int]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row: `codes` to `situation` say what it is for, `subcodes` to `without_error` narrow it; then the verdict.

    `codes`: these codes; with `subcodes`, each code with each subcode.
    `numbers`: what Meta lists alone, but sends as the subcode of any code too (seen: 10/2018300).
    `code_range`, `statuses`: from and to, both included; the narrowest range is taken.
    `error_type`: an error without a code, of that type, with an HTTP status of `statuses`.
    `situation`: no code at all decides.
    `calls`: sends (a person would see it twice), others, or all.
    `transient`: only errors whose `is_transient` is that.
    `names_proof`: only errors whose message is one of Meta's two about `appsecret_proof`, the only texts that decide.
    `without_error`: only answers that carry no error of Graph's.

    Kind `unknown` is for sends; a call that is no send is then `retry`, since repeating it is harmless.
    """

    name: str
    kind: Kind
    reason: str
    codes: tuple[int, ...] = ()
    numbers: tuple[int, ...] = ()
    code_range: Span | None = None
    statuses: Span | None = None
    error_type: str | None = None
    situation: Situation | None = None
    subcodes: tuple[int, ...] = ()
    calls: Calls = "all"
    transient: bool | None = None
    names_proof: bool = False
    without_error: bool = False
    scope: Scope = "call"
    hold_for_s: float | None = None
    delay_s: float | None = None
    attempts_max: int | None = None
    then: Then | None = None
    then_scope: Scope = "call"
    attempt: bool = True
    dead_letter: bool = False
    recipient_fact: RecipientFact | None = None
    token_mends: bool = False
    alert: bool = False

    def is_for(self, *, is_send: bool) -> bool:
        """Tells whether this row is for sends, or for calls that are none."""
        return self.calls == "all" or (self.calls == "sends") == is_send

    @property
    def narrowings(self) -> int:
        """How many conditions narrow this row beyond its codes."""
        return (self.calls != "all") + (self.transient is not None) + self.names_proof

    def code_pairs(self) -> list[tuple[int | None, int | None]]:
        """Returns the pairs of code and subcode that this row is for; None stands for any."""
        alone = [key for number in self.numbers for key in ((number, None), (None, number))]
        return alone + list(itertools.product(self.codes, self.subcodes or (None,)))

    def meets(self, other: "Row") -> bool:
        """Tells whether some answer could be for both rows, their codes apart."""
        calls_meet = "all" in (self.calls, other.calls) or self.calls == other.calls
        transient_meets = None in (self.transient, other.transient) or self.transient == other.transient
        return calls_meet and transient_meets and self.names_proof == other.names_proof


# What a kind has no use for is an error in an operator's file, and dropped when the file changes a row's kind.
_USES: Final[Mapping[Kind, frozenset[str]]] = {
    "refused": frozenset({"dead_letter", "recipient_fact"}),
    "throttled": frozenset({"hold_for_s"}),
    "held": frozenset({"hold_for_s", "token_mends"}),
    "retry": frozenset({"delay_s", "attempts_max", "then", "then_scope", "hold_for_s", "token_mends"}),
    "unknown": frozenset({"delay_s", "attempts_max", "then", "then_scope", "hold_for_s", "token_mends"}),
    "sent": frozenset(),
}
_OF_A_KIND: Final = frozenset().union(*_USES.values())
_DEFAULTS: Final = Row(name="", kind="refused", reason="")


def unused_fields(row: Row) -> list[str]:
    """Returns the fields that are given though the row's kind has no use for them."""
    useless = sorted(_OF_A_KIND - _USES[row.kind])
    return [name for name in useless if getattr(row, name) != getattr(_DEFAULTS, name)]


def mistakes_of(row: Row) -> list[tuple[str, str]]:
    """Returns what is wrong with the row's verdict: pairs of a field and a sentence with the allowed values."""
    found = [
        (name, f"has no meaning in a row of kind {row.kind}; it goes with {', '.join(_kinds_with(name))}")
        for name in unused_fields(row)
    ]
    if row.kind == "sent":
        found.append(("kind", "must be refused, throttled, retry, unknown or held: only a success is sent"))
    if row.kind in {"throttled", "held"} and row.scope not in HOLD_SCOPES:
        found.append(("scope", f"must be lane, page or app in a row of kind {row.kind}"))
    if row.kind in {"refused", "retry", "unknown"} and row.scope not in {"call", "recipient"}:
        found.append(("scope", f"must be call or recipient in a row of kind {row.kind}"))
    if row.kind == "throttled" and row.hold_for_s is None:
        found.append(("hold_for_s", "must be given in a row of kind throttled: seconds, more than 0"))
    return found + _mistakes_of_ending(row)


def _mistakes_of_ending(row: Row) -> list[tuple[str, str]]:
    if row.kind not in {"retry", "unknown"}:
        return []
    found = []
    if row.then is None and row.attempts_max is not None:
        found.append(("then", "must be given with attempts_max: refused, held or unknown"))
    if row.then is not None and row.attempts_max is None:
        found.append(("attempts_max", "must be given with then: 1 to 20 attempts"))
    if row.then == "held" and row.then_scope not in HOLD_SCOPES:
        found.append(("then_scope", "must be lane, page or app when then is held"))
    if row.then != "held":
        found += [
            (name, f"goes in a row of kind {row.kind} only with then = held")
            for name in ("then_scope", "hold_for_s", "token_mends")
            if getattr(row, name) != getattr(_DEFAULTS, name)
        ]
    return found


def _kinds_with(name: str) -> list[str]:
    return [kind for kind, names in _USES.items() if name in names]
