"""What Redis or Valkey tells of itself to this machine; what is made of it stands in `durability` and `reach`."""

import time
from collections.abc import Mapping
from typing import Final, cast

import msgspec
import redis

from producer.store.keys import Keys

PINGS: Final = 5
CONNECTIONS_BESIDE_THREADS: Final = 8
CONFIG: Final = ("appendfsync", "save", "min-replicas-to-write", "min-slaves-to-write")


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """What a server told: `config` is empty where it keeps that to itself, as many hosted ones do.

    `ahead_s` is by how much its clock is ahead of this machine's, give or take half of `trip_ms`, a round trip;
    `engine_ahead_ms` by how much the time of the engine is ahead of the server's. `step_s` is by how much the server's
    clock was last set ahead, or less than 0 back, and `step_age_s` how long ago; 0 when it never was.
    """

    info: Mapping[str, object]
    config: Mapping[str, str]
    ahead_s: float
    trip_ms: float
    engine_ahead_ms: float
    prefix: str
    connections: int
    step_s: float = 0.0
    step_age_s: float = 0.0

    def number(self, name: str) -> int:
        """Returns a fact of INFO that is a number, 0 where the server does not tell it."""
        value = self.info.get(name, 0)
        return int(value) if isinstance(value, int | float) else 0


def look_at(
    client: "redis.Redis", keys: Keys, *, processes: int, threads: int, with_config: bool = True
) -> Server:
    """Returns what a server tells of itself; nothing is changed there.

    Args:
        client: of the server.
        keys: of the installation.
        processes: of a worker with these settings.
        threads: of each.
        with_config: false to ask nothing that a worker's account may not.

    Raises:
        redis.RedisError: the server was not reached.
    """
    trips = [_trip(client) for _ in range(PINGS)]
    trip_s, ahead_s, server_s = min(trips)
    clock = cast("bytes | None", client.get(keys.of("clock")))
    at, by = cast("list[bytes | None]", client.hmget(keys.of("clock:stepped"), ["at", "by"]))
    return Server(
        info=client.info(),
        config=_config(client) if with_config else {},
        ahead_s=ahead_s,
        trip_ms=trip_s * 1000,
        engine_ahead_ms=int(clock) - server_s * 1000 if clock else float("-inf"),
        prefix=keys.prefix,
        connections=processes * (threads + CONNECTIONS_BESIDE_THREADS),
        step_s=int(by or 0) / 1000,
        step_age_s=max(server_s, int(clock or 0) / 1000) - int(at or 0) / 1000 if by else 0.0,
    )


def _trip(client: "redis.Redis") -> tuple[float, float, float]:
    began, at = time.perf_counter(), time.time()
    seconds, microseconds = client.time()
    trip_s = time.perf_counter() - began
    server_s = seconds + microseconds / 1e6
    return trip_s, server_s - (at + trip_s / 2), server_s


def _config(client: "redis.Redis") -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        for name in CONFIG:
            found |= cast("dict[str, str]", client.config_get(name))
    except redis.exceptions.ResponseError:
        return {}
    return found
