"""`outbound status`: what an installation looks like now, once or live."""

import time
from typing import Final

import click
import redis
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from worker.cli.failing import refusal_of
from worker.cli.installation import Installation, installation
from worker.cli.overview_view import render
from worker.cli.screen import print_json, print_whole, result_console
from worker.cli.verb import Verb
from worker.operations.overview import Overview, read_overview

EVERY_S: Final = 1.0
ROWS_DEFAULT: Final = 20
ROWS_MAX: Final = 8_000


@click.command("status", cls=Verb, examples=("outbound status --watch", "outbound status --json | jq .ended"))
@click.option("--watch", is_flag=True, help="Show it anew every second, until Ctrl-C.")
@click.option(
    "--rows",
    type=click.IntRange(1, ROWS_MAX),
    default=ROWS_DEFAULT,
    show_default=True,
    help="Most rows of each table.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document; it names up to 1,000 Pages.")
def verb(rows: int, *, watch: bool, as_json: bool) -> None:
    """Show what is wrong and its cure, workers, what waits in which lane, what is held and why, and how commands ended.

    `behind` waits for an earlier command of its conversation, `later` is scheduled or tried again.
    """
    if watch and as_json:
        raise click.UsageError("--watch is for people and --json for programs: use one of them")
    place = installation()
    if as_json:
        print_json(_read(place))
        return
    console = result_console()
    if watch:
        _watch(place, console, rows)
    else:
        print_whole(console, render(_read(place), rows_max=rows, width=console.width))


def _read(place: Installation) -> Overview:
    return read_overview(place.client, place.keys, timeout_ms=place.settings.heartbeat_timeout_ms)


def _watch(place: Installation, console: Console, rows: int) -> None:
    if not console.is_terminal:
        while True:
            print_whole(console, Group(_shown(place, console, rows), Text()))
            time.sleep(EVERY_S)
    with Live(console=console, auto_refresh=False, screen=False) as live:
        while True:
            live.update(_shown(place, console, rows), refresh=True)
            time.sleep(EVERY_S)


def _shown(place: Installation, console: Console, rows: int) -> RenderableType:
    try:
        return render(_read(place), rows_max=rows, width=console.width)
    except redis.RedisError as error:
        return Text(f"{refusal_of(error)}; trying again", style="red")
