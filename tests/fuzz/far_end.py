"""A server on loopback that says what it is told to whoever asks, whatever that is, and hangs up."""

import socket
import threading
from contextlib import suppress


class FarEnd:
    """Answers every connection with `answer`, once something came; it reads no more of it than has come by then."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self.answer = b""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends it."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            with accepted, suppress(OSError):
                accepted.settimeout(1)
                accepted.recv(65_536)
                accepted.sendall(self.answer)
                accepted.shutdown(socket.SHUT_WR)
                accepted.recv(65_536)  # until the other side has read, so that nothing is reset
