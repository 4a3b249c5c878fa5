"""Where output goes: results to standard output, all else to standard error; colours only on a terminal.

Whatever is written, only this program's own colours and bars steer a terminal: see `visible`.
"""

import sys
from collections.abc import Iterable
from typing import Any, Final

import click
import msgspec
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from worker.observe.visible import steerable, visible

PLAIN_WIDTH: Final = 5_000


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
    click.echo(f"outbound: {visible(sentence)}", err=True)


class _Screen(Console):
    """A console whose colours and bars are its own, and whose text is visible."""

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 (passed on)
        return super().render_str(visible(text), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for each in super().render(renderable, options):
            yield each if each.control else Segment(visible(each.text), each.style)


def _console(*, stderr: bool) -> Console:
    stream = steerable(sys.stderr if stderr else sys.stdout)
    width = None if stream.isatty() else PLAIN_WIDTH
    return _Screen(file=stream, width=width, highlight=False, markup=False, emoji=False, soft_wrap=not width)
