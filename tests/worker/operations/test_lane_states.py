"""`status` says of each lane that waits why it does: held, paced, unserved; and what no worker knows."""

from datetime import datetime
from io import StringIO
from typing import Any

import pytest
import redis
from rich.console import Console

from producer import Producer
from tests.worker.cli.overviews import NEVER, PROFILE, lane, read, taken, taken_id, without_times
from worker.cli.overview_view import render
from worker.engine.chunk import Hold, Settlement
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes
from worker.operations.holds import HoldSeen

HOLD = Hold("page:2", None, b'{"reason":"the token is dead"}')
HOLDS: dict[str, tuple[Hold, str, Any, dict[str, Any]]] = {
    "its Page until released": (HOLD, "2", None, {"reason": "the token is dead"}),
    "its lane for a minute": (
        Hold("lane:2/t/i", 60_000, b'{"reason":"too many calls"}'),
        "2",
        NEVER,
        {"until": NEVER, "reason": "too many calls"},
    ),
    "its class for a minute": (
        Hold("lane:2/t", 60_000, b'{"reason":"too many texts"}', kind="throttle"),
        "2",
        NEVER,
        {"until": NEVER, "reason": "too many texts"},
    ),
    "its app for a minute": (
        Hold("app:app", 60_000, b'{"reason":"the app is throttled"}'),
        "1",
        NEVER,
        {"until": NEVER, "reason": "the app is throttled"},
    ),
}


@pytest.mark.parametrize(("hold", "page", "until", "why"), HOLDS.values(), ids=HOLDS)
def test_a_held_lane_says_why(
    server: "redis.Redis", hold: Hold, page: str, until: datetime | None, why: dict[str, Any]
) -> None:
    """A hold on a Page, a lane or an app shows at the lane with its reason and its end, before and after a take."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    producer = Producer.on(server, page=page)
    producer.send_text("ann", "x")
    lanes.settle(taken(lanes, 1), [Settlement(taken_id(server), "return")], [hold])
    for _ in range(2):
        seen = without_times(read(server))
        assert seen.lanes == [lane(page, waiting=1, state="held", **why)]
        assert seen.holds == [
            HoldSeen(
                scope=hold.scope,
                until=until,
                since=NEVER,
                reason=why["reason"],
                repeats=0,
                for_token=None,
                kind=hold.kind,
            )
        ]
        assert lanes.take("w", 2, PROFILE).chunk is None


def test_of_several_holds_the_last_to_end_is_the_lane_s_reason(server: "redis.Redis") -> None:
    """Each is listed; one for a token that no live worker has, beside one that has another, holds nothing."""
    Lanes(server).hello("w", PROFILE, b"{}")
    Producer.on(server, page="1").send_text("ann", "x")
    far = 4_000_000_000_000
    lines = (
        f'{far + 1}||3|0|hand|{{"reason":"a"}}',
        f'{far}||2|0|throttle|{{"reason":"b"}}',
        "0|old|1|0|token|{}",
    )
    server.hset("outbound:hold", "page:1", "\n".join(lines))
    seen = without_times(read(server))
    assert seen.lanes == [lane("1", waiting=1, state="held", until=NEVER, reason="a")]
    assert [each.kind for each in seen.holds] == ["throttle", "hand"]
    server.hset("outbound:hold", "page:1", lines[2])
    assert without_times(read(server)).lanes == [lane("1", waiting=1)]


def test_a_hold_that_is_over_is_none(server: "redis.Redis") -> None:
    """A hold whose time has passed is neither listed nor a reason."""
    server.hset("outbound:hold", "page:2", "1000||1|0|{}")
    Producer.on(server, page="2").send_text("ann", "x")
    seen = without_times(read(server))
    assert (seen.lanes, seen.holds) == ([lane("2", waiting=1)], [])


def test_a_lane_without_budget_is_paced(server: "redis.Redis") -> None:
    """A lane whose budget is spent says until when."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    producer = Producer.on(server, page="3")
    for person in ("ann", "bob"):
        producer.send_text(person, "x")
    lanes.take("w", 1, PROFILE)
    lanes.take("w", 2, PROFILE)
    expected = lane("3", waiting=1, state="paced", until=NEVER, reason="its budget is spent")
    assert without_times(read(server)).lanes == [expected]


def test_a_page_that_nobody_serves_is_named(server: "redis.Redis") -> None:
    """A Page whose token no worker holds is listed, and its lane says so."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    Producer.on(server, page="99").send_text("ann", "x")
    lanes.take("w", 1, PROFILE)
    seen = without_times(read(server))
    reason = "no running worker holds a token for this Page"
    assert (seen.unserved, seen.lanes) == (["99"], [lane("99", waiting=1, state="unserved", reason=reason)])


def test_a_page_whose_commands_have_ended_waits_for_no_token(server: "redis.Redis") -> None:
    """A Page that nobody serves is named as long as something of it waits."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    tickets = [Producer.on(server, page=page).send_text("ann", "x") for page in ("98", "99")]
    lanes.take("w", 1, PROFILE)
    assert read(server).unserved == ["98", "99"]
    assert tickets[0].cancel()
    assert read(server).unserved == ["99"]


def test_a_page_without_a_token_is_told_from_one_whose_token_is_dead(server: "redis.Redis") -> None:
    """The one is to be added to the Pages file; of the other the token there is to be replaced, or released."""
    lanes = Lanes(server)
    profile = Profile(rates=PROFILE.rates, types=PROFILE.types, pages={"1": KnownPage(fingerprint="f")})
    lanes.hello("w", profile, b"{}")
    Producer.on(server, page="1").send_text("ann", "x")
    chunk = lanes.take("w", 1, profile).chunk
    assert chunk is not None
    dead = Hold("page:1", None, b'{"reason":"dead"}', fingerprint="f", kind="token")
    lanes.settle(chunk, [Settlement(chunk.commands[0].id, "return", "")], [dead])
    Producer.on(server, page="99").send_text("ann", "x")
    for token in (2, 3):
        lanes.take("w", token, profile)
    console = Console(width=200, record=True, file=StringIO())
    console.print(render(read(server), rows_max=20))
    told = [line.partition(" (since")[0] for line in console.export_text().splitlines()[:4]]
    assert told == [
        "! Page 1 is held: dead",
        "  → put another token into the Pages file, or `outbound page release` it if the one there is alive",
        "! no running worker holds a token for Page 99, for which commands wait",
        "  → add it to the Pages file",
    ]


def test_parked_types_are_named(server: "redis.Redis") -> None:
    """A command of a type that no worker knows is counted under its type."""
    lanes = Lanes(server)
    lanes.hello("w", Profile(rates={}, types=("other",), pages={"1": KnownPage()}), b"{}")
    Producer.on(server, page="1").send_text("ann", "x")
    lanes.take("w", 1, Profile(rates={}, types=("other",), pages={"1": KnownPage()}))
    seen = read(server)
    assert (seen.parked, seen.in_lanes, seen.behind, seen.not_ended) == ({"send_message": 1}, 0, 0, 1)
