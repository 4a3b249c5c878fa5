"""The HTTP port of a worker: `/metrics` for Prometheus, `/livez` and `/readyz` for whoever starts it anew."""

import socket
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Final

import msgspec
import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from producer.errors import SettingsError
from worker.metrics.health import Finding, Health

REQUEST_S: Final = 10.0
JSON: Final = "application/json"

log = structlog.get_logger("outbound.metrics")

Answer = tuple[int, str, bytes]


class Port:
    """Answers on one address from a thread of its own.

    Args:
        host: an IP address of this machine; `0.0.0.0` or `::` for all.
        port: 1 to 65535, or 0 for a free one.
        registry: what `/metrics` shows.
        health: what `/livez` and `/readyz` ask.

    Raises:
        SettingsError: the address cannot be listened on.
    """

    def __init__(self, host: str, port: int, registry: CollectorRegistry, health: Health) -> None:
        self._registry = registry
        self._health = health
        try:
            self._server = _Server(host, port, self._answer)
        except OSError as error:
            raise SettingsError(
                f"OUTBOUND_METRICS_PORT: cannot listen on {host}:{port}: {error.strerror}; "
                "choose another port, or leave it empty to have no metrics"
            ) from None
        self.number = int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="outbound-metrics", daemon=True
        )

    def start(self) -> None:
        """Starts the thread; returns at once."""
        self._thread.start()

    def close(self) -> None:
        """Stops answering."""
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()

    def _answer(self, path: str, accept: str) -> Answer:
        match path.partition("?")[0]:
            case "/metrics":
                encode, content_type = choose_encoder(accept)
                return 200, content_type, encode(self._registry)
            case "/livez":
                return _of(self._health.live())
            case "/readyz":
                return _of(self._health.ready())
            case _:
                return 404, "text/plain", b"there are /metrics, /livez and /readyz\n"


def _of(finding: Finding) -> Answer:
    body = msgspec.json.encode({"ok": finding.ok, "problems": finding.problems}) + b"\n"
    return (200 if finding.ok else 503), JSON, body


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, host: str, port: int, answer: Callable[[str, str], Answer]) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.answer = answer
        super().__init__((host, port), _Request)

    def server_bind(self) -> None:
        """Binds without asking the name service for this machine's name, as the library's own server does."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "outbound", int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 (the library's signature)
        """Logs what went wrong, without a traceback on standard error."""
        log.debug("request.failed")


class _Request(BaseHTTPRequestHandler):
    timeout = REQUEST_S
    server: _Server

    def do_GET(self) -> None:
        """Answers; the names of headers and methods are the library's."""
        self._send(with_body=True)

    def do_HEAD(self) -> None:
        """Answers without the body."""
        self._send(with_body=False)

    def _send(self, *, with_body: bool) -> None:
        status, content_type, body = self.server.answer(self.path, self.headers.get("accept", ""))
        self.send_response(status)
        headers: Mapping[str, str] = {"content-type": content_type, "content-length": str(len(body))}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 (the library's signature)
        """Logs nothing: probes come every few seconds."""

    def version_string(self) -> str:
        """Names no versions."""
        return "outbound"
