"""A broadcast that is for later waits for its time, and its span counts from then."""

import time

import redis

from producer import Producer, messages
from producer.commands import TYPES
from producer.queue.envelope import Delivery, times_of
from producer.store.keys import Keys
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes
from worker.operations.explaining import explain

PROFILE = Profile(
    rates=dict.fromkeys(("text", "media", "profile", "other")), types=tuple(TYPES), pages={"1": KnownPage()}
)
SOON_S = 0.6


def test_a_broadcast_waits_for_its_time(server: "redis.Redis") -> None:
    """Nobody is taken before; a pause that is over changes nothing of that; then everybody is."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    at = time.time() + SOON_S
    sale = Producer.on(server, page="1").with_options(send_at=at, expires_in=3_600)
    broadcast = sale.broadcast_to(["7", "8"], messages.text("x"), broadcast_id="sale")
    assert lanes.take("w", 1, PROFILE).chunk is None
    progress = broadcast.progress()
    assert (progress.paused, progress.waiting, progress.created_at.timestamp()) == (
        False,
        2,
        int(at * 1000) / 1000,
    )
    broadcast.pause()
    broadcast.resume()
    assert lanes.take("w", 2, PROFILE).chunk is None
    assert explain(server, Keys(), "sale:0").waits_for[0].reason.endswith("is held: its send_at")
    time.sleep(max(0.0, at - time.time()) + 0.1)
    lanes.tick("w", lease_ms=1_000, may_reap=False)
    chunk = lanes.take("w", 3, PROFILE).chunk
    assert chunk is not None
    assert [each.person for each in chunk.commands] == ["7", "8"]
    assert [each.expires_ms for each in chunk.commands] == [int(at * 1000) + 3_600_000] * 2


def test_a_broadcast_for_later_can_be_cancelled(server: "redis.Redis") -> None:
    """All of it ends at once."""
    sale = Producer.on(server, page="1").with_options(send_at=4_000_000_000)
    assert sale.broadcast_to(["7", "8"], messages.text("x")).cancel() == 2


def test_a_span_counts_from_when_a_command_is_due() -> None:
    """At eight, pointless after nine: the pair is one promise."""
    assert times_of(Delivery(page="1", send_at=1_000.0, expires_in=60.0)) == ("1000000", "1060000")
    assert times_of(Delivery(page="1", expires_in=60.0)) == ("", "+60000")
