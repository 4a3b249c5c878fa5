"""`outbound audit`: who did what, by the dashboard or the command line."""

import click
from rich.table import Table

from worker.cli.installation import installation
from worker.cli.screen import print_json, print_whole, result_console
from worker.cli.verb import Verb
from worker.operations.acts import ACTS_MAX, Act, latest_acts


@click.command("audit", cls=Verb, examples=("outbound audit --limit 10", "outbound audit --json"))
@click.option("--limit", type=click.IntRange(1, ACTS_MAX), default=50, show_default=True, help="Most acts.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def verb(limit: int, *, as_json: bool) -> None:
    """Show who held, released, replayed, dropped, paused, resumed or cancelled what.

    The latest 1,000 acts are kept, those of the dashboard and of the command line.
    """
    place = installation()
    found = latest_acts(place.client, place.keys, limit=limit)
    if as_json:
        print_json(found)
    elif found:
        print_whole(result_console(), _table(found))
    else:
        click.echo("nobody did anything yet")


def _table(found: list[Act]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for column in ("at (UTC)", "who", "by", "act", "on", "what came of it"):
        table.add_column(column, no_wrap=True)
    for each in found:
        table.add_row(f"{each.at:%Y-%m-%d %H:%M:%S}", each.who, each.by, each.act, each.on, each.told)
    return table
