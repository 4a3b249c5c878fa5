"""Durations as options take them: `30s`, `500ms`, `2m`, or a plain number of seconds."""

from collections.abc import Callable
from typing import TypeAlias

import click

from worker.config.durations import duration_ms

Parse: TypeAlias = Callable[[click.Context, click.Parameter, str | None], float | None]


def seconds_up_to(seconds_max: int) -> Parse:
    """Returns the callback of an option that takes a duration from 0 to `seconds_max` and becomes seconds."""

    def parse(_context: click.Context, _parameter: click.Parameter, text: str | None) -> float | None:
        if text is None:
            return None
        bare = text.replace(".", "", 1).isdecimal()
        try:
            seconds = duration_ms(f"{text}s" if bare else text) / 1000
        except ValueError as error:
            raise click.BadParameter(f"{text!r}: {error}") from None
        if seconds > seconds_max:
            raise click.BadParameter(f"{text!r} is longer than {seconds_max} seconds")
        return seconds

    return parse
