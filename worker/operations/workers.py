"""The worker processes of an installation, and what each has taken."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

import msgspec
import redis

from producer.store.keys import Keys
from worker.operations.attempts import instant
from worker.operations.serving import Beat


class WorkerSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One worker process; `alive` while its heartbeat is younger than the time-out, `late` from half of it on.

    `graph_away_since` is since when it takes Graph to be down, with the reason; None while Graph answers. `version`,
    `settings` (those that all workers should share) and `verdicts` are what it says of itself.
    """

    name: str
    host: str
    pid: int
    since: datetime | None
    heartbeat_age_s: float
    alive: bool
    pages: int
    taken: int
    late: bool = False
    graph_away_since: datetime | None = None
    graph_away_reason: str = ""
    version: str = ""
    settings: Mapping[str, object] = {}
    verdicts: str = ""


class _Away(msgspec.Struct):
    since: float
    reason: str = ""


class _Info(msgspec.Struct):
    host: str = ""
    pid: int = 0
    since: float | None = None
    pages: int = 0
    graph: _Away | None = None
    version: str = ""
    settings: Mapping[str, object] = {}
    verdicts: str = ""


def read_workers(
    client: "redis.Redis", keys: Keys, known: Sequence[Beat], at_ms: int, timeout_ms: int
) -> list[WorkerSeen]:
    """Returns the workers of these heartbeats, with what each has taken."""
    if not known:
        return []
    names = [beat.worker for beat in known]
    infos = cast("list[bytes | None]", client.hmget(keys.of("workers:info"), names))
    with client.pipeline(transaction=False) as pipe:
        for name in names:
            pipe.hvals(keys.of(f"taken:{name}"))
        taken = cast("list[list[bytes]]", pipe.execute())
    return [
        _worker(beat, _info(info), sum(chunk.count(b",") + 1 for chunk in chunks), at_ms, timeout_ms)
        for beat, info, chunks in zip(known, infos, taken, strict=True)
    ]


def _info(text: bytes | None) -> _Info:
    try:
        return msgspec.json.decode(text or b"{}", type=_Info)
    except msgspec.DecodeError:
        return _Info()


def _worker(beat: Beat, info: _Info, taken: int, at_ms: int, timeout_ms: int) -> WorkerSeen:
    age_ms = max(0, at_ms - beat.at_ms)
    return WorkerSeen(
        name=beat.worker,
        host=info.host,
        pid=info.pid,
        since=instant(info.since * 1000) if info.since is not None else None,
        heartbeat_age_s=age_ms / 1000,
        alive=age_ms < timeout_ms,
        pages=info.pages,
        taken=taken,
        late=age_ms >= timeout_ms / 2,
        graph_away_since=instant(info.graph.since * 1000) if info.graph is not None else None,
        graph_away_reason=info.graph.reason if info.graph is not None else "",
        version=info.version,
        settings=info.settings,
        verdicts=info.verdicts,
    )
