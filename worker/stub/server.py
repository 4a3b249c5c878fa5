"""The HTTP server: asyncio's protocol and httptools' parser, nothing between."""

import asyncio
import collections
import importlib
import socket
import struct
import time
from collections.abc import Callable
from types import ModuleType

from worker.stub.answers import Answer
from worker.stub.control import PREFIX, Control
from worker.stub.graph import Arrival, Graph
from worker.stub.ledger import Connection, Request, RequestState
from worker.stub.options import StubOptions
from worker.stub.targets import parse_target
from worker.stub.world import World

_RESET = struct.pack("ii", 1, 0)


class ParserMissingError(ImportError):
    """Raised when httptools is not installed; the message says how to install it."""


def load_httptools() -> ModuleType:
    """Returns the module httptools.

    Raises:
        ParserMissingError: It is not installed.
    """
    try:
        return importlib.import_module("httptools")
    except ImportError as error:
        raise ParserMissingError(
            "The stub of Graph needs httptools, which is not installed: "
            "pip install 'messenger-outbound[testing]'."
        ) from error


class StubServer:
    """Listens on one address and gives every connection its protocol.

    All its methods run in the event loop's thread.
    """

    def __init__(self, options: StubOptions) -> None:
        self.options = options
        self.httptools = load_httptools()
        self.world = World(options)
        self.graph = Graph(self.world)
        self.control = Control(self.world, self.refuse_connections)
        self.port = 0
        self.counted = 0
        self.connected = 0
        self.protocols: set[GraphProtocol] = set()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def origin(self) -> str:
        """Returns `http://<host>:<port>` as clients write it."""
        host = self.options.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    async def start(self) -> None:
        """Opens the listening socket.

        Raises:
            OSError: The address is taken or not this machine's.
        """
        loop = asyncio.get_running_loop()
        port = self.port or self.options.port
        self._server = await loop.create_server(
            lambda: GraphProtocol(self), self.options.host, port, backlog=1_024
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Closes the listening socket, every connection and the ledger's file."""
        for task in self._tasks:
            task.cancel()
        self._close()
        await asyncio.sleep(0)
        self.world.ledger.close()

    def refuse_connections(self, for_ms: float) -> None:
        """Closes everything at once; listens again on the same port after so many milliseconds."""
        self._close()
        task = asyncio.get_running_loop().create_task(self._reopen(for_ms / 1_000))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reopen(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        await self.start()

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for protocol in list(self.protocols):
            protocol.abort()


class GraphProtocol(asyncio.Protocol):
    """One connection: parses requests, answers them in order, notices when the client goes."""

    def __init__(self, server: StubServer) -> None:
        self._server = server
        self._parser = server.httptools.HttpRequestParser(self)
        self._waiting: collections.deque[tuple[Arrival, bool]] = collections.deque()
        self._open: Request | None = None
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        server.connected += 1
        self._connection = Connection(server.connected, time.monotonic())
        self._begin()

    def _begin(self) -> None:
        self._url = b""
        self._content_type = ""
        self._bearer: str | None = None
        self._body: list[bytes] = []
        self._bytes = 0
        self._arrived = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Takes the connection into the books."""
        self._transport = transport  # type: ignore[assignment]  # asyncio hands a Transport to a stream protocol
        self._server.protocols.add(self)
        self._server.world.ledger.connected(self._connection)

    def connection_lost(self, exc: Exception | None) -> None:
        """Marks what was open as aborted, and a request that had only half arrived as incomplete."""
        del exc
        now = time.monotonic()
        self._connection.closed_monotonic = now
        self._server.protocols.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        if self._arrived:
            record = self._record()
            record.state = "incomplete"
            record.finished_monotonic = now
        for request in [self._open, *(arrival.record for arrival, _ in self._waiting)]:
            if request is not None:
                self._finish(request, "aborted", 0)
                self._server.world.aborted += 1
        self._open = None
        self._waiting.clear()
        self._transport = None

    def abort(self) -> None:
        """Closes the connection at once, whatever is open on it."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Feeds the parser; what is not HTTP is answered with 400 and closed."""
        try:
            self._parser.feed_data(data)
        except self._server.httptools.HttpParserUpgrade:
            self._reject(400)
        except self._server.httptools.HttpParserError:
            self._reject(400)

    def on_message_begin(self) -> None:
        """Notes when the first byte of a request came."""
        self._arrived = time.monotonic()

    def on_url(self, url: bytes) -> None:
        """Takes a piece of the URL."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Takes the headers that matter here."""
        match name.lower():
            case b"content-type":
                self._content_type = value.decode("latin-1")
            case b"authorization" if value[:7].lower() == b"bearer ":
                self._bearer = value[7:].decode("latin-1").strip()
            case b"expect" if self._transport is not None:
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            case _:
                pass

    def on_body(self, body: bytes) -> None:
        """Takes a piece of the body; above the bound the answer is 413."""
        self._bytes += len(body)
        if self._bytes > self._server.options.body_bytes_max:
            self._reject(413)
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """Puts the whole request behind those before it on this connection."""
        if self._transport is None or self._transport.is_closing():
            return
        url = self._url.decode("latin-1")
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        own = url.startswith(PREFIX)
        record = Request(0, 0, self._method(), url, 0, 0) if own else self._record()
        self._server.control.open += 0 if own else 1
        arrival = Arrival(record, url, self._content_type, self._bearer, body)
        self._waiting.append((arrival, self._parser.should_keep_alive()))
        self._begin()
        if self._open is None:
            self._next()

    def _method(self) -> str:
        method: bytes = self._parser.get_method()
        return method.decode("latin-1")

    def _record(self) -> Request:
        server = self._server
        server.counted += 1
        path = self._url.partition(b"?")[0].decode("latin-1")
        wall = time.time() - (time.monotonic() - self._arrived)
        record = Request(server.counted, self._connection.id, self._method(), path, wall, self._arrived)
        self._connection.last_request = record.id
        self._connection.requests += 1
        server.world.ledger.opened(record)
        return record

    def _next(self) -> None:
        """Answers requests until one of them has to wait."""
        while self._waiting and self._open is None and self._transport is not None:
            arrival, keep_alive = self._waiting.popleft()
            self._open = arrival.record
            if arrival.url.startswith(PREFIX):
                self._write(self._control(arrival), arrival.record, keep_alive=keep_alive)
                continue
            answer = self._server.graph.answer(arrival)
            if answer.delay_ms > 0:
                loop = asyncio.get_running_loop()
                delay_s = answer.delay_ms / 1_000
                self._timer = loop.call_later(delay_s, self._late, answer, arrival.record, keep_alive)
            elif answer.delay_ms == 0:
                self._write(answer, arrival.record, keep_alive=keep_alive)

    def _control(self, arrival: Arrival) -> Answer:
        target = parse_target(arrival.url)
        return self._server.control.answer(arrival.record.method, target.edge, target.query, arrival.body)

    def _late(self, answer: Answer, record: Request, keep_alive: bool) -> None:
        self._timer = None
        self._write(answer, record, keep_alive=keep_alive)
        self._next()

    def _write(self, answer: Answer, record: Request, *, keep_alive: bool) -> None:
        transport = self._transport
        if transport is None:
            return
        self._open = None
        if answer.ending != "answer":
            self._finish(record, "dropped", 0)
            self._cut(transport, reset=answer.ending == "reset")
            return
        # Into the books first: who has the answer may ask for them at once.
        self._finish(record, "answered", answer.status)
        transport.write(answer.head(keep_alive=keep_alive) + answer.body)
        if not keep_alive:
            transport.close()

    def _cut(self, transport: asyncio.Transport, *, reset: bool) -> None:
        if reset:
            raw: socket.socket = transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            transport.abort()
        else:
            transport.close()

    def _finish(self, record: Request, state: RequestState, status: int) -> None:
        if record.id:
            record.state = state
            record.status = status
            record.finished_monotonic = time.monotonic()
            self._server.control.open -= 1

    def _reject(self, status: int) -> None:
        if self._transport is not None and not self._transport.is_closing():
            body = b'{"error":{"message":"The stub cannot read this request.","type":"Exception","code":1}}'
            self._transport.write(Answer(status, body).head(keep_alive=False) + body)
            self._transport.close()


async def run(options: StubOptions, ready: Callable[[StubServer], None], until: asyncio.Event) -> None:
    """Serves until the event is set; `ready` is called once the socket listens."""
    server = StubServer(options)
    await server.start()
    try:
        ready(server)
        await until.wait()
    finally:
        await server.stop()
