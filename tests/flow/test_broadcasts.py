"""Broadcasts with real processes: each person once, whatever is killed; memory that does not grow with them."""

import os
from collections import Counter
from pathlib import Path

import pytest

from producer import messages
from tests.flow.conftest import House
from tests.running import Running, wait_until, wait_until_ended

pytestmark = pytest.mark.process

PEOPLE = 30_000
WAITING = 1_000_000 if os.environ.get("LONG_TESTS") else 200_000
BYTES_A_PERSON = 150
GROWTH_BYTES = 60 * 1024 * 1024


def _added(house: House, broadcast_id: str) -> int:
    with house.valkey.client() as client:
        return int(client.hget(f"outbound:broadcast:{broadcast_id}", "added") or 0)


def test_a_run_that_was_killed_and_run_again_reaches_each_person_once(house: House, tmp_path: Path) -> None:
    """The cursor is written with each round, so `kill -9` in the middle of the list doubles and loses nobody."""
    people = tmp_path / "people.csv"
    people.write_text("psid\n" + "".join(f"{10**15 + n}\n" for n in range(PEOPLE)))
    message = tmp_path / "message.json"
    message.write_text('{"text": "The sale ends tonight."}')
    command = [
        "worker.cli",
        "broadcast",
        str(people),
        "--message",
        str(message),
        "--page",
        "P1",
        "--id",
        "killed",
    ]
    settings = {"OUTBOUND_REDIS_URL": house.valkey.url}
    with Running(command, settings) as first:
        wait_until(lambda: _added(house, "killed") > 0, within_s=20, why="some people are added")
        first.kill()
    before = _added(house, "killed")
    assert 0 < before < PEOPLE, "the kill came too late to show anything"
    with Running(command, settings) as again:
        assert again.process.wait(30) == 0, again.written
    with house.valkey.client() as client:
        wait_until_ended(client, within_s=60)
        wait_until(lambda: client.hlen("outbound:depth") == 0, within_s=60, why="nobody waits any more")
    times = Counter(each.recipient for each in house.stub.ledger)
    assert len(times) == PEOPLE
    assert set(times.values()) == {1}
    assert house.producer.broadcast("killed").progress().ended == {"sent": PEOPLE}


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


def test_a_person_who_waits_costs_little(house: House) -> None:
    """At most 150 bytes in Redis, and nothing in the producer, which takes any iterable."""
    with house.valkey.client() as client:
        used, resident = client.info("memory")["used_memory"], _resident_bytes()
        people = (str(10**15 + n) for n in range(WAITING))
        producer = house.producer.for_page("PAGE-WITHOUT-A-TOKEN")
        broadcast = producer.broadcast_to(people, messages.text("x" * 200), broadcast_id="waiting")
        each = (client.info("memory")["used_memory"] - used) / WAITING
        assert each <= BYTES_A_PERSON
        assert _resident_bytes() - resident <= GROWTH_BYTES
        assert broadcast.cancel() == WAITING
