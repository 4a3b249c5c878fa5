"""A stub that runs: in a thread of this process, or in the foreground for the command line."""

import asyncio
import concurrent.futures
import signal
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import msgspec

from worker.stub.control import Stats
from worker.stub.controls import Controls
from worker.stub.ledger import Connection, Delivery, Request
from worker.stub.options import StubOptions, checked
from worker.stub.server import StubServer, run

_START_TIMEOUT_S = 10.0


class GraphStub(Controls):
    """Runs a stub of Graph in a background thread, as a context manager or by `start` and `stop`.

    Example:
        with GraphStub(latency_ms=5) as stub:
            httpx.post(f"{stub.origin}/v4.0/me/messages", …)
            assert stub.ledger[0].recipient == "7"
    """

    def __init__(self, options: StubOptions | None = None, **fields: object) -> None:
        """Takes options as a value, or their fields as keywords.

        Raises:
            msgspec.ValidationError: A field is out of its bounds.
            TypeError: Both are given, or a field is unknown.
        """
        if options is not None and fields:
            raise TypeError("Give GraphStub options or fields, not both.")
        given = options or StubOptions(**fields)  # type: ignore[arg-type]  # checked on the next line
        self.options = checked(given)
        self._running: concurrent.futures.Future[tuple[StubServer, asyncio.Event]] = (
            concurrent.futures.Future()
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Opens the socket and returns once the stub answers.

        Raises:
            OSError: The address is taken.
            ParserMissingError: httptools is not installed.
        """
        self._thread = threading.Thread(target=self._serve, name="graph-stub", daemon=True)
        self._thread.start()
        self._running.result(_START_TIMEOUT_S)
        return self

    def stop(self) -> None:
        """Closes every connection and ends the thread; the ledger stays readable."""
        if self._thread is None or self._loop is None:
            return
        _, until = self._running.result()
        self._loop.call_soon_threadsafe(until.set)
        self._thread.join(_START_TIMEOUT_S)
        self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _serve(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits in start()
            if not self._running.done():
                self._running.set_exception(error)

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        until = asyncio.Event()
        await run(self.options, lambda server: self._running.set_result((server, until)), until)

    @property
    def _server(self) -> StubServer:
        if not self._running.done():
            raise RuntimeError("The stub has not been started: use `with GraphStub() as stub:`.")
        return self._running.result()[0]

    @property
    def origin(self) -> str:
        """Returns `http://<host>:<port>` of the stub."""
        return self._server.origin

    @property
    def pages(self) -> dict[str, str]:
        """Returns the configured Pages with their first tokens."""
        return dict(self.options.pages)

    @property
    def ledger(self) -> list[Delivery]:
        """Returns every delivery so far, in the order of delivery."""
        return list(self._server.world.ledger.deliveries)

    @property
    def requests(self) -> list[Request]:
        """Returns every HTTP request so far, in the order of arrival; open ones still change."""
        return list(self._server.world.ledger.requests)

    @property
    def connections(self) -> list[Connection]:
        """Returns every connection so far, in the order of opening."""
        return list(self._server.world.ledger.connections)

    def ask(self, method: str, name: str, query: dict[str, str], body: bytes = b"") -> bytes:
        """Returns what `/stub/<name>` answers, without HTTP; it runs in the stub's own thread.

        Raises:
            ValueError: The stub refuses the request; the message says why.
        """
        answered: concurrent.futures.Future[bytes] = concurrent.futures.Future()
        server = self._server

        def act() -> None:
            try:
                answered.set_result(server.control.ask(method, name, query, body))
            except (KeyError, ValueError, msgspec.DecodeError) as error:
                answered.set_exception(ValueError(str(error)))

        if self._loop is None or self._thread is None:
            act()
        else:
            self._loop.call_soon_threadsafe(act)
        return answered.result(_START_TIMEOUT_S)


class Served(msgspec.Struct, frozen=True):
    """What a stub came to: the signal that ended it, 0 for none, and its figures."""

    ended_by: int
    stats: Stats


def serve(
    options: StubOptions, *, ready: Callable[[str], None], until: threading.Event | None = None
) -> Served:
    """Serves in this thread until SIGINT or SIGTERM, or until the event is set; returns what it came to.

    Args:
        options: How the stub behaves.
        ready: Called once with the origin, when the stub answers.
        until: Ends the stub when set; looked at ten times a second.

    Raises:
        OSError: The address is taken.
        ParserMissingError: httptools is not installed.
    """
    return asyncio.run(_serve_until_signal(checked(options), ready, until))


async def _serve_until_signal(
    options: StubOptions, ready: Callable[[str], None], until: threading.Event | None
) -> Served:
    stopped = asyncio.Event()
    signals: list[int] = []
    servers: list[StubServer] = []
    loop = asyncio.get_running_loop()

    def end(number: int) -> None:
        signals.append(number)
        stopped.set()

    def begun(server: StubServer) -> None:
        servers.append(server)
        ready(server.origin)

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, end, number)

    def watch() -> None:
        if until is not None and until.is_set():
            stopped.set()
        else:
            loop.call_later(0.1, watch)

    if until is not None:
        watch()
    await run(options, begun, stopped)
    figures = servers[0].control.ask("GET", "stats", {}, b"")
    return Served(signals[0] if signals else 0, msgspec.json.decode(figures, type=Stats))
