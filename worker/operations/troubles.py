"""What is wrong with an installation, the worst first, each with its cure: every face shows the same list."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, Literal, get_args

import msgspec

from worker.operations.holds import HoldSeen
from worker.operations.installation import Snapshot
from worker.operations.scopes import described
from worker.operations.server import MEMORY_FULL, MEMORY_SHORT
from worker.operations.waiting import counted
from worker.operations.workers import WorkerSeen

Kind = Literal[
    "no_worker",
    "graph_away",
    "redis_memory",
    "redis_refuses",
    "redis_evicts",
    "redis_disk",
    "redis_role",
    "timer",
    "worker_silent",
    "held",
    "unserved",
    "parked",
    "throttled",
    "workers_differ",
    "dead_letters",
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
NAMED_MAX: Final = 5
HOLDS_TOLD_MAX: Final = 20
LATE_S: Final = 15.0
MEGABYTE: Final = 1_048_576


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong: what, since when where that is known, and what to do about it."""

    kind: Kind
    sentence: str
    since: datetime | None = None
    cure: str


def troubles_of(whole: Snapshot) -> list[Trouble]:
    """Returns what is wrong, in the order of the kinds."""
    found = [*_of_workers(whole), *_of_redis(whole), *_of_holds(whole.holds), *_of_commands(whole)]
    return sorted(found, key=lambda trouble: KINDS.index(trouble.kind))


def differing(workers: Iterable[WorkerSeen]) -> list[str]:
    """Returns what living workers do not agree in: `version`, `verdicts`, names of settings that all should share."""
    alive = [worker for worker in workers if worker.alive and worker.version]
    names = sorted({name for worker in alive for name in worker.settings})
    return [
        *(name for name in ("version", "verdicts") if len({getattr(each, name) for each in alive}) > 1),
        *(
            name
            for name in names
            if len({msgspec.json.encode(each.settings.get(name)) for each in alive}) > 1
        ),
    ]


def _of_workers(whole: Snapshot) -> Iterator[Trouble]:
    alive = [worker for worker in whole.workers if worker.alive]
    if not alive:
        number = whole.not_ended
        waits = f"; {counted(number, 'command')} wait{'s' if number == 1 else ''}" if number else ""
        yield Trouble(
            kind="no_worker",
            sentence=f"no worker is running{waits}",
            cure="start one with `outbound worker`, or see in its log why it does not start",
        )
    away = [worker for worker in alive if worker.graph_away_since is not None]
    if away:
        yield _graph_away(away, len(alive))
    for worker in [each for each in whole.workers if each.late][:NAMED_MAX]:
        yield Trouble(
            kind="worker_silent",
            sentence=f"worker {worker.host or worker.name} (process {worker.pid}) has been silent for "
            f"{worker.heartbeat_age_s:.0f} s: it {'begins nothing any more' if worker.alive else 'is taken for dead'}",
            cure="others get what it had, by themselves; look for `process.died` in its log",
        )
    apart = differing(alive)
    if apart:
        yield Trouble(
            kind="workers_differ",
            sentence=f"workers differ in {_listed(apart)}",
            cure="start all with the same package and settings; `outbound doctor` names the values",
        )
    if alive and whole.timer_late_s > LATE_S:
        yield Trouble(
            kind="timer",
            sentence=f"nobody moves what is due: the next is {whole.timer_late_s:.0f} s late",
            cure="if it stays so, start the workers anew and keep their logs",
        )


def _graph_away(away: Sequence[WorkerSeen], alive: int) -> Trouble:
    since = min(worker.graph_away_since for worker in away if worker.graph_away_since is not None)
    reasons = Counter(worker.graph_away_reason or "no reason given" for worker in away)
    return Trouble(
        kind="graph_away",
        sentence=f"Graph does not answer {len(away)} of {alive} worker{'' if alive == 1 else 's'}: "
        + ", ".join(reason for reason, _ in reasons.most_common(NAMED_MAX)),
        since=since,
        cure="nothing is lost and workers go on by themselves once it answers; check this network's way out, "
        "OUTBOUND_GRAPH_ORIGIN and Meta's status page",
    )


