"""What a server keeps of accepted commands, and what it throws away: persistence, eviction, memory."""

from collections.abc import Iterator
from typing import Final

from worker.doctor.findings import Finding, error, ok, warning
from worker.doctor.server import Server

MEMORY: Final = (0.75, 0.9)
MEGABYTE: Final = 1_048_576


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
            do="set appendonly yes and appendfsync everysec, or always for what must not be lost",
        )
    elif server.config:
        yield error(
            "redis.persistence",
            "nothing is written to disk: no append-only file, no snapshots",
            why="a restart of the server loses every command that waits",
            do="set appendonly yes and appendfsync everysec, or always for what must not be lost",
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
            return ok(
                "redis.persistence",
                "append-only file, appendfsync everysec: a power cut forgets the last second or two, "
                "so that what was accepted then is lost and what was sent then is sent again",
            )
        case "no":
            return warning(
                "redis.persistence",
                "append-only file, appendfsync no",
                why="a power cut loses accepted commands of half a minute or more",
                do="set appendfsync everysec, which forgets a second or two, or always, which forgets nothing",
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
