"""Scripts run over connections of their own: half the processor time of a client's ordinary call.

A connection that breaks, or a server that does not know the script, leads to the client's ordinary way, which tries
again as the client was told to. Every script of ours is safe to repeat.
"""

import importlib
import time
from collections.abc import Callable
from functools import cache
from typing import Final, Protocol, TypeAlias, cast

import redis

from producer.store.idle import Idle

Value: TypeAlias = str | bytes | int

_EVALSHA: Final = "EVALSHA"
# A planned failover takes a moment: so long is asked again who the primary is.
ROLE_S: Final = 3.0
ROLE_AGAIN_S: Final = 0.1


@cache
def _packer() -> "Callable[[tuple[Value, ...]], bytes] | None":
    """Returns what makes bytes of a command; None without hiredis, which comes with the worker.

    redis-py packs with hiredis too, and takes twice as long: it looks at each argument first (561 against 263 µs for a
    round of 500 commands, 3.8 against 1.5 for one).
    """
    try:
        return cast("Callable[[tuple[Value, ...]], bytes]", importlib.import_module("hiredis").pack_command)
    except (ImportError, AttributeError):  # an old one packs nothing
        return None


# What a client raises of its own at an answer that no Redis gives.
ODD: Final = (AttributeError, TypeError, ValueError, LookupError, RecursionError)


def named(error: BaseException) -> BaseException:
    """Returns the error itself, or one of Redis for an odd one."""
    if isinstance(error, ODD):
        return redis.exceptions.InvalidResponse(f"what answers is no Redis ({type(error).__name__})")
    return error


class _Connection(Protocol):
    def send_command(self, *words: Value) -> None: ...

    def send_packed_command(self, command: list[bytes], check_health: bool) -> None: ...

    def read_response(self) -> object: ...

    def disconnect(self) -> None: ...


class Reply:
    """What a server answers to a script that was sent; read it, or abandon it."""

    __slots__ = ("_connection", "_values", "_wire")

    def __init__(self, wire: "Wire", connection: _Connection | None, values: tuple[Value, ...]) -> None:
        self._wire = wire
        self._connection = connection
        self._values = values

    def read(self) -> object:
        """Returns the answer.

        Raises:
            redis.RedisError: the server was not reached, or refused.
        """
        connection, self._connection = self._connection, None
        if connection is None:
            return self._wire.ordinarily(self._values)
        try:
            answer = connection.read_response()
        except redis.exceptions.ReadOnlyError as error:
            connection.disconnect()
            return self._wire.elsewhere(self._values, error)
        except redis.ResponseError:
            self._wire.give_back(connection)
            raise
        except self._wire.mended_by_repeating:
            connection.disconnect()
            return self._wire.ordinarily(self._values)
        except BaseException as error:
            connection.disconnect()
            if (other := named(error)) is not error:
                raise other from error
            raise
        self._wire.give_back(connection)
        return answer

    def abandon(self) -> None:
        """Closes the connection of an answer that nobody reads; a repeat changes nothing."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.disconnect()


class Wire:
    """Sends scripts to the server of a client; safe to share between threads, and after a fork.

    As many connections are open as threads run scripts at a time. A client without a pool of connections, such as one
    of a cluster, is asked in the ordinary way.

    Args:
        client: of the server.
        insists: whether a script whose answer did not come in time is run again in the client's ordinary way, and one
            that met a server which is no primary now is run again for three seconds; False when the caller repeats it.
    """

    def __init__(self, client: "redis.Redis", *, insists: bool = True) -> None:
        self.client = client
        lost = (redis.ConnectionError, redis.TimeoutError)
        self.mended_by_repeating = lost if insists else lost[:1]
        self._elsewhere_s = ROLE_S if insists else 0.0
        self._pack = _packer()
        self._idle: Idle[_Connection] = Idle()

    def evalsha(self, sha: str, keys: int, *values: Value) -> object:
        """Runs a script that the server knows, as a client does.

        Raises:
            redis.RedisError: the server was not reached, or refused.
        """
        return self.send(sha, keys, *values).read()

    def eval(self, source: str, keys: int, *values: Value) -> object:
        """Runs a script in the client's ordinary way."""
        return self.client.eval(source, keys, *values)

    def send(self, sha: str, keys: int, *values: Value) -> Reply:
        """Sends a script on its way; what cannot be sent is sent when its answer is read."""
        words = (sha, keys, *values)
        connection = self._connection()
        if connection is None:
            return Reply(self, None, words)
        try:
            if self._pack is None:
                connection.send_command(_EVALSHA, *words)
            else:
                connection.send_packed_command([self._pack((_EVALSHA, *words))], check_health=False)
        except Exception:  # noqa: BLE001 (what it is, the ordinary way tells)
            connection.disconnect()
            connection = None
        except BaseException:
            connection.disconnect()
            raise
        return Reply(self, connection, words)

    def ordinarily(self, words: tuple[Value, ...]) -> object:
        """Returns what the client itself is answered."""
        sha, keys, *values = words
        try:
            return self.client.evalsha(cast("str", sha), cast("int", keys), *values)
        except Exception as error:
            if (other := named(error)) is not error:
                raise other from error
            raise

    def elsewhere(self, words: tuple[Value, ...], refused: redis.exceptions.ReadOnlyError) -> object:
        """Returns what the primary is answered, once the address leads there: the server that refused is one no longer.

        No idle connection is kept, so that the name is asked anew.

        Raises:
            redis.RedisError: there is none in time; who does not insist is told at once.
        """
        deadline = time.monotonic() + self._elsewhere_s
        while True:
            self.close()
            self.client.connection_pool.disconnect(inuse_connections=False)
            if time.monotonic() >= deadline:
                raise refused
            try:
                return self.ordinarily(words)
            except redis.exceptions.ReadOnlyError as error:
                refused = error
            time.sleep(ROLE_AGAIN_S)

    def give_back(self, connection: _Connection) -> None:
        """Keeps a connection, all of whose answers were read, for the next script."""
        self._idle.keep(connection)

    def close(self) -> None:
        """Closes the connections that are idle; a later script opens new ones."""
        while (connection := self._idle.take()) is not None:
            connection.disconnect()

    def _connection(self) -> _Connection | None:
        idle = self._idle.take()
        if idle is not None:
            return idle
        pool = getattr(self.client, "connection_pool", None)
        if pool is None:
            return None
        return cast("_Connection", pool.connection_class(**pool.connection_kwargs))
