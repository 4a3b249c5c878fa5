"""When Graph's versions end."""

from datetime import date

import pytest
from structlog.testing import capture_logs

from producer.versions import NEWEST, last_day_of
from worker.config.endpoint import version_pair
from worker.config.versions import warn_of_version


@pytest.mark.parametrize(
    ("version", "last_day"),
    [
        pytest.param((24, 0), date(2028, 2, 18), id="as Meta says for 24.0"),
        pytest.param((25, 0), date(2028, 7, 29), id="as Meta says for 25.0"),
        pytest.param((4, 0), date(2021, 11, 2), id="4.0 is long gone"),
        pytest.param((2, 6), date(2021, 11, 2), id="before the table"),
        pytest.param((8, 0), date(2024, 2, 8), id="one of which Meta shows no day any more, at the latest"),
        pytest.param(version_pair(NEWEST), None, id="the newest has no end yet"),
        pytest.param((99, 0), None, id="a version to come"),
    ],
)
def test_a_version_ends_on_the_day_that_meta_names(version: tuple[int, int], last_day: date | None) -> None:
    """The days are Meta's own."""
    assert last_day_of(version) == last_day


@pytest.mark.parametrize(
    ("version", "today", "warned"),
    [("4.0", date(2026, 9, 1), True), ("26.0", date(2026, 9, 1), False), ("24.0", date(2028, 2, 18), False)],
    ids=["past its end", "current", "on its last day"],
)
def test_a_worker_warns_of_a_version_past_its_end(version: str, today: date, warned: bool) -> None:
    """The warning says which version to set."""
    with capture_logs() as logs:
        warn_of_version(version, today)
    assert [(each["event"], NEWEST in each["advice"]) for each in logs] == [
        ("graph_version.ended", True)
    ] * warned
