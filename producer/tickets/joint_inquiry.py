"""What a ticket for several commands asks: each of them, and what their outcomes come to together."""

import time
from collections.abc import Mapping, Sequence
from typing import Final, cast

import msgspec
import redis

from producer.store.keys import Keys
from producer.store.steps import Call, Steps
from producer.tickets.inquiry import Inquiry, cancel_all, lost
from producer.tickets.outcome import Outcome

ASKED_MAX: Final = 1_000


class JointInquiry(Inquiry):
    """Asks after several commands as one; `parts` are in order."""

    kind: str  # the type that the whole is told as
    parts: Sequence[Inquiry]

    def __init__(self, ticket_id: str, keys: Keys, parts: Sequence[Inquiry]) -> None:
        super().__init__(ticket_id, keys)
        self.parts = parts

    def outcomes(self) -> Steps[list[Outcome | None]]:
        """Comes to how each part ended, in order; None for one that is on its way."""
        ended = yield from self._ended({})
        return [ended.get(part.id) for part in self.parts]

    def outcome(self) -> Steps[Outcome | None]:
        """Comes to how the whole ended, as its first part that was not sent, or to None while a part is on its way."""
        ended = yield from self._ended({})
        return self._whole(ended) if all(part.id in ended for part in self.parts) else None

    def _ended(self, known: Mapping[str, Outcome]) -> Steps[dict[str, Outcome]]:
        """Comes to the outcomes of all parts that have ended, by id; those that are known are not asked for again."""
        found = dict(known)
        parts = [each for each in self.parts if each.id not in found]
        asked = list(dict.fromkeys(each for part in parts for each in part.asked))
        kept: dict[str, bytes | None] = {}
        for start in range(0, len(asked), ASKED_MAX):
            ids = asked[start : start + ASKED_MAX]
            try:
                values = yield Call(("MGET", *(self.keys.outcome(each) for each in ids)))
            except redis.RedisError as error:
                raise lost(error, "ask again") from error
            kept |= zip(ids, cast("list[bytes | None]", values), strict=True)
        told = ((part.id, part.told([kept[each] for each in part.asked])) for part in parts)
        return found | {each: outcome for each, outcome in told if outcome is not None}

    def _whole(self, ended: Mapping[str, Outcome]) -> Outcome:
        outcomes = [ended[part.id] for part in self.parts]
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
        ended: dict[str, Outcome] = {}
        while True:
            ended = yield from self._ended(ended)
            # they leave in their order: when the last of those under way has ended, most others have too
            last = next((part for part in reversed(self.parts) if part.id not in ended), None)
            if last is None:
                return self._whole(ended)
            ended[last.id] = yield from last.wait(max(0.0, deadline - time.monotonic()))

    def cancel(self) -> Steps[bool]:
        """Ends every part that no worker has yet, the last first; comes to True only if none was or will be sent."""
        ids = list(dict.fromkeys(part.queued_as for part in reversed(self.parts)))
        return (yield from self._cancelled(ids)) == len(ids)

    def _cancelled(self, ids: Sequence[str]) -> Steps[int]:
        """Ends the commands that no worker has yet, in this order; comes to how many surely are not sent."""
        return cancel_all(ids, self.keys)

    def _reply_of(self, place: int, outcome: Outcome) -> object:  # noqa: ARG002 (a batch goes by the place)
        return outcome.reply
