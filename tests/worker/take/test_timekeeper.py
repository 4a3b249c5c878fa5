"""The timer's keeper tells what goes on because time passes."""

from collections.abc import MutableMapping
from typing import Any

import redis
from structlog.testing import capture_logs

from producer import Producer
from producer.store.policy import Policy
from tests.running import wait_until
from worker.engine.chunk import Settlement
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes
from worker.take.presence import Presence
from worker.take.timekeeper import Timekeeper

PROFILE = Profile(rates={}, types=("send_message",), pages={"1": KnownPage()})


def _bury(lanes: Lanes, count: int) -> None:
    """Makes dead letters."""
    lanes.hello("maker", PROFILE, b"{}")
    producer = Producer.on(lanes.client, page="1")
    for token in range(1, count + 1):
        producer.send_text("ann", "x")
        chunk = lanes.take("maker", token, PROFILE).chunk
        assert chunk is not None
        lanes.settle(chunk, [Settlement(each.id, "exhausted", "ad") for each in chunk.commands])


def _named(logs: list[MutableMapping[str, Any]], event: str) -> list[MutableMapping[str, Any]]:
    return [each for each in logs if each["event"] == event]


def test_dropped_dead_letters_are_logged_in_one_line(valkey: "redis.Redis") -> None:
    """The line says how many were dropped and why, and how many are kept for how long."""
    lanes = Lanes(valkey, policy=Policy(dead_max=2))
    _bury(lanes, 6)
    presence = Presence(lanes, lambda: PROFILE, overdue=lambda: False)
    timekeeper = Timekeeper(lanes, presence)
    with capture_logs() as logs:
        presence.start()
        timekeeper.start()
        try:
            wait_until(lambda: _named(logs, "dead_letters.dropped"), within_s=10, why="the drop is logged")
        finally:
            timekeeper.stop()
            presence.stop()
    assert _named(logs, "dead_letters.dropped") == [
        {
            "event": "dead_letters.dropped",
            "log_level": "warning",
            "number": 4,
            "too_many": 4,
            "too_old": 0,
            "kept_max": 2,
            "kept_days": 30.0,
        }
    ]


def test_a_step_of_the_servers_clock_is_logged_in_one_line(valkey: "redis.Redis") -> None:
    """The line says by how much, and which way."""
    lanes = Lanes(valkey)
    presence = Presence(lanes, lambda: PROFILE, overdue=lambda: False)
    timekeeper = Timekeeper(lanes, presence)
    valkey.hset("outbound:clock:stepped", mapping={"at": 0, "by": -2_500, "untold": "12000,-2500"})
    with capture_logs() as logs:
        presence.start()
        timekeeper.start()
        try:
            wait_until(lambda: _named(logs, "clock.stepped"), within_s=10, why="the step is logged")
        finally:
            timekeeper.stop()
            presence.stop()
    told = [(each["by_s"], each["reason"]) for each in _named(logs, "clock.stepped")]
    assert told == [
        (12.0, "the server's clock was set ahead, or it stood still"),
        (-2.5, "the server's clock was set back"),
    ]
