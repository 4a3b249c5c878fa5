"""Workers that are dead, of another mind, or without what is waited for are found."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
import pytest
import redis

from producer.store.keys import Keys
from worker.config.settings import Settings
from worker.doctor.findings import Finding
from worker.doctor.workforce import About, Workforce, look_at, pages_served, stranded, workers
from worker.judge import DEFAULT
from worker.take.introduction import about, shared_of, version_here

SHARED = shared_of(Settings())
MINE: Mapping[str, object] = msgspec.json.decode(msgspec.json.encode(SHARED))
PAGES = {"1": "print-1", "2": "print-2"}
ENTRIES = {"1": ";print-1;", "2": "77;print-2;t:g:25:40"}
SAME = About(version="0.1.0", settings=MINE, verdicts=DEFAULT.digest)
OTHER = msgspec.structs.replace(SAME, verdicts="0123456789ab")
ALIVE = Workforce(
    abouts=[SAME, SAME],
    digests=["d1", "d1"],
    dead=0,
    profiles={"d1": {"@rates": "t:g:25:40", **ENTRIES}},
    not_ended=3,
    unserved=[],
    parked=[],
)
NOBODY = msgspec.structs.replace(ALIVE, abouts=[], digests=[], profiles={})
WELL = [
    ("ok", "2 worker processes alive"),
    ("ok", "all of version 0.1.0"),
    ("ok", "workers and this machine have the same settings"),
    ("ok", "workers and this machine have the same table of verdicts"),
]

Judge = Callable[[Workforce], Iterator[Finding]]


def both(force: Workforce) -> Iterator[Finding]:
    """Judges workers against the default settings and verdicts, of the same version."""
    return workers(force, SHARED, version="0.1.0", verdicts=DEFAULT.digest)


def unread(force: Workforce) -> Iterator[Finding]:
    """Judges workers where this machine's table of verdicts cannot be read."""
    return workers(force, SHARED, version="0.1.0", verdicts="")


def served(force: Workforce) -> Iterator[Finding]:
    """Judges the Pages that workers have."""
    return pages_served(force, PAGES)


def but(**changes: Any) -> Workforce:  # noqa: ANN401 (the fields of a struct)
    """Returns workers that are well but for this."""
    return msgspec.structs.replace(ALIVE, **changes)


CASES: dict[str, tuple[Judge, Workforce, list[tuple[str, str]]]] = {
    "two of one mind": (both, ALIVE, WELL),
    "nobody, and commands": (both, NOBODY, [("error", "no worker is running, 3 commands wait")]),
    "nobody, and no command": (
        both,
        msgspec.structs.replace(NOBODY, not_ended=0),
        [("warning", "no worker is running, 0 commands wait")],
    ),
    "a silent one": (
        both,
        but(dead=1),
        [WELL[0], ("warning", "1 worker process silent for longer than the time-out"), *WELL[1:]],
    ),
    "two versions": (
        both,
        but(abouts=[SAME, About()]),
        [WELL[0], ("warning", "workers of several versions: 1 of 0.1.0, 1 of unknown"), *WELL[2:]],
    ),
    "other settings": (
        both,
        but(abouts=[SAME, msgspec.structs.replace(SAME, settings={**MINE, "heartbeat_timeout_ms": 5_000})]),
        [
            *WELL[:2],
            ("warning", "OUTBOUND_HEARTBEAT_TIMEOUT of a worker differs from this machine's"),
            WELL[3],
        ],
    ),
    "another table of verdicts": (
        both,
        but(abouts=[SAME, OTHER]),
        [*WELL[:3], ("warning", "1 of 2 worker processes has another table of verdicts than this machine")],
    ),
    "another table of verdicts on this machine": (
        both,
        but(abouts=[OTHER, OTHER]),
        [*WELL[:3], ("warning", "2 of 2 worker processes have another table of verdicts than this machine")],
    ),
    "two tables of verdicts, and none here": (
        unread,
        but(abouts=[SAME, OTHER]),
        [*WELL[:3], ("warning", "worker processes have 2 different tables of verdicts")],
    ),
    "one table of verdicts, and none here": (unread, ALIVE, WELL[:3]),
    "a table of another version": (
        both,
        but(abouts=[SAME, msgspec.structs.replace(OTHER, version="0.2.0")]),
        [WELL[0], ("warning", "workers of several versions: 1 of 0.1.0, 1 of 0.2.0"), *WELL[2:]],
    ),
    "other rates": (
        both,
        but(profiles={**ALIVE.profiles, "d2": {"@rates": "t:off"}}),
        [*WELL, ("warning", "workers have 2 different sets of rates")],
    ),
    "a Page's rate in two forms": (
        both,
        but(
            profiles={
                "d1": {"@rates": "t:g:25:40", "9": ";x;"},
                "d2": {"@rates": "t:g:25:40", "9": ";x;t:w:400:600000"},
            }
        ),
        [*WELL, ("warning", "workers have rates of two forms for Page 9")],
    ),
    "the same Pages": (
        served,
        ALIVE,
        [("ok", "the running workers have the Pages and tokens that this machine has")],
    ),
    "a Page that no worker has": (
        served,
        but(profiles={"d1": {"1": ";print-1;"}}),
        [("warning", "no running worker has a token for Page 2, which this machine has")],
    ),
    "a Page with two tokens": (
        served,
        but(profiles={"d1": ENTRIES, "d2": {**ENTRIES, "1": ";old;"}}),
        [("warning", "a running worker has another token for Page 1 than this machine")],
    ),
    "Pages without a worker": (served, NOBODY, []),
    "nothing stranded": (stranded, ALIVE, []),
    "a Page without a living token": (
        stranded,
        but(unserved=["5", "6"]),
        [("error", "commands wait for Page 5, 6, which no running worker has a living token for")],
    ),
    "a type of tomorrow": (
        stranded,
        but(parked=["send_dream"]),
        [("warning", "commands of the types send_dream are parked")],
    ),
}


