"""What Redis is told of a worker process."""

import msgspec
import redis

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
