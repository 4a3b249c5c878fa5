"""What a command waits for, until when, and when it leaves, as far as anybody can tell."""

from datetime import datetime
from typing import Final, Literal

import msgspec

from worker.operations.attempts import attempts_of, instant
from worker.operations.holds import HoldSeen, stands
from worker.operations.looking import Knows, Look
from worker.operations.scopes import described
from worker.operations.waking import Spent, leaves_at_ms, pace_for

Place = Literal[
    "lane",
    "conversation",
    "scheduled",
    "retry",
    "parked",
    "echo",
    "taken",
    "not made",
    "ended",
    "unreadable",
    "unknown",
]
PLACES: Final[dict[str, Place]] = {
    "L": "lane",
    "W": "conversation",
    "S": "scheduled",
    "R": "retry",
    "P": "parked",
    "E": "echo",
    "T": "taken",
}


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a command waits for: `until` is None when no time is set."""

    kind: Literal["hold", "rate", "conversation", "schedule", "retry", "echo", "type", "worker", "graph"]
    reason: str
    until: datetime | None = None


def own_waits(seen: Look, place: Place) -> list[Wait]:
    """Returns what a command waits for because of its place."""
    due = instant(seen.due) if seen.due is not None else None
    last = attempts_of(seen.history[-1:])
    match place:
        case "conversation":
            ahead = seen.conversation_ahead
            number = "an unknown number of commands" if ahead is None else counted(ahead, "command")
            return [Wait(kind="conversation", reason=f"{number} of its conversation before it")]
        case "scheduled":
            return [Wait(kind="schedule", reason="its send_at", until=due)]
        case "retry":
            why = last[0].reason if last and last[0].reason else "the limit of its kind"
            return [Wait(kind="retry", reason=why, until=due)]
        case "echo":
            return [Wait(kind="echo", reason="the webhook that proves that it was sent", until=due)]
        case "parked":
            kind = seen.command.type if seen.command is not None else ""
            return [Wait(kind="type", reason=f"no running worker knows the type {kind}: start a newer one")]
        case _:
            return []


def lane_waits(seen: Look, page: str, timeout_ms: int) -> list[Wait]:
    """Returns what a lane waits for: a worker (one silent for `timeout_ms` is dead), holds, or its budget."""
    alive = [each for each in seen.profiles if seen.now_ms - each.beat_ms < timeout_ms]
    serving = [each for each in alive if each.entry]
    if not alive:
        return [Wait(kind="worker", reason="no worker is running: start one with `outbound worker`")]
    if not serving:
        reason = f"no running worker holds a token for Page {page}: add it to the Pages file"
        return [Wait(kind="worker", reason=reason)]
    waits = [
        Wait(kind="hold", reason=_told(hold), until=hold.until)
        for hold in seen.holds
        if _holds(hold, serving, seen.now_ms)
    ]
    waits += _graph_waits(serving)
    if not waits and seen.lane_sleeps_until > seen.now_ms:
        until = instant(seen.lane_sleeps_until)
        waits.append(Wait(kind="rate", reason="its lane's budget is spent", until=until))
    return waits


def _graph_waits(serving: list[Knows]) -> list[Wait]:
    """Returns the wait for Graph where it answers no worker that has the Page's token."""
    away = [each.away for each in serving]
    if not all(away):
        return []
    reason = f"Graph does not answer: {away[0]}; a worker tries again by itself"
    return [Wait(kind="graph", reason=reason)]


def eta_s(seen: Look, place: Place, waits: list[Wait], rate_class: str, timeout_ms: int) -> float | None:
    """Returns in how many seconds a command leaves if nothing else does; None when nobody can tell."""
    if place in {"scheduled", "retry", "echo"}:
        return None if seen.due is None else max(0.0, seen.due - seen.now_ms) / 1000
    if place != "lane" or seen.lane_position is None or any(wait.until is None for wait in waits):
        return None
    serving = [each for each in seen.profiles if each.entry and seen.now_ms - each.beat_ms < timeout_ms]
    if not serving:
        return None
    pace = pace_for(serving[0].rates, serving[0].overrides, rate_class, seen.slow, seen.now_ms)
    spent = Spent(full_at_ms=seen.rate, window_calls=seen.log_calls, window_oldest_ms=seen.log_oldest)
    wakes_ms = max(
        [seen.now_ms, *(wait.until.timestamp() * 1000 for wait in waits if wait.until is not None)]
    )
    by_turns = sum(min(seen.lane_position + 1, waiting) for waiting in seen.rivals)
    leaves_ms = leaves_at_ms(pace, spent, seen.lane_position + seen.ahead + by_turns, round(wakes_ms))
    return max(0.0, leaves_ms - seen.now_ms) / 1000


def _told(hold: HoldSeen) -> str:
    """Returns why a scope is held, and how that ends by itself where no hand made it."""
    reason = f"{described(hold.scope)} is held: {hold.reason}"
    if hold.until is None or hold.kind not in {"token", "trouble"}:
        return reason
    sooner = ", or as soon as a worker has another token," if hold.kind == "token" else ""
    return f"{reason} Then{sooner} one call tries; each that fails doubles the time."


def _holds(hold: HoldSeen, serving: list[Knows], now_ms: int) -> bool:
    if not stands(hold, now_ms):
        return False
    return hold.for_token is None or all(each.fingerprint == hold.for_token for each in serving)


def counted(number: int, noun: str) -> str:
    """Returns a number with its noun, in the plural where it is one."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
