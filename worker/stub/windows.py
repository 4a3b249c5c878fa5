"""Meta's windows on the stub's clock: who may be written to, how often, and with which tag."""

import collections

import msgspec

from worker.stub.refusals import Refusal, invalid

DAY_S = 24 * 3_600
HUMAN_AGENT_S = 7 * DAY_S
COMMENT_S = 7 * DAY_S
MARKETING_S = 12 * 3_600
_TEN_MINUTES_S = 600
_TEN_CALLS = 10
_COMMENTS = ("comment_id:", "post_id:")
_LIVE_TAGS = frozenset({"HUMAN_AGENT"})

_OUTSIDE = Refusal(
    code=10, subcode=2018278, message="(#10) This message is sent outside of allowed window.", status=403
)
_TOO_SOON = Refusal(
    code=2300035, message="(#2300035) The minimum delay between messages has not been reached."
)
_TOO_MANY = Refusal(code=613, message="(#613) Calls to this api have exceeded the rate limit.")
_COMMENT_OVER = invalid("The comment is not valid for a private reply", 2534025)


class Approach(msgspec.Struct, frozen=True):
    """What a window looks at in a send."""

    page: str
    recipient: str
    messaging_type: str
    tag: str


class Windows:
    """Remembers when people wrote, which comments were answered, and which calls were spent.

    Without `strict` it refuses nothing. A person who is not known to have written is taken to have written
    when first seen, so that a stub needs no preparation; `wrote` sets another time.
    """

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self._wrote_at: dict[tuple[str, str], float] = {}
        self._commented_at: dict[str, float] = {}
        self._answered: set[str] = set()
        self._marketed_at: dict[str, float] = {}
        self._spent: dict[str, collections.deque[float]] = {}

    def wrote(self, page: str, recipient: str, at: float) -> None:
        """Sets when a person last wrote to the Page, in unix seconds of the stub's clock.

        For `comment_id:…` and `post_id:…` it is when the comment or post was made.
        """
        if recipient.startswith(_COMMENTS):
            self._commented_at[recipient] = at
        else:
            self._wrote_at[page, recipient] = at

    def refuse(self, approach: Approach, now: float) -> Refusal | None:
        """Returns why a send is outside of Meta's windows, or None; notes private replies as used up."""
        if approach.tag and approach.tag not in _LIVE_TAGS:
            return invalid(f"Param tag must be one of {{HUMAN_AGENT}}: {approach.tag} is no longer supported")
        if approach.recipient.startswith(_COMMENTS):
            return self._refuse_private_reply(approach.recipient, now)
        if approach.messaging_type == "UTILITY" or ":" in approach.recipient:
            return None
        wrote_at = self._wrote_at.setdefault((approach.page, approach.recipient), now)
        allowed_s = HUMAN_AGENT_S if approach.tag else DAY_S
        return _OUTSIDE if now - wrote_at > allowed_s else None

    def _refuse_private_reply(self, comment: str, now: float) -> Refusal | None:
        if comment in self._answered or now - self._commented_at.setdefault(comment, now) > COMMENT_S:
            return _COMMENT_OVER
        self._answered.add(comment)
        return None

    def refuse_marketing(self, token: str, now: float) -> Refusal | None:
        """Returns 4/2018354 for a subscription token that was used in the last 12 hours."""
        if now - self._marketed_at.get(token, float("-inf")) < MARKETING_S:
            return _TOO_SOON
        self._marketed_at[token] = now
        return None

    def refuse_tenth(self, name: str, now: float) -> Refusal | None:
        """Returns 613 for the eleventh call under one name within 10 minutes; refused calls count too."""
        spent = self._spent.setdefault(name, collections.deque())
        while spent and spent[0] <= now - _TEN_MINUTES_S:
            spent.popleft()
        spent.append(now)
        return _TOO_MANY if len(spent) > _TEN_CALLS else None
