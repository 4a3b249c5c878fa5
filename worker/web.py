"""An HTTP server on a thread of its own, for people and for probes: uvicorn's framing, with a bound on everything.

A connection that sends a request slower than it may is closed, so that slow ones cannot take all places.
"""

import asyncio
import os
import socket
import threading
from typing import Any, Final

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

CONNECTIONS_MAX: Final = 100
WAITING_MAX: Final = 128
HEAD_BYTES_MAX: Final = 64 * 1024
REQUEST_S: Final = 10.0
IDLE_S: Final = 30
STOP_S: Final = 1


class Web:
    """Answers on one address with an ASGI application, from `start` until `close`.

    Args:
        app: an ASGI application, called in an event loop of the thread.
        host: a name or IP address of this machine; `0.0.0.0` or `::` for all.
        port: 1 to 65535, or 0 for a free one.
        request_s: seconds that a request may take to arrive.
        connections_max: connections and requests at a time; one more is answered 503.
        lifespan: whether the application is told of its start and its end.

    Raises:
        OSError: the address cannot be listened on.
    """

    def __init__(
        self,
        app: Any,  # noqa: ANN401 (an ASGI application has many types)
        host: str,
        port: int,
        *,
        name: str,
        request_s: float = REQUEST_S,
        connections_max: int = CONNECTIONS_MAX,
        lifespan: bool = False,
    ) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self._socket = socket.create_server((host, port), family=family, backlog=WAITING_MAX)
        except OSError as error:  # whose text would name the address a second time
            raise OSError(error.errno, os.strerror(error.errno or 0)) from None
        # inherited by what is accepted: an answer's head and body would else wait for each other, 40 ms
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number = int(self._socket.getsockname()[1])
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                http=type("Prompt", (_Prompt,), {"request_s": request_s}),
                loop="asyncio",
                ws="none",
                lifespan="on" if lifespan else "off",
                interface="asgi3",
                log_config=None,
                log_level="critical",  # what went wrong is told by the application
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=connections_max,
                timeout_keep_alive=IDLE_S,
                timeout_graceful_shutdown=STOP_S,
                h11_max_incomplete_event_size=HEAD_BYTES_MAX,
            )
        )
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begins to answer; returns at once."""
        self._thread.start()

    def close(self) -> None:
        """Stops answering; returns once the thread has ended."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])


def host_name(host: str) -> str:
    """Returns the name in a `Host` header, in lower case and without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


class _Prompt(H11Protocol):
    """A connection whose requests arrive in time, or that is closed."""

    request_s = REQUEST_S
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the library has it
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Sets a time for what is still to come of a request; a whole one has none."""
        if self.conn.their_state not in {h11.IDLE, h11.SEND_BODY}:
            self._forget()
        elif self._late is None:
            self._late = self.loop.call_later(self.request_s, self.transport.close)

    def _forget(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
