"""No answer keeps a worker: not one that drips for ever, nor one without an end, by whatever road it comes."""

import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest

from worker.call.graph.answers import Lost
from worker.call.graph.client import GraphClient
from worker.call.graph.direct import ANSWER_BYTES_MAX, TOO_LONG, UNANSWERED, Direct
from worker.call.graph.requests import Outgoing
from worker.config.credentials import Credentials

DEADLINE_S = 0.4


@contextmanager
def far_end(write: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that reads one request, and answers it as `write` does; gives its origin."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65_536)
                    write(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    thread.join(5)


def asked(origin: str) -> object:
    """Returns what one request comes to, by the direct way."""
    direct = Direct(origin=origin, connect_timeout_s=2, call_timeout_s=DEADLINE_S, headers={})
    outgoing = Outgoing("GET", f"{origin}/v27.0/me", {}, b"", (), Credentials("T"))
    try:
        return direct.exchange(outgoing, None)
    finally:
        direct.close()


def drip(head: bytes, part: bytes) -> Callable[[socket.socket], None]:
    """Returns what writes a head, and then a part ten times a second for ever."""

    def write(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(part)
            time.sleep(0.05)

    return write


DRIPS = {
    "its headers": drip(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"),
    "a line of it": drip(b"HTTP/1.1 200 OK\r\nx: ", b"y"),
    "its body": drip(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", b"x"),
    "its chunks": drip(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
}


@pytest.mark.parametrize("write", DRIPS.values(), ids=DRIPS)
def test_a_dripping_answer_ends_at_its_deadline(write: Callable[[socket.socket], None]) -> None:
    """One deadline is for the whole call: that something came does not move it on."""
    with far_end(write) as origin:
        started = time.monotonic()
        assert asked(origin) == Lost(UNANSWERED)
        assert time.monotonic() - started < DEADLINE_S + 1


def endless(head: bytes, part: bytes) -> Callable[[socket.socket], None]:
    """Returns what writes as fast as it is read."""

    def write(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(part)

    return write


CHUNK = b"%x\r\n" % 65_536 + b"x" * 65_536 + b"\r\n"
ENDLESS = {
    "chunks": endless(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", CHUNK),
    "a body until it closes": endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65_536),
    "a gigabyte": endless(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n", b"x" * 65_536),
    "provisional answers": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000),
}


@pytest.mark.parametrize("write", ENDLESS.values(), ids=ENDLESS)
def test_an_endless_answer_is_not_read(write: Callable[[socket.socket], None]) -> None:
    """Four megabytes are read and no more; whether Graph acted is not known."""
    with far_end(write) as origin:
        assert asked(origin) == Lost(TOO_LONG)


def test_an_answer_of_the_bound_is_read() -> None:
    """The bound is generous: what Graph really answers fits."""

    def write(connection: socket.socket) -> None:
        length = b"content-length: %d" % ANSWER_BYTES_MAX
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n\r\n" + b"x" * ANSWER_BYTES_MAX)

    with far_end(write) as origin:
        assert len(getattr(asked(origin), "body", b"")) == ANSWER_BYTES_MAX


def test_another_road_has_the_same_bounds() -> None:
    """By way of a proxy, and packed: what it unpacks to counts."""
    packed = zlib.compress(b"x" * (ANSWER_BYTES_MAX + 1))
    transport = httpx.MockTransport(
        lambda _: httpx.Response(200, headers={"content-encoding": "deflate"}, content=packed)
    )
    client = GraphClient(transport=transport)
    outgoing = Outgoing("GET", "https://graph.facebook.com/v27.0/me", {}, b"", (), Credentials("T"))
    assert client.answer(outgoing) == Lost(TOO_LONG)
    client.close()
