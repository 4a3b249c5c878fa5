"""Pitfalls of a stock broker that lie in its scripts and its queues: schedules, throttles, keys, round trips."""

import time
from collections.abc import Iterator
from importlib import resources
from typing import cast

import pytest
import redis

from producer import Producer, batch
from producer.store.policy import Policy
from tests.laws.engine import T0, Engine, Spec, many
from worker.engine.chunk import Hold

ALL_KEYS = ('"KEYS"', "'KEYS'", '"SCAN"', "'SCAN'")
LATER_MS = 3_600_000
LATER = 1_000


@pytest.fixture
def engine(server: "redis.Redis") -> Engine:
    """An engine with one worker that tries a command no more than twice."""
    made = Engine(server, policy=Policy(timeout_ms=10_000, attempts_max=2))
    made.hello("w1")
    return made


def sources() -> Iterator[tuple[str, str]]:
    """Yields the name and the text of every script."""
    for package in ("producer.scripts", "worker.engine.scripts"):
        for file in resources.files(package).iterdir():
            if file.name.endswith(".lua"):
                yield file.name, file.read_text("utf-8")


def test_what_is_due_soon_does_not_wait_behind_what_is_due_later(engine: Engine) -> None:
    """A command due in a second leaves in a second, though a thousand due in an hour were enqueued before it."""
    engine.enqueue(*many(LATER, "late", due=str(T0 + LATER_MS)))
    engine.enqueue(Spec(id="soon", due=str(T0 + 1_000)))
    engine.advance(999)
    assert engine.ids() == []
    engine.advance(1)
    assert engine.ids() == ["soon"]


def test_a_throttle_uses_up_no_attempt(engine: Engine) -> None:
    """A command that was throttled more often than it may be tried is sent all the same, with no attempt before."""
    engine.enqueue(Spec(id="a"))
    for _ in range(20):
        hold = Hold("page:P1", 1_000, b"{}")
        engine.settle(engine.take(), "return", "", holds=[hold])
        assert engine.ids() == []
        engine.advance(1_000)
    chunk = engine.take()
    assert [(each.id, each.attempts) for each in chunk.commands] == [("a", 0)]
    engine.settle(chunk)
    assert engine.outcome("a") == "sent"


def test_no_script_asks_for_all_keys() -> None:
    """No script walks the key space, whatever lies in it besides."""
    texts = dict(sources())
    assert {"take.lua", "settle.lua", "enqueue.lua"} <= set(texts)
    assert [name for name, text in texts.items() if any(each in text for each in ALL_KEYS)] == []


def test_every_key_begins_with_the_prefix(server: "redis.Redis") -> None:
    """All keys share the prefix, so that one in braces puts an installation into one slot of a cluster."""
    producer = Producer.on(server, page="P1", prefix="{two}")
    producer.send_text("1", "x")
    producer.with_options(send_at=time.time() + 3_600).send_text("1", "y")
    keys = cast("list[bytes]", server.keys("*"))
    assert keys
    assert [key for key in keys if not key.startswith(b"{two}:")] == []


def test_a_bulk_is_few_round_trips(valkey: "redis.Redis") -> None:
    """A thousand messages take less than one question to the server for every hundred of them."""
    valkey.config_resetstat()
    Producer.on(valkey, page="P1").send_many(batch.send_text(str(person), "x") for person in range(1_000))
    stats = cast("dict[str, dict[str, int]]", valkey.info("commandstats"))
    asked = {name: stats[name]["calls"] for name in ("cmdstat_evalsha", "cmdstat_eval") if name in stats}
    assert 1 <= sum(asked.values()) < 10
