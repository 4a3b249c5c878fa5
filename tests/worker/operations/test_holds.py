"""Holds by hand, and what is remembered of people, as library calls."""

import pytest
import redis

from producer import InvalidCommandError, Producer
from producer.errors import BroadcastError
from producer.store.keys import Keys
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes
from worker.operations import holds, recipients
from worker.operations.attempts import instant
from worker.operations.holds import HoldSeen
from worker.operations.recipients import Remembered
from worker.operations.scopes import (
    app_scope,
    broadcast_scope,
    class_scope,
    described,
    lane_of,
    lane_scope,
    page_scope,
)

KEYS = Keys("outbound")


def test_a_hold_is_told_as_it_stands(server: "redis.Redis") -> None:
    """A shorter hold does not shorten a longer one, and the answer says what stands."""
    first = holds.hold(server, KEYS, "page:1", for_s=None, reason="a | b")
    assert first == HoldSeen(
        scope="page:1", reason="a | b", since=first.since, until=None, repeats=0, for_token=None, kind="hand"
    )
    assert holds.hold(server, KEYS, "page:1", for_s=60, reason="other") == first
    assert holds.list_holds(server, KEYS) == [first]


def test_only_what_stands_is_listed(server: "redis.Redis") -> None:
    """Holds that are over are none; those for a token say which; repeats are counted; the list is bounded.

    Holds as older workers wrote them, one of a scope and without a kind, are read too.
    """
    server.hset(
        "outbound:hold",
        mapping={
            "page:over": "1000||1|0|{}",
            "page:token": '0|abc|2000|0|{"reason":"dead"}',
            "lane:1/t/i": '4000000000000||3000|2|{"reason":"throttled"}',
            "page:broken": "nonsense",
        },
    )
    lane = HoldSeen(
        scope="lane:1/t/i",
        reason="throttled",
        since=instant(3_000),
        until=instant(4_000_000_000_000),
        repeats=2,
        for_token=None,
        kind="trouble",
    )
    token = HoldSeen(
        scope="page:token",
        reason="dead",
        since=instant(2_000),
        until=None,
        repeats=0,
        for_token="abc",
        kind="token",
    )
    assert holds.list_holds(server, KEYS) == [lane, token]
    assert len(holds.list_holds(server, KEYS, limit=1)) == 1
    assert [holds.release(server, KEYS, each) for each in ("page:over", "page:token", "none:x")] == [
        False,
        True,
        False,
    ]


def test_holds_of_a_scope_are_told_and_released_by_kind(server: "redis.Redis") -> None:
    """By hand, for a throttle and for two tokens at once; a release of one kind leaves the others."""
    lines = (
        "4000000000000||1000|0|throttle|{}",
        "0|abc|2000|0|token|{}",
        "0|xyz|3000|0|token|{}",
        "nonsense",
    )
    server.hset("outbound:hold", "page:1", "\n".join(lines))
    mine = holds.hold(server, KEYS, "page:1", for_s=60, reason="mine")
    told = [(each.kind, each.for_token) for each in holds.list_holds(server, KEYS)]
    assert told == [("throttle", None), ("token", "abc"), ("token", "xyz"), ("hand", None)]
    assert holds.list_holds(server, KEYS)[-1] == mine
    assert holds.release(server, KEYS, "page:1", kind="token")
    assert not holds.release(server, KEYS, "page:1", kind="token")
    assert [each.kind for each in holds.list_holds(server, KEYS)] == ["throttle", "hand"]
    assert holds.release(server, KEYS, "page:1")
    assert holds.list_holds(server, KEYS) == []


@pytest.mark.parametrize(
    ("for_s", "reason", "path"),
    [(0, "x", "for"), (1e9, "x", "for"), (1, "", "reason"), (1, "x" * 301, "reason")],
)
def test_a_hold_has_bounds(server: "redis.Redis", for_s: float, reason: str, path: str) -> None:
    """The error names what is out of its bounds, and nothing is held."""
    with pytest.raises(InvalidCommandError) as caught:
        holds.hold(server, KEYS, "page:1", for_s=for_s, reason=reason)
    assert (caught.value.path, holds.list_holds(server, KEYS)) == (path, [])


