"""The engine's scripts: the server takes each of them, and runs a harmless one."""

from collections.abc import Iterator
from importlib import resources
from typing import Final

import redis

from producer.store.ids import new_id
from producer.store.keys import Keys
from producer.store.scripting import Script
from worker.doctor.findings import Finding, error, ok

PACKAGES: Final = ("producer.scripts", "worker.engine.scripts")
HARMLESS: Final = "explain"


def scripts(client: "redis.Redis", keys: Keys) -> Iterator[Finding]:
    """Yields whether the server takes every script, and runs `explain`, which writes nothing."""
    loaded = 0
    try:
        for package in PACKAGES:
            for name in _names(package):
                client.script_load(Script(name, package).source)
                loaded += 1
        Script(HARMLESS).run(client, keys.prefix, (new_id(),))
    except (redis.exceptions.ResponseError, redis.exceptions.NoPermissionError) as refused:
        yield error(
            "redis.scripts",
            f"the server refuses a script: {type(refused).__name__}",
            why="nothing can be accepted, taken or settled without scripts",
            do="let the user of OUTBOUND_REDIS_URL run EVALSHA, EVAL and SCRIPT LOAD, on keys that begin with "
            f"{keys.prefix}: (ACL: +@all ~{keys.prefix}:*)",
        )
        return
    yield ok("redis.scripts", f"{loaded} scripts are there, and run")


def _names(package: str) -> list[str]:
    files = (each.name for each in resources.files(package).iterdir())
    return sorted(name.removesuffix(".lua") for name in files if name.endswith(".lua"))
