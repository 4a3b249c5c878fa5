"""Dead letters are found by their marks a bounded share at a time, shown without their text, replayed and dropped."""

from collections.abc import Callable
from typing import cast

import msgspec
import pytest
import redis

from producer import InvalidCommandError, Producer, messages
from producer.store.keys import Keys
from worker.engine.chunk import Settlement
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes
from worker.operations import dead_letters
from worker.operations.attempts import Attempt, instant
from worker.operations.dead_letters import Done, Found, Shown, Totals
from worker.operations.letters import Letter, Which

KEYS = Keys("outbound")
T0 = 1_700_000_000_000
PROFILE = Profile(rates={"text": None}, types=("send_message",), pages={"1": KnownPage(), "2": KnownPage()})

Bury = Callable[..., list[str]]


@pytest.fixture
def bury(server: "redis.Redis") -> Bury:
    """Buries some texts to a Page; their ids in the order in which they end, all in one moment."""
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}", now_ms=1)
    tokens = iter(range(1, 1_000))

    def make(
        number: int = 1, *, page: str = "1", row: str = "token-dead", code: int = 190, at_ms: int = T0
    ) -> list[str]:
        producer = Producer.on(server, page=page)
        ids = [producer.send_text(f"p{n}", "secret words").id for n in range(number)]
        answer = {"row": row, "code": code, "fbtrace_id": "F", "message": "Graph's own words"}
        detail = msgspec.json.encode({"reason": "why", "answer": answer})
        server.set("outbound:clock", 0)
        left = number
        while left:
            chunk = lanes.take("w", next(tokens), PROFILE, now_ms=at_ms).chunk
            assert chunk is not None
            lanes.begin(chunk, now_ms=at_ms)
            settlements = [Settlement(each.id, "exhausted", "ad", 0, detail) for each in chunk.commands]
            lanes.settle(chunk, settlements, now_ms=at_ms)
            left -= len(chunk.commands)
        return ids

    return make


def letter(command_id: str) -> Letter:
    """Returns what a buried text is shown as."""
    return Letter(
        id=command_id,
        at=instant(T0),
        page="1",
        lane="1/text/interactive",
        broadcast=None,
        type="send_message",
        outcome="exhausted",
        reason="why",
        answer={"row": "token-dead", "code": 190, "fbtrace_id": "F"},
        attempts=1,
        at_most_once=False,
        doubtful=False,
    )


def found(server: "redis.Redis", which: Which) -> list[str]:
    """Returns the ids of all with these marks."""
    return list(dead_letters.ids_of(server, KEYS, which))


def test_a_letter_tells_why_and_nothing_that_was_said(server: "redis.Redis", bury: Bury) -> None:
    """Reason, codes and attempts; the recipient and the command only when they are asked for."""
    (command_id,) = bury()
    assert dead_letters.find(server, KEYS) == Found([letter(command_id)], None)
    attempt = Attempt(at=instant(T0), reason="why", answer=letter(command_id).answer)
    shown = Shown(letter=letter(command_id), history=[attempt])
    assert dead_letters.show(server, KEYS, command_id) == shown
    whole = dead_letters.show(server, KEYS, command_id, with_content=True)
    assert whole is not None
    assert whole == msgspec.structs.replace(shown, recipient="p0", content=whole.content)
    assert "secret words" in str(whole.content)
    assert dead_letters.show(server, KEYS, "none") is None


def test_letters_are_found_by_their_marks(server: "redis.Redis", bury: Bury) -> None:
    """By Page, by class (outcome, row or type), by code, by broadcast, by age; marks add up."""
    (one,) = bury()
    (two,) = bury(page="2", row="graph-down", code=2, at_ms=T0 + 100_000)
    Producer.on(server, page="1").broadcast_to(["7"], messages.text("x"), broadcast_id="sale")
    lanes = Lanes(server)
    chunk = lanes.take("w", 2_000, PROFILE).chunk
    assert chunk is not None
    lanes.settle(chunk, [Settlement("sale:0", "refused", "ad")])
    now_s = server.time()[0]
    cases = {
        Which(): [one, two, "sale:0"],
        Which(page="1"): [one, "sale:0"],
        Which(kind="exhausted"): [one, two],
        Which(kind="graph-down"): [two],
        Which(kind="send_message"): [one, two, "sale:0"],
        Which(code=190): [one],
        Which(broadcast="sale"): ["sale:0"],
        Which(older_than_s=3_600): [one, two],
        Which(younger_than_s=3_600): ["sale:0"],
        Which(older_than_s=now_s - T0 / 1000 - 50): [one],
        Which(page="2", code=190): [],
    }
    assert {which: found(server, which) for which in cases} == cases
    with pytest.raises(InvalidCommandError, match="older_than"):
        found(server, Which(older_than_s=-1))


