"""The ledger: every delivery in its true order, and the log of requests that brought them."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

_encode = msgspec.json.Encoder().encode

RequestState = Literal["open", "answered", "aborted", "dropped", "incomplete"]


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """One thing that reached a person.

    Attributes:
        sequence: Counted from 1 over the whole stub, in the order of delivery.
        page: Page id.
        recipient: The PSID, or `user_ref:…`, `phone_number:…`, `comment_id:…`, `post_id:…`, `subscription_token:…`.
        kind: `message`, `sender_action`, `thread_control` or `marketing_message`.
        body: JSON text of the message, or name of the action; a digest when bodies are not kept.
        metadata: The message's `metadata`, None without one.
        message_id: Graph's id; empty for what is no message.
        at: Unix seconds.
        at_monotonic: Seconds of the machine's monotonic clock, the same in every process.
        request: Id of the HTTP request in the request log.
        part: Index in the batch; -1 for a plain request.
        connection: Id of the connection.
    """

    sequence: int
    page: str
    recipient: str
    kind: str
    body: str
    metadata: str | None
    message_id: str
    at: float
    at_monotonic: float
    request: int
    part: int
    connection: int


class Request(msgspec.Struct, gc=False):
    """One HTTP request.

    Attributes:
        id: Counted from 1 over the whole stub.
        connection: Id of the connection.
        method: HTTP's.
        path: Without the query, which may hold a token.
        arrived: Unix seconds of its first byte.
        arrived_monotonic: The same on the machine's monotonic clock.
        finished_monotonic: When it was answered, dropped or given up; None while open.
        state: `open`; `answered`; `aborted` (the client went before the answer); `dropped` (a fault closed
            the connection); `incomplete` (the client went before its request was whole: nothing ran).
        status: HTTP status of the answer, 0 without one.
        parts: Number of batch parts, 1 for a plain request.
        calls: Calls by `<page>/<rate class>`, each part counted.
        trace: The `x-fb-trace-id` of its answer, by which a client's log names it; empty without one.
    """

    id: int
    connection: int
    method: str
    path: str
    arrived: float
    arrived_monotonic: float
    finished_monotonic: float | None = None
    state: RequestState = "open"
    status: int = 0
    parts: int = 1
    calls: dict[str, int] = {}
    trace: str = ""


class Connection(msgspec.Struct, gc=False):
    """One TCP connection; `last_request` is the id of the latest one on it, 0 for none.

    A client that dies may leave an answer unread: the last request of a connection that closed when it
    died counts as open for that client even when the stub has answered it.
    """

    id: int
    opened_monotonic: float
    closed_monotonic: float | None = None
    last_request: int = 0
    requests: int = 0


class Ledger:
    """Holds deliveries, requests and connections; safe to read from any thread.

    With `keep=False` it only counts. With `file`, each delivery is also a line of JSON there, written out
    before its request is answered.
    """

    def __init__(self, *, keep: bool = True, bodies: bool = True, file: str | None = None) -> None:
        self.deliveries: list[Delivery] = []
        self.requests: list[Request] = []
        self.connections: list[Connection] = []
        self.delivered = 0
        self._keep = keep
        self._bodies = bodies
        self._writes = keep or file is not None
        self._file = Path(file).open("ab", buffering=0) if file else None  # noqa: SIM115 - open as long as the stub
        self._lines: list[bytes] = []

    def add(
        self,
        request: Request,
        part: int,
        at: tuple[float, float],
        sent: tuple[str, str, str, str, str | None, str],
    ) -> None:
        """Writes one delivery.

        Args:
            request: The request that brought it.
            part: Index in the batch, -1 for a plain request.
            at: Unix and monotonic seconds.
            sent: Page, recipient, kind, body, metadata, message id.
        """
        self.delivered += 1
        if not self._writes:
            return
        page, recipient, kind, body, metadata, message_id = sent
        delivery = Delivery(
            self.delivered,
            page,
            recipient,
            kind,
            body if self._bodies else digest(body),
            metadata,
            message_id,
            at[0],
            at[1],
            request.id,
            part,
            request.connection,
        )
        if self._keep:
            self.deliveries.append(delivery)
        if self._file is not None:
            self._lines.append(_encode(delivery) + b"\n")

    def opened(self, request: Request) -> None:
        """Writes that a request has arrived whole."""
        if self._keep:
            self.requests.append(request)

    def connected(self, connection: Connection) -> None:
        """Writes that a client has connected."""
        if self._keep:
            self.connections.append(connection)

    def flush(self) -> None:
        """Hands the waiting lines of the ledger's file to the operating system."""
        if self._lines and self._file is not None:
            self._file.write(b"".join(self._lines))
            self._lines.clear()

    def clear(self) -> None:
        """Forgets deliveries, and requests that are finished; counting goes on."""
        self.deliveries = []
        self.requests = [request for request in self.requests if request.state == "open"]
        self.connections = [one for one in self.connections if one.closed_monotonic is None]

    def close(self) -> None:
        """Flushes and closes the file."""
        self.flush()
        if self._file is not None:
            self._file.close()
            self._file = None
            self._writes = self._keep


def interrupted(
    requests: Iterable[Request],
    connections: Iterable[Connection],
    died_monotonic: float,
    *,
    unsettled_s: float = 0.25,
    noticed_s: float = 2.0,
) -> list[Request]:
    """Returns the requests that a client had open, or unsettled, when it was killed.

    They are those on connections that closed with the client, less what was answered so long before that
    the client must have read and settled it. Their parts are the duplicates that a kill permits.

    Args:
        requests: The log of requests.
        connections: The log of connections.
        died_monotonic: Seconds of the monotonic clock, taken just before the kill.
        unsettled_s: How long before its death an answer may have come that the client had not yet settled.
        noticed_s: How long after its death the client's connections may be seen to close.
    """
    closed = {
        one.id
        for one in connections
        if one.closed_monotonic is not None and 0 <= one.closed_monotonic - died_monotonic <= noticed_s
    }
    return [
        one
        for one in requests
        if one.connection in closed
        and one.state != "incomplete"
        and (one.finished_monotonic is None or one.finished_monotonic >= died_monotonic - unsettled_s)
    ]


def digest(body: str) -> str:
    """Returns 16 hex digits that stand for a body in a ledger without bodies."""
    return hashlib.blake2b(body.encode(), digest_size=8).hexdigest()
