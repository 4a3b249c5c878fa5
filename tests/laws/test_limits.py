"""Law 3: in any window of t ms a Page is called at most burst + rate * t times, however and by whomever it is taken."""

import itertools
import random

import pytest

from tests.laws.engine import Engine, Spec, many, people, profile
from worker.engine.chunk import Hold
from worker.engine.knowledge import KnownPage, Rate

Calls = list[tuple[int, int]]


def worst_excess(calls: Calls, rate: Rate) -> float:
    """Returns by how many calls the worst window is over `burst + rate * t`, where one costly call may be a burst."""
    assert rate.burst is not None
    worst = float("-inf")
    for first, last in itertools.combinations_with_replacement(range(len(calls)), 2):
        window = calls[first : last + 1]
        allowed = (
            max(rate.burst, window[-1][1]) + (calls[last][0] - calls[first][0]) * rate.calls / rate.per_ms
        )
        worst = max(worst, sum(cost for _, cost in window) - allowed)
    return worst


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "rate", [Rate(40, 1000, 40), Rate(3, 1000, 3), Rate(7, 1000, 1)], ids=["40", "3", "7"]
)
def test_gcra_holds_over_any_pattern_of_takes(engine: Engine, rate: Rate, seed: int) -> None:
    """Whatever the takes' times, sizes and workers, no window has more calls than burst + rate * t."""
    chance = random.Random(seed)
    for worker in ("w1", "w2", "w3"):
        engine.hello(worker, profile(text=rate))
    for i in range(6):
        engine.enqueue(*many(30, f"a{i}-"), *many(30, f"b{i}-", priority="b"))
        engine.enqueue(*many(10, f"c{i}-", priority="b", cost=chance.randint(1, 6)))
        engine.broadcast(f"x{i}", people(10))
    calls: Calls = []
    for _ in range(60):
        engine.advance(chance.choice([0, 1, 24, 25, 26, 140, 333, 334, 1000, 2500]))
        took = engine.took(chance.choice(["w1", "w2", "w3"]), limit=chance.choice([1, 5, 50]))
        for each in took.chunk.commands if took.chunk else ():
            calls.append((engine.now, 1 if ":" in each.id else engine.accepted[each.id].cost))
    assert worst_excess(calls, rate) < 0.01
    assert sum(cost for _, cost in calls) > rate.calls


def test_the_whole_rate_is_used(engine: Engine) -> None:
    """Under load a Page is called at its full rate: the burst, and then rate * t."""
    engine.hello("w1", profile(text=Rate(40, 1000, 40)))
    engine.enqueue(*many(400))
    count = len(engine.ids())
    for _ in range(50):
        engine.advance(100)
        count += len(engine.ids())
    assert count == 40 + 5 * 40


def test_each_page_and_class_has_a_budget_of_its_own(engine: Engine) -> None:
    """Limits are by Page and class; priorities and broadcasts share them; a Page's own rate goes before the default."""
    pages = {
        "P1": KnownPage("a"),
        "P2": KnownPage("b", rates={"text": Rate(9, 1000, 9)}),
        "P3": KnownPage("c"),
    }
    engine.hello("w1", profile(pages=pages, text=Rate(5, 1000, 5), media=Rate(2, 1000, 2)))
    for page in pages:
        engine.enqueue(*many(20, f"{page}-t", page=page), *many(20, f"{page}-m", page=page, rate_class="m"))
        engine.enqueue(*many(20, f"{page}-b", page=page, priority="b"))
    taken = [each[:4] for _ in range(12) for each in engine.ids()]
    assert {each: taken.count(each) for each in taken} == {
        "P1-t": 5,
        "P1-m": 2,
        "P2-t": 9,
        "P2-m": 2,
        "P3-t": 5,
        "P3-m": 2,
    }


