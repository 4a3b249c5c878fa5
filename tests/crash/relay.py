"""A relay between one worker and Redis that tells a test when the worker asks for a script, and can hold the question.

So a test can stop a worker process at an exact point of a chunk's life, without a word in the worker's own code.
"""

import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from producer.store.scripting import Script

PIECE_BYTES = 65_536
PAUSE_S = 0.005


def sha_of(name: str) -> bytes:
    """Returns the hash by which a worker runs one of its scripts."""
    return Script(name, "worker.engine.scripts").sha.encode()


class Relay:
    """Listens on a free loopback port and passes everything on to a Redis port.

    `on_question` is called in the relay's thread with the bytes of each question before they go on; what it does
    happens before Redis sees them. `held` as an answer keeps these bytes until `release`.

    `target` is the port, and may change; None lets nobody connect.
    """

    def __init__(self, port: int, on_question: Callable[[bytes], bool]) -> None:
        self.target: int | None = port
        self._cut = threading.Event()
        self._losing = False
        self._lost: set[socket.socket] = set()
        self._on_question = on_question
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._peers: dict[socket.socket, socket.socket] = {}
        self._askers: set[socket.socket] = set()
        self._held: list[tuple[socket.socket, bytes]] = []
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The URL for the worker."""
        return f"redis://127.0.0.1:{self._listener.getsockname()[1]}/0"

    def release(self) -> None:
        """Passes on what was held."""
        with self._lock:
            held, self._held = self._held, []
        for peer, piece in held:
            with suppress(OSError):  # whoever asked may have gone since
                peer.sendall(piece)

    def cut(self, target: int | None) -> None:
        """Breaks every connection, with what is on its way; new ones go to `target` from now on."""
        self.target = target
        self._cut.set()
        while self._cut.is_set() and self._thread.is_alive():
            time.sleep(PAUSE_S)

    def lose_next_answer(self) -> None:
        """Breaks the connection that now asks, once Redis has answered; called from `on_question`."""
        self._losing = True

    def close(self) -> None:
        """Closes every connection."""
        self._stopping.set()
        self._thread.join()
        for each in [self._listener, *self._peers]:
            each.close()
        self._selector.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            for key, _ in self._selector.select(0.05):
                if key.fileobj is self._listener:
                    self._accept()
                elif isinstance(key.fileobj, socket.socket) and key.fileobj in self._peers:
                    self._pass_on(key.fileobj)
            if self._cut.is_set():
                for each in list(self._askers):
                    self._drop(each)
                self._cut.clear()

    def _accept(self) -> None:
        asker, _ = self._listener.accept()
        try:
            if self.target is None:
                raise ConnectionRefusedError
            server = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            asker.close()
            return
        self._askers.add(asker)
        for one, other in ((asker, server), (server, asker)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._peers[one] = other
            self._selector.register(one, selectors.EVENT_READ)

    def _pass_on(self, source: socket.socket) -> None:
        try:
            piece = source.recv(PIECE_BYTES)
        except ConnectionError:
            piece = b""
        if not piece:
            self._drop(source)
            return
        peer = self._peers[source]
        if source in self._lost:
            self._drop(source)
            return
        if source in self._askers and self._on_question(piece):
            with self._lock:
                self._held.append((peer, piece))
            return
        if self._losing:
            self._losing = False
            self._lost.add(peer)
        try:
            peer.sendall(piece)
        except OSError:
            self._drop(source)

    def _drop(self, source: socket.socket) -> None:
        for each in (source, self._peers.get(source)):
            if each is not None and self._peers.pop(each, None) is not None:
                self._selector.unregister(each)
                self._askers.discard(each)
                self._lost.discard(each)
                each.close()
