"""The dashboard as a person sees it: opened, read, and used by clicks in a real browser."""

from collections.abc import Callable

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys as Pressed
from selenium.webdriver.remote.webelement import WebElement

from tests.running import wait_until
from tests.worker.dashboard.conftest import TOKEN

SEEN_S = 15.0
TABS_MAX = 60


class Watched:
    """A browser window with the dashboard in it."""

    def __init__(self, driver: WebDriver, origin: str) -> None:
        self.driver = driver
        driver.get("about:blank")
        driver.delete_all_cookies()
        self.complaints()
        driver.get(origin)
        driver.delete_all_cookies()  # those of an earlier dashboard
        driver.get(origin)
        self.until(lambda: self.state() in {"live", "locked"}, "the page shows something")

    def state(self) -> str:
        """What the page as a whole shows: `loading`, `live`, `stale` or `locked`."""
        return str(self.driver.execute_script("return document.body.dataset.state"))

    def until(self, holds: Callable[[], object], why: str) -> None:
        """Returns once something is seen."""

        def seen() -> object:
            try:
                return holds()
            except StaleElementReferenceException:
                return False

        wait_until(seen, within_s=SEEN_S, why=f"{why}; the page says:\n{self.text('body')}")

    def find(self, selector: str) -> WebElement:
        """Returns the first element."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        """What a person reads there."""
        return str(self.find(selector).text)

    def rows(self, section: str) -> list[str]:
        """What a person reads in each row of a section's table."""
        return [each.text for each in self.driver.find_elements(By.CSS_SELECTOR, f"#{section}-rows tr")]

    def click(self, selector: str) -> None:
        """Clicks what stands there, once it is there."""
        self.until(lambda: self.driver.find_elements(By.CSS_SELECTOR, selector), f"there is {selector}")
        self.find(selector).click()

    def all(self, selector: str) -> list[WebElement]:
        """Returns every such element."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def type(self, keys: str) -> None:
        """Presses keys where the focus is."""
        self.driver.switch_to.active_element.send_keys(keys)

    def reach(self, label: str) -> WebElement:
        """Returns the button of this name, once pressing Tab has brought the focus there."""
        self.until(lambda: self.all(f'button[aria-label="{label}"]'), f"there is {label}")
        for _ in range(TABS_MAX):
            self.type(Pressed.TAB)
            found = self.driver.switch_to.active_element
            if found.get_attribute("aria-label") == label:
                return found
        raise AssertionError(f"no Tab leads to {label}")

    def press(self, label: str) -> None:
        """Clicks the button of this name."""
        self.click(f'button[aria-label="{label}"]:not([hidden])')

    def buttons(self) -> list[str]:
        """The names of all buttons that can be seen."""
        found = self.driver.find_elements(By.CSS_SELECTOR, "button")
        return [each.get_attribute("aria-label") or each.text for each in found if each.is_displayed()]

    def sign_in(self, token: str = TOKEN) -> None:
        """Signs in by the form that asks for the token."""
        self.until(lambda: self.find("#login").is_displayed(), "the form to sign in is shown")
        self.find("#login [name=username]").clear()
        self.find("#login [name=username]").send_keys("Ann")
        self.find("#login [type=password]").clear()
        self.find("#login [type=password]").send_keys(token)
        self.click("#login [type=submit]")

    def confirm(self) -> tuple[str, str]:
        """Agrees to what is asked, and returns the question and its text."""
        self.until(lambda: self.find("#confirm").is_displayed(), "it is asked whether to do it")
        asked = self.text("#confirm-h"), self.text("#confirm-text")
        self.click("#confirm-yes")
        return asked

    def complaints(self) -> list[str]:
        """What the browser's console has against the page, since it was asked last."""
        entries: list[dict[str, str]] = self.driver.get_log("browser")  # type: ignore[no-untyped-call]  # Selenium's
        return [each["message"] for each in entries if each["level"] in {"SEVERE", "WARNING"}]
