"""The queue's writing side: accepts commands in Redis, all of a call or none, once each."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final, cast

import redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from producer.errors import IdempotencyError, QueueFullError, QueueUnavailableError, SettingsError
from producer.keys import PREFIX_DEFAULT, Keys
from producer.scripting import Script

CONNECT_TIMEOUT_S: Final = 5.0
ANSWER_TIMEOUT_S: Final = 10.0
TRIES_AGAIN: Final = 3
PAGE_QUEUE_MAX: Final = 5_000_000
# The bytes of a command lie alone for this long until the command is put.
BYTES_ALONE_MS: Final = 15 * 60 * 1000
# What the scripts answer instead of a count.
PAGE_FULL, REPEATED, DIFFERENT, BYTES_GONE = -1, -2, -3, -4
URL_INVALID: Final = (
    "the Redis URL is not valid: its form is redis://user:password@host:6379/0, "
    "with / as %2F, # as %23 and ? as %3F in a password"
)
FULL: Final = (
    "Redis is at its maxmemory and takes no more commands: nothing was accepted; "
    "let the workers drain the queue, or give the server more memory"
)

Arguments = Sequence[str | bytes]


def connect(redis_url: str) -> "redis.Redis":
    """Returns a client of a Redis or Valkey server, with time-outs on everything; connects when it is first used.

    Raises:
        SettingsError: the URL is none of Redis.
    """
    if not redis_url.startswith(("redis://", "rediss://", "unix://")):
        raise SettingsError("the Redis URL must begin with redis://, rediss:// or unix://")
    try:
        client = redis.Redis.from_url(
            redis_url,
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            socket_timeout=ANSWER_TIMEOUT_S,
            retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), TRIES_AGAIN),
        )
        client.connection_pool.connection_class(**client.connection_pool.connection_kwargs)
    except (ValueError, TypeError):  # whose text may show a part of the password
        raise SettingsError(URL_INVALID) from None
    return client


class Queue:
    """One installation's queue on one server; safe to share between threads, and after a fork."""

    def __init__(
        self, client: "redis.Redis", *, prefix: str = PREFIX_DEFAULT, page_queue_max: int = PAGE_QUEUE_MAX
    ) -> None:
        self.client = client
        self.keys = Keys(prefix)
        self.page_queue_max = page_queue_max
        self._enqueue = Script("enqueue")
        self._enqueue_once = Script("enqueue_once")

    def put(self, commands: Iterable[Arguments]) -> int:
        """Accepts commands, all or none, and returns how many were new; ids that are known already change nothing.

        Raises:
            QueueFullError: Redis is at its `maxmemory`, or a Page's queue is full: nothing was accepted.
            QueueUnavailableError: Redis was not reached; the same ids may be put again.
        """
        arguments: list[str | bytes | int] = ["", self.page_queue_max]
        for each in commands:
            arguments += each
        return cast("int", self._accepted(self._enqueue, arguments)[0])

    def put_once(
        self, commands: Iterable[Arguments], *, key: str, digest: str, ticket: str, keep_ms: int
    ) -> str:
        """Accepts commands unless `key` stands for them already; returns the id of the first ticket.

        Args:
            commands: what the key stands for.
            key: the Page's id, a colon, and the caller's key.
            digest: of the commands, hexadecimal.
            ticket: id of their ticket.
            keep_ms: for how long the key is kept.

        Raises:
            IdempotencyError: the key stands for something else.
            QueueFullError: as `put`.
            QueueUnavailableError: as `put`.
        """
        arguments: list[str | bytes | int] = ["", self.page_queue_max, key, digest, ticket, keep_ms]
        for each in commands:
            arguments += each
        answer = self._accepted(self._enqueue_once, arguments)
        if answer[0] not in {REPEATED, DIFFERENT}:
            return ticket
        first = cast("bytes", answer[1]).decode()
        if answer[0] == DIFFERENT:
            raise IdempotencyError(
                f"idempotency_key: stands for another command already, whose ticket is {first}; "
                "use a key of its own for each command"
            )
        return first

    def put_bytes(self, command_id: str, content: bytes) -> None:
        """Stores the bytes of a command before it is put; without it they are gone after some minutes.

        Raises:
            QueueFullError: Redis is at its `maxmemory`.
            QueueUnavailableError: Redis was not reached.
        """
        try:
            self.client.set(self.keys.blob(command_id), content, px=BYTES_ALONE_MS)
        except redis.exceptions.OutOfMemoryError as error:
            raise QueueFullError(FULL) from error
        except redis.RedisError as error:
            raise unavailable(error) from error

    def drop_bytes(self, command_id: str) -> None:
        """Forgets the bytes of a command that was not put after all; those of others expire by themselves."""
        with suppress(redis.RedisError):
            self.client.delete(self.keys.blob(command_id))

    def _accepted(self, script: Script, arguments: Sequence[str | bytes | int]) -> list[int | bytes]:
        try:
            answer = cast("list[int | bytes]", script.run(self.client, self.keys.prefix, arguments))
        except redis.exceptions.OutOfMemoryError as error:
            raise QueueFullError(FULL) from error
        except redis.RedisError as error:
            raise unavailable(error) from error
        if answer[0] == PAGE_FULL:
            page = cast("bytes", answer[1]).decode()
            raise QueueFullError(
                f"{cast('int', answer[2]):,} commands wait for Page {page}, at most {self.page_queue_max:,} may: "
                "nothing was accepted; let the workers drain it, then send the command again"
            )
        if answer[0] == BYTES_GONE:
            raise QueueUnavailableError(
                "Redis no longer has the bytes of the upload: nothing was accepted; "
                "send the command again, or use a URL"
            )
        return answer


def unavailable(error: redis.RedisError) -> QueueUnavailableError:
    """Returns what a failure of Redis is called here, with what to do."""
    if isinstance(error, redis.exceptions.AuthenticationError | redis.exceptions.NoPermissionError):
        return QueueUnavailableError(
            "Redis refused the user or password of the URL: check OUTBOUND_REDIS_URL"
        )
    if isinstance(error, redis.ConnectionError | redis.TimeoutError):
        return QueueUnavailableError(
            "Redis was not reached: check that it runs at the URL that was given, then send the command again"
        )
    return QueueUnavailableError(
        f"Redis refused the command: {type(error).__name__}: {str(error)[:200]}; see `outbound doctor`"
    )
