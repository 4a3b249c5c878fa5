"""What Redis is told of a worker process."""

import time
from collections.abc import Callable

import msgspec
import redis
from structlog.testing import capture_logs

from producer.store.policy import Policy
from tests.running import wait_until
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes
from worker.take.presence import Presence


def _profile(*pages: str) -> Profile:
    return Profile(rates={}, types=("send_message",), pages={page: KnownPage() for page in pages})


def test_new_pages_make_a_process_no_younger(valkey: "redis.Redis") -> None:
    """Since when a process runs stays as it was when it says hello again, with other Pages or a new name."""
    known = [_profile("1")]
    presence = Presence(Lanes(valkey), lambda: known[-1], overdue=lambda: False)

    def told() -> dict[str, float]:
        info = valkey.hget("outbound:workers:info", presence.name)
        return msgspec.json.decode(info, type=dict[str, float | str]) if info else {}

    presence.start()
    try:
        wait_until(lambda: told().get("pages") == 1, within_s=10, why="it said hello")
        since = told()["since"]
        known.append(_profile("1", "2"))
        wait_until(lambda: told()["pages"] == 2, within_s=10, why="it said so of its new Pages")
    finally:
        presence.stop()
    assert told()["since"] == since


class Time(msgspec.Struct):
    """A clock that a test moves."""

    now: float = 100.0

    def __call__(self) -> float:
        """Returns where the test moved it."""
        return self.now


def _known(client: "redis.Redis", clock: Time, overdue: Callable[[], bool] = lambda: False) -> Presence:
    """Returns the presence of a worker that was heard once, and beats again in a quarter of a minute."""
    lanes = Lanes(client, policy=Policy(timeout_ms=60_000))
    presence = Presence(lanes, lambda: _profile("1"), overdue=overdue, clock=clock)
    presence.start()
    assert presence.wait_until_known(10)
    wait_until(lambda: presence.may_begin(presence.name), within_s=10, why="its heartbeat was acknowledged")
    return presence


def test_a_request_begins_only_within_half_a_time_out(valkey: "redis.Redis") -> None:
    """Once the last acknowledged heartbeat is half a time-out old no request begins: others may give it up soon."""
    clock = Time()
    presence = _known(valkey, clock)
    try:
        clock.now += 29.9
        assert presence.may_begin(presence.name)
        assert not presence.may_begin("who it was before")
        clock.now += 0.1
        assert not presence.may_begin(presence.name)
    finally:
        presence.stop()


def test_a_lost_connection_postpones_reaping(valkey: "redis.Redis") -> None:
    """Who was heard for a whole time-out may reap; once Redis was not reached, not until as long again."""
    timeout_s = 0.4
    lanes = Lanes(valkey, policy=Policy(timeout_ms=round(timeout_s * 1000)))
    presence = Presence(lanes, lambda: _profile("1"), overdue=lambda: False)
    presence.start()
    try:
        wait_until(lambda: presence.reap_by_ms() > 0, within_s=10, why="it was heard for a whole time-out")
        lost_at = time.monotonic()
        presence.lost_connection()
        assert presence.reap_by_ms() == 0
        wait_until(lambda: presence.reap_by_ms() > 0, within_s=10, why="it was heard for as long again")
        assert time.monotonic() - lost_at > timeout_s
    finally:
        presence.stop()


def test_a_heartbeat_is_withheld_while_a_call_is_overdue(valkey: "redis.Redis") -> None:
    """Redis hears nothing while a call hangs beyond its deadline, one line says so, and then it beats again."""
    hanging = True
    lanes = Lanes(valkey, policy=Policy(timeout_ms=200))
    presence = Presence(lanes, lambda: _profile("1"), overdue=lambda: hanging)
    with capture_logs() as logs:
        presence.start()
        try:
            wait_until(lambda: logs, within_s=10, why="it is withheld")
            assert not presence.wait_until_known(0.3)
            assert valkey.zcard("outbound:beats") == 0
            hanging = False
            assert presence.wait_until_known(10)
        finally:
            presence.stop()
    assert [each["event"] for each in logs] == ["heartbeat.withheld"]
