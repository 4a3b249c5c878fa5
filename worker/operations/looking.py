"""One consistent look at a command in Redis: what `explain.lua` answers, with names and types."""

from collections.abc import Iterable, Sequence
from typing import Final, cast

import msgspec
import redis

from producer.store.keys import Keys
from producer.store.scripting import Script
from worker.engine.chunk import Taken
from worker.operations.holds import HoldSeen, holds_in
from worker.operations.letters import read_record

ASKED_MAX: Final = 500
RAW: Final = frozenset({"outcome", "letter", "worker_info"})


class Knows(msgspec.Struct, frozen=True, kw_only=True):
    """What one kind of worker knows: when one of it was last heard, its entry of the Page, rates and types.

    `away` is why Graph answers none of them, or empty.
    """

    beat_ms: int
    entry: str
    rates: str
    types: str
    away: str = ""

    @property
    def fingerprint(self) -> str:
        """The fingerprint of its token for the Page."""
        return self.entry.split(";", 2)[1] if self.entry else ""

    @property
    def overrides(self) -> str:
        """The Page's own rates."""
        return self.entry.split(";", 2)[2] if self.entry else ""


class Broadcast(msgspec.Struct, frozen=True, kw_only=True):
    """The broadcast that an id belongs to: its Page and class, how many people it has, how many became commands."""

    page: str
    rate_class: str
    state: str
    added: int
    taken: int


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is known of one id at one moment."""

    id: str
    now_ms: int
    outcome: bytes | None = None
    history: list[bytes] = []
    dead: float | None = None
    letter: bytes | None = None
    state: str = ""
    command: Taken | None = None
    unreadable: bool = False
    broadcast: Broadcast | None = None
    lane: str = ""
    lane_position: int | None = None
    ahead: int = 0
    rivals: list[int] = []
    lane_sleeps_until: float = 0
    due: float | None = None
    slow: str = ""
    rate: float = 0
    log_calls: int = 0
    log_oldest: float = 0
    unserved: bool = False
    conversation_ahead: int | None = None
    worker: str | None = None
    worker_info: bytes = b"{}"
    worker_beat: float | None = None
    begun: bool | None = None
    taken_at: float | None = None
    holds: list[HoldSeen] = []
    profiles: list[Knows] = []


def look(client: "redis.Redis", keys: Keys, command_id: str) -> Look:
    """Returns what is known of an id.

    Raises:
        redis.RedisError: the server was not reached.
    """
    return _look_of(command_id, Script("explain").run(client, keys.prefix, (command_id,)))


def look_at_many(client: "redis.Redis", keys: Keys, ids: Iterable[str]) -> list[Look]:
    """Returns what is known of each of several ids, in their order; 500 are asked for in one round trip.

    Raises:
        redis.RedisError: the server was not reached.
    """
    script, asked, found = Script("explain"), list(ids), list[Look]()
    for start in range(0, len(asked), ASKED_MAX):
        some = asked[start : start + ASKED_MAX]
        with client.pipeline(transaction=False) as pipe:
            pipe.script_load(script.source)  # the server may have forgotten it
            for command_id in some:
                pipe.evalsha(script.sha, 1, keys.prefix, command_id)
            _, *answers = pipe.execute()
        found += map(_look_of, some, answers)
    return found


def _look_of(command_id: str, answer: object) -> Look:
    flat = cast("list[object]", answer)
    facts = {cast("bytes", name).decode(): value for name, value in zip(flat[::2], flat[1::2], strict=True)}
    record = cast("bytes | None", facts.pop("record", None))
    command = read_record(command_id, record)
    holds = _strings(facts.pop("holds", []))
    profiles = _strings(facts.pop("profiles", []))
    pairs = zip(holds[::2], holds[1::2], strict=True)
    seen = [hold for scope, value in pairs for hold in holds_in(scope, value.encode())]
    plain = {name: facts[name] for name in Look.__struct_fields__ if name in facts}
    for name, value in plain.items():
        if isinstance(value, bytes) and name not in RAW:
            plain[name] = value.decode(errors="replace")
    return msgspec.convert(
        {
            **plain,
            "id": command_id,
            "now_ms": int(cast("bytes", facts["now"])),
            "state": record[:1].decode(errors="replace") if record else "",
            "unreadable": record is not None and command is None,
            "command": command,
            "broadcast": _broadcast(facts.get("broadcast")),
            "holds": seen,
            "profiles": [_knows(profiles[at : at + 5]) for at in range(0, len(profiles), 5)],
        },
        Look,
        strict=False,
    )


def _strings(values: object) -> list[str]:
    return [each.decode(errors="replace") for each in cast("list[bytes]", values)]


def _knows(fields: Sequence[str]) -> Knows:
    beat_ms, entry, rates, types, away = fields
    return Knows(beat_ms=int(beat_ms), entry=entry, rates=rates, types=types, away=away)


def _broadcast(facts: object) -> Broadcast | None:
    if facts is None:
        return None
    head, state, added, taken = _strings(facts)
    page, rate_class = head.split("|", 2)[:2]
    return Broadcast(page=page, rate_class=rate_class, state=state, added=int(added), taken=int(taken))
