"""What the page lists besides lanes: what is due, causes of dead letters, an hour, and broadcasts that are held."""

import time
from datetime import UTC, datetime

import msgspec
import pytest
import redis

from producer import Producer, messages
from producer.store.keys import Keys
from worker.dashboard.broadcasts_shown import read_broadcasts
from worker.dashboard.causes import Cause, read_causes
from worker.dashboard.page_rates import PageRates
from worker.dashboard.pulse import HOUR_POINTS, Pulse
from worker.dashboard.waits import SHOWN_MAX, read_later
from worker.engine.chunk import Settlement
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes
from worker.operations import holds
from worker.operations.installation import read_snapshot
from worker.operations.traffic import Moment, Settled

KEYS = Keys("outbound")


def test_the_next_fifty_that_are_due(server: "redis.Redis") -> None:
    """What waits for its time is listed by it, the next first, and counted whole."""
    at = time.time()
    for number in range(SHOWN_MAX + 5):
        Producer.on(server, page="1").with_options(send_at=at + 1_000 - number).send_text("7", "x")
    found = read_later(server, KEYS)
    assert (len(found.rows), found.total) == (SHOWN_MAX, SHOWN_MAX + 5)
    assert found.rows == sorted(found.rows, key=lambda each: each.due)
    first = found.rows[0]
    assert (first.state, first.page, first.type, first.attempts, first.reason) == (
        "scheduled",
        "1",
        "send_message",
        0,
        None,
    )


def test_what_moves_on_is_no_command(server: "redis.Redis") -> None:
    """A conversation that is to be moved on is not listed, and an empty installation has nothing."""
    assert (read_later(server, KEYS).rows, read_later(server, KEYS).total) == ([], 0)
    server.zadd("outbound:later", {"~1/7/i": 1})
    assert read_later(server, KEYS).rows == []


def test_dead_letters_by_their_causes(server: "redis.Redis") -> None:
    """Letters that ended alike are one row, the most first; marks narrow them."""
    details = [
        {"reason": "a token", "answer": {"row": "token-dead", "code": 190}},
        {"reason": "gone", "answer": None},
        {"reason": "a token", "answer": {"row": "token-dead", "code": 190}},
    ]
    profile = Profile(
        rates={"text": None}, types=("send_message",), pages={f"{n}": KnownPage() for n in range(3)}
    )
    lanes = Lanes(server)
    lanes.hello("w", profile, b"{}")
    for page, detail in enumerate(details):
        Producer.on(server, page=f"{page}").send_text("7", "x")
        chunk = lanes.take("w", page + 1, profile).chunk
        assert chunk is not None
        lanes.begin(chunk)
        ended = msgspec.json.encode(detail)
        lanes.settle(chunk, [Settlement(each.id, "exhausted", "ad", 0, ended) for each in chunk.commands])
    found = read_causes(server, KEYS, {})
    assert found.rows == [
        Cause(kind="token-dead", code=190, letters=2, pages=2, latest=found.rows[0].latest, reason="a token"),
        Cause(kind="exhausted", code=None, letters=1, pages=1, latest=found.rows[1].latest, reason="gone"),
    ]
    assert [each.kind for each in read_causes(server, KEYS, {"class": "token-dead"}).rows] == ["token-dead"]


HOLDS = {
    "its Page": ("page:1", "held"),
    "its class of lanes": ("lane:1/t", "held"),
    "another Page": ("page:2", "no token"),
    "its own lane, for a time": ("lane:1/t/b/sale", "held"),
}


@pytest.mark.parametrize(("scope", "state"), HOLDS.values(), ids=HOLDS)
def test_a_broadcast_that_is_held_says_so(server: "redis.Redis", scope: str, state: str) -> None:
    """Whatever holds it, the list says held and why."""
    Producer.on(server, page="1").broadcast_to(["7", "8"], messages.text("x"), broadcast_id="sale")
    server.sadd("outbound:unserved", "1")
    holds.hold(server, KEYS, scope, for_s=60, reason="new menu")
    if state != "no token":
        pages = {"1": KnownPage("app", "token")}
        Lanes(server).hello("w", Profile(rates={}, types=(), pages=pages), b"{}")
    whole = read_snapshot(server, KEYS, timeout_ms=10_000)
    (found,) = read_broadcasts(server, KEYS, whole, whole.holds, limit=10).rows
    assert (found.state, found.reason if state == "held" else None) == (
        state,
        "new menu" if state == "held" else None,
    )
    assert (found.until is not None) is (state == "held")


def test_what_a_page_sends(valkey: "redis.Redis") -> None:
    """The first reading tells nothing, the next what was counted since."""
    rates = PageRates(valkey, KEYS)
    assert rates.read(["1", "2"]) == {"1": None, "2": None}
    began = time.monotonic()
    time.sleep(0.05)
    valkey.hincrby("outbound:counts:1", "sent", 1_000)
    found = rates.read(["1", "2"])
    assert found["2"] == 0.0
    assert found["1"] is not None
    assert 1_000 / (time.monotonic() - began) * 0.5 < found["1"] < 1_000 / 0.04


def test_an_hour_is_kept_and_no_more() -> None:
    """A point for each ten seconds, the last 360; while Redis is away there is none."""
    moments = iter(
        Moment(second * 1_000, {"sent": second * 3}, [Settled(second * 1_000, 3, 40, 90)])
        for second in range(100_000)
    )
    away = [False]

    def look() -> Moment:
        moment = next(moments)
        if away[0]:
            raise redis.ConnectionError
        return moment

    pulse = Pulse(look)
    for _ in range(31):
        pulse.beat()
    points = pulse.hour().points
    assert [each.at for each in points] == [datetime.fromtimestamp(n, UTC) for n in (10, 20, 30)]
    assert [(each.sent_per_s, each.typical_ms, each.longest_ms) for each in points] == [(3.0, 40, 90)] * 3
    away[0] = True
    for _ in range(60):
        pulse.beat()
    away[0] = False
    for _ in range(11):
        pulse.beat()
    assert [each.at.timestamp() for each in pulse.hour().points] == [10, 20, 30, 101]
    for _ in range(5_000):
        pulse.beat()
    assert len(pulse.hour().points) == HOUR_POINTS
