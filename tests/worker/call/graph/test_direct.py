"""The direct way to Graph: what it sends, what comes back, and what every kind of failure means."""

import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from worker.call.graph.answers import GIVEN_UP, Answer, Answered, Lost, NotSent
from worker.call.graph.direct import Direct
from worker.call.graph.requests import Outgoing
from worker.config.credentials import Credentials
from worker.stub import GraphStub

CERTIFICATE = Path(__file__).with_name("localhost.pem")
OK = b"HTTP/1.1 200 OK\r\nX-App-Usage: {}\r\nContent-Length: 2\r\n\r\n{}"


class FarEnd:
    """A server on loopback that gives one answer after the other, a connection's list each, and keeps what it got.

    An answer of None closes the connection without one.
    """

    def __init__(self, *connections: list[bytes | None], context: ssl.SSLContext | None = None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections = connections
        self._context = context
        self.got: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def origin(self) -> str:
        """Its scheme, host and port."""
        scheme = "http" if self._context is None else "https"
        return f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Ends it, even while it waits for somebody to connect."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        with suppress(OSError):
            for answers in self._connections:
                accepted, _ = self._listener.accept()
                if self._context is not None:
                    accepted = self._context.wrap_socket(accepted, server_side=True)
                with accepted:
                    self._answer_all(accepted, answers)

    def _answer_all(self, connection: socket.socket, answers: list[bytes | None]) -> None:
        for answer in answers:
            received = b""
            while not received.endswith(b"end"):
                piece = connection.recv(65536)
                if not piece:
                    return
                received += piece
            self.got.append(received)
            if answer is None:
                return
            connection.sendall(answer)


@contextmanager
def far_end(*connections: list[bytes | None]) -> Iterator[tuple[FarEnd, Direct]]:
    """Yields a far end, and the direct way to it."""
    far = FarEnd(*connections)
    direct = way_to(far.origin)
    try:
        yield far, direct
    finally:
        direct.close()
        far.close()


def way_to(origin: str) -> Direct:
    """Returns a direct way with short time-outs."""
    return Direct(origin=origin, connect_timeout_s=1.0, call_timeout_s=0.3, headers={"accept": "a/b"})


def post(
    direct: Direct, origin: str, path: str = "/v4.0/me", guard: Callable[[], bool] | None = None
) -> Answer:
    """Posts a short body."""
    headers = {"accept": "a/b", "content-type": "text/plain"}
    credentials = Credentials("T", None, None, proves=False)
    return direct.exchange(Outgoing("POST", origin + path, headers, b"the end", (), credentials), guard)


def test_a_request_is_one_piece_and_its_connection_is_used_again() -> None:
    """Headers, length and body arrive as they are; a second request goes over the same connection."""
    with far_end([OK, OK]) as (far, direct):
        answers = [post(direct, far.origin) for _ in range(2)]
        assert answers == 2 * [Answered(200, b"{}", {"x-app-usage": "{}", "content-length": "2"})]
        host = far.origin.removeprefix("http://").encode()
        assert far.got == 2 * [
            b"POST /v4.0/me HTTP/1.1\r\nhost: " + host + b"\r\naccept-encoding: identity\r\naccept: a/b\r\n"
            b"content-type: text/plain\r\ncontent-length: 7\r\n\r\nthe end"
        ]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(None, Lost("the connection broke (RemoteDisconnected)"), id="closed without an answer"),
        pytest.param(OK[:-1], Lost("the connection broke (IncompleteRead)"), id="half an answer"),
        pytest.param(b"nonsense\r\n\r\n", Lost("the connection broke (BadStatusLine)"), id="no HTTP"),
        pytest.param(
            b"HTTP/1.1 103 Early Hints\r\n\r\n",
            Lost("the connection broke (HTTPException)"),
            id="hints first",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            Answered(200, b"{}", {"transfer-encoding": "chunked"}),
            id="chunked",
        ),
        pytest.param(b"HTTP/1.0 500 X\r\n\r\nbad", Answered(500, b"bad", {}), id="until it closes"),
    ],
)
def test_what_comes_back_is_a_value(answer: bytes | None, expected: Answer) -> None:
    """A request that left has an answer or is lost; nothing is raised, and the next request has a new connection."""
    with far_end([answer], [OK]) as (far, direct):
        assert post(direct, far.origin) == expected
        if isinstance(expected, Lost):
            assert isinstance(post(direct, far.origin), Answered)


