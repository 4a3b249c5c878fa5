"""Broadcasts as `outbound broadcast --list` shows them: in two lines each, the latest first."""

import click

from worker.cli.installation import Installation
from worker.cli.screen import print_json
from worker.cli.steering import words_of
from worker.operations.broadcasts import LISTED_MAX, list_broadcasts


def show_list(place: Installation, *, as_json: bool) -> int:
    """Prints at most 200 broadcasts, each as it tells of itself, and how many more there are; returns the exit code."""
    listed = list_broadcasts(place.client, place.keys, limit=LISTED_MAX)
    if as_json:
        print_json(listed)
        return 0
    for each in listed.broadcasts:
        click.echo(words_of(each))
    if not listed.total:
        click.echo("there is no broadcast")
    elif listed.total > LISTED_MAX:
        click.echo(f"and {listed.total - LISTED_MAX:,} that are older")
    return 0
