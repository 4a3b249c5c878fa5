"""What it is called here when Redis does not do what it was asked, with what to do: full, away, or a refusal."""

import ssl
from typing import Final

import msgspec
import redis

from producer.errors import QueueFullError, QueueUnavailableError

REASON_CHARACTERS_MAX: Final = 200
FULL: Final = (
    "Redis is at its maxmemory and takes no more commands: nothing was accepted; "
    "let the workers drain the queue, or give the server more memory"
)


class Refusal(msgspec.Struct, frozen=True):
    """What a server refused, and what to do; neither shows the URL."""

    what: str
    do: str

    def __str__(self) -> str:
        return f"{self.what}: {self.do}"


def refusal_of(error: BaseException) -> Refusal | None:
    """Returns why the server refused, or None for what is no refusal, such as a server that was not reached."""
    if isinstance(error, redis.exceptions.NoPermissionError):
        return Refusal(
            f"Redis knows the user of the URL, and its ACL does not allow this ({_first_line(error)})",
            "give the user the rules of deploy/README.md, with the key prefix of the installation",
        )
    if isinstance(error, redis.exceptions.AuthenticationError):
        return Refusal("Redis refused the user or password of the URL", "check OUTBOUND_REDIS_URL")
    untrusted = _untrusted(error)
    if untrusted is not None:
        return Refusal(
            f"Redis answers, and its certificate is not trusted ({untrusted})",
            "name the CA that signed it in the URL (ssl_ca_certs=…), or the host that it was made for",
        )
    return None


def _untrusted(error: BaseException) -> str | None:
    """Returns what is wrong with the certificate, which redis-py tells only by the error behind its own."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, ssl.SSLCertVerificationError):
        seen = seen.__cause__ or seen.__context__
    return None if seen is None else str(seen.verify_message)[:REASON_CHARACTERS_MAX]


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0][:REASON_CHARACTERS_MAX]


def refused(error: redis.RedisError) -> QueueFullError | QueueUnavailableError:
    """Returns what a failure of Redis to accept a command is called here, with what to do."""
    if isinstance(error, redis.exceptions.OutOfMemoryError):
        return QueueFullError(FULL)
    return unavailable(error)


def unavailable(error: redis.RedisError) -> QueueUnavailableError:
    """Returns what a failure of Redis is called here, with what to do."""
    refusal = refusal_of(error)
    if refusal is not None:
        return QueueUnavailableError(str(refusal))
    if isinstance(error, redis.ConnectionError | redis.TimeoutError):
        return QueueUnavailableError(
            "Redis was not reached: check that it runs at the URL that was given, then send the command again"
        )
    return QueueUnavailableError(
        f"Redis refused the command: {type(error).__name__}: {str(error)[:200]}; see `outbound doctor`"
    )
