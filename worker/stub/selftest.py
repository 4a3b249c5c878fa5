"""The stub measures itself, so that it is known never to be what a benchmark measures."""

import selectors
import socket
import time
from typing import Annotated
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from worker.stub.options import StubOptions
from worker.stub.process import StubProcess

PARTS_PER_S_MIN = 25_000
_PARTS = 50
_SOCKETS = 4
_WARM_UP_S = 0.3
_READ_BYTES = 1 << 18


class SelfTest(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one self-test; speeds are batch parts a second.

    Attributes:
        parts: Parts answered and counted.
        wall_s: How long the client fired.
        server_cpu_s: Time of one core that the server spent meanwhile.
        parts_per_cpu_s: Parts for each second of one core: what the stub can do.
        parts_per_wall_s: Parts a second as the client saw them, with both on one machine.
        ledger: Whether the ledger was kept.
        required_per_s: The bound, 25,000.
        passed: Whether `parts_per_cpu_s` reaches it and the ledger is complete.
    """

    parts: int
    wall_s: float
    server_cpu_s: float
    parts_per_cpu_s: float
    parts_per_wall_s: float
    ledger: bool
    required_per_s: int
    passed: bool


def self_test(seconds: Annotated[float, msgspec.Meta(gt=0, le=60)] = 3.0, *, ledger: bool = True) -> SelfTest:
    """Fires prepared batches of 50 texts at a stub in a process of its own and returns the figures.

    Args:
        seconds: How long to fire, at most 60.
        ledger: Keep the ledger meanwhile, as a benchmark that checks deliveries does.

    Raises:
        ValueError: `seconds` is out of its bounds.
        RuntimeError: The stub did not start, or answered something else than it should.
    """
    if not 0 < seconds <= 60:  # noqa: PLR2004 - the bound that the docstring names
        raise ValueError(f"seconds is {seconds}, and must be above 0 and at most 60.")
    with StubProcess(StubOptions(ledger=ledger)) as stub:
        request = _request()
        warm = _fire(stub.origin, request, _WARM_UP_S)
        before = stub.stats()
        started = time.monotonic()
        batches = _fire(stub.origin, request, seconds)
        wall_s = time.monotonic() - started
        after = stub.stats()
    parts = batches * _PARTS
    cpu_s = after.process_time_s - before.process_time_s
    complete = after.deliveries == (warm + batches) * _PARTS
    speed = parts / cpu_s if cpu_s else 0.0
    return SelfTest(
        parts=parts,
        wall_s=wall_s,
        server_cpu_s=cpu_s,
        parts_per_cpu_s=speed,
        parts_per_wall_s=parts / wall_s,
        ledger=ledger,
        required_per_s=PARTS_PER_S_MIN,
        passed=complete and speed >= PARTS_PER_S_MIN,
    )


def _request() -> bytes:
    """Returns one batch as Meta documents it: a form field whose parts have query-string bodies."""
    parts = []
    for number in range(_PARTS):
        fields = {
            "messaging_type": "UPDATE",
            "recipient": f'{{"id":"{6_000_000_000_000_000 + number}"}}',
            "message": f'{{"text":"Hello, number {number}! Your order is on its way."}}',
        }
        body = urlencode(fields, quote_via=quote)
        parts.append({"method": "POST", "relative_url": "me/messages", "body": body})
    batch = msgspec.json.encode(parts).decode()
    form = urlencode({"access_token": "TOKEN-100200300400500", "include_headers": "true", "batch": batch})
    head = (
        "POST /v4.0/ HTTP/1.1\r\nhost: graph\r\ncontent-type: application/x-www-form-urlencoded\r\n"
        f"content-length: {len(form)}\r\n\r\n"
    )
    return (head + form).encode()


def _fire(origin: str, request: bytes, seconds: float) -> int:
    """Keeps each of a few connections busy for so long; returns the batches answered."""
    address = urlsplit(origin)
    selector = selectors.DefaultSelector()
    clients = [_Client(address.hostname or "", address.port or 0) for _ in range(_SOCKETS)]
    until = time.monotonic() + seconds
    try:
        for client in clients:
            selector.register(client.socket, selectors.EVENT_READ, client)
            client.socket.sendall(request)
        waiting = len(clients)
        while waiting:
            for key, _ in selector.select(timeout=10):
                client = key.data
                if not client.answered():
                    continue
                if time.monotonic() < until:
                    client.socket.sendall(request)
                else:
                    waiting -= 1
    finally:
        selector.close()
        for client in clients:
            client.socket.close()
    return sum(client.batches for client in clients)


class _Client:
    """One connection that reads just enough of HTTP to know when an answer is whole."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port), timeout=10)
        self.batches = 0
        self._answer = b""
        self._bytes = 0

    def answered(self) -> bool:
        """Reads what has come; returns whether an answer has become whole."""
        piece = self.socket.recv(_READ_BYTES)
        if not piece:
            raise RuntimeError("The stub closed the connection during its self-test.")
        self._answer += piece
        if not self._bytes:
            self._bytes = self._length()
        if not self._bytes or len(self._answer) < self._bytes:
            return False
        if self._answer.count(b'"code":200') != _PARTS:
            raise RuntimeError("The stub refused a part of its own self-test.")
        self.batches += 1
        self._answer, self._bytes = b"", 0
        return True

    def _length(self) -> int:
        head, found, _ = self._answer.partition(b"\r\n\r\n")
        if not found:
            return 0
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        return len(head) + len(found) + int(length)
