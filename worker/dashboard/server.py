"""Where browsers find the dashboard."""

from collections.abc import Callable

from worker.dashboard.guard import Guard
from worker.dashboard.requests import Exchange
from worker.dashboard.routes import Routes
from worker.web import Web


class Dashboard(Web):
    """The dashboard's server; `origin` is where a browser finds it.

    Raises:
        OSError: the address cannot be listened on.
    """

    def __init__(
        self, host: str, port: int, *, guard: Guard, routes: Routes, report: Callable[[str], object]
    ) -> None:
        super().__init__(Exchange(guard, routes, report), host, port, name="outbound-dashboard")
        name = f"[{host}]" if ":" in host else host
        self.origin = f"http://{name}:{self.number}"
        self._pulse = routes.reader.pulse

    def start(self) -> None:
        """Begins to answer, and to look each second at what is sent."""
        self._pulse.start()
        super().start()

    def close(self) -> None:
        """Stops both."""
        super().close()
        self._pulse.stop()
