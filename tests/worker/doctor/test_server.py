"""What a server tells of itself is judged: what it loses, what it throws away, how far away it is."""

from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

import msgspec
import pytest
import redis

from producer.store.keys import Keys
from tests.readme.test_tables import rows_of
from worker.doctor import durability, reach
from worker.doctor.examination import OF_THE_SERVER
from worker.doctor.findings import Finding
from worker.doctor.scripts import scripts
from worker.doctor.server import Server, look_at

SCRIPTS = sum(
    each.name.endswith(".lua")
    for package in ("producer.scripts", "worker.engine.scripts")
    for each in resources.files(package).iterdir()
)
EVERYSEC = (
    "append-only file, appendfsync everysec: a power cut forgets the last second or two, "
    "so that what was accepted then is lost and what was sent then is sent again"
)
WELL = Server(
    info={
        "redis_version": "7.2.4",
        "valkey_version": "8.1.0",
        "role": "master",
        "aof_enabled": 1,
        "aof_last_write_status": "ok",
        "maxmemory_policy": "noeviction",
        "maxmemory": 1_000 * durability.MEGABYTE,
        "used_memory": 100 * durability.MEGABYTE,
        "maxclients": 10_000,
        "connected_clients": 20,
    },
    config={"appendfsync": "always", "save": "3600 1", "min-replicas-to-write": "0"},
    ahead_s=0.01,
    trip_ms=0.5,
    engine_ahead_ms=-5.0,
    prefix="outbound",
    connections=24,
)


def told(**changes: Any) -> Server:  # noqa: ANN401 (the fields of a struct)
    """Returns a server that is well but for these facts; `config=None` tells none of its configuration."""
    facts = {name: changes.pop(name) for name in Server.__struct_fields__ if name in changes}
    if "config" in facts:
        facts["config"] = {} if facts["config"] is None else {**WELL.config, **facts["config"]}
    info = {name: value for name, value in {**WELL.info, **changes}.items() if value is not None}
    return msgspec.structs.replace(WELL, info=info, **facts)


