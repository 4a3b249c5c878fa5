"""When a command leaves, as arithmetic."""

import pytest

from worker.engine.knowledge import Rate, encode_rates
from worker.operations.waking import Pace, Spent, leaves_at_ms, pace_for, paces_of, slow_factor

EVEN = Pace(every_ms=100, burst=5)
WINDOW = Pace(calls=10, window_ms=60_000)


def test_rates_read_back() -> None:
    """Rates are read as workers write them."""
    text = encode_rates(
        {"text": Rate(10, 1_000, 5), "profile": Rate(10, 60_000), "media": None, "user_menu": Rate(1, 2)}
    )
    assert paces_of(text) == {"t": EVEN, "p": WINDOW, "m": None, "user_menu": Pace(calls=1, window_ms=2)}


@pytest.mark.parametrize(
    ("pace", "spent", "ahead", "at_ms"),
    [
        (None, Spent(), 1_000_000, 1_000),
        (EVEN, Spent(), 4, 1_000),
        (EVEN, Spent(), 5, 1_100),
        (EVEN, Spent(full_at_ms=1_500), 0, 1_100),
        (EVEN, Spent(full_at_ms=1_200), 2, 1_000),
        (WINDOW, Spent(), 9, 1_000),
        (WINDOW, Spent(window_calls=10, window_oldest_ms=500), 0, 60_500),
        (WINDOW, Spent(window_calls=4, window_oldest_ms=500), 16, 120_500),
    ],
    ids=[
        "no limit",
        "the burst",
        "after it",
        "spent",
        "spent in part",
        "a window",
        "a full one",
        "the one after",
    ],
)
def test_when_it_leaves(pace: Pace | None, spent: Spent, ahead: int, at_ms: float) -> None:
    """After those before it, at the limit's pace."""
    assert leaves_at_ms(pace, spent, ahead, 1_000) == at_ms


def test_a_page_s_own_rate_and_its_usage_count() -> None:
    """The Page's rate goes before the worker's, and is slower for as long as Meta asks for it."""
    rates, own = "t:g:100.0:5,p:w:10:60000", "t:g:50.0:4"
    assert pace_for(rates, own, "t", "", 0) == Pace(every_ms=50, burst=4)
    assert pace_for(rates, own, "t", "1000|2.0", 999) == Pace(every_ms=100, burst=2)
    assert pace_for(rates, own, "p", "1000|2.0", 999) == WINDOW
    assert pace_for(rates, own, "m", "", 0) is None
    assert [slow_factor(each, 1_000) for each in ("1000|2", "1001|2", "", "x|y")] == [1, 2, 1, 1]


def test_a_pace_is_named_as_a_setting_names_it() -> None:
    """Calls by time."""
    assert (EVEN.words, WINDOW.words) == ("10/s", "10/m")