@pytest.mark.parametrize("seed", range(3))
def test_the_sliding_log_is_exact(engine: Engine, seed: int) -> None:
    """Of a limit of 10 in 10 minutes, no window of 10 minutes has more than 10 calls, and none is wasted."""
    chance = random.Random(seed)
    window_ms = 600_000
    engine.hello("w1", profile(profile=Rate(10, window_ms)))
    engine.enqueue(*many(100, rate_class="p"))
    times: list[int] = []
    for _ in range(80):
        engine.advance(chance.choice([1, 1000, 30_000, 59_999, 100_000, 600_000]))
        times += [engine.now] * len(engine.ids(limit=chance.choice([1, 3, 50])))
    assert len(times) > 30
    assert all(later - first >= window_ms for first, later in zip(times, times[10:], strict=False))


def test_the_sliding_log_opens_to_the_millisecond(engine: Engine) -> None:
    """The eleventh call of a limit of 10 in 10 minutes leaves 10 minutes after the first, not a millisecond earlier."""
    engine.hello("w1", profile(profile=Rate(10, 600_000)))
    engine.enqueue(*many(12, rate_class="p"))
    assert len(engine.ids(limit=1)) == 1
    engine.advance(1000)
    assert (len(engine.ids()), len(engine.ids())) == (9, 0)
    engine.advance(598_999)
    assert engine.ids() == []
    engine.advance(1)
    assert (engine.ids(), engine.ids()) == (["c10"], [])
    engine.advance(1000)
    assert engine.ids() == ["c11"]


@pytest.mark.parametrize(
    ("bucket", "rate", "free_ms"),
    [("private_reply", Rate(750, 3_600_000, 2), 4_800), ("user_menu:77", Rate(2, 600_000), 600_000)],
    ids=["private replies of a Page", "menus of a user"],
)
def test_a_bucket_is_a_limit_beside_the_lane_s(engine: Engine, bucket: str, rate: Rate, free_ms: int) -> None:
    """What a bucket has no budget for waits for it, keeps its conversation waiting, and nothing else."""
    name = bucket.split(":", maxsplit=1)[0]
    engine.hello("w1", profile(rates={name: rate}))
    engine.enqueue(*many(4, bucket=bucket), Spec(id="plain"), Spec(id="other", bucket=f"{name}:88"))
    engine.enqueue(Spec(id="head", bucket=bucket, people="u"), Spec(id="behind", people="u"))
    assert engine.ids() == ["c0", "c1", "plain", "other"]
    engine.advance(free_ms - 1)
    assert engine.ids() == []
    engine.advance(1)
    assert engine.ids()[0] == "c2"
    for _ in range(4):
        engine.advance(free_ms)
        engine.send()
    assert engine.outcome("head") == "sent"


@pytest.mark.parametrize("rate", [Rate(4, 60_000), Rate(4, 60_000, 4)], ids=["sliding log", "gcra"])
def test_linked_parts_are_charged_to_every_bucket_that_they_are_of(engine: Engine, rate: Rate) -> None:
    """Law 3: a batch of three private replies and a menu costs the Page three of the first and the user one menu."""
    engine.hello("w1", profile(rates={"private_reply": rate, "user_menu": Rate(1, 600_000)}))
    batch = Spec(id="batch", cost=4, bucket="private_reply*3,user_menu:7", options="as")
    engine.enqueue(batch, *many(2, bucket="private_reply"), Spec(id="menu", bucket="user_menu:7"))
    engine.enqueue(Spec(id="again", cost=2, bucket="private_reply*2,user_menu:8", options="as"))
    assert (engine.ids(), engine.ids(), engine.ids()) == (["batch"], ["c0"], [])
    engine.advance(600_000)
    assert sorted(each for _ in range(3) for each in engine.ids()) == ["again", "c1", "menu"]


def test_more_than_a_bucket_holds_goes_when_it_is_full(engine: Engine) -> None:
    """What cannot be split is not kept for ever, and leaves a debt."""
    engine.hello("w1", profile(rates={"user_menu": Rate(2, 600_000)}))
    engine.enqueue(
        Spec(id="batch", cost=5, bucket="user_menu:7*5", options="as"), Spec(id="next", bucket="user_menu:7")
    )
    assert (engine.ids(), engine.ids()) == (["batch"], [])
    engine.advance(1_199_999)
    assert engine.ids() == []
    engine.advance(600_001)
    assert engine.ids() == ["next"]