def test_silence_is_lost_in_time() -> None:
    """A far end that does not answer is waited for no longer than the time-out."""
    with far_end([b"", None]) as (far, direct):
        assert post(direct, far.origin) == Lost("Graph did not answer in time")


def test_what_cannot_connect_is_not_sent() -> None:
    """Where nobody listens nothing can have arrived."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    assert post(way_to(origin), origin) == NotSent("no connection to Graph: connection refused")


def test_a_guard_is_asked_before_the_first_byte() -> None:
    """When the guard says no, nothing leaves, and the connection is kept."""
    with far_end([OK]) as (far, direct):
        assert post(direct, far.origin, guard=lambda: False) == NotSent(GIVEN_UP)
        assert isinstance(post(direct, far.origin, guard=lambda: True), Answered)
        assert len(far.got) == 1


def test_a_connection_that_was_closed_meanwhile_is_not_used() -> None:
    """A far end that closed an idle connection costs no request."""
    with far_end([OK], [OK]) as (far, direct):
        first = post(direct, far.origin)
        deadline = threading.Event()
        deadline.wait(0.05)  # until the far end has closed
        assert [first, post(direct, far.origin)] == 2 * [first]


def test_no_id_breaks_out_of_the_request_line() -> None:
    """Spaces, line ends and other letters of a caller's id are percent-encoded."""
    with far_end([OK]) as (far, direct):
        post(direct, far.origin, "/v4.0/a b\u00e9 HTTP/1.1")
        assert far.got[0].startswith(b"POST /v4.0/a%20b%C3%A9%20HTTP/1.1 HTTP/1.1\r\nhost: ")


def test_tls_is_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that is trusted is talked to, any other is refused before anything is sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    trusted = FarEnd([OK], context=context)
    try:
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        direct = way_to(trusted.origin)
        assert isinstance(post(direct, trusted.origin), Answered)
        direct.close()
    finally:
        trusted.close()
    monkeypatch.delenv("SSL_CERT_FILE")
    unknown = FarEnd([OK], context=context)
    try:
        fault = "no connection to Graph: its certificate is not trusted (self-signed certificate)"
        assert post(way_to(unknown.origin), unknown.origin) == NotSent(fault)
        assert unknown.got == []
    finally:
        unknown.close()


def test_an_early_refusal_is_an_answer() -> None:
    """A far end that refuses a large upload, and closes, before all of it was written has answered."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            accepted, _ = listener.accept()
            with accepted:
                accepted.recv(1000)
                accepted.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
                accepted.shutdown(socket.SHUT_WR)
                while accepted.recv(1 << 20):
                    pass

        threading.Thread(target=refuse, daemon=True).start()
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        direct = way_to(origin)
        large = Outgoing(
            "POST", f"{origin}/x", {}, b"x" * (8 << 20), (), Credentials("T", None, None, proves=False)
        )
        assert direct.exchange(large, None) == Answered(413, b"no", {"content-length": "2"})
        direct.close()


def test_a_child_process_opens_connections_of_its_own() -> None:
    """After a fork parent and child never read from the same connection, and the parent goes on with its own."""
    with GraphStub() as stub:
        direct = way_to(stub.origin)
        assert isinstance(post(direct, stub.origin), Answered)
        child = os.fork()
        if child == 0:
            os._exit(0 if isinstance(post(direct, stub.origin), Answered) else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert isinstance(post(direct, stub.origin), Answered)
        direct.close()
        assert [each.connection for each in stub.requests] == [1, 2, 1]
