"""Durations and rates as people write them."""

import pytest

from worker.config.durations import duration_ms, rate_of
from worker.engine.knowledge import Rate


@pytest.mark.parametrize(
    ("text", "ms"), [("500ms", 500), ("1s", 1_000), ("1.5m", 90_000), ("2h", 7_200_000), ("1d", 86_400_000)]
)
def test_a_duration_is_a_number_and_a_unit(text: str, ms: int) -> None:
    """Every unit counts."""
    assert duration_ms(text) == ms


@pytest.mark.parametrize("text", ["", "5", "s", "-1s", "1 s", "1w", "ms"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """The error shows the form."""
    with pytest.raises(ValueError, match="500ms"):
        duration_ms(text)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        pytest.param("40/s", Rate(40, 1_000, 40), id="a rate by the second has a burst of one second"),
        pytest.param("10/10m", Rate(10, 600_000), id="a rate over minutes is an exact window"),
        pytest.param("750/h", Rate(750, 3_600_000), id="an hour is a window too"),
        pytest.param("off", None, id="off is no limit"),
    ],
)
def test_a_rate_is_calls_by_time(text: str, rate: Rate | None) -> None:
    """Both forms of limit can be written."""
    assert rate_of(text) == rate


def test_the_burst_is_a_setting() -> None:
    """A burst of 250 ms of 40/s is ten calls; it is never less than one."""
    assert rate_of("40/s", burst_ms=250) == Rate(40, 1_000, 10)
    assert rate_of("2/s", burst_ms=1) == Rate(2, 1_000, 1)


@pytest.mark.parametrize("text", ["40", "0/s", "40/0s", "x/s", "40/d", "9999999/s"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    """The error shows the forms."""
    with pytest.raises(ValueError, match="40/s"):
        rate_of(text)
