"""What the tests of `status` read and expect: overviews without their times, and lanes as they are seen."""

from datetime import UTC, datetime
from typing import Any, cast

import msgspec
import redis

from producer.store.keys import Keys
from worker.engine.knowledge import KnownPage, Profile, Rate
from worker.engine.lanes import Lanes
from worker.operations.budgets import Budget
from worker.operations.lanes import LaneSeen
from worker.operations.overview import Overview, read_overview
from worker.operations.server import ServerSeen

NEVER = datetime.fromtimestamp(0, UTC)
KEYS = Keys("outbound")
TIMEOUT_MS = 10_000
TEXT_RATE = Rate(1, 60_000, 1)
PROFILE = Profile(
    rates={"text": None, "media": None, "profile": None, "other": None},
    types=("send_message", "sender_action"),
    pages={"1": KnownPage("app"), "2": KnownPage(), "3": KnownPage(rates={"text": TEXT_RATE})},
)
NOTHING = Overview(
    at=NEVER,
    workers=[],
    pages=[],
    pages_total=0,
    lanes=[],
    holds=[],
    not_ended=0,
    in_lanes=0,
    behind=0,
    later=0,
    next_due=None,
    taken=0,
    parked={},
    unserved=[],
    dead_letters=0,
    ended={"sent": 0, "refused": 0, "exhausted": 0, "expired": 0, "cancelled": 0, "unknown": 0},
    retried=0,
    reaped=0,
    troubles=[],
)


def read(server: "redis.Redis") -> Overview:
    """Returns the overview."""
    return read_overview(server, KEYS, timeout_ms=TIMEOUT_MS)


def without_times(overview: Overview) -> Overview:
    """Returns the overview with every moment and age set to one value, without the server's own and its troubles."""
    return msgspec.structs.replace(
        overview,
        server=ServerSeen(),
        troubles=[],
        at=NEVER,
        next_due=overview.next_due and NEVER,
        workers=[msgspec.structs.replace(each, heartbeat_age_s=0.0) for each in overview.workers],
        lanes=[
            msgspec.structs.replace(
                each, next_age_s=0.0, until=each.until and NEVER, backlog_s=None, budget=Budget()
            )
            for each in overview.lanes
        ],
        holds=[
            msgspec.structs.replace(each, since=NEVER, until=each.until and NEVER) for each in overview.holds
        ],
    )


def taken(lanes: Lanes, token: int) -> Any:  # noqa: ANN401 (a chunk)
    """Takes one chunk and begins it."""
    chunk = lanes.take("w", token, PROFILE).chunk
    assert chunk is not None
    assert lanes.begin(chunk)
    return chunk


def taken_id(server: "redis.Redis") -> str:
    """Returns the id of the one command there is."""
    (command_id,) = cast("list[bytes]", server.hkeys("outbound:commands"))
    return command_id.decode()


def lane(page: str, *, waiting: int, state: Any = "ready", **others: Any) -> LaneSeen:  # noqa: ANN401 (fields)
    """Returns a lane of interactive texts as it is seen."""
    return LaneSeen(
        page=page,
        rate_class="text",
        priority="interactive",
        waiting=waiting,
        next_age_s=0.0,
        budget=Budget(),
        backlog_s=None,
        state=state,
        **others,
    )
