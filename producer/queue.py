"""The queue's writing side: accepts commands in Redis, all of a call or none, once each."""

from collections.abc import Iterable, Sequence
from typing import Final, cast

import redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from producer.errors import QueueFullError, QueueUnavailableError, SettingsError
from producer.keys import PREFIX_DEFAULT, Keys
from producer.scripting import Script

CONNECT_TIMEOUT_S: Final = 5.0
ANSWER_TIMEOUT_S: Final = 10.0
TRIES_AGAIN: Final = 3
PAGE_QUEUE_MAX: Final = 5_000_000

Arguments = Sequence[str | bytes]


def connect(redis_url: str) -> "redis.Redis":
    """Returns a client of a Redis or Valkey server, with time-outs on everything; connects when it is first used.

    Raises:
        SettingsError: the URL is none of Redis.
    """
    if not redis_url.startswith(("redis://", "rediss://", "unix://")):
        raise SettingsError("the Redis URL must begin with redis://, rediss:// or unix://")
    try:
        return redis.Redis.from_url(
            redis_url,
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            socket_timeout=ANSWER_TIMEOUT_S,
            retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), TRIES_AGAIN),
        )
    except ValueError as error:
        raise SettingsError(f"the Redis URL is not valid: {error}") from None


class Queue:
    """One installation's queue on one server; safe to share between threads, and after a fork."""

    def __init__(
        self, client: "redis.Redis", *, prefix: str = PREFIX_DEFAULT, page_queue_max: int = PAGE_QUEUE_MAX
    ) -> None:
        self.client = client
        self.keys = Keys(prefix)
        self.page_queue_max = page_queue_max
        self._enqueue = Script("enqueue")

    def put(self, commands: Iterable[Arguments]) -> int:
        """Accepts commands, all or none, and returns how many were new; ids that are known already change nothing.

        Raises:
            QueueFullError: Redis is at its `maxmemory`, or a Page's queue is full: nothing was accepted.
            QueueUnavailableError: Redis was not reached; the same ids may be put again.
        """
        arguments: list[str | bytes | int] = ["", self.page_queue_max]
        for each in commands:
            arguments += each
        try:
            answer = cast("list[int | bytes]", self._enqueue.run(self.client, self.keys.prefix, arguments))
        except redis.exceptions.OutOfMemoryError as error:
            raise QueueFullError(
                "Redis is at its maxmemory and takes no more commands: nothing was accepted; "
                "let the workers drain the queue, or give the server more memory"
            ) from error
        except redis.RedisError as error:
            raise _unavailable(error) from error
        if answer[0] == -1:
            page = cast("bytes", answer[1]).decode()
            raise QueueFullError(
                f"{cast('int', answer[2]):,} commands wait for Page {page}, at most {self.page_queue_max:,} may: "
                "nothing was accepted"
            )
        return cast("int", answer[0])


def _unavailable(error: redis.RedisError) -> QueueUnavailableError:
    if isinstance(error, redis.exceptions.AuthenticationError | redis.exceptions.NoPermissionError):
        return QueueUnavailableError(
            "Redis refused the user or password of the URL: check OUTBOUND_REDIS_URL"
        )
    if isinstance(error, redis.ConnectionError | redis.TimeoutError):
        return QueueUnavailableError(
            "Redis was not reached: check that it runs at the URL that was given, then send the command again"
        )
    return QueueUnavailableError(f"Redis refused the command: {type(error).__name__}: {str(error)[:200]}")
