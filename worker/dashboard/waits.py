"""What waits for its time: scheduled, to be tried again, or awaiting its echo; the first fifty."""

from datetime import datetime
from typing import Final, Literal, cast

import msgspec
import redis

from producer.store.keys import Keys
from worker.operations.attempts import attempts_of, instant
from worker.operations.letters import read_record

SHOWN_MAX: Final = 50
READ_MAX: Final = 500
CONVERSATION: Final = b"~"
STATES: Final[dict[str, Literal["scheduled", "to be tried again", "awaits its echo"]]] = {
    "S": "scheduled",
    "R": "to be tried again",
    "E": "awaits its echo",
}


class Later(msgspec.Struct, frozen=True, kw_only=True):
    """One command that waits for its time; `reason` is why the last attempt failed."""

    id: str
    due: datetime
    state: str
    page: str
    type: str
    attempts: int
    reason: str | None


class Laters(msgspec.Struct, frozen=True):
    """The first of them by their time, and how many there are."""

    rows: list[Later]
    total: int


def read_later(client: "redis.Redis", keys: Keys) -> Laters:
    """Returns at most fifty of the commands that wait for their time, the next first, in three round trips.

    Raises:
        redis.RedisError: the server was not reached.
    """
    with client.pipeline(transaction=False) as pipe:
        pipe.zrange(keys.of("later"), 0, READ_MAX - 1, withscores=True)
        pipe.zcard(keys.of("later"))
        found, total = pipe.execute()
    due = [(each, at_ms) for each, at_ms in found if not each.startswith(CONVERSATION)][:SHOWN_MAX]
    if not due:
        return Laters([], total)
    ids = [each.decode(errors="replace") for each, _ in due]
    records = cast("list[bytes | None]", client.hmget(keys.of("commands"), ids))
    with client.pipeline(transaction=False) as pipe:
        for each in ids:
            pipe.lrange(keys.of(f"history:{each}"), -1, -1)
        attempts = cast("list[list[bytes]]", pipe.execute())
    rows = [
        _later(command_id, at_ms, record, last)
        for command_id, (_, at_ms), record, last in zip(ids, due, records, attempts, strict=True)
        if record is not None
    ]
    return Laters(rows, total)


def _later(command_id: str, due_ms: float, record: bytes, last: list[bytes]) -> Later:
    taken = read_record(command_id, record)
    return Later(
        id=command_id,
        due=instant(due_ms),
        state=STATES.get(record[:1].decode(errors="replace"), "waits"),
        page=taken.page if taken is not None else "",
        type=taken.type if taken is not None else "cannot be read",
        attempts=taken.attempts if taken is not None else 0,
        reason=next((each.reason for each in attempts_of(last)), None),
    )