def _of_redis(whole: Snapshot) -> Iterator[Trouble]:
    server = whole.server
    share = server.memory_share
    if share is not None and share >= MEMORY_SHORT:
        full = "is full and refuses new commands" if share >= 1 else "has little memory left"
        yield Trouble(
            kind="redis_memory",
            sentence=f"Redis {full}: {server.memory_used // MEGABYTE:,} of {server.memory_max // MEGABYTE:,} MB used "
            f"({share:.0%})",
            cure="let the workers drain the queue, or raise maxmemory"
            + ("; what was accepted is sent all the same" if share >= MEMORY_FULL else ""),
        )
    if server.refused:
        told = ", ".join(f"{number:,} times {name}" for name, number in server.refused.items())
        yield Trouble(
            kind="redis_refuses",
            sentence=f"Redis has refused writes since its start or its last CONFIG RESETSTAT: {told}",
            cure="OOM: its memory was full; MISCONF: it cannot write to its disk; NOREPLICAS, READONLY: its replicas. "
            "Services were told; once it is mended CONFIG RESETSTAT begins the count anew",
        )
    if server.evicts:
        yield Trouble(
            kind="redis_evicts",
            sentence=f"Redis throws accepted commands away when its memory is full (maxmemory-policy {server.policy})",
            cure="set maxmemory-policy noeviction",
        )
    if server.failed:
        yield Trouble(
            kind="redis_disk",
            sentence=f"Redis failed to write {_listed(server.failed)}",
            cure="look into its log: most often its disk is full, or memory for a fork is missing",
        )
    if server.role == "slave":
        yield Trouble(
            kind="redis_role",
            sentence="OUTBOUND_REDIS_URL leads to a replica, which takes no command",
            cure="name the primary",
        )


def _of_holds(holds: Sequence[HoldSeen]) -> Iterator[Trouble]:
    """Yields what is held, but not what a hand holds: somebody wanted that."""
    troubled = [hold for hold in holds if hold.kind != "hand"]
    for hold in sorted(troubled, key=lambda hold: hold.since)[:HOLDS_TOLD_MAX]:
        yield _held(hold)


def _held(hold: HoldSeen) -> Trouble:
    name = described(hold.scope)
    if hold.kind == "throttle":
        ends = f", until {hold.until:%H:%M:%S} UTC" if hold.until else ""
        return Trouble(
            kind="throttled",
            sentence=f"{name} is throttled by Meta{ends}: {hold.reason}",
            since=hold.since,
            cure="it ends by itself; if it comes again and again, lower its rate in the Pages file",
        )
    cure = f"mend it, then `outbound page release` it; `outbound explain` shows what waits for {name}"
    if hold.kind == "token":
        cure = (
            "put another token into the Pages file, or `outbound page release` it if the one there is alive"
        )
    elif hold.until is not None:
        cure = "it is tried again by itself; mend what the reason names"
    return Trouble(kind="held", sentence=f"{name} is held: {hold.reason}", since=hold.since, cure=cure)


def _of_commands(whole: Snapshot) -> Iterator[Trouble]:
    dead = {hold.scope for hold in whole.holds if hold.kind == "token"}
    without = [page for page in whole.unserved if f"page:{page}" not in dead]
    if without:
        yield Trouble(
            kind="unserved",
            sentence=f"no running worker holds a token for Page {_listed(without)}, for which commands wait",
            cure="add it to the Pages file",
        )
    if whole.parked:
        kinds = [f"{kind} ({number:,})" for kind, number in whole.parked.items()]
        yield Trouble(
            kind="parked",
            sentence=f"no running worker knows the types {_listed(kinds)}",
            cure="start a newer worker",
        )
    if whole.dead_letters:
        letters = (
            "1 dead letter waits" if whole.dead_letters == 1 else f"{whole.dead_letters:,} dead letters wait"
        )
        yield Trouble(
            kind="dead_letters",
            sentence=f"{letters} for somebody to decide",
            cure="`outbound dead list` says why; `outbound dead replay` sends again, `outbound dead drop` forgets",
        )


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED_MAX
    return ", ".join(names[:NAMED_MAX]) + (f" and {more:,} more" if more > 0 else "")
