"""A stub in a process of its own, controlled over HTTP."""

import http.client
import os
import select
import subprocess
import sys
import time
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import msgspec

from worker.stub.controls import Controls, control_path
from worker.stub.options import StubOptions, checked

_START_TIMEOUT_S = 20.0
_STOP_TIMEOUT_S = 5.0
_ANSWER_TIMEOUT_S = 30.0
_OK = 200


class StubClient(Controls):
    """Controls a stub that runs anywhere, by its origin; each question is one short connection."""

    def __init__(self, origin: str) -> None:
        self._origin = origin

    @property
    def origin(self) -> str:
        """Returns `http://<host>:<port>` of the stub."""
        return self._origin

    def ask(self, method: str, name: str, query: dict[str, str], body: bytes = b"") -> bytes:
        """Returns what `/stub/<name>` answers.

        Raises:
            ValueError: The stub refuses the request; the message says why.
            OSError: The stub does not answer.
        """
        address = urlsplit(self.origin)
        connection = http.client.HTTPConnection(
            address.hostname or "", address.port, timeout=_ANSWER_TIMEOUT_S
        )
        try:
            connection.request(method, control_path(name, query), body or None)
            answer = connection.getresponse()
            raw = answer.read()
        finally:
            connection.close()
        if answer.status != _OK:
            raise ValueError(msgspec.json.decode(raw)["error"])
        return raw


class StubProcess(StubClient):
    """Runs `python -m worker.stub` as a child, as a context manager or by `start` and `stop`.

    Options go to the child over its standard input, so that no token is in a command line. The child also
    ends when this process does.
    """

    def __init__(self, options: StubOptions | None = None, **fields: object) -> None:
        """Takes options as a value, or their fields as keywords.

        Raises:
            msgspec.ValidationError: A field is out of its bounds.
        """
        super().__init__("")
        given = options or StubOptions(**fields)  # type: ignore[arg-type]  # checked on the next line
        self.options = checked(given)
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        """Returns `http://<host>:<port>` of the stub, once it has started."""
        if not self._origin:
            raise RuntimeError("The stub has not been started: use `with StubProcess() as stub:`.")
        return self._origin

    @property
    def pid(self) -> int:
        """Returns the child's process id."""
        if self._child is None:
            raise RuntimeError("The stub is not running.")
        return self._child.pid

    def start(self) -> Self:
        """Starts the child and returns once it answers.

        Raises:
            RuntimeError: It ended, or did not answer within 20 seconds; the message has its own words.
        """
        command = [sys.executable, "-P", "-m", "worker.stub", "--options", "-"]
        self._child = subprocess.Popen(  # noqa: S603 - our own module with fixed arguments
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._child.stdin is not None  # noqa: S101 - a pipe was asked for
        self._child.stdin.write(msgspec.json.encode(self.options) + b"\n")
        self._child.stdin.flush()
        try:
            self._origin = self._read_origin(self._child)
        except BaseException:
            self.stop()
            raise
        return self

    @staticmethod
    def _read_origin(child: subprocess.Popen[bytes]) -> str:
        assert child.stdout is not None  # noqa: S101 - a pipe was asked for
        descriptor, line = child.stdout.fileno(), b""
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not line.endswith(b"\n"):
            left_s = deadline - time.monotonic()
            if left_s <= 0 or not select.select([descriptor], [], [], left_s)[0]:
                raise RuntimeError(f"The stub did not start within {_START_TIMEOUT_S:.0f} seconds.")
            piece = os.read(descriptor, 4_096)
            if not piece:
                raise RuntimeError("The stub ended before it was ready; its error output says why.")
            line += piece
        origin: str = msgspec.json.decode(line)["origin"]
        return origin

    def stop(self) -> None:
        """Ends the child: SIGTERM, and SIGKILL if it is still there after five seconds."""
        child = self._child
        if child is None:
            return
        child.terminate()
        try:
            child.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(_STOP_TIMEOUT_S)
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        self._child = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
