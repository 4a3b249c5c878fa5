"""Who did what to an installation: the latest 1,000 acts of people, by the page and by the command line."""

from datetime import datetime
from typing import Final, Literal, cast

import msgspec
import redis

from producer.store.keys import Keys
from worker.operations.attempts import instant
from worker.operations.serving import now_ms

ACTS_MAX: Final = 1_000
WHO_CHARS_MAX: Final = 80
CHARS_MAX: Final = 600
NOT_NOTED: Final = "the log of acts could not be written"

Face = Literal["page", "command line"]


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One act: `who` as they named themselves, or as their machine does; `told` is what came of it, in a sentence."""

    at: datetime
    who: str
    by: Face
    act: str
    on: str
    told: str


def note(client: "redis.Redis", keys: Keys, *, who: str, by: Face, act: str, on: str, told: str) -> bool:
    """Writes an act into the log, which forgets all but the latest 1,000; long words are cut.

    Returns False when Redis did not take it: what was done is done all the same, so nothing is raised.
    """
    try:
        entry = Act(
            at=instant(now_ms(client)),
            who=who[:WHO_CHARS_MAX],
            by=by,
            act=act,
            on=on[:CHARS_MAX],
            told=told[:CHARS_MAX],
        )
        with client.pipeline(transaction=True) as pipe:
            pipe.lpush(keys.of("acts"), msgspec.json.encode(entry))
            pipe.ltrim(keys.of("acts"), 0, ACTS_MAX - 1)
            pipe.execute()
    except redis.RedisError:
        return False
    return True


def latest_acts(client: "redis.Redis", keys: Keys, *, limit: int = ACTS_MAX) -> list[Act]:
    """Returns at most `limit` acts, the latest first; an entry that cannot be read is left out.

    Raises:
        redis.RedisError: the server was not reached.
    """
    found: list[Act] = []
    for entry in cast("list[bytes]", client.lrange(keys.of("acts"), 0, limit - 1)):
        try:
            found.append(msgspec.json.decode(entry, type=Act))
        except msgspec.MsgspecError:
            continue
    return found


def listed(ids: list[str]) -> str:
    """Returns ids as the log names them: the first three, and how many more there are."""
    shown, rest = ", ".join(ids[:3]), len(ids) - 3
    return f"{shown} and {rest:,} more" if rest > 0 else shown
