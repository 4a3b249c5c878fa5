"""The page in hands: by keyboard alone, many at a time, with filters in its address, and without barriers."""

import json
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec
import pytest
import redis
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.keys import Keys as Pressed

from producer import Producer, batch, messages
from producer.store.keys import Keys
from tests.worker.dashboard.conftest import LOOKS, running_dashboard
from tests.worker.dashboard.watching import Watched
from tests.worker.door.node import node_installed
from worker.engine.chunk import Settlement
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes
from worker.operations import dead_letters, holds
from worker.operations.acts import latest_acts

pytestmark = [pytest.mark.process, pytest.mark.timeout(1_200)]

KEYS = Keys("outbound")
AXE: Final = "axe-core@4.14.1"
NPM_S: Final = 120
Open = Callable[..., Watched]


@pytest.fixture
def opened(valkey: "redis.Redis", chromium: WebDriver) -> Iterator[Open]:
    """Opens a dashboard over what lies on the server, at a place of its page."""
    with running_dashboard(valkey) as server:
        yield lambda place="": Watched(chromium, server.origin + place)
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        chromium.get("about:blank")


def _buried(client: "redis.Redis", *pages: str) -> None:
    """Leaves a dead letter of each Page: those of even place by their token, the others by their rate."""
    profile = Profile(
        rates={"text": None}, types=("send_message",), pages={page: KnownPage() for page in pages}
    )
    lanes = Lanes(client)
    lanes.hello("w", profile, b"{}")
    causes = ({"row": "token-dead", "code": 190}, {"row": "throttle", "code": 613})
    for number, page in enumerate(pages):
        Producer.on(client, page=page).with_options(ordered=False).send_text("7", "x")
        chunk = lanes.take("w", number + 1, profile).chunk
        assert chunk is not None
        lanes.begin(chunk)
        detail = msgspec.json.encode({"reason": "as it was", "answer": causes[number % 2]})
        lanes.settle(chunk, [Settlement(each.id, "exhausted", "ad", 0, detail) for each in chunk.commands])


def test_a_page_is_held_and_released_by_keyboard_alone(valkey: "redis.Redis", opened: Open) -> None:
    """Without a pointer: the button, the sign-in, the dialog, and the release; both are noted with the name."""
    Producer.on(valkey, page="1895").send_text("7", "Hello!")
    seen = opened()
    seen.until(lambda: seen.rows("lanes"), "the lane is shown")
    seen.reach("Hold 1895/text/interactive").send_keys(Pressed.ENTER)
    seen.until(lambda: seen.find("#login").is_displayed(), "the form to sign in is shown")
    seen.type("Ann" + Pressed.TAB + "correct-horse-battery-staple" + Pressed.ENTER)
    seen.until(lambda: seen.find("#hold").is_displayed(), "it is asked what is to be held")
    assert seen.find("#hold [name=on]").get_attribute("value") == "1895/text/interactive"
    seen.type("new menu" + Pressed.TAB + "soon" + Pressed.ENTER)
    seen.until(lambda: "a duration is" in seen.text("#hold .problem"), "what is wrong is said beside it")
    seen.find("#hold [name=time]").clear()
    seen.find("#hold [name=time]").send_keys("30m" + Pressed.ENTER)
    seen.until(lambda: any("new menu" in row for row in seen.rows("holds")), "it is held")
    seen.until(lambda: "held for" in seen.rows("lanes")[0], "the lane says so")
    seen.until(lambda: "1 hold by hand stands" in seen.text("#troubles-list"), "it stands at the head")
    seen.reach("Release lane 1895/text/interactive").send_keys(Pressed.ENTER)
    seen.until(lambda: seen.text("#holds-empty") == "Nothing is held.", "it is released")
    assert [(each.who, each.act) for each in latest_acts(valkey, KEYS)] == [
        ("Ann", "release"),
        ("Ann", "hold"),
    ]
    assert [each for each in seen.complaints() if "/api/hold " not in each] == []  # of the time that was none


def test_dead_letters_are_chosen_by_cause_and_one_by_one(valkey: "redis.Redis", opened: Open) -> None:
    """A cause narrows the list, boxes choose some of it, and only these are dropped."""
    _buried(valkey, *"1234567")
    seen = opened()
    seen.until(lambda: len(seen.rows("causes")) == 2, "both causes are shown")
    assert seen.rows("causes")[0].startswith("token-dead 190 4 4 ")
    seen.press("Show these dead letters: cause token-dead 190")
    seen.until(lambda: len(seen.rows("dead")) == 4, "those of one cause are listed")
    for box in seen.all("#dead-rows [type=checkbox]")[:3]:
        box.click()
    assert seen.text("#dead-drop") == "Drop 3 chosen…"
    seen.click("#dead-drop")
    seen.sign_in()
    assert seen.confirm()[0] == "Drop 3 dead letters?"
    seen.until(lambda: len(seen.rows("dead")) == 1, "one of that cause is left")
    assert dead_letters.totals(valkey, KEYS).kept == 4
    seen.click("#dead-all")
    assert seen.text("#dead-replay") == "Replay 1 chosen…"
    assert seen.complaints() == []


