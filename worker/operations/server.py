"""What the Redis server tells of its own state, as far as it tells it."""

from collections.abc import Mapping
from typing import Final, cast

import msgspec
import redis

# Of a whole; what doctor warns of and what it calls an error.
MEMORY_SHORT: Final = 0.75
MEMORY_FULL: Final = 0.9
# Errors by which the server refuses a write that it would take if it were well.
REFUSALS: Final = ("OOM", "MISCONF", "NOREPLICAS", "READONLY")
WRITES: Final = {
    "aof_last_write_status": "the append-only file",
    "aof_last_bgrewrite_status": "the rewrite of the append-only file",
    "rdb_last_bgsave_status": "the snapshot",
}


class ServerSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A server's state; `known` is false where it keeps INFO to itself, and then nothing else says anything.

    `memory_max` is 0 without a bound; `refused` counts writes that it refused since its start, by the error's name,
    whoever asked; `failed` names what it last failed to write to its disk. `replicas` is how many follow it.
    """

    known: bool = False
    role: str = ""
    memory_used: int = 0
    memory_max: int = 0
    policy: str = ""
    refused: Mapping[str, int] = {}
    failed: tuple[str, ...] = ()
    replicas: int = 0

    @property
    def memory_share(self) -> float | None:
        """How much of its memory is used, 1.0 for all; None without a bound."""
        return self.memory_used / self.memory_max if self.memory_max else None

    @property
    def evicts(self) -> bool:
        """Tells whether it throws accepted commands away at its bound."""
        return self.known and self.policy not in {"", "noeviction"}


def read_server(client: "redis.Redis") -> ServerSeen:
    """Returns what the server tells of itself; an account that may not ask learns nothing.

    Raises:
        redis.RedisError: the server was not reached.
    """
    try:
        info = cast("Mapping[str, object]", client.info())
    except redis.exceptions.ResponseError:
        return ServerSeen()
    return ServerSeen(
        known=True,
        role=str(info.get("role", "")),
        memory_used=_number(info.get("used_memory")),
        memory_max=_number(info.get("maxmemory")),
        policy=str(info.get("maxmemory_policy", "")),
        refused={name: times for name in REFUSALS if (times := _times(info.get(f"errorstat_{name}")))},
        failed=tuple(what for name, what in WRITES.items() if info.get(name, "ok") != "ok"),
        replicas=_number(info.get("connected_slaves")),
    )


def _number(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _times(stat: object) -> int:
    return _number(stat.get("count")) if isinstance(stat, dict) else 0
