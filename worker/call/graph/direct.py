"""The direct way to Graph: HTTP/1.1 on connections of our own that are kept alive, at half of httpx's processor time.

A request leaves in one piece, and its answer is read whole. Proxies, and transports of tests, take httpx's way instead.
"""

import http.client
import io
import re
import select
import socket
import ssl
import time
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

import httpx
import msgspec

from producer.store.idle import Idle
from worker.call.graph.answers import GIVEN_UP, Answer, Answered, Lost, NotSent
from worker.call.graph.connecting import unconnected
from worker.call.graph.requests import Outgoing

KEPT_S: Final = 60.0
FINAL: Final = 200
_PLAIN_TARGET: Final = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]+")
PORTS: Final = {"http": 80, "https": 443}
UNWRITTEN: Final = "the request could not be written in time"
UNANSWERED: Final = "Graph did not answer in time"
BROKEN: Final = "the connection broke"
TOO_LONG: Final = "Graph's answer was longer than is read"
ANSWER_BYTES_MAX: Final = 4 * 1024 * 1024
HEADERS_BYTES_MAX: Final = 64 * 1024


class Line(msgspec.Struct):
    """An open connection, and when it was last used."""

    socket: socket.socket
    used_s: float


class Direct:
    """Connections to one origin, as many as threads use at a time; safe to share between threads, and after a fork.

    Args:
        origin: scheme, host and port.
        connect_timeout_s: for a connection, TLS included.
        call_timeout_s: for the whole call once it is connected: writing the request, and all of its answer.
        headers: of every request.
    """

    def __init__(
        self, *, origin: str, connect_timeout_s: float, call_timeout_s: float, headers: dict[str, str]
    ) -> None:
        parts = urlsplit(origin)
        self._address = (parts.hostname or "", parts.port or PORTS[parts.scheme])
        self._tls = httpx.create_ssl_context() if parts.scheme == "https" else None
        self._connect_timeout_s = connect_timeout_s
        self._call_timeout_s = call_timeout_s
        self._root = f"{parts.scheme}://{parts.netloc}"
        fixed = {"host": parts.netloc.rpartition("@")[2], "accept-encoding": "identity", **headers}
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in fixed.items())
        self._names = frozenset(fixed)
        self._idle: Idle[Line] = Idle()

    def close(self) -> None:
        """Closes the connections that nobody uses."""
        while (line := self._idle.take()) is not None:
            line.socket.close()

    def exchange(self, outgoing: Outgoing, guard: Callable[[], bool] | None) -> Answer:
        """Makes one request and returns what came back.

        Args:
            outgoing: made for this origin.
            guard: is asked right before the first byte leaves; False makes it `NotSent`.
        """
        head = self._head(outgoing)
        try:
            line = self._line()
        except OSError as error:
            return NotSent(unconnected(error))
        if guard is not None and not guard():
            self._keep(line)
            return NotSent(GIVEN_UP)
        broken: OSError | None = None
        deadline = time.monotonic() + self._call_timeout_s
        try:
            line.socket.settimeout(self._call_timeout_s)
            line.socket.sendall(head + outgoing.content)
        except TimeoutError:
            line.socket.close()
            return Lost(UNWRITTEN)
        except OSError as error:  # an answer may lie there all the same: who refuses early closes early
            broken = error
        except BaseException:
            line.socket.close()
            raise
        return self._answer(line, outgoing.method, deadline, broken)

    def _answer(self, line: Line, method: str, deadline: float, broken: OSError | None) -> Answer:
        """Reads the answer to what was written; `broken` is what kept it from being written whole."""
        reading = _Reading(line.socket, deadline)
        response = http.client.HTTPResponse(reading, method=method)  # type: ignore[arg-type]  # all that it asks of one
        try:
            body = _whole(response, reading)
        except TimeoutError:
            line.socket.close()
            return Lost(UNANSWERED)
        except _TooLongError:
            line.socket.close()
            return Lost(TOO_LONG)
        except (OSError, http.client.HTTPException) as error:
            line.socket.close()
            return Lost(f"{BROKEN} ({type(broken or error).__name__})")
        except BaseException:
            line.socket.close()
            raise
        finally:
            response.close()
        headers = {name.lower(): value for name, value in response.headers.items()}
        if response.will_close or broken is not None:
            line.socket.close()
        else:
            self._keep(line)
        return Answered(response.status, body, headers)

    def _head(self, outgoing: Outgoing) -> bytes:
        target = outgoing.url.removeprefix(self._root)
        if _PLAIN_TARGET.fullmatch(target) is None:  # an id of a caller's own, with a space or worse
            target = httpx.URL(outgoing.url).raw_path.decode("ascii")
        own = "".join(
            f"{name}: {value}\r\n" for name, value in outgoing.headers.items() if name not in self._names
        )
        length = f"content-length: {len(outgoing.content)}\r\n"
        if not outgoing.content and outgoing.method not in {"POST", "PUT"}:
            length = ""
        return f"{outgoing.method} {target} HTTP/1.1\r\n{self._headers}{own}{length}\r\n".encode("latin-1")

    def _keep(self, line: Line) -> None:
        line.used_s = time.monotonic()
        self._idle.keep(line)

    def _line(self) -> Line:
        """Returns a connection that is open, as far as this side can know."""
        while (line := self._idle.take()) is not None:
            if time.monotonic() - line.used_s < KEPT_S and not _is_readable(line.socket):
                return line
            line.socket.close()  # closed by the far end, or soon to be
        connected = socket.create_connection(self._address, self._connect_timeout_s)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls is not None:
            try:
                connected = self._tls.wrap_socket(connected, server_hostname=self._address[0])
            except BaseException:
                connected.close()
                raise
        return Line(connected, time.monotonic())


def _whole(response: http.client.HTTPResponse, reading: "_Reading") -> bytes:
    """Returns the body of an answer, whose head is read then, too; raises for one that is too long, or is none."""
    response.begin()
    reading.unbounded()
    body = response.read(ANSWER_BYTES_MAX + 1)
    if len(body) > ANSWER_BYTES_MAX:
        raise _TooLongError
    if response.length:  # its connection ended before it did
        raise http.client.IncompleteRead(body, response.length)
    if response.status < FINAL:  # the answer itself is still to come
        raise http.client.HTTPException
    return body


class _TooLongError(Exception):
    """More came than is read of an answer."""


class _Reading(io.RawIOBase):
    """What is read of one answer: by its deadline, however slowly it drips, and of its head no more than its bound."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline
        self._left = HEADERS_BYTES_MAX + io.DEFAULT_BUFFER_SIZE

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Returns itself as the file that the library reads."""
        return io.BufferedReader(self)

    def unbounded(self) -> None:
        """Notes that the head was read: of the body the library is asked for no more than its bound."""
        self._left = ANSWER_BYTES_MAX + 2 * HEADERS_BYTES_MAX

    def readable(self) -> bool:
        """Tells that it can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # as the library calls it
        """Reads what is there, or waits until the deadline."""
        remaining_s = self._deadline - time.monotonic()
        if remaining_s <= 0:
            raise TimeoutError
        if self._left <= 0:
            raise _TooLongError
        self._connection.settimeout(remaining_s)
        count = self._connection.recv_into(buffer)
        self._left -= count
        return count


def _is_readable(connection: socket.socket) -> bool:
    """Tells whether something came that nobody asked for: its end, as a rule."""
    if isinstance(connection, ssl.SSLSocket) and connection.pending():
        return True
    poll = select.poll()
    poll.register(connection, select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))
