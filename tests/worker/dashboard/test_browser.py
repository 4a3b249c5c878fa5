"""The dashboard in a real Chromium, over a real worker: what is clicked happens, and what is shown is text."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import msgspec
import pytest
import redis
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.keys import Keys as Pressed

from producer import Producer, messages
from producer.store.keys import Keys
from tests.running import Running, Valkey, settings_of, wait_for_worker, wait_until, worker_child
from tests.worker.dashboard.conftest import running_dashboard
from tests.worker.dashboard.watching import Watched
from worker.operations import dead_letters, holds
from worker.stub import StubProcess

pytestmark = [pytest.mark.process, pytest.mark.timeout(1_200)]

KEYS = Keys("outbound")
PAGES: dict[str, object] = {
    "P1": "TOKEN-P1",
    "P2": "TOKEN-P2",
    "PB": {"access_token": "TOKEN-PB", "rate_text": "20/s"},
}


class House(msgspec.Struct, frozen=True):
    """A queue, the stub of Graph, and a worker between them."""

    client: "redis.Redis"
    stub: StubProcess
    worker: Running

    def producer(self, page: str = "P1") -> Producer:
        """Returns a producer of a Page."""
        return Producer.on(self.client, page=page)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """One house for all tests of this file."""
    with Valkey() as valkey, valkey.client() as client, StubProcess() as stub:
        settings = settings_of(
            valkey.url, stub.origin, PAGES, rate_text="off", retry_schedule="10ms", burst="100ms"
        )
        with worker_child(settings) as worker:
            wait_for_worker(client, worker)
            yield House(client, stub, worker)


@pytest.fixture
def watch(house: House, chromium: WebDriver) -> Iterator[Callable[..., Watched]]:
    """Opens a dashboard over the house; nothing may be wrong with the page that the test did not ask for."""
    with ExitStack() as stack:

        def opened(**options: str) -> Watched:
            server = stack.enter_context(running_dashboard(house.client, **options))
            return Watched(chromium, server.origin)

        yield opened
    chromium.get("about:blank")


def _bury(house: House, number: int, page: str = "P1") -> None:
    """Sends texts that fail at every attempt, until they are dead letters."""
    house.stub.faults.add("error", page=page, code=2, is_transient=True)
    before = dead_letters.totals(house.client, KEYS).kept
    for person in range(number):
        house.producer(page).send_text(f"{person}", f"secret words {person}")
    wait_until(
        lambda: dead_letters.totals(house.client, KEYS).kept == before + number,
        within_s=20,
        why="they are dead letters",
    )
    house.stub.clear()
    house.stub.faults.clear()


def test_a_hold_is_released_by_a_click(house: House, watch: Callable[..., Watched]) -> None:
    """A held Page shows why; once its hold is released by a click and a sign-in, it delivers again."""
    house.stub.clear()
    holds.hold(house.client, KEYS, "page:P2", for_s=None, reason="the new menu is not ready")
    house.producer("P2").send_text("1", "Hello!")
    seen = watch()
    seen.until(
        lambda: any("the new menu is not ready" in row for row in seen.rows("lanes")), "the lane says why"
    )
    (row,) = seen.rows("holds")
    assert row.startswith("Page P2 ")
    assert "until released the new menu is not ready" in row
    assert house.stub.ledger == []
    seen.press("Release Page P2")
    seen.sign_in()
    wait_until(lambda: house.stub.ledger, within_s=20, why="the Page delivers again")
    seen.until(lambda: seen.text("#holds-empty") == "Nothing is held.", "the hold is gone")
    assert seen.text("#holds-told") == "Page P2: released; it comes back gently"
    seen.until(lambda: seen.text("#ended") != "0", "what was sent is counted")
    seen.until(
        lambda: seen.text("#took").endswith("ms") or seen.text("#took").endswith("s"), "so is its time"
    )
    assert seen.complaints() == []


def test_dead_letters_are_replayed_by_clicks(house: House, watch: Callable[..., Watched]) -> None:
    """Those with a mark are chosen by the filter, it is said how many they are, and then they are sent."""
    _bury(house, 3)
    _bury(house, 1, page="P2")
    seen = watch()
    seen.until(lambda: len(seen.rows("dead")) == 4, "all are listed")
    seen.find("#marks [name=page]").send_keys("P1" + Pressed.ENTER)
    seen.until(lambda: len(seen.rows("dead")) == 3, "those of one Page are listed")
    seen.click("#dead-replay")
    seen.sign_in()
    assert seen.confirm()[0] == "Replay 3 dead letters?"
    wait_until(lambda: len(house.stub.ledger) == 3, within_s=20, why="they are sent")
    seen.until(lambda: seen.text("#dead-empty") == "No dead letter has these marks.", "none of them is left")
    assert seen.text("#dead-told") == "3 put back on the queue"
    seen.click("#marks [type=reset]")
    seen.until(lambda: len(seen.rows("dead")) == 1, "the other one is there still")
    seen.click('#dead-rows button[aria-label^="Replay"]')
    wait_until(lambda: len(house.stub.ledger) == 4, within_s=20, why="it is sent")
    seen.until(lambda: seen.text("#dead-empty") == "No dead letters.", "none is left")
    assert seen.complaints() == []


def test_what_cannot_be_undone_asks_first(house: House, watch: Callable[..., Watched]) -> None:
    """Dropping says how many, does nothing when it is left, and drops them when it is agreed to."""
    _bury(house, 2)
    seen = watch()
    seen.until(lambda: len(seen.rows("dead")) == 2, "all are listed")
    seen.click("#dead-drop")
    seen.sign_in()
    seen.until(lambda: seen.find("#confirm").is_displayed(), "it is asked")
    assert seen.driver.switch_to.active_element.text == "No, leave it"
    seen.driver.switch_to.active_element.send_keys(Pressed.ESCAPE)
    seen.until(lambda: not seen.find("#confirm").is_displayed(), "it is left")
    assert dead_letters.totals(house.client, KEYS).kept == 2
    seen.click("#dead-drop")
    question, text = seen.confirm()
    assert (question, "This cannot be undone." in text) == ("Drop 2 dead letters?", True)
    seen.until(lambda: seen.text("#dead-empty") == "No dead letters.", "none is left")
    assert (seen.text("#dead-told"), house.stub.ledger) == ("2 dropped", [])
    assert seen.complaints() == []


def test_content_is_hidden_until_somebody_signs_in(house: House, watch: Callable[..., Watched]) -> None:
    """What was written to whom is nowhere on the page until it is asked for with the token."""
    _bury(house, 1)
    seen = watch()
    seen.click('#dead-rows button[aria-label^="Details"]')
    seen.until(lambda: "is hidden" in seen.text("#letter-body"), "its attempts are shown")
    assert "secret words" not in seen.driver.page_source
    seen.click("#letter-content")
    seen.sign_in()
    seen.until(lambda: "secret words 0" in seen.text("#letter-body"), "its content is shown")
    seen.click("#letter [data-close]")
    command_id = dead_letters.find(house.client, KEYS).letters[0].id
    seen.find("#ask input").send_keys(command_id + Pressed.ENTER)
    seen.until(lambda: "ended exhausted" in seen.text("#explained"), "it is explained")
    assert seen.complaints() == []
    dead_letters.drop(house.client, KEYS, [command_id])


def test_a_broadcast_is_paused_resumed_and_cancelled_by_clicks(
    house: House, watch: Callable[..., Watched]
) -> None:
    """A paused broadcast sends to nobody else, a resumed one goes on, a cancelled one ends."""
    house.stub.clear()
    people = [f"9{number:06}" for number in range(2_000)]
    house.producer("PB").broadcast_to(people, messages.text("Hello!"), broadcast_id="sale")
    seen = watch()
    wait_until(lambda: house.stub.ledger, within_s=20, why="it has begun")
    seen.press("Pause broadcast sale")
    seen.sign_in()
    seen.until(lambda: "paused" in seen.rows("broadcasts")[0], "it is paused")
    reached = _settled(house)
    assert 0 < reached < 2_000
    assert f"{reached:,} of 2,000" in seen.rows("broadcasts")[0]
    seen.press("Resume broadcast sale")
    wait_until(lambda: len(house.stub.ledger) > reached + 10, within_s=20, why="it goes on")
    seen.until(lambda: "on its way" in seen.rows("broadcasts")[0], "it says so")
    seen.press("Cancel broadcast sale")
    question, text = seen.confirm()
    assert question == "Cancel broadcast sale?"
    assert "people are not sent to" in text
    seen.until(lambda: "cancelled" in seen.rows("broadcasts")[0], "it is cancelled")
    assert _settled(house) < 2_000
    assert seen.complaints() == []


def _settled(house: House) -> int:
    """Returns how many were reached, once no more are."""
    counts = [-1]

    def still() -> bool:
        counts.append(len(house.stub.ledger))
        return len(counts) > 20 and len(set(counts[-20:])) == 1

    wait_until(still, within_s=20, why="what is on its way settles")
    return counts[-1]


def test_without_a_token_the_page_only_shows(house: House, watch: Callable[..., Watched]) -> None:
    """Where no token is set there is no button that would change anything."""
    _bury(house, 1)
    holds.hold(house.client, KEYS, "page:P2", for_s=60, reason="by hand")
    seen = watch(token="")
    seen.until(lambda: seen.rows("dead") and seen.rows("holds"), "both are listed")
    acting = ("Release", "Replay", "Drop", "Pause", "Resume", "Cancel", "Sign")
    assert [each for each in seen.buttons() if each.startswith((*acting, "Hold"))] == []
    assert seen.text("#access") == "Read-only"
    assert seen.complaints() == []
    holds.release(house.client, KEYS, "page:P2")
    dead_letters.drop(house.client, KEYS, dead_letters.ids_of(house.client, KEYS))


def test_a_wrong_token_is_told_beside_it(watch: Callable[..., Watched]) -> None:
    """A wrong token says so in the form, and the right one after it signs in; it is in no address and no page."""
    seen = watch()
    seen.click("#sign")
    seen.sign_in("wrong")
    seen.until(lambda: "this is not the token" in seen.text("#login"), "it says so")
    seen.sign_in()
    seen.until(lambda: seen.text("#access") == "Ann", "the right one signs in")
    token = "correct-horse-battery-staple"
    assert token not in seen.driver.page_source + seen.driver.current_url
    assert token not in str(
        seen.driver.execute_script("return document.cookie + JSON.stringify(localStorage)")
    )
    seen.click("#sign")
    seen.until(lambda: seen.text("#sign") == "Sign in", "and it signs out")


def test_beyond_loopback_the_page_asks_before_it_shows(house: House, watch: Callable[..., Watched]) -> None:
    """Where others reach it, the page is empty until somebody signs in."""
    seen = watch(host="0.0.0.0")  # noqa: S104 (for the guard: the server itself listens on loopback)
    assert (seen.state(), seen.rows("lanes")) == ("locked", [])
    seen.sign_in()
    seen.until(lambda: seen.state() == "live" and seen.rows("lanes"), "it shows what there is")
    assert house.worker.process.poll() is None
    assert seen.complaints() == []
