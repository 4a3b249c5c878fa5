"""The HTTP port of a worker: `/metrics` for Prometheus, `/livez` and `/readyz` for whoever starts it anew."""

import ipaddress
from collections.abc import Iterable
from typing import Final

import msgspec
import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from producer.errors import SettingsError
from worker.metrics.health import Finding, Health
from worker.web import Web, host_name

# Names under which no page of the web can reach a machine here: without a dot, or of a network's own.
PRIVATE_SUFFIXES: Final = (".svc", ".local", ".internal")

log = structlog.get_logger("outbound.metrics")


class Port(Web):
    """Answers on one address from a thread of its own.

    Args:
        host: an IP address of this machine; `0.0.0.0` or `::` for all.
        port: 1 to 65535, or 0 for a free one.
        registry: what `/metrics` shows.
        health: what `/livez` and `/readyz` ask.
        names: further names under which it is asked; addresses and names without a public ending need none.

    Raises:
        SettingsError: the address cannot be listened on.
    """

    def __init__(
        self, host: str, port: int, registry: CollectorRegistry, health: Health, names: Iterable[str] = ()
    ) -> None:
        self._registry = registry
        self._health = health
        self._names = frozenset(name.lower() for name in names)
        try:
            super().__init__(self._exchange, host, port, name="outbound-metrics")
        except OSError as error:
            raise SettingsError(
                f"OUTBOUND_METRICS_PORT: cannot listen on {host}:{port}: {error.strerror}; "
                "choose another port, or leave it empty to have no metrics"
            ) from None

    async def _exchange(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await run_in_threadpool(self._answer, request)
        except Exception as error:  # noqa: BLE001 (a defect of ours is told, and stops no probe after it)
            log.warning("request.failed", error=type(error).__name__)
            response = PlainTextResponse("this should not have happened\n", 500)
        response.headers["Server"] = "outbound"
        await response(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        if not _is_private(host_name(request.headers.get("host", "")), self._names):
            return PlainTextResponse("this name is not known here: see OUTBOUND_METRICS_NAMES\n", 421)
        if request.method not in {"GET", "HEAD"}:
            return PlainTextResponse("GET is all that there is\n", 405)
        match request.url.path:
            case "/metrics":
                encode, content_type = choose_encoder(request.headers.get("accept", ""))
                return Response(encode(self._registry), headers={"content-type": content_type})
            case "/livez":
                return _of(self._health.live())
            case "/readyz":
                return _of(self._health.ready())
            case _:
                return PlainTextResponse("there are /metrics, /livez and /readyz\n", 404)


def _of(finding: Finding) -> Response:
    body = msgspec.json.encode({"ok": finding.ok, "problems": finding.problems}) + b"\n"
    return Response(body, 200 if finding.ok else 503, media_type="application/json")


def _is_private(name: str, known: frozenset[str]) -> bool:
    """Tells whether no foreign page could have rebound this name to us."""
    name = name.rstrip(".")
    if not name or name in known or name.endswith(PRIVATE_SUFFIXES):
        return bool(name)
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return "." not in name
    return True
