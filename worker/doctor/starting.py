"""What a worker says of its server when it starts: the warnings of `outbound doctor`, in the log of each process."""

from typing import Final

import redis
import structlog

from producer.store.keys import Keys
from worker.doctor import durability, server

EXAMINED: Final = (durability.persistence, durability.eviction, durability.memory)

log = structlog.get_logger("outbound.start")


def warn_of_server(client: "redis.Redis", prefix: str) -> None:
    """Logs what is wrong with a server; one that is away, or keeps it to itself, is passed over in silence."""
    try:
        seen = server.look_at(client, Keys(prefix), processes=1, threads=1, with_config=False)
    except redis.RedisError:
        return
    for examine in EXAMINED:
        for finding in examine(seen):
            if finding.level != "ok":
                log.warning(
                    "redis.warning", check=finding.check, reason=finding.what, why=finding.why, do=finding.do
                )