Judge = Callable[[Server], Iterator[Finding]]
CASES: dict[str, tuple[Judge, Server, list[tuple[str, str]]]] = {
    "a new Valkey": (reach.version, WELL, [("ok", "Valkey 8.1.0")]),
    "an old Valkey": (reach.version, told(valkey_version="7.2.9"), [("error", "Valkey 7.2.9")]),
    "the oldest Redis": (
        reach.version,
        told(valkey_version=None, redis_version="6.2.0"),
        [("ok", "Redis 6.2.0")],
    ),
    "a Redis too old": (
        reach.version,
        told(valkey_version=None, redis_version="6.0.16"),
        [("error", "Redis 6.0.16")],
    ),
    "every command on disk": (
        durability.persistence,
        WELL,
        [("ok", "append-only file, appendfsync always: no accepted command is lost")],
    ),
    "a disk write each second": (
        durability.persistence,
        told(config={"appendfsync": "everysec"}),
        [("ok", EVERYSEC)],
    ),
    "disk writes when the kernel likes": (
        durability.persistence,
        told(config={"appendfsync": "no"}),
        [("warning", "append-only file, appendfsync no")],
    ),
    "an append-only file on a host that tells no more": (
        durability.persistence,
        told(config=None),
        [("ok", "append-only file; the server keeps its appendfsync to itself")],
    ),
    "snapshots": (
        durability.persistence,
        told(aof_enabled=0),
        [("warning", "snapshots only (save 3600 1), no append-only file")],
    ),
    "nothing on disk": (
        durability.persistence,
        told(aof_enabled=0, config={"save": ""}),
        [("error", "nothing is written to disk: no append-only file, no snapshots")],
    ),
    "no append-only file on a host that tells no more": (
        durability.persistence,
        told(aof_enabled=0, config=None),
        [("warning", "no append-only file, and the server keeps to itself whether it makes snapshots")],
    ),
    "a disk that is full": (
        durability.persistence,
        told(aof_last_write_status="err"),
        [
            ("error", "the last write to the append-only file failed"),
            ("ok", "append-only file, appendfsync always: no accepted command is lost"),
        ],
    ),
    "nothing thrown away": (
        durability.eviction,
        WELL,
        [("ok", "maxmemory-policy noeviction: nothing is thrown away")],
    ),
    "the least used thrown away": (
        durability.eviction,
        told(maxmemory_policy="allkeys-lru"),
        [("error", "maxmemory-policy is allkeys-lru")],
    ),
    "memory enough": (durability.memory, WELL, [("ok", "100 of 1,000 MB used (10%)")]),
    "memory nearly used": (
        durability.memory,
        told(used_memory=750 * durability.MEGABYTE),
        [("warning", "750 of 1,000 MB used (75%)")],
    ),
    "memory used": (
        durability.memory,
        told(used_memory=900 * durability.MEGABYTE),
        [("error", "900 of 1,000 MB used (90%)")],
    ),
    "no bound of memory": (
        durability.memory,
        told(maxmemory=0, total_system_memory=8_000 * durability.MEGABYTE),
        [("warning", "100 MB used, no maxmemory, 8,000 MB in the machine")],
    ),
    "clocks together": (
        reach.clock,
        WELL,
        [("ok", "the server's clock is 0.010 s ahead of this machine's")],
    ),
    "clocks apart": (
        reach.clock,
        told(ahead_s=-1.0),
        [("warning", "the server's clock is 1.000 s behind this machine's")],
    ),
    "clocks far apart": (
        reach.clock,
        told(ahead_s=60.0),
        [("error", "the server's clock is 60.000 s ahead of this machine's")],
    ),
    "a clock that went back": (
        reach.clock,
        told(engine_ahead_ms=3_600_000.0),
        [
            ("ok", "the server's clock is 0.010 s ahead of this machine's"),
            ("warning", "the server's clock went back by 3,600.0 s"),
        ],
    ),
    "a clock that was set ahead": (
        reach.clock,
        told(step_s=12.0, step_age_s=600.0),
        [
            ("ok", "the server's clock is 0.010 s ahead of this machine's"),
            ("warning", "the server's clock was set ahead by 12.0 s, or it stood still, 10 minutes ago"),
        ],
    ),
    "a clock that was set long ago": (
        reach.clock,
        told(step_s=-12.0, step_age_s=86_400.0),
        [("ok", "the server's clock is 0.010 s ahead of this machine's")],
    ),
    "a server nearby": (reach.distance, WELL, [("ok", "a round trip takes 0.5 ms")]),
    "a server far away": (reach.distance, told(trip_ms=10.0), [("warning", "a round trip takes 10.0 ms")]),
    "a primary": (reach.topology, WELL, [("ok", "the primary")]),
    "a replica": (reach.topology, told(role="slave"), [("error", "this server is a replica")]),
    "a cluster without braces": (
        reach.topology,
        told(cluster_enabled=1),
        [
            ("error", "the server is part of a cluster, and the prefix outbound is not in braces"),
            ("ok", "the primary, of a cluster"),
        ],
    ),
    "a cluster with braces": (
        reach.topology,
        told(cluster_enabled=1, prefix="{outbound}"),
        [("ok", "the primary, of a cluster")],
    ),
    "replicas that nobody waits for": (
        reach.topology,
        told(connected_slaves=2),
        [("warning", "a primary with 2 replicas, min-replicas-to-write 0")],
    ),
    "replicas that are waited for": (
        reach.topology,
        told(connected_slaves=2, config={"min-replicas-to-write": "1"}),
        [("ok", "the primary")],
    ),
    "clients enough": (
        reach.clients,
        WELL,
        [("ok", "20 of at most 10,000 clients; a worker of these settings opens up to 24")],
    ),
    "clients nearly all": (
        reach.clients,
        told(connected_clients=8_000),
        [("warning", "8,000 of at most 10,000 clients; a worker of these settings opens up to 24")],
    ),
    "more connections than clients": (
        reach.clients,
        told(connections=10_001),
        [("error", "20 of at most 10,000 clients; a worker of these settings opens up to 10,001")],
    ),
}


