"""What an error means at the command line: one sentence and an exit code."""

import os
import re
from typing import Final

import click
import redis

from producer.errors import (
    OutboundError,
    OutcomeTimeoutError,
    QueueFullError,
    QueueUnavailableError,
    SettingsError,
)

REFUSED: Final = 1
NOT_REACHED: Final = re.compile(r"Redis was not reached \(\w+\): (ask its ticket|try) again")
URL_DEFAULT: Final = "redis://127.0.0.1:6379/0"
SENTENCE_MAX: Final = 400
# The first row that fits decides; whatever else this library raises on purpose is a refused input.
CODES: Final[tuple[tuple[tuple[type[Exception], ...], int], ...]] = (
    ((SettingsError,), os.EX_CONFIG),
    ((QueueUnavailableError, QueueFullError, OutcomeTimeoutError, redis.RedisError), os.EX_TEMPFAIL),
    ((OutboundError, OSError), REFUSED),
)


class Refusal(click.ClickException):
    """A verb stops: `code` is the exit code, the text is the whole sentence that a person sees."""

    def __init__(self, sentence: str, code: int = REFUSED) -> None:
        super().__init__(sentence)
        self.code = code


def refusal_of(error: Exception) -> Refusal:
    """Returns the sentence and the exit code for an error."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, click.ClickException):
        return Refusal(error.format_message(), error.exit_code)
    for kinds, code in CODES:
        if isinstance(error, kinds):
            return Refusal(_sentence_of(error), code)
    kind = type(error).__name__
    return Refusal(
        f"this should not have happened: {kind}: {_first_line(error)} (OUTBOUND_LOG_LEVEL=debug shows where)",
        os.EX_SOFTWARE,
    )


def _sentence_of(error: Exception) -> str:
    match error:
        case QueueUnavailableError() if NOT_REACHED.fullmatch(str(error)):
            return _sentence_of(redis.ConnectionError())
        case QueueUnavailableError():
            return f"{error} (the address is {redis_address()})"
        case redis.ConnectionError() | redis.TimeoutError():
            return (
                "Redis was not reached: check that it runs at the address of OUTBOUND_REDIS_URL "
                f"(the address is {redis_address()})"
            )
        case redis.RedisError():
            return f"Redis refused: {_first_line(error)}"
        case _:
            return str(error)


def redis_address(url: str | None = None) -> str:
    """Returns where Redis is looked for, by default where the environment says, without user and password."""
    scheme, _, rest = (url or os.environ.get("OUTBOUND_REDIS_URL") or URL_DEFAULT).partition("://")
    # a password that is not escaped may hold any of / ? #
    place = rest.rpartition("@")[2]
    return f"{scheme}://{re.split('[?#]', place)[0]}"


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:SENTENCE_MAX]
