"""Broadcasts as a list: how far each is and in which state, in three round trips, whatever their number."""

from typing import Final, cast

import msgspec
import redis

from producer.broadcasts.steps import FIELDS, Progress, lane_of, progress_of
from producer.store.keys import Keys

LISTED_MAX: Final = 200


class Listed(msgspec.Struct, frozen=True):
    """Some broadcasts, the latest first, and how many are kept in all."""

    broadcasts: list[Progress]
    total: int


def list_broadcasts(client: "redis.Redis", keys: Keys, *, limit: int = 20) -> Listed:
    """Returns at most `limit` broadcasts (1 to 200), the latest first.

    Raises:
        redis.RedisError: the server was not reached.
    """
    with client.pipeline(transaction=False) as pipe:
        pipe.zrange(keys.of("broadcasts"), 0, min(limit, LISTED_MAX) - 1, desc=True)
        pipe.zcard(keys.of("broadcasts"))
        pipe.time()
        found, total, (seconds, microseconds) = pipe.execute()
    ids = [each.decode() for each in cast("list[bytes]", found)]
    with client.pipeline(transaction=False) as pipe:
        for each in ids:
            pipe.hmget(keys.of(f"broadcast:{each}"), list(FIELDS))
            pipe.hgetall(keys.of(f"counts:broadcast:{each}"))
        answers = pipe.execute()
    known = [
        (each, facts, counts)
        for each, facts, counts in zip(ids, answers[::2], answers[1::2], strict=True)
        if facts[0] is not None
    ]
    scopes = [f"lane:{lane_of(facts[0], each)}" for each, facts, _ in known]
    held = cast("list[bytes | None]", client.hmget(keys.of("hold"), scopes)) if scopes else []
    now_s = seconds + microseconds / 1_000_000
    return Listed(
        [
            progress_of(each, facts, counts, hold, now_s)
            for (each, facts, counts), hold in zip(known, held, strict=True)
        ],
        total,
    )


def is_done(progress: Progress) -> bool:
    """Tells whether nobody of a broadcast is left to be sent to."""
    return progress.waiting == 0 and progress.state != "open"


def state_of(progress: Progress) -> str:
    """Returns a broadcast's state in a word or two: `open`, `on its way`, `paused`, `done`, `cancelled`."""
    if progress.state == "complete" and is_done(progress):
        return "done"
    if progress.paused and progress.state != "cancelled":
        return "paused"
    return "on its way" if progress.state == "complete" else progress.state


def nothing_to(act: str) -> str:
    """Returns what is said when nothing is left of a broadcast that could be paused, resumed or cancelled."""
    return f"nothing to {act}: nobody is left to be sent to"
