"""What a ticket for several commands asks: each of them, and what their outcomes come to together."""

import time
from collections.abc import Sequence

import msgspec

from producer.inquiry import Inquiry
from producer.keys import Keys
from producer.outcome import Outcome
from producer.steps import Steps


class JointInquiry(Inquiry):
    """Asks after several commands as one; `parts` are in order, and one may stand for several of them."""

    kind: str  # the type that the whole is told as
    parts: Sequence[Inquiry]

    def __init__(self, ticket_id: str, keys: Keys, parts: Sequence[Inquiry]) -> None:
        super().__init__(ticket_id, keys)
        self.parts = parts

    def outcomes(self) -> Steps[list[Outcome | None]]:
        """Comes to how each part ended, in order; None for one that is on its way."""
        found: list[Outcome | None] = []
        for part in self.parts:
            found.append((yield from part.outcome()))  # noqa: PERF401 (a comprehension cannot yield)
        return found

    def outcome(self) -> Steps[Outcome | None]:
        """Comes to how the whole ended, as its first part that was not sent, or to None while a part is on its way."""
        outcomes: list[Outcome] = []
        for part in self.parts:
            found = yield from part.outcome()
            if found is None:
                return None
            outcomes.append(found)
        worst = next((each for each in outcomes if not each.sent), outcomes[0])
        return msgspec.structs.replace(
            worst,
            at=max(each.at for each in outcomes),
            attempts=max(each.attempts for each in outcomes),
            type=self.kind,
            possibly_repeated=any(each.possibly_repeated for each in outcomes),
            reply=[self._reply_of(place, each) for place, each in enumerate(outcomes)],
        )

    def wait(self, timeout_s: float) -> Steps[Outcome]:
        """Comes to how the whole ended, after at most `timeout_s` seconds for all parts."""
        deadline = time.monotonic() + timeout_s
        for part in self._distinct():
            yield from part.wait(max(0.0, deadline - time.monotonic()))
        found = yield from self.outcome()
        if found is None:
            return (yield from super().wait(timeout_s))
        return found

    def cancel(self) -> Steps[bool]:
        """Ends every part that no worker has yet, the last first; comes to True only if none was or will be sent."""
        none_sent = True
        for part in reversed(self._distinct()):
            none_sent = (yield from part.cancel()) and none_sent
        return none_sent

    def _distinct(self) -> list[Inquiry]:
        return list({each.id: each for each in self.parts}.values())

    def _reply_of(self, place: int, outcome: Outcome) -> object:  # noqa: ARG002 (a batch goes by the place)
        return outcome.reply
