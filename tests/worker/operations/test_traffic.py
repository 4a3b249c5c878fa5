"""What is sent and how long it takes is told from two moments and the latest settles."""

import msgspec
import pytest
import redis

from producer import Producer
from producer.store.keys import Keys
from worker.engine.chunk import Action, Settlement
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes
from worker.operations.traffic import Moment, Rates, Settled, Took, rates_between, read_moment, took_since

KEYS = Keys("outbound")
PROFILE = Profile(rates={"text": None}, types=("send_message",), pages={"1": KnownPage()})


def test_rates_are_by_the_second() -> None:
    """Counts of two moments become rates; only settles between them tell how long it took."""
    earlier = Moment(10_000, {"sent": 5, "retried": 1}, [])
    settles = [Settled(12_000, 10, 40, 90), Settled(11_000, 1, 700, 800), Settled(10_000, 99, 1, 9_999)]
    later = Moment(14_000, {"sent": 25, "refused": 2, "expired": 2, "retried": 3, "cancelled": 9}, settles)
    assert rates_between(earlier, later) == Rates(
        sent_per_s=5.0, failed_per_s=1.0, retried_per_s=0.5, took=Took(40, 800)
    )


def test_nothing_sent_has_no_time() -> None:
    """Where nothing was sent, no time is told; counts that were lost with their server are no negative rate."""
    earlier, later = Moment(1_000, {"sent": 9}, []), Moment(2_000, {}, [])
    assert rates_between(earlier, later) == Rates(sent_per_s=0, failed_per_s=0, retried_per_s=0, took=None)


@pytest.mark.parametrize(
    ("settles", "took"),
    [
        ([Settled(1, 1, 10, 20), Settled(1, 3, 50, 60), Settled(1, 1, 90, 95)], Took(50, 95)),
        ([Settled(1, 5, 10, 20), Settled(1, 4, 900, 950)], Took(10, 950)),
        ([], None),
    ],
    ids=["the middle one", "by commands, not by settles", "none"],
)
def test_typical_is_what_half_stayed_below(settles: list[Settled], took: Took | None) -> None:
    """The typical time is the median of commands, each with the mean of its settle."""
    assert took_since(Moment(2, {}, settles), 0) == took


def test_a_settle_leaves_its_times(server: "redis.Redis") -> None:
    """What is sent leaves its age with its settle; what is not, and a broadcast's people, leave none; 256 are kept."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    producer = Producer.on(server, page="1").with_options(ordered=False)
    for person in ("ann", "bob", "cid"):
        producer.send_text(person, "x")
    made_ms = read_moment(server, KEYS).at_ms
    chunk = lanes.take("w", 1, PROFILE).chunk
    assert chunk is not None
    lanes.begin(chunk)
    actions = [Settlement(each.id, "sent", "a", 0, b'{"reply":{}}') for each in chunk.commands[:2]]
    lanes.settle(chunk, [*actions, Settlement(chunk.commands[2].id, "refused", "a")], now_ms=made_ms + 60_000)
    (settled,) = read_moment(server, KEYS).recent
    assert (settled.at_ms, settled.commands) == (made_ms + 60_000, 2)
    assert 60_000 <= settled.mean_ms <= settled.longest_ms < 70_000
    server.rpush("outbound:recent", *["1|1|1|1"] * 400, "broken")
    producer.send_text("ann", "x")
    again = lanes.take("w", 2, PROFILE, now_ms=made_ms + 60_000).chunk
    assert again is not None
    lanes.begin(again)
    lanes.settle(again, [Settlement(again.commands[0].id, "sent", "a", 0, b"{}")], now_ms=made_ms + 60_000)
    assert server.llen("outbound:recent") == 256
    assert msgspec.json.encode(read_moment(server, KEYS).counts)


@pytest.mark.parametrize("attempts", [1, 2], ids=["at its first attempt", "at its second"])
def test_what_was_scheduled_leaves_no_time(server: "redis.Redis", attempts: int) -> None:
    """How long a scheduled command lay there says nothing of the queue, at whichever attempt it is sent."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    now_ms = read_moment(server, KEYS).at_ms
    producer = Producer.on(server, page="1")
    producer.with_options(send_at=now_ms / 1000 + 60).send_text("ann", "later")
    for attempt in range(1, attempts + 1):
        now_ms += 60_001
        lanes.heartbeat("w", PROFILE, now_ms=now_ms)
        lanes.tick("w", lease_ms=1_000, may_reap=False, now_ms=now_ms)
        chunk = lanes.take("w", attempt, PROFILE, now_ms=now_ms).chunk
        assert chunk is not None
        lanes.begin(chunk)
        action: Action = "sent" if attempt == attempts else "retry"
        lanes.settle(chunk, [Settlement(chunk.commands[0].id, action, "a", 1, b"{}")], now_ms=now_ms)
    moment = read_moment(server, KEYS)
    assert (moment.counts["sent"], moment.recent) == (1, [])
