"""Two forms of a rate are counted apart: whoever comes with another form says so."""

import pytest
import redis
from structlog.testing import capture_logs

from producer.store.keys import Keys
from tests.running import wait_until
from worker.engine.knowledge import KnownPage, Profile, Rate
from worker.engine.lanes import Lanes
from worker.take.agreement import apart_from_others
from worker.take.presence import Presence

SECOND, WINDOW, SLOWER = Rate(40, 1_000, 40), Rate(400, 600_000), Rate(5, 1_000, 5)


def knows(text: Rate | None, **pages: Rate | None) -> Profile:
    """Returns what a worker knows of Pages, some of them with a rate of their own."""
    entries = {
        page: KnownPage("app", rates={} if rate is text else {"text": rate}) for page, rate in pages.items()
    }
    return Profile(rates={"text": text, "profile": WINDOW}, types=("send_message",), pages=entries)


@pytest.mark.parametrize(
    ("theirs", "apart"),
    [
        pytest.param(knows(SECOND, P1=SECOND, P2=SECOND), {}, id="the same"),
        pytest.param(knows(SLOWER, P1=SLOWER, P2=SLOWER), {}, id="another rate of the same form"),
        pytest.param(knows(None, P1=None, P2=None), {}, id="no limit"),
        pytest.param(knows(WINDOW, P1=WINDOW, P2=WINDOW), {"P1": ["t"], "P2": ["t"]}, id="another form"),
        pytest.param(knows(SECOND, P1=SECOND, P2=WINDOW), {"P2": ["t"]}, id="another form of one Page"),
        pytest.param(knows(WINDOW, P1=SECOND, P3=WINDOW), {}, id="another form of other Pages"),
    ],
)
def test_forms_are_compared_page_by_page(
    server: "redis.Redis", theirs: Profile, apart: dict[str, list[str]]
) -> None:
    """A Page's own rate goes before the default, and who lacks the Page does not count."""
    mine = knows(SECOND, P1=SECOND, P2=SECOND)
    lanes = Lanes(server)
    lanes.hello("a", mine, b"{}")
    lanes.hello("b", theirs, b"{}")
    assert apart_from_others(server, Keys(), mine) == apart


def test_a_worker_that_comes_with_another_form_says_so(valkey: "redis.Redis") -> None:
    """One line names the Pages and the limits."""
    lanes = Lanes(valkey)
    lanes.hello("there", knows(SECOND, P1=SECOND, P2=SECOND), b"{}")
    presence = Presence(lanes, lambda: knows(WINDOW, P1=WINDOW, P2=WINDOW), overdue=lambda: False)
    with capture_logs() as logs:
        presence.start()
        try:
            wait_until(lambda: logs, within_s=10, why="it says so")
        finally:
            presence.stop()
    told = [(each["event"], each["pages"], each["number"], each["limits"]) for each in logs]
    assert told == [("rates.differ", ["P1", "P2"], 2, ["t"])]
