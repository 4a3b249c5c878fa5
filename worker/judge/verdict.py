"""A verdict tells the engine what one answer means; it holds no token, no text of a message and no words of Meta's."""

from typing import Final, Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal["sent", "refused", "throttled", "retry", "unknown", "held"]
Scope: TypeAlias = Literal["call", "recipient", "lane", "page", "app"]
Then: TypeAlias = Literal["refused", "held", "unknown"]
RecipientFact: TypeAlias = Literal["blocked", "unknown", "unreachable"]

KINDS: Final[tuple[Kind, ...]] = ("sent", "refused", "throttled", "retry", "unknown", "held")
HOLD_SCOPES: Final[tuple[Scope, ...]] = ("lane", "page", "app")


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer means, for what, and what is to be done.

    `kind`:
        `sent`: Graph answered with success.
        `refused`: the command ends; there is nothing to wait for.
        `throttled`: the scope is held for `hold_for_s` seconds, then the command comes again.
        `retry`: surely not carried out, or harmless to repeat; comes again by the schedule.
        `unknown`: may have been carried out; whoever must not send twice ends here.
        `held`: everything of the scope waits for `hold_for_s` seconds, each time twice as long, then one tries.
    `row` is the stable name of the table's row, `reason` its sentence for a person.
    `hold_for_s`: of a throttle the seconds that Meta named, else the row's own; None, which only an operator's row
    has, is until released.
    `delay_s`: a retry comes no sooner than this many seconds from now, whatever the schedule says.
    `attempts_max`: with that many attempts made, this one counted, `after` makes the verdict what `then` says.
    `attempt`: whether Graph may have acted on the command, so that this counts as an attempt.
    `whole`: Graph answered the batch, not this call. A `refused` then refuses the batch only: its calls are to be
    tried alone. For a call that had a token of its own, see `for_own_token`.
    `final`: the row's attempts are used up; an `unknown` is not tried again.
    `dead_letter`: a refusal that somebody can mend, to be kept for replay.
    `recipient_fact`: what to remember about the recipient; each fact is a reason to refuse later sends to them.
    `token_mends`: a hold that another token may end.
    `alert`: somebody should look at it.
    """

    kind: Kind
    scope: Scope
    reason: str
    row: str
    code: int | None = None
    subcode: int | None = None
    status: int | None = None
    fbtrace_id: str | None = None
    hold_for_s: float | None = None
    delay_s: float | None = None
    attempts_max: int | None = None
    then: Then | None = None
    then_scope: Scope = "call"
    attempt: bool = True
    whole: bool = False
    final: bool = False
    dead_letter: bool = False
    recipient_fact: RecipientFact | None = None
    token_mends: bool = False
    alert: bool = False

    def after(self, attempts: int) -> "Verdict":
        """Returns what this verdict is once `attempts` attempts are made, the one that it judges counted.

        It is the verdict itself until the row's attempts are used up. From then on it is `refused` and a dead letter,
        `held`, or an `unknown` that is not tried again.
        """
        if self.then is None or self.attempts_max is None or attempts < self.attempts_max:
            return self
        return msgspec.structs.replace(
            self,
            kind=self.then,
            scope=self.then_scope,
            final=True,
            dead_letter=self.then == "refused",
            delay_s=None,
            attempts_max=None,
            then=None,
            then_scope="call",
        )

    def for_own_token(self) -> "Verdict":
        """Returns what an answer to a whole batch means for a call that had a token of its own in it.

        It was then for the batch's token, which is the app's: a throttle holds the app, and no Page; what would hold
        until somebody mends it refuses the batch only, since each call can go alone under its own token.
        """
        if not self.whole or self.kind not in {"throttled", "held"}:
            return self
        if self.kind == "throttled":
            return msgspec.structs.replace(self, scope="app")
        return msgspec.structs.replace(self, kind="refused", scope="call", token_mends=False, hold_for_s=None)


SENT: Final = Verdict(kind="sent", scope="call", reason="Graph answered with success.", row="sent")