@pytest.mark.parametrize(("judge", "facts", "findings"), CASES.values(), ids=CASES)
def test_each_fact_is_judged(judge: Judge, facts: Server, findings: list[tuple[str, str]]) -> None:
    """What is well is told in a line; what is not also says why it matters and what to do."""
    found = list(judge(facts))
    assert [(each.level, each.what) for each in found] == findings
    assert [each for each in found if (each.level == "ok") is bool(each.why and each.do)] == []


def test_every_judgement_has_its_cases() -> None:
    """No judgement is left without a test of what is well and of what is not."""
    assert {judge for judge, _, _ in CASES.values()} == {judge for _, judge in OF_THE_SERVER}


def test_a_real_server_tells_what_is_judged(valkey: "redis.Redis") -> None:
    """Every fact that a judgement asks for is one that a server tells under this name."""
    seen = look_at(valkey, Keys(), processes=2, threads=16)
    missing = set(WELL.info) - set(seen.info)
    assert (missing, seen.connections, seen.config["appendfsync"]) == (set(), 48, "everysec")
    assert abs(seen.ahead_s) < 1
    assert seen.engine_ahead_ms == float("-inf")


def test_the_time_of_the_engine_is_held_against_the_servers(valkey: "redis.Redis") -> None:
    """When the server's clock went back, the engine's time is ahead of it."""
    seconds, _ = valkey.time()
    valkey.set("outbound:clock", (seconds + 3_600) * 1000)
    valkey.hset("outbound:clock:stepped", mapping={"at": (seconds + 3_540) * 1000, "by": -3_600_000})
    seen = look_at(valkey, Keys(), processes=1, threads=1)
    assert 3_590_000 < seen.engine_ahead_ms <= 3_600_000
    assert (seen.step_s, seen.step_age_s) == (-3_600.0, 60.0)


def allow(client: "redis.Redis", name: str, *but: str) -> None:
    """Makes a user who may do everything but these commands."""
    client.acl_setuser(
        name, enabled=True, passwords=["+hush"], keys=["*"], categories=["+@all"], commands=list(but)
    )


def test_a_server_may_keep_its_configuration_to_itself(valkey: "redis.Redis", valkey_url: str) -> None:
    """Where CONFIG is refused, as on hosted servers, everything else is still seen."""
    allow(valkey, "hosted", "-config")
    try:
        with redis.Redis.from_url(valkey_url, username="hosted", password="hush") as client:
            seen = look_at(client, Keys(), processes=1, threads=1)
    finally:
        valkey.acl_deluser("hosted")
    assert (seen.config, seen.info["maxmemory_policy"]) == ({}, "noeviction")


def test_scripts_load_and_run(server: "redis.Redis") -> None:
    """Every script of both packages is taken, and one is run; nothing is written."""
    found = list(scripts(server, Keys()))
    assert [(each.level, each.what) for each in found] == [("ok", f"{SCRIPTS} scripts are there, and run")]
    assert server.dbsize() == 0


def test_refused_scripts_are_an_error(valkey: "redis.Redis", valkey_url: str) -> None:
    """A user who may not run scripts is told what to allow."""
    allow(valkey, "reader", "-eval", "-evalsha")
    try:
        with redis.Redis.from_url(valkey_url, username="reader", password="hush") as client:
            found = list(scripts(client, Keys()))
    finally:
        valkey.acl_deluser("reader")
    assert [(each.level, each.what) for each in found] == [
        (
            "error",
            (
                "the server refuses a script: Redis knows the user of the URL, and its ACL does not allow this "
                "(User reader has no permissions to run the 'evalsha' command)"
            ),
        )
    ]


def test_the_doctor_advises_what_the_readme_advises() -> None:
    """For most that is everysec: nothing else is named where something is to be set, and it draws no warning."""
    chosen = {row[0]: row[3] for row in rows_of("What can be lost")}
    assert chosen["`appendonly yes`, `appendfsync everysec`"] == "most"
    found = [
        finding
        for judge, facts, _ in CASES.values()
        if judge is durability.persistence
        for finding in judge(facts)
    ]
    advised = [each.do for each in found if "appendfsync" in each.do]
    assert [each for each in advised if "appendfsync everysec" not in each] == []
    assert advised != []
