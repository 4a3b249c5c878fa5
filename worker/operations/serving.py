"""Which workers are alive, and which Pages they hold a token for."""

from collections.abc import Iterable, Sequence
from typing import Final, cast

import msgspec
import redis

from producer.store.keys import Keys

WORKERS_MAX: Final = 1_000


class Beat(msgspec.Struct, frozen=True):
    """The last sign of life of one worker process."""

    worker: str
    at_ms: int
    digest: str


def now_ms(client: "redis.Redis") -> int:
    """Returns the server's time in milliseconds."""
    seconds, microseconds = client.time()
    return seconds * 1000 + microseconds // 1000


def beats(client: "redis.Redis", keys: Keys) -> list[Beat]:
    """Returns the last heartbeat of every known worker, at most 1,000, the latest first."""
    found = cast(
        "list[tuple[bytes, float]]",
        client.zrange(keys.of("beats"), 0, WORKERS_MAX - 1, desc=True, withscores=True),
    )
    if not found:
        return []
    names = [name for name, _ in found]
    digests = cast("list[bytes | None]", client.hmget(keys.of("workers"), names))
    return [
        Beat(name.decode(), int(at_ms), (digest or b"").decode())
        for (name, at_ms), digest in zip(found, digests, strict=True)
    ]


class Served(msgspec.Struct, frozen=True):
    """A Page that workers have a token for: its app or '', and the fingerprints of their tokens."""

    app: str
    fingerprints: frozenset[str]


def served_by(
    client: "redis.Redis", keys: Keys, digests: Iterable[str], pages: Sequence[str]
) -> dict[str, Served]:
    """Returns those of `pages` that a worker with one of these profiles has a token for."""
    found: dict[str, Served] = {}
    for digest in sorted(set(digests)) if pages else ():
        entries = cast("list[bytes | None]", client.hmget(keys.of(f"profile:{digest}"), list(pages)))
        for page, entry in zip(pages, entries, strict=True):
            if entry is not None:
                app, fingerprint, *_ = entry.decode().split(";", 2)
                others = found[page].fingerprints if page in found else frozenset()
                found[page] = Served(app, others | {fingerprint})
    return found