def test_filters_stand_in_the_address(valkey: "redis.Redis", opened: Open) -> None:
    """What somebody filtered is there again for whom they send the address."""
    _buried(valkey, "11", "12", "13")
    for page in ("11", "12", "23"):
        Producer.on(valkey, page=page).send_text("7", "x")
    holds.hold(valkey, KEYS, "page:12", for_s=None, reason="by hand")
    seen = opened("/?page=1&only=held&sort=page&dead-class=throttle#dead")
    seen.until(lambda: len(seen.rows("lanes")) == 1 and len(seen.rows("dead")) == 1, "both are narrowed")
    assert seen.rows("lanes")[0].startswith("12 ")
    seen.click("#marks [type=reset]")
    seen.until(lambda: len(seen.rows("dead")) == 3, "all letters are listed")
    seen.find("#search").send_keys("1")
    seen.until(lambda: seen.text("#lanes-empty") == "Nothing of these Pages is held.", "no Page is left")
    assert seen.driver.current_url.partition("/?")[2] == "page=11&only=held&sort=page#dead"


def test_who_only_looks_finds_no_button(valkey: "redis.Redis", chromium: WebDriver) -> None:
    """With the token that looks, the page shows all and offers nothing that would change it."""
    _buried(valkey, "1")
    with running_dashboard(valkey, read_token=LOOKS) as server:
        seen = Watched(chromium, server.origin)
        assert seen.state() == "locked"
        seen.sign_in(LOOKS)
        seen.until(lambda: seen.rows("dead") and seen.rows("lanes"), "it is shown")
        acting = ("Hold", "Release", "Replay", "Drop", "Pause", "Resume", "Cancel")
        assert [each for each in seen.buttons() if each.startswith(acting)] == []
        assert seen.text("#access") == "Ann, looks only"
        chromium.get("about:blank")


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The checker of barriers, as npm has it; a test is skipped where it cannot be had."""
    folder = tmp_path_factory.mktemp("axe")
    if shutil.which("npm") is None and (problem := node_installed()):
        pytest.skip(problem)
    command = ["npm", "pack", "--silent", AXE]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=NPM_S, check=False)  # noqa: S603 (fixed words)
    if done.returncode:
        pytest.skip(f"{AXE} cannot be had: {done.stderr.decode(errors='replace')[-300:]}")
    (packed,) = folder.glob("*.tgz")
    with tarfile.open(packed) as archive:
        file = archive.extractfile("package/axe.min.js")
        assert file is not None
        return file.read().decode()


def _barriers(seen: Watched, axe: str) -> list[Any]:
    """Returns what the checker finds, each with where."""
    seen.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": axe})
    found: str = seen.driver.execute_async_script(
        "const done = arguments[0]; axe.run().then(({violations}) => done(JSON.stringify("
        "violations.map(({id, nodes}) => [id, nodes.slice(0, 3).map(({html}) => html)]))))"
    )
    return list(json.loads(found))


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1_440, "light")])
def test_there_is_no_barrier(valkey: "redis.Redis", opened: Open, axe: str, width: int, scheme: str) -> None:
    """Empty and in trouble, with dialogs open, wide and narrow, light and dark: the checker finds nothing."""
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    seen = opened()
    seen.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    seen.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    assert _barriers(seen, axe) == []
    _buried(valkey, "1", "2")
    producer = Producer.on(valkey, page="1").with_options(ordered=False)
    producer.send_many(batch.send_text(f"{n}", "x") for n in range(9))
    producer.with_options(send_at=9_000_000_000).send_text("8", "x")
    producer.broadcast_to(["7", "8"], messages.text("x"), broadcast_id="sale")
    holds.hold(valkey, KEYS, "page:1", for_s=60, reason="by hand")
    seen.until(lambda: seen.rows("holds") and seen.rows("later") and seen.rows("causes"), "all is shown")
    assert _barriers(seen, axe) == []
    seen.click("#sign")
    assert _barriers(seen, axe) == []
    seen.sign_in()
    seen.click("#holds-new")
    seen.until(lambda: seen.find("#hold").is_displayed(), "the dialog is open")
    assert _barriers(seen, axe) == []
    seen.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
