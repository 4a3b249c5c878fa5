"""What became of a command, or what it waits for and until when: everything that anybody can know, in words."""

import contextlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

import msgspec
import redis

from producer.store.keys import Keys
from producer.tickets.batch_inquiry import BATCH_ID, BatchInquiry
from producer.tickets.sequence_inquiry import SEQUENCE_ID, SequenceInquiry
from producer.tickets.ticket import Outcome, outcome_of
from worker.operations.attempts import Attempt, attempts_of, instant
from worker.operations.letters import read_record
from worker.operations.looking import Look, look, look_at_many
from worker.operations.scopes import lane_of
from worker.operations.waiting import PLACES, Place, Wait, counted, eta_s, lane_waits, own_waits

__all__ = ["Explanation", "Place", "Wait", "explain"]

TIMEOUT_MS: Final = 10_000
COMMAND_ID: Final = re.compile(r"[0-9a-zA-Z._:-]{1,200}")

STATES: Final[dict[Place, str]] = {
    "conversation": "waiting behind an earlier command of its conversation",
    "scheduled": "scheduled for later",
    "retry": "to be tried again later",
    "parked": "parked: no running worker knows its type",
    "echo": "awaiting its echo: an attempt may have arrived",
    "unreadable": "its record in Redis cannot be read: it becomes a dead letter when its turn comes",
    "unknown": "on its way",
}


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Where one command is and why.

    `state` says it in words. `waits_for` is all that keeps it from leaving. `position` counts the commands before it in
    its lane, `ahead` those before it in its conversation. `eta_s` is when it leaves at the lane's rate if nothing else
    does; None when nobody can tell. `taken_at` is since when a worker has it. A dead letter that is not `readable` can
    only be sent anew. A ticket of an explicit batch has its `parts` instead.
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
    readable: bool = True
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
        return _joint("batch", command_id, _parts(client, keys, BatchInquiry(command_id, keys), timeout_ms))
    if SEQUENCE_ID.fullmatch(command_id) is not None:
        ids = [step.id for step in SequenceInquiry(command_id, keys).parts]
        return _joint("sequence", command_id, _all(client, keys, ids, timeout_ms))
    return _one(look(client, keys, command_id), timeout_ms)


def _parts(client: "redis.Redis", keys: Keys, batch: BatchInquiry, timeout_ms: int) -> list[Explanation]:
    """Returns what is known of each part, and once of linked parts that are on their way, or ended, as one."""
    ids = [each for part in batch.parts for each in dict.fromkeys((part.id, part.queued_as))]
    told = {each.id: each for each in _all(client, keys, ids, timeout_ms)}
    shown = [part.id if told[part.id].known else part.queued_as for part in batch.parts]
    return [told[each] for each in dict.fromkeys(shown)]


def _all(client: "redis.Redis", keys: Keys, ids: Sequence[str], timeout_ms: int) -> list[Explanation]:
    return [_one(seen, timeout_ms) for seen in look_at_many(client, keys, dict.fromkeys(ids))]


def _one(seen: Look, timeout_ms: int) -> Explanation:
    if seen.command is not None:
        return _waiting(seen, timeout_ms)
    if seen.outcome is not None:
        return _ended(seen, outcome_of(seen.outcome))
    if seen.broadcast is not None and seen.lane_position is not None:
        return _not_made(seen, timeout_ms)
    if seen.unreadable:
        return Explanation(
            id=seen.id,
            place="unreadable",
            state=STATES["unreadable"],
            history=attempts_of(seen.history),
        )
    return Explanation(
        id=seen.id,
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
        state=f"a {what}: {ended} of {counted(len(parts), 'command')} ended",
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
        readable=seen.letter is None or read_record(seen.id, seen.letter) is not None,
    )


def _waiting(seen: Look, timeout_ms: int) -> Explanation:
    command = seen.command
    if command is None:
        raise ValueError(f"{seen.id} does not wait")
    place = PLACES.get(seen.state, "unknown")
    waits = own_waits(seen, place)
    if place in {"lane", "conversation"}:
        waits += lane_waits(seen, command.page, timeout_ms)
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
        eta_s=eta_s(seen, place, waits, command.rate_class, timeout_ms),
        attempts=command.attempts,
        possibly_repeated=command.possibly_repeated,
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
    waits = lane_waits(seen, broadcast.page, timeout_ms)
    return Explanation(
        id=seen.id,
        place="not made",
        state=f"not taken yet: one of the people of its broadcast, {seen.lane_position:,} before it",
        page=broadcast.page,
        type="send_message",
        lane=lane_of(seen.lane),
        waits_for=waits,
        position=seen.lane_position,
        eta_s=eta_s(seen, "lane", waits, broadcast.rate_class, timeout_ms),
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
