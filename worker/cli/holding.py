"""Why a lane is not taken from: a hold on it, its Page or its app, no budget, or nobody who has a token."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Literal, cast

import msgspec
import redis

from producer.keys import Keys

HOLDS_MAX: Final = 1_000

State = Literal["ready", "paced", "held", "unserved"]


class HoldSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A Page, lane or app that is not taken from until `until`, or with None until it is released."""

    scope: str
    until: datetime | None
    since: datetime
    reason: str


class Sleeping(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides whether a lane sleeps.

    `asleep` is when Pages and lanes wake, in milliseconds; `apps` has the Pages that a live worker has a token for.
    """

    holds: Sequence[HoldSeen]
    asleep: Mapping[str, int]
    unserved: frozenset[str]
    apps: Mapping[str, str]


def read_holds(client: "redis.Redis", keys: Keys, at_ms: int) -> list[HoldSeen]:
    """Returns the holds that have not ended, at most 1,000, by scope."""
    if client.hlen(keys.of("hold")) <= HOLDS_MAX:
        found = cast("dict[bytes, bytes]", client.hgetall(keys.of("hold")))
    else:
        flat = cast("list[bytes]", client.hrandfield(keys.of("hold"), HOLDS_MAX, withvalues=True))
        found = dict(zip(flat[::2], flat[1::2], strict=True))
    holds = [_hold(scope.decode(), value, at_ms) for scope, value in sorted(found.items())]
    return [hold for hold in holds if hold is not None]


def _hold(scope: str, value: bytes, at_ms: int) -> HoldSeen | None:
    until_text, _, since_text, _, reason = value.split(b"|", 4)
    until_ms = int(until_text)
    if until_ms and until_ms <= at_ms:
        return None
    return HoldSeen(
        scope=scope,
        until=datetime.fromtimestamp(until_ms / 1000, UTC) if until_ms else None,
        since=datetime.fromtimestamp(int(since_text) / 1000, UTC),
        reason=_reason(reason),
    )


def _reason(text: bytes) -> str:
    try:
        document = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text.decode(errors="replace")
    return str(document.get("reason", "")) if isinstance(document, dict) else str(document)


def sleeping_of(sleeping: Sleeping, page: str, lane: str, at_ms: int) -> tuple[State, int | None, str | None]:
    """Returns a lane's state, until when in milliseconds (None: no time is set), and why."""
    if page in sleeping.unserved and page not in sleeping.apps:
        return "unserved", None, "no running worker holds a token for this Page"
    app = sleeping.apps.get(page)
    scopes = {f"lane:{lane}", f"page:{page}"} | ({f"app:{app}"} if app else set())
    holds = [hold for hold in sleeping.holds if hold.scope in scopes]
    if holds:
        longest = max(holds, key=lambda hold: hold.until.timestamp() if hold.until else float("inf"))
        until_ms = round(longest.until.timestamp() * 1000) if longest.until else None
        return "held", until_ms, longest.reason
    wakes_ms = sleeping.asleep.get(lane, 0)
    if wakes_ms > at_ms:
        return "paced", wakes_ms, "its budget is spent"
    return "ready", None, None
