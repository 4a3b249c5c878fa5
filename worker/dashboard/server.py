"""Listens for browsers: one thread a connection, at most 100, until it is stopped."""

import socket
import threading
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from typing import Any, Final

from worker.dashboard.guard import Guard
from worker.dashboard.requests import Exchange
from worker.dashboard.routes import Routes

CONNECTIONS_MAX: Final = 100


class Dashboard(ThreadingHTTPServer):
    """The dashboard's server; `origin` is where a browser finds it.

    Raises:
        OSError: the address cannot be listened on.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self,
        host: str,
        port: int,
        *,
        guard: Guard,
        routes: Routes,
        report: Callable[[str], object],
    ) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.guard = guard
        self.routes = routes
        self.report = report
        self._free = threading.BoundedSemaphore(CONNECTIONS_MAX)
        super().__init__((host, port), Exchange)
        name = f"[{host}]" if ":" in host else host
        self.origin = f"http://{name}:{self.server_address[1]}"

    def server_bind(self) -> None:
        """Binds without asking a name server who we are."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 (socketserver's signature)
        """Hands a connection to a thread of its own, or closes it when there are too many."""
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 (socketserver's signature)
        """Serves one connection."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 (socketserver's signature)
        """Says nothing of a browser that went away."""
