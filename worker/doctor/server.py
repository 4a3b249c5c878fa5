"""Redis or Valkey as this machine sees it: what it is, what it keeps, what it forgets, how far away it is."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final, cast

import msgspec
import redis

from producer.keys import Keys
from worker.doctor.findings import Finding, error, ok, warning

PINGS: Final = 5
SLOW_MS: Final = 10.0
SKEW_S: Final = (1.0, 60.0)
MEMORY: Final = (0.75, 0.9)
CLIENTS: Final = 0.8
CONNECTIONS_BESIDE_THREADS: Final = 8
REDIS_LEAST: Final = (6, 2)
VALKEY_LEAST: Final = (8, 0)
CONFIG: Final = ("appendfsync", "save", "min-replicas-to-write", "min-slaves-to-write")
MEGABYTE: Final = 1_048_576


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """What a server told: `config` is empty where it keeps that to itself, as many hosted ones do.

    `ahead_s` is by how much its clock is ahead of this machine's, give or take half of `trip_ms`, a round trip;
    `engine_ahead_ms` by how much the time of the engine is ahead of the server's.
    """

    info: Mapping[str, object]
    config: Mapping[str, str]
    ahead_s: float
    trip_ms: float
    engine_ahead_ms: float
    prefix: str
    connections: int

    def number(self, name: str) -> int:
        """Returns a fact of INFO that is a number, 0 where the server does not tell it."""
        value = self.info.get(name, 0)
        return int(value) if isinstance(value, int | float) else 0


def look_at(client: "redis.Redis", keys: Keys, *, processes: int, threads: int) -> Server:
    """Returns what a server tells of itself; nothing is changed there.

    Args:
        client: of the server.
        keys: of the installation.
        processes: of a worker with these settings.
        threads: of each.

    Raises:
        redis.RedisError: the server was not reached.
    """
    trips = [_trip(client) for _ in range(PINGS)]
    trip_s, ahead_s, server_s = min(trips)
    clock = cast("bytes | None", client.get(keys.of("clock")))
    return Server(
        info=client.info(),
        config=_config(client),
        ahead_s=ahead_s,
        trip_ms=trip_s * 1000,
        engine_ahead_ms=int(clock) - server_s * 1000 if clock else float("-inf"),
        prefix=keys.prefix,
        connections=processes * (threads + CONNECTIONS_BESIDE_THREADS),
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


def version(server: Server) -> Iterator[Finding]:
    """Yields whether the server is new enough."""
    is_valkey = "valkey_version" in server.info
    name, least = ("Valkey", VALKEY_LEAST) if is_valkey else ("Redis", REDIS_LEAST)
    number = str(server.info.get("valkey_version" if is_valkey else "redis_version", "0"))
    if tuple(int(each) for each in re.findall(r"\d+", number)[:2]) >= least:
        yield ok("redis.version", f"{name} {number}")
        return
    yield error(
        "redis.version",
        f"{name} {number}",
        why="commands that the scripts need are not there",
        do="use Redis 6.2 or later, or Valkey 8 or later",
    )


def persistence(server: Server) -> Iterator[Finding]:
    """Yields what of the accepted commands is lost at a power cut, and whether writing to disk works."""
    yield from _writes(server)
    if server.number("aof_enabled"):
        yield _append_only(server.config.get("appendfsync"))
    elif server.config.get("save"):
        yield warning(
            "redis.persistence",
            f"snapshots only (save {server.config['save']}), no append-only file",
            why="a crash loses every command since the last snapshot, and sends again what was sent since then",
            do="set appendonly yes and appendfsync always",
        )
    elif server.config:
        yield error(
            "redis.persistence",
            "nothing is written to disk: no append-only file, no snapshots",
            why="a restart of the server loses every command that waits",
            do="set appendonly yes and appendfsync always",
        )
    else:
        yield warning(
            "redis.persistence",
            "no append-only file, and the server keeps to itself whether it makes snapshots",
            why="a crash loses at least every command since the last snapshot",
            do="turn the append-only file on where the server is run",
        )


def _append_only(fsync: str | None) -> Finding:
    match fsync:
        case "always":
            return ok(
                "redis.persistence", "append-only file, appendfsync always: no accepted command is lost"
            )
        case "everysec":
            return warning(
                "redis.persistence",
                "append-only file, appendfsync everysec",
                why="a power cut loses commands of the last two seconds that were accepted, "
                "and sends again what was sent in them",
                do="set appendfsync always, or accept it",
            )
        case "no":
            return warning(
                "redis.persistence",
                "append-only file, appendfsync no",
                why="a power cut loses accepted commands of half a minute or more",
                do="set appendfsync always",
            )
        case _:
            return ok("redis.persistence", "append-only file; the server keeps its appendfsync to itself")


def _writes(server: Server) -> Iterator[Finding]:
    for name, what in (
        ("aof_last_write_status", "the last write to the append-only file"),
        ("aof_last_bgrewrite_status", "the last rewrite of the append-only file"),
        ("rdb_last_bgsave_status", "the last snapshot"),
    ):
        if server.info.get(name, "ok") != "ok":
            yield error(
                "redis.persistence",
                f"{what} failed",
                why="what is accepted now may be gone after a restart, and the server may refuse to write",
                do="look into its log: most often its disk is full, or memory for a fork is missing",
            )


def eviction(server: Server) -> Iterator[Finding]:
    """Yields whether the server throws keys away when its memory is full."""
    policy = str(server.info.get("maxmemory_policy", "unknown"))
    if policy == "noeviction":
        yield ok("redis.eviction", "maxmemory-policy noeviction: nothing is thrown away")
        return
    yield error(
        "redis.eviction",
        f"maxmemory-policy is {policy}",
        why="at its maxmemory the server throws commands away that it has accepted",
        do="set maxmemory-policy noeviction; then only new commands are refused",
    )


def memory(server: Server) -> Iterator[Finding]:
    """Yields how much memory is left."""
    used, most = server.number("used_memory"), server.number("maxmemory")
    whole = server.number("total_system_memory")
    if not most:
        yield warning(
            "redis.memory",
            f"{used // MEGABYTE:,} MB used, no maxmemory"
            + (f", {whole // MEGABYTE:,} MB in the machine" if whole else ""),
            why="a long queue ends with the kernel killing the server, instead of with producers that are told",
            do="set maxmemory to about two thirds of the machine's memory",
        )
        return
    share = used / most
    what = f"{used // MEGABYTE:,} of {most // MEGABYTE:,} MB used ({share:.0%})"
    if share < MEMORY[0]:
        yield ok("redis.memory", what)
        return
    make = error if share >= MEMORY[1] else warning
    yield make(
        "redis.memory",
        what,
        why="at its maxmemory the server refuses every new command",
        do="see what waits with `outbound status`; start workers, or raise maxmemory",
    )


def clock(server: Server) -> Iterator[Finding]:
    """Yields how far the clocks of this machine, the server and the engine are apart."""
    apart_s = abs(server.ahead_s)
    what = f"the server's clock is {apart_s:.3f} s {'ahead of' if server.ahead_s > 0 else 'behind'} this machine's"
    if apart_s < SKEW_S[0]:
        yield ok("redis.clock", what)
    else:
        yield (error if apart_s >= SKEW_S[1] else warning)(
            "redis.clock",
            what,
            why="send_at counts by the server's clock, timed proofs (at most 5 minutes old) by this machine's",
            do="let both keep their time with NTP",
        )
    if server.engine_ahead_ms > SKEW_S[0] * 1000:
        yield error(
            "redis.clock",
            f"the server's clock went back by {server.engine_ahead_ms / 1000:,.1f} s",
            why="the time of the engine never goes back: until then nothing scheduled, held or paced goes on",
            do="set the server's clock right; if it was wrong before, wait until it has caught up",
        )


def distance(server: Server) -> Iterator[Finding]:
    """Yields how long a round trip takes."""
    what = f"a round trip takes {server.trip_ms:.1f} ms"
    if server.trip_ms < SLOW_MS:
        yield ok("redis.distance", what)
        return
    yield warning(
        "redis.distance",
        what,
        why="every take and every settle waits for one",
        do="run workers in the server's network, or give them more threads",
    )


def topology(server: Server) -> Iterator[Finding]:
    """Yields whether this is the server that may be written to, and whether the keys fit a cluster."""
    braced = re.search(r"\{[^{}]+\}", server.prefix) is not None
    if server.info.get("role") == "slave":
        yield error(
            "redis.role",
            "this server is a replica",
            why="it takes no command",
            do="let OUTBOUND_REDIS_URL name the primary",
        )
    if server.number("cluster_enabled") and not braced:
        yield error(
            "redis.cluster",
            f"the server is part of a cluster, and the prefix {server.prefix} is not in braces",
            why="the keys lie in many slots, and a script may use those of one only",
            do=f"set OUTBOUND_KEY_PREFIX={{{server.prefix}}} for producers and workers; "
            "what waits under the old prefix stays there",
        )
    least = server.config.get("min-replicas-to-write", server.config.get("min-slaves-to-write", ""))
    if server.number("connected_slaves") and least == "0":
        yield warning(
            "redis.role",
            f"a primary with {server.number('connected_slaves')} replicas, min-replicas-to-write 0",
            why="a failover loses the commands that no replica had yet, and sends again what was sent meanwhile",
            do="set min-replicas-to-write 1, or accept it",
        )
    elif server.info.get("role") != "slave":
        yield ok("redis.role", "the primary" + (", of a cluster" if server.number("cluster_enabled") else ""))


def clients(server: Server) -> Iterator[Finding]:
    """Yields whether there is room for the connections of a worker."""
    most, now = server.number("maxclients"), server.number("connected_clients")
    if not most:
        return
    what = (
        f"{now:,} of at most {most:,} clients; a worker of these settings opens up to {server.connections:,}"
    )
    if server.connections <= most and now < CLIENTS * most:
        yield ok("redis.clients", what)
        return
    yield (error if server.connections > most else warning)(
        "redis.clients",
        what,
        why="a worker that gets no connection neither takes nor settles",
        do="raise maxclients, or set fewer OUTBOUND_PROCESSES and OUTBOUND_THREADS",
    )


JUDGEMENTS: Final[tuple[tuple[str, Callable[[Server], Iterator[Finding]]], ...]] = (
    ("redis.version", version),
    ("redis.role", topology),
    ("redis.persistence", persistence),
    ("redis.eviction", eviction),
    ("redis.memory", memory),
    ("redis.clock", clock),
    ("redis.distance", distance),
    ("redis.clients", clients),
)
