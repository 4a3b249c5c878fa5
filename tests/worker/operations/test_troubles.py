"""What is wrong is one list with its cures: of workers, Graph, the server, holds and commands."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest
import redis

from producer import Producer
from producer.errors import QueueFullError
from producer.store.keys import Keys
from worker.engine.chunk import Hold, Settlement
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes
from worker.operations.explaining import explain
from worker.operations.installation import read_snapshot
from worker.operations.server import ServerSeen, read_server
from worker.operations.troubles import Trouble, troubles_of

KEYS = Keys("outbound")
PROFILE = Profile(rates={"text": None}, types=("send_message",), pages={"1": KnownPage(fingerprint="f")})


def told(server: "redis.Redis") -> list[Trouble]:
    """Returns what is wrong now."""
    return troubles_of(read_snapshot(server, KEYS, timeout_ms=10_000))


def info_of(**others: object) -> bytes:
    """Returns what a worker says of itself."""
    return msgspec.json.encode({"host": "vm", "pid": 7, **others})


def test_nothing_is_wrong_with_a_worker_that_is_well(server: "redis.Redis") -> None:
    """No list, no noise."""
    Lanes(server).hello("w", PROFILE, info_of())
    assert told(server) == []


def test_a_worker_without_graph_is_told_with_its_reason(server: "redis.Redis") -> None:
    """Of two workers one says with its heartbeat that Graph is away, and then that it is back."""
    lanes = Lanes(server)
    for name in ("a", "b"):
        lanes.hello(name, PROFILE, info_of())
    away = info_of(graph={"since": 1_700_000_000.0, "reason": "connection refused"})
    assert lanes.heartbeat("a", PROFILE, info=away)
    (trouble,) = told(server)
    assert trouble.sentence == "Graph does not answer 1 of 2 workers: connection refused"
    assert trouble.since is not None
    assert trouble.since.timestamp() == 1_700_000_000.0
    assert lanes.heartbeat("a", PROFILE)
    assert told(server) == [trouble]
    assert lanes.heartbeat("a", PROFILE, info=info_of())
    assert told(server) == []


def test_a_command_waits_for_graph_while_it_answers_nobody(server: "redis.Redis") -> None:
    """With one worker that is answered it waits for nothing."""
    lanes, other = Lanes(server), Profile(rates={"text": None}, types=(), pages=PROFILE.pages)
    away = info_of(graph={"since": 1.0, "reason": "HTTP 503"})
    lanes.hello("a", PROFILE, away)
    lanes.hello("b", other, away)
    ticket = Producer.on(server, page="1").send_text("ann", "x")
    waits = explain(server, KEYS, ticket.id).waits_for
    assert [(each.kind, each.reason) for each in waits] == [
        ("graph", "Graph does not answer: HTTP 503; a worker tries again by itself")
    ]
    lanes.heartbeat("b", other, info=info_of())
    assert explain(server, KEYS, ticket.id).waits_for == []


def test_workers_that_differ_are_told(server: "redis.Redis") -> None:
    """The names of the settings and not their values, and the version."""
    lanes = Lanes(server)
    lanes.hello("a", PROFILE, info_of(version="1", settings={"graph_version": "27.0", "same": 1}))
    lanes.hello("b", PROFILE, info_of(version="2", settings={"graph_version": "26.0", "same": 1}))
    assert [each.sentence for each in told(server)] == ["workers differ in version, graph_version"]


def test_what_is_held_is_told_with_its_cure(server: "redis.Redis") -> None:
    """A dead token wants another one, a throttle ends by itself, and what a hand holds was wanted."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, info_of())
    Producer.on(server, page="1").send_text("ann", "x")
    chunk = lanes.take("w", 1, PROFILE).chunk
    assert chunk is not None
    holds = [
        Hold("page:1", None, b'{"reason":"it expired"}', fingerprint="f", kind="token"),
        Hold("page:2", 60_000, b'{"reason":"too many calls"}', kind="throttle"),
        Hold("page:3", None, b'{"reason":"mine"}', kind="hand"),
    ]
    lanes.settle(chunk, [Settlement(chunk.commands[0].id, "return")], holds)
    dead, throttled = told(server)
    assert (dead.kind, dead.sentence) == ("held", "Page 1 is held: it expired")
    assert "another token" in dead.cure
    assert (throttled.kind, throttled.sentence.startswith("Page 2 is throttled by Meta, until ")) == (
        "throttled",
        True,
    )


def test_a_silent_worker_and_no_other_is_told(server: "redis.Redis") -> None:
    """That nobody runs, who was lost, and what waits."""
    Lanes(server).hello("w", PROFILE, info_of(), now_ms=1)
    server.zadd("outbound:beats", {"w": int(time.time() * 1000) - 12_000})
    Producer.on(server, page="1").send_text("ann", "x")
    kinds = [(each.kind, each.sentence) for each in told(server)]
    assert kinds == [
        ("no_worker", "no worker is running; 1 command waits"),
        ("worker_silent", "worker vm (process 7) has been silent for 12 s: it is taken for dead"),
    ]


@contextmanager
def full(server: "redis.Redis") -> Iterator[None]:
    """Leaves a server no memory."""
    server.config_resetstat()
    server.config_set("maxmemory", 1_000_000)
    try:
        yield
    finally:
        server.config_set("maxmemory", 0)
        server.config_resetstat()


def test_a_full_server_and_whom_it_refused_are_told(valkey: "redis.Redis") -> None:
    """Each enqueue that it refuses is counted by the server itself."""
    producer = Producer.on(valkey, page="1")
    Lanes(valkey).hello("w", PROFILE, info_of())
    with full(valkey):
        for _ in range(3):
            with pytest.raises(QueueFullError):
                producer.send_text("ann", "x")
        kinds = {each.kind: each for each in told(valkey)}
    assert kinds["redis_memory"].sentence.startswith("Redis is full and refuses new commands: ")
    assert kinds["redis_refuses"].sentence.endswith(": 3 times OOM")
    assert told(valkey) == []


def test_a_policy_that_evicts_is_told(valkey: "redis.Redis") -> None:
    """It may lose what was accepted."""
    Lanes(valkey).hello("w", PROFILE, info_of())
    valkey.config_set("maxmemory-policy", "allkeys-lru")
    try:
        assert [each.kind for each in told(valkey)] == ["redis_evicts"]
    finally:
        valkey.config_set("maxmemory-policy", "noeviction")


def test_a_server_that_keeps_its_state_to_itself_is_unknown(valkey: "redis.Redis") -> None:
    """An account that may not ask INFO is no trouble."""
    valkey.acl_setuser("shy", enabled=True, nopass=True, keys=["*"], categories=["+@all"], commands=["-info"])
    pool = valkey.connection_pool
    kwargs = {**pool.connection_kwargs, "username": "shy", "password": "any"}
    shy = redis.Redis(connection_pool=redis.ConnectionPool(pool.connection_class, **kwargs))
    try:
        assert read_server(shy) == ServerSeen()
    finally:
        shy.close()
        valkey.acl_deluser("shy")