@pytest.mark.parametrize(("judge", "force", "findings"), CASES.values(), ids=CASES)
def test_workers_are_judged(judge: Judge, force: Workforce, findings: list[tuple[str, str]]) -> None:
    """What is well is told in a line; what is not also says why it matters and what to do."""
    found = list(judge(force))
    assert [(each.level, each.what) for each in found] == findings
    assert [each for each in found if (each.level == "ok") is bool(each.why and each.do)] == []


def test_what_workers_told_redis_is_read(server: "redis.Redis") -> None:
    """The living are told from the dead by the server's time; what is no JSON is a worker that told nothing."""
    now_s, _ = server.time()
    server.zadd("outbound:beats", {"a": now_s * 1000, "b": now_s * 1000, "c": (now_s - 60) * 1000})
    server.hset("outbound:workers", mapping={"a": "d1", "b": "d2", "c": "d1"})
    told = msgspec.json.encode({"host": "h", "pid": 7, **about(Settings(), DEFAULT)})
    server.hset("outbound:workers:info", mapping={"a": told, "b": "no JSON"})
    server.hset("outbound:profile:d1", mapping={"@rates": "R", "@types": ",t,", "1": ";print-1;", "9": ";x;"})
    server.hset("outbound:profile:d2", mapping={"@rates": "R"})
    server.hset("outbound:depth", mapping={"1": 2, "2": 5})
    server.sadd("outbound:unserved", "2", "3")  # nothing waits for 3 any more
    server.sadd("outbound:parked", "send_dream")
    seen = look_at(server, Keys(), ["1", "2"], timeout_ms=10_000)
    assert seen == Workforce(
        abouts=[About(), About(version=version_here(), settings=MINE, verdicts=DEFAULT.digest)],
        digests=["d2", "d1"],
        dead=1,
        profiles={"d1": {"@rates": "R", "@types": ",t,", "1": ";print-1;"}, "d2": {"@rates": "R"}},
        not_ended=7,
        unserved=["2"],
        parked=["send_dream"],
    )


def test_what_a_worker_tells_of_itself_is_no_secret() -> None:
    """Neither an address nor a Page is among what workers tell each other."""
    settings = Settings(redis_url="redis://:hush@h/0", pages='{"1":{"access_token":"EAAB-hush"}}')
    told = msgspec.json.encode(about(settings, DEFAULT)).decode()
    assert "hush" not in told
    assert "heartbeat_timeout_ms" in told
