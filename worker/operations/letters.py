"""One dead letter as a person sees it: why it lies there, and by which marks it is found."""

from datetime import datetime
from typing import Final

import msgspec

from producer.errors import InvalidCommandError
from producer.tickets.ticket import Outcome, outcome_of
from worker.engine.chunk import Taken, taken_of
from worker.operations.attempts import codes_of, instant
from worker.operations.scopes import lane_of

AGE_S_MAX: Final = 10 * 366 * 24 * 3600


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A command that ended `exhausted`, `unknown`, or `refused` for a reason that somebody can mend.

    `outcome` and `reason` are None once its outcome is no longer kept. `doubtful`: it may have arrived, and is replayed
    only when that is asked for. `answer` has Graph's codes of the last attempt.
    """

    id: str
    at: datetime
    page: str
    lane: str
    broadcast: str | None
    type: str
    outcome: str | None
    reason: str | None
    answer: dict[str, object]
    attempts: int
    at_most_once: bool
    doubtful: bool


class Which(msgspec.Struct, frozen=True, kw_only=True):
    """Marks that a dead letter must have, all of them.

    `kind` is an outcome (`exhausted`), a row of the verdict table (`token-dead`) or a type of command (`send_message`).
    `older_than_s` and `younger_than_s` are seconds since it ended, at most ten years.
    """

    page: str | None = None
    kind: str | None = None
    code: int | None = None
    broadcast: str | None = None
    older_than_s: float | None = None
    younger_than_s: float | None = None

    def between_ms(self, now_ms: int) -> tuple[int, int]:
        """Returns the first and the last moment at which such a letter ended.

        Raises:
            InvalidCommandError: an age is out of its bounds.
        """
        for name, age_s in (("older_than", self.older_than_s), ("younger_than", self.younger_than_s)):
            if age_s is not None and not 0 <= age_s <= AGE_S_MAX:
                raise InvalidCommandError(name, f"must be 0 to {AGE_S_MAX} seconds")
        first = 0 if self.younger_than_s is None else now_ms - round(self.younger_than_s * 1000)
        return max(0, first), now_ms - round((self.older_than_s or 0) * 1000)

    def fits(self, letter: Letter) -> bool:
        """Tells whether a letter has these marks; its age is looked at elsewhere."""
        return (
            (self.page is None or letter.page == self.page)
            and (self.broadcast is None or letter.broadcast == self.broadcast)
            and (self.code is None or letter.answer.get("code") == self.code)
            and (self.kind is None or self.kind in {letter.outcome, letter.answer.get("row"), letter.type})
        )


def letter_of(command_id: str, at_ms: int, record: bytes | None, outcome: bytes | None) -> Letter:
    """Returns a dead letter, as far as what is kept of it can be read."""
    ended = None if outcome is None else outcome_of(outcome)
    taken = read_record(command_id, record)
    page = taken.page if taken is not None else (ended.page if ended is not None else "")
    return Letter(
        id=command_id,
        at=instant(at_ms),
        page=page,
        lane=lane_of(taken.lane) if taken is not None else "",
        broadcast=taken.broadcast or None if taken is not None else None,
        type=taken.type if taken is not None else "",
        outcome=ended.name if ended is not None else None,
        reason=ended.reason if ended is not None else None,
        answer=codes_of(ended.answer if ended is not None else None),
        attempts=max(taken.attempts if taken is not None else 0, ended.attempts if ended is not None else 0),
        at_most_once=taken is not None and taken.at_most_once,
        doubtful=_is_doubtful(taken, ended),
    )


def read_record(command_id: str, record: bytes | None) -> Taken | None:
    """Returns what a record holds, or None when it cannot be read."""
    if record is None:
        return None
    try:
        return taken_of(command_id.encode(), record)
    except ValueError:
        return None


def _is_doubtful(taken: Taken | None, ended: Outcome | None) -> bool:
    """Tells the same as `replay.lua`: without its outcome, an attempt at what goes once only is in doubt."""
    if ended is not None:
        return ended.name == "unknown"
    return taken is not None and taken.is_send and taken.at_most_once and taken.attempts > 0
