"""Rounds of commands on their way: the server accepts one while the producer makes the next."""

from collections.abc import Sequence
from typing import Protocol, cast

import redis

from producer.queue import Arguments, Queue


class _Connection(Protocol):
    def send_command(self, *arguments: str | bytes | int) -> None: ...

    def read_response(self) -> object: ...

    def disconnect(self) -> None: ...


class _Pool(Protocol):
    def get_connection(self) -> _Connection: ...

    def release(self, connection: _Connection) -> None: ...


class Posting:
    """One round that was sent to the server, whose answer is not read yet; `settle` reads it.

    Whatever goes wrong on the way, the round is put again in the ordinary manner: its ids make that safe.
    """

    def __init__(self, queue: Queue, commands: Sequence[Arguments]) -> None:
        self._queue = queue
        self._commands = commands
        self._pool = cast("_Pool | None", getattr(queue.client, "connection_pool", None))
        self._connection: _Connection | None = None
        if self._pool is not None:
            self._send(self._pool)

    def settle(self) -> None:
        """Returns once the server has accepted the round.

        Raises:
            QueueFullError: as `Queue.put`.
            QueueUnavailableError: as `Queue.put`.
        """
        connection = self._connection
        if connection is None:
            self._queue.put(self._commands)
            return
        try:
            answer = cast("list[int | bytes]", connection.read_response())
        except (
            redis.ResponseError
        ):  # it does not know the script, is full, …: the ordinary way says what to do
            self._release()
            self._queue.put(self._commands)
        except redis.RedisError:
            self.abandon()
            self._queue.put(self._commands)
        except BaseException:
            self.abandon()
            raise
        else:
            self._release()
            self._queue.accepted(answer)

    def abandon(self) -> None:
        """Closes the connection of a round whose answer nobody reads; a repeat changes nothing."""
        if self._connection is not None:
            self._connection.disconnect()
            self._release()

    def _send(self, pool: _Pool) -> None:
        try:
            self._connection = pool.get_connection()
            self._connection.send_command(*self._queue.evaluation(self._commands))
        except redis.RedisError:
            self.abandon()
        except BaseException:
            self.abandon()
            raise

    def _release(self) -> None:
        if self._pool is not None and self._connection is not None:
            self._pool.release(self._connection)
        self._connection = None
