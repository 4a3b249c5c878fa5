"""Where output goes: results to standard output, all else to standard error; colours only on a terminal."""

import sys
from typing import Final

import click
import msgspec
from rich.console import Console, RenderableType

PLAIN_WIDTH: Final = 200


def result_console() -> Console:
    """Returns the console for results; plain text of one line a row when it is no terminal, or with NO_COLOR set."""
    return _console(stderr=False)


def notice_console() -> Console:
    """Returns the console for progress and notices."""
    return _console(stderr=True)


def print_whole(console: Console, thing: RenderableType) -> None:
    """Prints tables or text; what goes to a file has no blanks at the ends of its lines."""
    if console.is_terminal:
        console.print(thing)
        return
    with console.capture() as captured:
        console.print(thing)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def print_json(value: object) -> None:
    """Prints one JSON document."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    click.echo(text)


def notice(sentence: str) -> None:
    """Prints a sentence to standard error."""
    click.echo(f"outbound: {sentence}", err=True)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PLAIN_WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False, soft_wrap=not width)
