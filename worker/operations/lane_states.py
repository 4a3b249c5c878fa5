"""Why a lane is not taken from: a hold on it, its class, its Page or its app, no budget, or nobody who has a token."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from worker.operations.holds import HoldSeen, latest
from worker.operations.scopes import LANE_PARTS, class_scope
from worker.operations.serving import Served

State = Literal["ready", "paced", "held", "unserved"]


class Sleeping(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides whether a lane sleeps.

    `holds` have not ended; `asleep` is when Pages and lanes wake, in milliseconds; `served` has the Pages that a live
    worker has a token for.
    """

    holds: Sequence[HoldSeen]
    asleep: Mapping[str, int]
    unserved: frozenset[str]
    served: Mapping[str, Served]


def sleeping_of(sleeping: Sleeping, page: str, lane: str, at_ms: int) -> tuple[State, int | None, str | None]:
    """Returns a lane's state, until when in milliseconds (None: no time is set), and why; of holds the last to end."""
    served = sleeping.served.get(page)
    if page in sleeping.unserved and served is None:
        return "unserved", None, "no running worker holds a token for this Page"
    whole = "/".join(lane.split("/", LANE_PARTS)[:LANE_PARTS])  # a broadcast's lane is part of its Page's
    scopes = {f"lane:{lane}", f"lane:{whole}", class_scope(f"lane:{lane}"), f"page:{page}"}
    if served is not None and served.app:
        scopes.add(f"app:{served.app}")
    longest = latest(hold for hold in sleeping.holds if hold.scope in scopes and _applies(hold, served))
    if longest is not None:
        until_ms = round(longest.until.timestamp() * 1000) if longest.until else None
        return "held", until_ms, longest.reason
    wakes_ms = sleeping.asleep.get(lane, 0)
    if wakes_ms > at_ms:
        return "paced", wakes_ms, "its budget is spent"
    return "ready", None, None


def _applies(hold: HoldSeen, served: Served | None) -> bool:
    """Tells whether no live worker has another token than the one that is held."""
    return hold.for_token is None or served is None or served.fingerprints <= {hold.for_token}
