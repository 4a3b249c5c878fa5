"""What is open and idle, kept for its next use: connections, as a rule."""

import os
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class Idle(Generic[Kept]):
    """Keeps what is idle, the latest used first; safe to share between threads, and after a fork.

    A child process leaves alone what its parent has open.
    """

    __slots__ = ("_kept", "_process")

    def __init__(self) -> None:
        self._kept: list[Kept] = []
        self._process = os.getpid()

    def keep(self, one: Kept) -> None:
        """Keeps one for its next use."""
        if self._process == os.getpid():
            self._kept.append(one)

    def take(self) -> Kept | None:
        """Returns the one that was used last, or None when none is idle."""
        if self._process != os.getpid():
            self._kept = []
            self._process = os.getpid()
        try:
            return self._kept.pop()
        except IndexError:
            return None
