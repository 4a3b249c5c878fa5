"""What an error means at the command line: one sentence and an exit code."""

import os
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
from worker.operations.sentences import sentence_of

REFUSED: Final = 1
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
            return Refusal(sentence_of(error), code)
    return Refusal(sentence_of(error), os.EX_SOFTWARE)
