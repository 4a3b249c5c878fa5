"""All that the engine keeps in Redis, read at one moment into plain Python values."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

import msgspec
import redis

from tests.laws.engine import PREFIX

# One round trip: a state machine reads after each of thousands of steps.
EVERYTHING: Final = """
local commands = {
  string = {'GET'}, hash = {'HGETALL'}, set = {'SMEMBERS'},
  list = {'LRANGE', 0, -1}, zset = {'ZRANGE', 0, -1, 'WITHSCORES'},
}
local found = {}
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  local kind = redis.call('TYPE', key).ok
  local command = commands[kind]
  found[#found + 1] = {key, kind, redis.call(command[1], key, unpack(command, 2))}
end
return found
"""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One command as it lies in `commands`."""

    state: str
    attempts: int = 0
    reaps: int = 0
    flags: str = ""
    mark: str = ""
    pending: int = 0
    page: str
    lane: str
    conversations: tuple[str, ...]
    type: str
    expires_ms: int | None


def record_of(raw: bytes) -> Record:
    """Returns a record in parts, by the form in `scripts/record.lua`, read apart from the code that it judges."""
    state, fixed, _ = raw.decode(errors="replace").split("\n", 2)
    page, rate_class, priority, broadcast, people, kind, _, _, options, _, expires = fixed.split("|")
    joined = people.split(",") if people and "u" not in options else []
    attempts, reaps, flags, mark, pending = (
        state[1:].split(";") if len(state) > 1 else ("0", "0", "", "", "0")
    )
    return Record(
        state=state[0],
        attempts=int(attempts),
        reaps=int(reaps),
        flags=flags,
        mark=mark,
        pending=int(pending),
        page=page,
        lane=f"{page}/{rate_class}/{priority}" + (f"/{broadcast}" if broadcast else ""),
        conversations=tuple(f"{page}/{person}/{priority}" for person in joined),
        type=kind or "send_message",
        expires_ms=int(expires) if expires else None,
    )


class Store(msgspec.Struct, frozen=True):
    """The key space by kind of key; names are what follows the kind (`lane:P1/t/i` is `lists["lane"]["P1/t/i"]`)."""

    commands: Mapping[str, Record]
    outcomes: Mapping[str, str]
    lists: Mapping[str, Mapping[str, list[str]]]
    scored: Mapping[str, Mapping[str, Mapping[str, float]]]
    sets: Mapping[str, frozenset[str]]
    hashes: Mapping[str, Mapping[str, Mapping[str, str]]]
    next_ms: float

    def listed(self, kind: str) -> Mapping[str, list[str]]:
        """Returns the lists of one kind, by name."""
        return self.lists.get(kind, {})

    def scores(self, kind: str, name: str = "") -> Mapping[str, float]:
        """Returns the members of one sorted set, with their scores."""
        return self.scored.get(kind, {}).get(name, {})

    def hashed(self, kind: str, name: str = "") -> Mapping[str, str]:
        """Returns one hash."""
        return self.hashes.get(kind, {}).get(name, {})

    def numbers(self, kind: str, name: str = "") -> dict[str, int]:
        """Returns one hash of numbers, without zeros."""
        return {field: int(value) for field, value in self.hashed(kind, name).items() if int(value) != 0}


def _pairs(flat: Sequence[bytes]) -> dict[bytes, bytes]:
    return dict(zip(flat[::2], flat[1::2], strict=True))


VALUES: Final[Mapping[str, Callable[[Any], object]]] = {
    "string": bytes,
    "hash": _pairs,
    "set": set,
    "list": list,
    "zset": lambda flat: [(member, float(score)) for member, score in _pairs(flat).items()],
}


def values(client: "redis.Redis") -> list[tuple[str, str, object]]:
    """Returns kind, name and value of every key under the prefix, all of one moment."""
    answer = cast("list[tuple[bytes, bytes, object]]", client.eval(EVERYTHING, 0, f"{PREFIX}:*"))
    found = []
    for key, type_of, value in sorted(answer, key=lambda each: each[0]):
        kind, _, name = key.decode().removeprefix(f"{PREFIX}:").partition(":")
        found.append((kind, name, VALUES[type_of.decode()](value)))
    return found


def read(client: "redis.Redis") -> Store:
    """Returns everything that lies under the prefix."""
    lists: dict[str, dict[str, list[str]]] = {}
    scored: dict[str, dict[str, Mapping[str, float]]] = {}
    hashes: dict[str, dict[str, Mapping[str, str]]] = {}
    sets: dict[str, frozenset[str]] = {}
    outcomes: dict[str, str] = {}
    commands: Mapping[str, Record] = {}
    next_ms = "inf"
    for kind, name, value in values(client):
        if kind == "commands":
            raw = cast("dict[bytes, bytes]", value)
            commands = {command_id.decode(): record_of(each) for command_id, each in raw.items()}
        elif isinstance(value, dict):
            fields = cast("dict[bytes, bytes]", value)
            hashes.setdefault(kind, {})[name] = {
                field.decode(): v.decode(errors="replace") for field, v in fields.items()
            }
        elif isinstance(value, set):
            sets[f"{kind}:{name}" if name else kind] = frozenset(each.decode() for each in value)
        elif isinstance(value, list) and value and isinstance(value[0], bytes):
            lists.setdefault(kind, {})[name] = [each.decode() for each in value]
        elif isinstance(value, list):
            scored.setdefault(kind, {})[name] = {member.decode(): score for member, score in value}
        elif kind == "outcome":
            outcomes[name] = cast("bytes", value).decode()
        elif kind == "next":
            next_ms = cast("bytes", value).decode()
    return Store(commands, outcomes, lists, scored, sets, hashes, float(next_ms))