def test_a_released_app_frees_more_pages_than_one_script_touches(server: "redis.Redis") -> None:
    """Every Page of it goes on, also behind thousands of lanes that sleep for other reasons."""
    pages = [f"q{n:04}" for n in range(1_200)]
    knows = Profile(
        rates={"text": None}, types=("send_message",), pages=dict.fromkeys(pages, KnownPage("app"))
    )
    lanes = Lanes(server)
    lanes.hello("w", knows, b"{}")
    for page in (pages[0], pages[-1]):
        Producer.on(server, page=page).send_text("ann", "x")
    server.zadd("outbound:asleep", dict.fromkeys(pages[1:-1], 9_000_000_000_000_000))
    holds.hold(server, KEYS, "app:app", for_s=None, reason="x")
    assert lanes.take("w", 1, knows).chunk is None
    assert holds.release(server, KEYS, "app:app")
    chunk = lanes.take("w", 2, knows).chunk
    assert chunk is not None
    assert sorted(each.page for each in chunk.commands) == [pages[0], pages[-1]]


def test_scopes_are_named_as_people_name_them(server: "redis.Redis") -> None:
    """Every name of a scope leads to its key and back; what is none is refused."""
    server.hset("outbound:broadcast:sale", "head", "1|t|b|sale|")
    scopes = [
        page_scope("1"),
        app_scope("7"),
        lane_scope("1/media/interactive"),
        broadcast_scope(server, KEYS, "sale"),
        lane_scope("1/text"),
    ]
    assert scopes == ["page:1", "app:7", "lane:1/m/i", "lane:1/t/b/sale", "lane:1/t"]
    assert [class_scope(each) for each in scopes] == [None, None, "lane:1/m", "lane:1/t", None]
    assert [described(each) for each in scopes] == [
        "Page 1",
        "app 7",
        "lane 1/media/interactive",
        "lane 1/text/bulk, broadcast sale",
        "lane 1/text",
    ]
    assert lane_of("1/t/b") == "1/text/bulk"
    for wrong in ("", "a/b", "x" * 65):
        with pytest.raises(InvalidCommandError, match="page: must be an id"):
            page_scope(wrong)
    for wrong in ("1", "1/t", "1/t/b", "1/text/urgent", "/text/bulk", "1/text/bulk/x"):
        with pytest.raises(InvalidCommandError, match="lane: must be"):
            lane_scope(wrong)
    with pytest.raises(BroadcastError, match="there is no broadcast none"):
        broadcast_scope(server, KEYS, "none")


def test_a_fact_about_a_person_is_told_and_forgotten(server: "redis.Redis") -> None:
    """Until its time; a fact whose time is over is none."""
    server.hset("outbound:gone:1", mapping={"ann": "4000000000000|blocked", "bob": "1000|blocked"})
    fact = Remembered(page="1", person="ann", fact="blocked", until=instant(4_000_000_000_000))
    assert [recipients.show(server, KEYS, "1", each) for each in ("ann", "bob", "cat")] == [fact, None, None]
    assert [recipients.forget(server, KEYS, "1", each) for each in ("ann", "ann", "bob")] == [
        True,
        False,
        False,
    ]
    assert server.exists("outbound:gone:1") == 0


def test_a_cured_token_s_hold_is_gone_at_once(server: "redis.Redis") -> None:
    """A worker with another token, and none with the dead one, ends it for whoever looks; with both it is told."""
    server.hset("outbound:hold", "page:1", '4000000000000|dead|2000|0|token|{"reason":"dead"}')
    lanes = Lanes(server, prefix="outbound")

    def hello(name: str, fingerprint: str) -> None:
        known = {"1": KnownPage("", fingerprint)}
        lanes.hello(name, Profile(rates={}, types=("send_message",), pages=known), b"{}")

    seen = [len(holds.list_holds(server, KEYS))]
    for name, fingerprint in (("old", "dead"), ("new", "alive"), ("old", "alive")):
        hello(name, fingerprint)
        seen.append(len(holds.list_holds(server, KEYS)))
    assert seen == [1, 1, 1, 0]
