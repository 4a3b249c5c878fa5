"""The page itself: hostile data stays text, a thousand Pages stay quick, every state is shown, every width fits."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import redis
from selenium.webdriver.chrome.webdriver import WebDriver

from producer import Producer, batch, messages
from producer.store.keys import Keys
from tests.running import Valkey
from tests.worker.dashboard.conftest import Caller, running_dashboard
from tests.worker.dashboard.watching import Watched
from worker.engine.chunk import Settlement
from worker.engine.knowledge import KnownPage, Profile, Rate
from worker.engine.lanes import Lanes
from worker.operations import holds

pytestmark = [pytest.mark.process, pytest.mark.timeout(1_200)]

KEYS = Keys("outbound")
STATIC = Path(__file__).parents[3] / "worker/dashboard/static"
HOSTILE = '"><script>document.title="owned"</script><img src=x onerror="document.title=\'owned\'">'
RATES = {"text": Rate(40, 1_000, 40), "media": None, "profile": Rate(10, 600_000), "other": None}
Open = Callable[..., Watched]


@pytest.fixture
def opened(valkey: "redis.Redis", chromium: WebDriver) -> Iterator[Open]:
    """Opens a dashboard over what lies on the server."""
    with running_dashboard(valkey) as server:
        yield lambda: Watched(chromium, server.origin)
        chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        chromium.get("about:blank")


def _profile(*pages: str) -> Profile:
    return Profile(rates=RATES, types=("send_message",), pages={page: KnownPage() for page in pages})


def _buried(client: "redis.Redis", page: str, reason: str) -> None:
    lanes, profile = Lanes(client), _profile(page)
    lanes.hello("w", profile, b"{}")
    Producer.on(client, page=page).send_text("1", HOSTILE)
    chunk = lanes.take("w", 1, profile).chunk
    assert chunk is not None
    lanes.begin(chunk)
    detail = msgspec.json.encode({"reason": reason, "answer": {"row": HOSTILE, "code": 2}})
    lanes.settle(chunk, [Settlement(each.id, "exhausted", "ad", 0, detail) for each in chunk.commands])


def test_hostile_data_is_text(valkey: "redis.Redis", opened: Open) -> None:
    """A Page, a reason, a type, a broadcast or a label full of script is shown as it is, and does nothing."""
    _buried(valkey, "1", HOSTILE)
    valkey.hset("outbound:depth", HOSTILE, 3)
    valkey.rpush(f"outbound:lane:{HOSTILE}/t/i", "x")
    valkey.hset(
        "outbound:hold", f"page:{HOSTILE}", f'0||1|0|{{"reason":{msgspec.json.encode(HOSTILE).decode()}}}'
    )
    valkey.hset(
        f"outbound:broadcast:{HOSTILE}",
        mapping={"head": f"{HOSTILE}|t|b|x|", "state": "complete", "added": 1},
    )
    valkey.zadd("outbound:broadcasts", {HOSTILE: 1})
    seen = opened()
    for section in ("lanes", "holds", "broadcasts", "dead"):
        seen.until(lambda section=section: any("<script>" in row for row in seen.rows(section)), section)  # type: ignore[misc]  # a lambda's default has no type
    seen.click('#dead-rows button[aria-label^="Details"]')
    seen.until(lambda: "<script>" in seen.text("#letter-body"), "the letter shows it")
    assert seen.driver.title == "outbound"
    scripts = "return [...document.scripts].map((each) => each.src).filter((src) => !src.endsWith('main.js'))"
    assert seen.driver.execute_script(scripts + ".length + document.images.length") == 0
    assert seen.complaints() == []


def test_a_thousand_pages_stay_quick(valkey: "redis.Redis", opened: Open) -> None:
    """With a thousand Pages a refresh takes less than a second, is bounded, and any Page is found."""
    pages = [f"{number:015}" for number in range(1, 1_001)]
    Lanes(valkey).hello("w", _profile(*pages), b"{}")
    for number, page in enumerate(pages):
        producer = Producer.on(valkey, page=page).with_options(ordered=False)
        producer.send_many(batch.send_text(f"{person}", "x") for person in range(1 + number % 7))
    for page in pages[::2]:
        holds.hold(valkey, KEYS, f"page:{page}", for_s=None, reason="by hand")
    seen = opened()
    seen.until(lambda: "1,000 Pages" in seen.text("#lanes-count"), "all are counted")
    assert len(seen.rows("lanes")) == 25
    assert seen.text("#lanes-where") == "1 to 25 of 1,000"
    took_ms = seen.driver.execute_async_script(
        "const done = arguments[0]; const begun = performance.now();"
        "setTimeout(async () => { const at = performance.now();"
        "await (await fetch('/api/live?limit=25')).json(); done(performance.now() - at); }, 1000);"
    )
    assert took_ms < 1_000
    seen.click("#lanes-on")
    seen.until(lambda: seen.text("#lanes-where") == "26 to 50 of 1,000", "the next screen is shown")
    seen.find("#search").send_keys("0000777")
    seen.until(lambda: len(seen.rows("lanes")) == 1, "one Page is found")
    assert seen.rows("lanes")[0].startswith(f"{777:015} text interactive")
    assert seen.complaints() == []


def test_a_screen_of_a_thousand_pages_costs_redis_little(valkey: "redis.Redis") -> None:
    """One refresh over a thousand Pages asks a bounded number of things in a bounded number of round trips."""
    pages = [f"{number}" for number in range(1_000)]
    Lanes(valkey).hello("w", _profile(*pages), b"{}")
    valkey.hset("outbound:depth", mapping=dict.fromkeys(pages, 1))
    with running_dashboard(valkey, token="") as server:
        caller = Caller(server)
        caller.get("/api/live")
        before = valkey.info("commandstats")
        started = time.monotonic()
        assert caller.get("/api/live").status == 200
        assert time.monotonic() - started < 1.0
        after = valkey.info("commandstats")
    calls = {
        name: after[name]["calls"] - before.get(name, {"calls": 0})["calls"]
        for name in after
        if name != "cmdstat_info"
    }
    assert calls["cmdstat_llen"] == 25 * 8
    assert sum(calls.values()) < 300


def test_nothing_yet_is_said_in_words(opened: Open) -> None:
    """An empty installation says of each table that there is nothing, and how to start a worker."""
    seen = opened()
    seen.until(lambda: seen.text("#dead-empty") == "No dead letters.", "the dead letters are asked for")
    seen.until(lambda: seen.text("#acts-empty") == "Nobody did anything yet.", "the acts are asked for")
    tables = ("lanes", "holds", "broadcasts", "later", "workers", "acts")
    assert [seen.text(f"#{each}-empty") for each in tables] == [
        "No Page is known: none has commands, and no worker holds a token.",
        "Nothing is held.",
        "No broadcasts in the last 90 days.",
        "Nothing is scheduled, to be tried again, or awaits its echo.",
        "No worker is known: start one with `outbound worker`.",
        "Nobody did anything yet.",
    ]
    assert "start one with `outbound worker`" in seen.text("#troubles-list")
    assert seen.complaints() == []


def test_redis_away_is_shown_and_mends_itself(chromium: WebDriver) -> None:
    """While Redis is away a banner says since when, what was seen stays, and all of it goes by itself."""
    with Valkey() as valkey, valkey.client() as client, running_dashboard(client, token="") as server:
        Producer.on(client, page="7").send_text("1", "Hello!")
        seen = Watched(chromium, server.origin)
        seen.until(lambda: seen.rows("lanes"), "the lane is shown")
        valkey.crash()
        seen.until(lambda: seen.state() == "stale", "it is seen that Redis is away")
        banner = seen.text("#banner")
        assert re.search(r"No answer since \d\d:\d\d:\d\d, for .* Redis was not reached", banner)
        assert seen.rows("lanes") != []
        assert "Loading" not in seen.text("body")
        seen.driver.refresh()
        seen.until(lambda: seen.state() == "stale", "who opens it now sees that too")
        assert ("Loading" in seen.text("body"), seen.text("#lanes-empty")) == (False, "Not known yet.")
        valkey.restart()
        seen.until(lambda: seen.state() == "live", "it is there again")
        assert seen.text("#banner") == ""
        chromium.get("about:blank")


@pytest.mark.parametrize("width", [320, 390, 768, 1_024, 1_440])
def test_nothing_overflows(valkey: "redis.Redis", opened: Open, width: int) -> None:
    """At each width the page is no wider than the window, with long names and reasons too."""
    long_name = "1895382890692545" * 4
    _buried(valkey, long_name, "a reason that goes on " * 8)
    Producer.on(valkey, page=long_name).send_text("1", "Hello!")
    people = [f"{number}" for number in range(9_999)]
    Producer.on(valkey, page="1").broadcast_to(people, messages.text("x"), broadcast_id="b" * 90).pause()
    holds.hold(valkey, KEYS, f"page:{long_name}", for_s=None, reason="word" * 60)
    seen = opened()
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    seen.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    seen.until(lambda: seen.rows("dead") and seen.rows("holds") and seen.rows("broadcasts"), "all is shown")
    wider = seen.driver.execute_script(
        "const all = [document.documentElement, ...document.querySelectorAll('.scroll, section, td, .head, .bar')];"
        "return all.filter((each) => each.offsetParent !== null || each === document.documentElement)"
        ".filter((each) => getComputedStyle(each).overflowX !== 'hidden' && each.scrollWidth > each.clientWidth + 1)"
        ".map((each) => [each.tagName, each.className, each.scrollWidth, each.clientWidth])"
    )
    assert wider == []


def _colours(scheme: str) -> dict[str, tuple[float, ...]]:
    text = (STATIC / "style.css").read_text("utf-8")
    light, dark = text.split("@media (prefers-color-scheme: dark)")
    found = re.findall(r"--([\w-]+): #(\w{6})", light if scheme == "light" else dark)
    return {name: tuple(int(value[at : at + 2], 16) / 255 for at in (0, 2, 4)) for name, value in found}


def _luminance(colour: tuple[float, ...]) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(scheme: str) -> None:
    """Each colour of text has a contrast of at least 4.5 to 1 with each ground on which it stands."""
    colours = _colours(scheme)
    pairs = [
        (text, ground)
        for text in ("text", "soft", "accent", "good", "warn", "bad")
        for ground in ("ground", "panel", "field")
    ]
    pairs += [("bad", "bad-soft"), ("warn", "warn-soft"), ("panel", "accent"), ("panel", "bad")]
    poor = {}
    for text, ground in pairs:
        one, other = sorted((_luminance(colours[text]), _luminance(colours[ground])), reverse=True)
        ratio = (one + 0.05) / (other + 0.05)
        if ratio < 4.5:
            poor[text, ground] = ratio
    assert poor == {}
