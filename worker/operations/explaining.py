"""What became of a command, or what it waits for and until when: everything that anybody can know, in words."""

import contextlib
from datetime import datetime
from typing import Final, Literal

import msgspec
import redis

from producer.batching import BATCH_ID, BatchTicket
from producer.keys import Keys
from producer.sequence_inquiry import SEQUENCE_ID, SequenceInquiry
from producer.ticket import Outcome, outcome_of
from worker.operations.attempts import Attempt, attempts_of, instant
from worker.operations.holds import HoldSeen, stands
from worker.operations.looking import Knows, Look, look
from worker.operations.scopes import described, lane_of
from worker.operations.waking import Spent, leaves_at_ms, pace_for

TIMEOUT_MS: Final = 10_000

Place = Literal[
    "lane", "conversation", "scheduled", "retry", "parked", "echo", "taken", "not made", "ended", "unknown"
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

STATES: Final[dict[Place, str]] = {
    "conversation": "waiting behind an earlier command of its conversation",
    "scheduled": "scheduled for later",
    "retry": "to be tried again later",
    "parked": "parked: no running worker knows its type",
    "echo": "awaiting its echo: an attempt may have arrived",
    "unknown": "on its way",
}


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a command waits for: `until` is None when no time is set."""

    kind: Literal["hold", "rate", "conversation", "schedule", "retry", "echo", "type", "worker"]
    reason: str
    until: datetime | None = None


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Where one command is and why.

    `state` says it in words. `waits_for` is all that keeps it from leaving. `position` counts the commands before it in
    its lane, `ahead` those before it in its conversation. `eta_s` is when it leaves at the lane's rate if nothing else
    does; None when nobody can tell. `taken_at` is since when a worker has it. A ticket of an explicit
    batch has its `parts` instead.
    """

    id: str
    place: Place
    state: str
    page: str = ""
    type: str = ""
    lane: str = ""
    enqueued_at: datetime | None = None
    expires_at: datetime | None = None
    taken_at: datetime | None = None
    waits_for: list[Wait] = []
    position: int | None = None
    ahead: int | None = None
    eta_s: float | None = None
    attempts: int = 0
    possibly_repeated: bool = False
    history: list[Attempt] = []
    outcome: Outcome | None = None
    is_dead_letter: bool = False
    parts: list["Explanation"] = []

    @property
    def known(self) -> bool:
        """Tells whether there is such a command, or its outcome is still kept."""
        return self.place != "unknown"


def explain(
    client: "redis.Redis", keys: Keys, command_id: str, *, timeout_ms: int = TIMEOUT_MS
) -> Explanation:
    """Returns what is known of a command, a batch, a sequence, or a person of a broadcast (`<broadcast>:<n>`).

    Args:
        client: of the server.
        keys: of the installation.
        command_id: as a producer or `outbound send` gave it.
        timeout_ms: after how long a silent worker counts as dead.

    Raises:
        redis.RedisError: the server was not reached.
    """
    if BATCH_ID.fullmatch(command_id) is not None:
        ids = dict.fromkeys(part.id for part in BatchTicket(command_id, client, keys).parts)
        return _joint(
            "batch", command_id, [explain(client, keys, each, timeout_ms=timeout_ms) for each in ids]
        )
    if SEQUENCE_ID.fullmatch(command_id) is not None:
        steps = SequenceInquiry(command_id, keys).parts
        told = [explain(client, keys, each.id, timeout_ms=timeout_ms) for each in steps]
        return _joint("sequence", command_id, told)
    seen = look(client, keys, command_id)
    if seen.command is not None:
        return _waiting(seen, timeout_ms)
    if seen.outcome is not None:
        return _ended(seen, outcome_of(seen.outcome))
    if seen.broadcast is not None and seen.lane_position is not None:
        return _not_made(seen, timeout_ms)
    return Explanation(
        id=command_id,
        place="unknown",
        state="no such command is known: its outcome is no longer kept, or there was none",
        history=attempts_of(seen.history),
        is_dead_letter=seen.dead is not None,
    )


def _joint(what: Literal["batch", "sequence"], command_id: str, parts: list[Explanation]) -> Explanation:
    ended = sum(part.place == "ended" for part in parts)
    known = [part for part in parts if part.known]
    open_places = [part.place for part in known if part.place != "ended"]
    return Explanation(
        id=command_id,
        place=open_places[0] if open_places else "ended" if known else "unknown",
        state=f"a {what}: {ended} of {_counted(len(parts), 'command')} ended",
        page=known[0].page if known else "",
        type=f"send_{what}",
        parts=parts,
    )


def _ended(seen: Look, outcome: Outcome) -> Explanation:
    return Explanation(
        id=seen.id,
        place="ended",
        state=f"ended {outcome.name}",
        page=outcome.page,
        type=outcome.type,
        attempts=outcome.attempts,
        possibly_repeated=outcome.possibly_repeated,
        history=attempts_of(seen.history),
        outcome=outcome,
        is_dead_letter=seen.dead is not None,
    )


def _waiting(seen: Look, timeout_ms: int) -> Explanation:
    command = seen.command
    if command is None:
        raise ValueError(f"{seen.id} does not wait")
    place = PLACES.get(seen.state, "unknown")
    waits = _own_waits(seen, place)
    if place in {"lane", "conversation"}:
        waits += _lane_waits(seen, command.page, timeout_ms)
    return Explanation(
        id=seen.id,
        place=place,
        state=_state(seen, place),
        page=command.page,
        type=command.type,
        lane=lane_of(seen.lane),
        enqueued_at=instant(command.enqueued_ms),
        expires_at=instant(command.expires_ms) if command.expires_ms is not None else None,
        taken_at=None if seen.taken_at is None else instant(seen.taken_at),
        waits_for=waits,
        position=seen.lane_position,
        ahead=seen.conversation_ahead,
        eta_s=_eta_s(seen, place, waits, command.rate_class, timeout_ms),
        attempts=command.attempts,
        possibly_repeated="r" in command.flags,
        history=attempts_of(seen.history),
    )


def _not_made(seen: Look, timeout_ms: int) -> Explanation:
    broadcast = seen.broadcast
    if broadcast is None:
        raise ValueError(f"{seen.id} is of no broadcast")
    if broadcast.state == "cancelled":
        return Explanation(
            id=seen.id,
            place="not made",
            state="never taken: its broadcast was cancelled",
            page=broadcast.page,
            lane=lane_of(seen.lane),
        )
    waits = _lane_waits(seen, broadcast.page, timeout_ms)
    return Explanation(
        id=seen.id,
        place="not made",
        state=f"not taken yet: one of the people of its broadcast, {seen.lane_position:,} before it",
        page=broadcast.page,
        type="send_message",
        lane=lane_of(seen.lane),
        waits_for=waits,
        position=seen.lane_position,
        eta_s=_eta_s(seen, "lane", waits, broadcast.rate_class, timeout_ms),
    )


def _state(seen: Look, place: Place) -> str:
    if place == "taken":
        return _state_of_taken(seen)
    if place == "lane":
        before = "far behind" if seen.lane_position is None else f"{seen.lane_position:,} before it"
        return f"waiting in its lane, {before}"
    return STATES[place]


def _state_of_taken(seen: Look) -> str:
    info = _Info()
    with contextlib.suppress(msgspec.DecodeError):  # what a worker says of itself is for people only
        info = msgspec.json.decode(seen.worker_info, type=_Info)
    who = f"{info.host} (process {info.pid})" if info.host else str(seen.worker)
    request = "its request has begun" if seen.begun else "its request has not begun"
    silent_s = 0.0 if seen.worker_beat is None else max(0.0, seen.now_ms - seen.worker_beat) / 1000
    since = (
        "taken"
        if seen.taken_at is None
        else f"taken {max(0.0, seen.now_ms - seen.taken_at) / 1000:.0f} s ago"
    )
    return f"{since} by worker {who}, last heard {silent_s:.0f} s ago: {request}"


class _Info(msgspec.Struct):
    host: str = ""
    pid: int = 0


def _own_waits(seen: Look, place: Place) -> list[Wait]:
    due = instant(seen.due) if seen.due is not None else None
    last = attempts_of(seen.history[-1:])
    match place:
        case "conversation":
            ahead = seen.conversation_ahead
            number = "an unknown number of commands" if ahead is None else _counted(ahead, "command")
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


def _lane_waits(seen: Look, page: str, timeout_ms: int) -> list[Wait]:
    alive = [each for each in seen.profiles if seen.now_ms - each.beat_ms < timeout_ms]
    serving = [each for each in alive if each.entry]
    if not alive:
        return [Wait(kind="worker", reason="no worker is running: start one with `outbound worker`")]
    if not serving:
        reason = f"no running worker holds a token for Page {page}: add it to the Pages file"
        return [Wait(kind="worker", reason=reason)]
    waits = [
        Wait(kind="hold", reason=f"{described(hold.scope)} is held: {hold.reason}", until=hold.until)
        for hold in seen.holds
        if _holds(hold, serving, seen.now_ms)
    ]
    if not waits and seen.lane_sleeps_until > seen.now_ms:
        until = instant(seen.lane_sleeps_until)
        waits.append(Wait(kind="rate", reason="its lane's budget is spent", until=until))
    return waits


def _holds(hold: HoldSeen, serving: list[Knows], now_ms: int) -> bool:
    if not stands(hold, now_ms):
        return False
    return hold.for_token is None or all(each.fingerprint == hold.for_token for each in serving)


def _eta_s(seen: Look, place: Place, waits: list[Wait], rate_class: str, timeout_ms: int) -> float | None:
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
    leaves_ms = leaves_at_ms(pace, spent, seen.lane_position + seen.ahead, round(wakes_ms))
    return max(0.0, leaves_ms - seen.now_ms) / 1000


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
