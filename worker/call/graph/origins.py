"""Calls go where their account is: most to the installation's own origin, some to one of their own, as Instagram's."""

import itertools
import threading
from collections.abc import Callable, Sequence
from typing import Final

from worker.call.graph.answers import Answer
from worker.call.graph.client import GraphClient
from worker.call.graph.requests import Outgoing
from worker.call.graph.signing import Signed

ORIGINS_MAX: Final = 16


class Origins:
    """Graph at several origins, a client for each, made when a call first goes there; safe to share between threads.

    No request holds calls of two origins, so that no token goes where it does not belong.
    """

    def __init__(self, make: Callable[[str | None], GraphClient]) -> None:
        """Takes what makes the client of an origin; None is the installation's own."""
        self._make = make
        self._lock = threading.Lock()
        self._clients: dict[str | None, GraphClient] = {None: make(None)}

    def close(self) -> None:
        """Closes all connections."""
        for client in list(self._clients.values()):
            client.close()

    def outgoing(self, calls: Sequence[Signed]) -> list[Outgoing]:
        """Returns the requests of calls; see `GraphClient.outgoing`."""
        grouped = itertools.groupby(calls, key=lambda each: each.credentials.origin)
        return [each for origin, group in grouped for each in self._client(origin).outgoing(list(group))]

    def answers(
        self, requests: Sequence[Outgoing], *, guard: Callable[[], bool] | None = None
    ) -> list[Answer]:
        """Makes the requests, and returns an answer for each of their calls; see `GraphClient.answers`."""
        found: list[Answer] = []
        for each in requests:
            found += self._client(each.calls[0].credentials.origin).answers([each], guard=guard)
        return found

    def _client(self, origin: str | None) -> GraphClient:
        client = self._clients.get(origin)
        if client is not None:
            return client
        with self._lock:
            if origin not in self._clients:
                while (
                    len(self._clients) > ORIGINS_MAX
                ):  # of Pages that are gone; a request under way ends as lost
                    del self._clients[next(each for each in self._clients if each is not None)]
                self._clients[origin] = self._make(origin)
            return self._clients[origin]
