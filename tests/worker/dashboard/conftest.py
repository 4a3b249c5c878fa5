"""A dashboard in this process, a client that talks to it as a browser does, and a real Chromium."""

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
import redis
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from producer.store.keys import Keys
from worker.dashboard.guard import Guard
from worker.dashboard.routes import Routes
from worker.dashboard.server import Dashboard

TOKEN = "correct-horse-battery-staple"
LOOKS = "a-token-that-only-looks"
CHROMIUM = Path("/usr/bin/chromium")
DRIVER = Path("/usr/bin/chromedriver")
APT_S = 600


class Said(msgspec.Struct, frozen=True):
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 (a document)
        """The body as a document."""
        return json.loads(self.body)


class Caller:
    """Asks a dashboard what a browser would ask, and keeps the cookie."""

    def __init__(self, server: Dashboard) -> None:
        self.server = server
        self.port = server.number
        self.host = f"127.0.0.1:{self.port}"
        self.cookie = ""

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Said:
        """Sends one request; headers are written with underscores, and an empty one is left out."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        named = {"Host": self.host, "Cookie": self.cookie}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.putrequest(method, path, skip_host=True)
            for name, value in {"Content-Length": str(len(body or b"")), **named}.items():
                if value:
                    connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return Said(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Said:
        """Asks."""
        return self.ask("GET", path, None, **headers)

    def post(self, path: str, value: object, **headers: str) -> Said:
        """Acts as the page does: from its own origin, with the CSRF token."""
        ours = {
            "Origin": f"http://{self.host}",
            "Content_Type": "application/json",
            "X_CSRF_Token": self.get("/api/session").json["csrf"],
        }
        return self.ask("POST", path, msgspec.json.encode(value), **(ours | headers))

    def log_in(self, token: str = TOKEN) -> Said:
        """Signs in, and keeps the cookie."""
        said = self.post("/api/login", {"token": token, "name": "Ann"})
        if said.status == 200:
            self.cookie = said.headers["set-cookie"].partition(";")[0]
        return said


@contextmanager
def running_dashboard(client: "redis.Redis", *, token: str = TOKEN, **guard: Any) -> Iterator[Dashboard]:  # noqa: ANN401 (of the guard)
    """Runs a dashboard on a free port of loopback."""
    decider = Guard(token, **({"host": "127.0.0.1"} | guard))
    routes = Routes(client, Keys("outbound"), decider, timeout_ms=10_000)
    reports: list[str] = []
    server = Dashboard("127.0.0.1", 0, guard=decider, routes=routes, report=reports.append)
    server.start()
    try:
        yield server
    finally:
        server.close()
    assert reports == []


@pytest.fixture
def dashboard(valkey: "redis.Redis") -> Iterator[Callable[..., Caller]]:
    """Starts dashboards over an empty server."""
    with ExitStack() as stack:
        yield lambda **options: Caller(stack.enter_context(running_dashboard(valkey, **options)))


def _install() -> str | None:
    """Installs Debian's Chromium where it is missing; returns why it could not."""
    if CHROMIUM.exists() and DRIVER.exists():
        return None
    apt = shutil.which("apt-get")
    if apt is None:
        return "there is no /usr/bin/chromium, and no apt-get to install it"
    before = [] if os.geteuid() == 0 else ["sudo", "-n"]
    install = [*before, apt, "install", "-y", "--no-install-recommends", "chromium", "chromium-driver"]
    for command in (install, [*before, apt, "update"], install):
        try:
            done = subprocess.run(  # noqa: S603 (fixed words)
                command,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                capture_output=True,
                timeout=APT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"chromium could not be installed: {type(error).__name__}"
        if CHROMIUM.exists() and DRIVER.exists():
            return None
    return f"chromium could not be installed: {done.stderr.decode(errors='replace')[-300:]}"


# The last four keep the browser from asking anybody but the dashboard.
ARGUMENTS: Final = (
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--window-size=1280,1600",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[webdriver.Chrome]:
    """Debian's Chromium without a screen; a test fails in CI and is skipped elsewhere when it cannot be had."""
    with Path(__file__).open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # apt-get serves one process at a time
        missing = _install()
    if missing is not None:
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(missing)
        pytest.skip(missing)
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ARGUMENTS:
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # both paths are named, so that Selenium looks for nothing and downloads nothing
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    try:
        yield driver
    finally:
        driver.quit()
