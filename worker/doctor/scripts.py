"""The engine's scripts: the server takes each of them, and runs a harmless one."""

from collections.abc import Iterator
from importlib import resources
from typing import Final

import redis

from producer.store.ids import new_id
from producer.store.keys import Keys
from producer.store.refusals import refusal_of
from producer.store.scripting import Script
from worker.doctor.findings import Finding, error, ok
from worker.doctor.reach import RULES

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
    except redis.exceptions.ResponseError as refused:
        yield error(
            "redis.scripts",
            f"the server refuses a script: {_reason(refused)}",
            why="nothing can be accepted, taken or settled without scripts",
            do="give the user of OUTBOUND_REDIS_URL the prefix as a key, all keys below it, and these rules (ACL: "
            f"~{keys.prefix} ~{keys.prefix}:* {RULES})",
        )
        return
    yield ok("redis.scripts", f"{loaded} scripts are there, and run")


def _reason(refused: redis.RedisError) -> str:
    refusal = refusal_of(refused)
    return type(refused).__name__ if refusal is None else refusal.what


def _names(package: str) -> list[str]:
    files = (each.name for each in resources.files(package).iterdir())
    return sorted(name.removesuffix(".lua") for name in files if name.endswith(".lua"))
