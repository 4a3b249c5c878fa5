"""Whether a server is the right one to talk to: it lets us in, its version, role, clock, distance, connections left."""

import re
from collections.abc import Iterator
from typing import Final

import redis

from producer.store.refusals import refusal_of
from worker.doctor.findings import Finding, error, ok, warning
from worker.doctor.server import Server

SLOW_MS: Final = 10.0
STEP_TOLD_S: Final = 86_400
SKEW_S: Final = (1.0, 60.0)
CLIENTS: Final = 0.8
# What a user of a worker, and of the command line, must be allowed beside its keys; a producer needs no INFO.
RULES: Final = (
    "resetchannels -@all +@read +@write +@connection +@transaction -@dangerous +eval +evalsha +script|load +time "
    "+info"
)
REDIS_LEAST: Final = (6, 2)
VALKEY_LEAST: Final = (8, 0)


def unreachable(client: "redis.Redis", address: str) -> Finding | None:
    """Returns why nothing can be asked of the server, or None when something can."""
    try:
        client.ping()
    except redis.exceptions.BusyLoadingError:
        what, do = f"Redis at {address} is loading its data", "wait; workers go on by themselves"
    except redis.RedisError as failure:
        refusal = refusal_of(failure)
        if refusal is None:
            what = f"Redis was not reached at {address} ({type(failure).__name__})"
            do = "check that it runs there (OUTBOUND_REDIS_URL), and that the network lets this machine there"
        else:
            what, do = f"{refusal.what}; the address is {address}", refusal.do
    else:
        return None
    return error("redis.reach", what, why="nothing is accepted or sent until it is back", do=do)


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
    ahead_s = server.engine_ahead_ms / 1000
    if ahead_s > SKEW_S[0]:
        yield warning(
            "redis.clock",
            f"the server's clock went back by {ahead_s:,.1f} s",
            why="the time of the engine never goes back: what is scheduled leaves so much early until both agree "
            "again, in a hundred times as long",
            do="set the server's clock right; nothing, if it is right now",
        )
    if server.step_s and server.step_age_s < STEP_TOLD_S:
        ahead = server.step_s > 0
        yield warning(
            "redis.clock",
            f"the server's clock was set {'ahead' if ahead else 'back'} by {abs(server.step_s):,.1f} s"
            f"{', or it stood still,' if ahead else ''} {server.step_age_s / 60:,.0f} minutes ago",
            why="Pages had a burst or a window of calls more, and no dead worker was given up for one time-out",
            do="let NTP slew the server's clock, and not step it",
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
