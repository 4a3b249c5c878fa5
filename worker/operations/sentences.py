"""What an error of this library or of Redis says to an operator: one sentence, with the address but no password."""

import re
from typing import Final

import redis

from producer.errors import OutboundError, QueueUnavailableError
from producer.store.refusals import refusal_of
from worker.config.addresses import redis_address

NOT_REACHED: Final = re.compile(r"Redis was not reached \(\w+\): (ask its ticket|try) again")
SENTENCE_CHARACTERS_MAX: Final = 400


def sentence_of(error: Exception) -> str:  # noqa: PLR0911 (a table: a sentence for each kind)
    """Returns the sentence for an error; of one that nobody foresaw its class, and where more is to be seen."""
    match error:
        case QueueUnavailableError() if NOT_REACHED.fullmatch(str(error)):
            return sentence_of(redis.ConnectionError())
        case QueueUnavailableError():
            return f"{error} (the address is {redis_address()})"
        case redis.RedisError() if (refusal := refusal_of(error)) is not None:
            return f"{refusal} (the address is {redis_address()})"
        case redis.ConnectionError() | redis.TimeoutError():
            reached = "Redis was not reached: check that it runs at the address of OUTBOUND_REDIS_URL"
            return f"{reached} (the address is {redis_address()})"
        case redis.RedisError():
            return f"Redis refused: {_first_line(error)}"
        case OutboundError() | OSError():
            return str(error)
        case _:
            return (
                f"this should not have happened: {type(error).__name__}: {_first_line(error)} "
                "(OUTBOUND_LOG_LEVEL=debug shows where)"
            )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:SENTENCE_CHARACTERS_MAX]
