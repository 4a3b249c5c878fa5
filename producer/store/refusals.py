"""What it is called here when Redis does not do what it was asked, with what to do."""

from typing import Final

import redis

from producer.errors import QueueFullError, QueueUnavailableError

FULL: Final = (
    "Redis is at its maxmemory and takes no more commands: nothing was accepted; "
    "let the workers drain the queue, or give the server more memory"
)


def refused(error: redis.RedisError) -> QueueFullError | QueueUnavailableError:
    """Returns what a failure of Redis to accept a command is called here, with what to do."""
    if isinstance(error, redis.exceptions.OutOfMemoryError):
        return QueueFullError(FULL)
    return unavailable(error)


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
