"""Damage to records in Redis, as a fault of memory or a stranger's hand would do it."""

from collections.abc import Callable
from typing import Final

from tests.laws.engine import Engine

ROUNDS_MAX: Final = 200

# What is left of a record: nothing that can be read, or its fixed line.
DAMAGED: Final = {"all of it": "garbage", "its state line": "Lx;y\n{rest}"}


def damage(engine: Engine, command_id: str, how: str) -> None:
    """Damages the record of a command where it lies."""
    record = engine.client.hget(engine.key("commands"), command_id)
    assert isinstance(record, bytes)
    rest = record.decode().split("\n", 1)[1]
    engine.client.hset(engine.key("commands"), command_id, DAMAGED[how].format(rest=rest))


def audit(engine: Engine, worker: str = "w1", meanwhile: Callable[[], object] = lambda: None) -> int:
    """Lets the timer look until it has seen all; returns in how many steps."""
    for step in range(ROUNDS_MAX):
        if not engine.client.exists(engine.key("audit"), engine.key("audit:at")):
            return step
        meanwhile()
        engine.advance(10, worker)
    raise AssertionError("the timer looks without end")
