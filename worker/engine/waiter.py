"""Waits for signals in Redis, and is on time: a server ends a blocked wait up to a tenth of a second late."""

from collections.abc import Sequence
from typing import Final

import redis

# How long the server holds the question; what waits asks again long before.
HELD_S: Final = 60
LEAST_S: Final = 0.001
# Of these the socket can be watched; a server in this process has none.
WATCHED: Final = frozenset({redis.Connection, redis.SSLConnection, redis.UnixDomainSocketConnection})


class Waiter:
    """Waits on a connection of its own, by this machine's clock.

    A question whose time is over stays there for the next wait. Whoever will not wait soon closes it: the server would
    give it a signal that is for others.
    """

    def __init__(self, client: "redis.Redis", keys: Sequence[str]) -> None:
        self._client = client
        self._keys = list(keys)
        self._connection: redis.Connection | None = None
        self._asked = False

    def wait(self, timeout_s: float) -> bool:
        """Waits until a signal is given; False after `timeout_s` seconds.

        Raises:
            redis.RedisError: the server was not reached; the next wait asks anew.
        """
        if self._client.connection_pool.connection_class not in WATCHED:
            return self._client.blpop(self._keys, timeout=max(LEAST_S, round(timeout_s, 3))) is not None
        try:
            return self._watched(timeout_s)
        except BaseException:
            self.close()
            raise

    def _watched(self, timeout_s: float) -> bool:
        if self._connection is None:
            pool = self._client.connection_pool
            self._connection = pool.connection_class(**pool.connection_kwargs)
            self._connection.connect()
        if not self._asked:
            self._connection.send_command("BLPOP", *self._keys, HELD_S)
            self._asked = True
        if not self._connection.can_read(timeout=max(LEAST_S, timeout_s)):
            return False
        self._asked = False
        return self._connection.read_response() is not None

    def close(self) -> None:
        """Leaves the question; a later wait asks it again."""
        if self._connection is not None:
            self._connection.disconnect()  # type: ignore[no-untyped-call]  # redis-py's own
            self._connection, self._asked = None, False