@pytest.mark.parametrize(
    ("rate_class", "rate", "quiet_ms"),
    [("t", Rate(40, 1000, 40), 525), ("p", Rate(10, 600_000), 5 * 600_000)],
    ids=["gcra", "sliding log"],
)
def test_what_cannot_be_split_leaves_a_debt(
    engine: Engine, rate_class: str, rate: Rate, quiet_ms: int
) -> None:
    """A command that costs more than a burst leaves when the burst is full, and the Page is quiet until it is paid."""
    engine.hello("w1", profile(text=rate, profile=rate))
    engine.enqueue(Spec(id="one", rate_class=rate_class))
    engine.enqueue(Spec(id="big", rate_class=rate_class, cost=60), Spec(id="next", rate_class=rate_class))
    assert (engine.ids(), engine.ids()) == (["one"], [])
    engine.advance(25 if rate_class == "t" else 600_000)
    assert (engine.ids(), engine.ids()) == (["big"], [])
    engine.advance(quiet_ms - 1 if rate_class == "t" else quiet_ms)
    assert engine.ids() == []
    engine.advance(1 if rate_class == "t" else 600_000)
    assert engine.ids() == ["next"]


def test_expired_and_stale_entries_cost_no_budget(engine: Engine) -> None:
    """Expired commands, and entries of commands that ended, leave the whole budget to those behind them."""
    engine.hello("w1", profile(text=Rate(2, 1000, 2)))
    engine.enqueue(*many(300, "expired", expires="+10"), *many(2))
    lane = engine.key("lane:P1/t/i")
    engine.client.lpush(lane, *[f"stale{i}" for i in range(300)])
    engine.pass_time(11)
    assert engine.ids() == ["c0", "c1"]
    assert engine.outcome("expired299") == "expired"


def test_a_lane_that_refills_while_it_is_taken_from_sleeps_all_the_same(engine: Engine) -> None:
    """A lane into which an expired head put a successor that is too dear waits for budget, and is not looked at."""
    engine.hello("w1", profile(text=Rate(5, 1000, 5)))
    engine.enqueue(Spec(id="one"))
    assert engine.ids() == ["one"]
    engine.enqueue(Spec(id="head", people="u", expires="+10"), Spec(id="dear", people="u", cost=5))
    engine.pass_time(11)
    assert (engine.ids(), engine.client.exists(engine.key("ring:i:P1"))) == ([], 0)
    engine.advance(200)
    assert engine.ids() == ["dear"]


def test_no_limit_is_no_limit(engine: Engine) -> None:
    """A class that is `off`, or that has no rate, is not limited."""
    engine.hello("w1", profile(text=None, media=Rate(1, 1000, 1)))
    engine.enqueue(*many(500), *many(100, "o", rate_class="o"))
    assert sum(len(engine.ids()) for _ in range(12)) == 600


def test_bulk_gathers_for_a_quarter_of_a_second(engine: Engine) -> None:
    """Bulk waits for a batch of what a quarter of a second allows; interactive waits for one call."""
    engine.hello("w1", profile(text=Rate(40, 1000, 40)))
    engine.enqueue(*many(100, "b", priority="b"))
    assert len(engine.ids()) == 40
    engine.advance(225)
    assert engine.ids() == []
    engine.enqueue(Spec(id="now"))
    assert engine.ids() == ["now"]
    engine.advance(50)
    assert engine.ids() == [f"b{i}" for i in range(40, 50)]


def test_calls_of_other_classes_are_charged_to_them(engine: Engine) -> None:
    """Law 3: a linked batch of several classes spends each one's budget; what it could not wait for is a debt there."""
    engine.hello("w1", profile(text=Rate(40, 1_000, 40), profile=Rate(10, 600_000)))
    engine.enqueue(Spec(id="batch", rate_class="p", others=",t60", options="as"))
    assert engine.ids() == ["batch"]
    engine.enqueue(Spec(id="next"))
    assert engine.ids() == []
    engine.advance(524)
    assert engine.ids() == []
    engine.advance(1)
    assert engine.ids() == ["next"]


