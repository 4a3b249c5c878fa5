"""Broadcasts as the page lists them: how far each is, and whether something holds it."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

import msgspec
import redis

from producer.broadcasts.steps import Progress, lane_of
from producer.store.keys import Keys
from worker.operations.attempts import instant
from worker.operations.broadcasts import Listed, list_broadcasts, state_of
from worker.operations.holds import HoldSeen
from worker.operations.installation import Snapshot
from worker.operations.lane_states import Sleeping, sleeping_of
from worker.operations.serving import served_by


class BroadcastShown(msgspec.Struct, frozen=True):
    """A broadcast with its state in a word or two: `held` and `no token` say why, and until when if that is known."""

    state: str
    progress: Progress
    reason: str | None = None
    until: datetime | None = None


class BroadcastsShown(msgspec.Struct, frozen=True):
    """The latest broadcasts, and how many are kept in all."""

    rows: list[BroadcastShown]
    total: int


def read_broadcasts(
    client: "redis.Redis", keys: Keys, whole: Snapshot, holds: Sequence[HoldSeen], *, limit: int
) -> BroadcastsShown:
    """Returns at most `limit` broadcasts, the latest first; `holds` are those that hold something.

    Raises:
        redis.RedisError: the server was not reached.
    """
    listed = list_broadcasts(client, keys, limit=limit)
    lanes = _lanes(client, keys, listed)
    sleeping = Sleeping(
        holds=holds,
        asleep={},
        unserved=frozenset(whole.unserved),
        served=served_by(client, keys, whole.digests, [each.page for each in listed.broadcasts]),
    )
    rows = [_shown(each, lanes.get(each.id), sleeping, whole.at_ms) for each in listed.broadcasts]
    return BroadcastsShown(rows, listed.total)


def _lanes(client: "redis.Redis", keys: Keys, listed: Listed) -> dict[str, str]:
    ids = [each.id for each in listed.broadcasts if state_of(each) in {"open", "on its way"}]
    with client.pipeline(transaction=False) as pipe:
        for each in ids:
            pipe.hget(keys.of(f"broadcast:{each}"), "head")
        heads = cast("list[bytes | None]", pipe.execute())
    return {each: lane_of(head, each) for each, head in zip(ids, heads, strict=True) if head is not None}


def _shown(progress: Progress, lane: str | None, sleeping: Sleeping, at_ms: int) -> BroadcastShown:
    state = state_of(progress)
    if lane is None:
        return BroadcastShown(state, progress)
    why, until_ms, reason = sleeping_of(sleeping, progress.page, lane, at_ms)
    if why not in {"held", "unserved"}:
        return BroadcastShown(state, progress)
    until = instant(until_ms) if until_ms is not None else None
    return BroadcastShown("held" if why == "held" else "no token", progress, reason, until)