def test_pages_of_a_listing_miss_nothing(server: "redis.Redis", bury: Bury) -> None:
    """However many ended in one moment, each is listed once, the newest first, and none is looked at twice."""
    early, late = bury(130), bury(130, at_ms=T0 + 1)
    expected = sorted(late, reverse=True) + sorted(early, reverse=True)
    listed, after, answers = [], None, 0
    while True:
        page = dead_letters.find(server, KEYS, limit=37, after=after)
        listed += [each.id for each in page.letters]
        answers += 1
        after = page.next
        if after is None:
            break
    assert (listed, answers) == (expected, 8)
    assert found(server, Which()) == sorted(early) + sorted(late)


def test_a_listing_looks_at_a_bounded_share(server: "redis.Redis", bury: Bury) -> None:
    """What fits nothing costs no more than the bound, and says where to go on."""
    bury(30)
    page = dead_letters.find(server, KEYS, Which(code=1), looked_max=20)
    assert (page.letters, page.next is not None) == ([], True)
    rest = dead_letters.find(server, KEYS, Which(code=1), looked_max=20, after=page.next)
    assert rest == Found([], None)
    with pytest.raises(InvalidCommandError, match="limit"):
        dead_letters.find(server, KEYS, limit=0)


def test_replay_puts_all_back_in_their_order(server: "redis.Redis", bury: Bury) -> None:
    """In shares of 200, the oldest first; what is no dead letter is counted as left alone."""
    ids = bury(450)
    steps: list[int] = []
    done = dead_letters.replay(server, KEYS, dead_letters.ids_of(server, KEYS), on_progress=steps.append)
    assert (done, steps) == (Done(450, {}), [200, 400, 450])
    waiting = [each.decode() for each in cast("list[bytes]", server.lrange("outbound:lane:1/t/i", 0, -1))]
    assert waiting == sorted(ids)
    assert dead_letters.replay(server, KEYS, ["none"]) == Done(0, {"absent": 1})
    assert dead_letters.totals(server, KEYS) == Totals(0, 0)


def test_ids_are_replayed_in_the_order_in_which_they_ended(server: "redis.Redis", bury: Bury) -> None:
    """Whatever the order in which somebody names them."""
    (early,) = bury()
    (late,) = bury(at_ms=T0 + 1)
    assert dead_letters.in_order(server, KEYS, [late, early, late, "none"]) == ["none", early, late]


def test_dropped_letters_are_gone(server: "redis.Redis", bury: Bury) -> None:
    """Their outcomes stay, and those that the bound dropped are counted apart."""
    (command_id,) = bury()
    server.hset("outbound:counts", "dead_dropped", 3)
    assert dead_letters.totals(server, KEYS) == Totals(1, 3)
    assert dead_letters.drop(server, KEYS, [command_id]) == Done(1, {})
    assert dead_letters.totals(server, KEYS) == Totals(0, 3)
    assert server.exists(f"outbound:outcome:{command_id}") == 1


def test_what_cannot_be_read_is_listed_all_the_same(server: "redis.Redis") -> None:
    """A broken record is a letter without particulars; its content says what is wrong."""
    server.zadd("outbound:dead", {"x": T0, "y": T0})
    server.hset(
        "outbound:dead:records", mapping={"x": b"broken", "y": b"L\n1|t|i||ann|send_message|||s|1|\n\xc1"}
    )
    assert [(each.id, each.page, each.outcome) for each in dead_letters.find(server, KEYS).letters] == [
        ("y", "1", None),
        ("x", "", None),
    ]
    shown = dead_letters.show(server, KEYS, "y", with_content=True)
    assert shown is not None
    assert shown.content == {"unreadable": "does not decode: the bytes are damaged"}