def test_a_debt_in_a_sliding_log_stands_behind_the_calls_in_it(engine: Engine) -> None:
    """Law 3: what a linked batch calls beyond a window's rest counts in the next one, not in this one again."""
    engine.hello("w1", profile(text=Rate(10, 600_000), profile=Rate(10, 600_000)))
    engine.enqueue(*many(4))
    assert len(engine.ids()) == 4
    engine.enqueue(Spec(id="batch", rate_class="p", others=",t12", options="as"))
    assert engine.ids() == ["batch"]
    engine.enqueue(*many(20, "t"))
    engine.advance(599_999)
    assert engine.ids() == []
    engine.advance(1)
    assert len(engine.ids()) == 4
    engine.advance(600_000)
    assert len(engine.ids()) == 10


@pytest.mark.parametrize(
    ("default", "own"),
    [
        pytest.param(Rate(10, 1_000, 10), {}, id="a rate by the second"),
        pytest.param(Rate(10, 1_000), {}, id="a sliding log"),
        pytest.param(None, {"other": Rate(10, 1_000, 10)}, id="a rate of the Page's own"),
    ],
)
def test_further_calls_of_a_taken_command_are_charged(
    engine: Engine, default: Rate | None, own: dict[str, Rate | None]
) -> None:
    """A command of one call that makes N leaves room for N fewer, at once or as a debt."""
    engine.hello("w1", profile(pages={"P1": KnownPage("a", rates=own)}, other=default))
    engine.enqueue(*many(40, rate_class="o"), *many(3, "t"))
    (first,) = engine.take(limit=1).commands
    charged = [engine.lanes.charge("w1", first, now_ms=engine.now) for _ in range(6)]
    assert charged == [True] * 6
    assert len([each for each in (*engine.ids(), *engine.ids()) if each.startswith("c")]) == 3
    assert engine.lanes.charge("w1", first, 10, now_ms=engine.now)
    engine.advance(1_000)
    assert [each for each in engine.ids() if each.startswith("c")] == []
    engine.advance(1_000)
    assert len(engine.ids()) == 10


def test_a_limit_that_is_off_takes_every_charge(engine: Engine) -> None:
    """Without a limit nothing is counted; of another class neither."""
    engine.hello("w1", profile(other=None, text=Rate(5, 1_000, 5)))
    engine.enqueue(*many(30, rate_class="o"), *many(5, "t"))
    (first,) = engine.take(limit=1).commands
    assert engine.lanes.charge("w1", first, 1_000, now_ms=engine.now)
    assert len({*engine.ids(), *engine.ids()}) == 34


def test_a_worker_that_was_reaped_is_charged_nothing(engine: Engine) -> None:
    """It is told so, since it must make no further calls."""
    engine.hello("w1", profile(other=Rate(10, 1_000, 10)))
    engine.enqueue(*many(1, rate_class="o"))
    (first,) = engine.take().commands
    before = engine.client.hgetall(engine.key("rate"))
    assert not engine.lanes.charge("w2", first, now_ms=engine.now)
    assert engine.client.hgetall(engine.key("rate")) == before


def test_a_page_that_is_slowed_has_less_to_spend(engine: Engine) -> None:
    """By a factor of two it is called half as often, with half a burst, until the time is over; no other Page is."""
    engine.hello("w1", profile(pages=["P1", "P2"], text=Rate(10, 1_000, 10)))
    engine.enqueue(Spec(id="first"))
    engine.settle(engine.take(), holds=[Hold("slow:P1", 5_000, b"2")])
    engine.advance(4_000)
    engine.enqueue(*many(40), *many(40, "other", page="P2"))

    def called() -> tuple[int, int]:
        ids = [each for _ in range(4) for each in engine.ids()]
        return sum(each.startswith("c") for each in ids), sum(each.startswith("o") for each in ids)

    found = [called()]
    for _ in range(4):
        engine.advance(200)
        found.append(called())
    assert found == [(5, 10), (1, 2), (1, 2), (1, 2), (1, 2)]
    engine.advance(200)
    engine.advance(800)
    assert called()[0] >= 8
