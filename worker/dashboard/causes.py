"""Dead letters by their causes: the row of the verdict table and Graph's code, how many, and where."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec
import redis

from producer.store.keys import Keys
from worker.dashboard.letters import which_of
from worker.operations import dead_letters
from worker.operations.letters import Letter

LOOKED_MAX: Final = 5_000
CAUSES_MAX: Final = 50


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """Dead letters that ended alike: `kind` is the row, else the outcome; `reason` is of the latest."""

    kind: str
    code: int | None
    letters: int
    pages: int
    latest: datetime
    reason: str | None


class Causes(msgspec.Struct, frozen=True):
    """Causes, those of most letters first; `more` when there are letters that were not looked at."""

    rows: list[Cause]
    more: bool


def read_causes(client: "redis.Redis", keys: Keys, query: Mapping[str, str]) -> Causes:
    """Returns the causes of the latest 5,000 dead letters with these marks.

    Raises:
        InvalidCommandError: a mark is out of its bounds.
        redis.RedisError: the server was not reached.
    """
    found = dead_letters.find(client, keys, which_of(query), limit=LOOKED_MAX, looked_max=LOOKED_MAX)
    groups: dict[tuple[str, int | None], list[Letter]] = {}
    for letter in found.letters:
        groups.setdefault(_cause(letter), []).append(letter)
    rows = [
        Cause(
            kind=kind,
            code=code,
            letters=len(alike),
            pages=len({letter.page for letter in alike}),
            latest=alike[0].at,
            reason=alike[0].reason,
        )
        for (kind, code), alike in groups.items()
    ]
    rows.sort(key=lambda cause: (-cause.letters, cause.kind))
    return Causes(rows[:CAUSES_MAX], more=found.next is not None)


def _cause(letter: Letter) -> tuple[str, int | None]:
    code = letter.answer.get("code")
    kind = letter.answer.get("row") or letter.outcome or "no longer kept"
    return str(kind), code if isinstance(code, int) else None
