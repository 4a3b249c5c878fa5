"""`outbound doctor`: what is wrong with this installation or will be, why it matters, and what to do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final, Protocol

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from worker.cli.failing import REFUSED
from worker.cli.screen import notice_console, print_json, result_console
from worker.cli.verb import Verb
from worker.doctor.examination import examine
from worker.doctor.findings import Finding, Report

STYLES: Final = {"ok": "green", "warning": "yellow", "error": "bold red"}


class _Show(Protocol):
    def __call__(self, part: str) -> object: ...


@click.command(
    "doctor", cls=Verb, examples=("outbound doctor", "outbound doctor --offline --json | jq .errors")
)
@click.option("--offline", is_flag=True, help="Ask nothing of Graph: tokens are not looked into.")
@click.option("--page", "pages", multiple=True, metavar="PAGE", help="Look into the token of this Page only.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def verb(pages: tuple[str, ...], *, offline: bool, as_json: bool) -> int:
    """Look for what is wrong here: settings, Pages and tokens, Redis, workers, Graph's version.

    Reads only. Each finding says why it matters and what to do; the worst come last.
    Exit code: 0 no error (warnings may be there), 1 an error.
    """
    with _shown() as show:
        report = examine(os.environ, datetime.now(UTC), offline=offline, only=pages, on_check=show)
    if as_json:
        print_json(report)
    else:
        _print(result_console(), report)
    return 0 if report.healthy else REFUSED


@contextmanager
def _shown() -> Iterator[_Show]:
    """Says on a terminal what is being looked at: a server that is away takes seconds."""
    console = notice_console()
    if not console.is_terminal:
        yield lambda part: part
        return
    with console.status("looking") as status:
        yield lambda part: status.update(f"looking at {part}")


def _print(console: Console, report: Report) -> None:
    if console.is_terminal:
        console.print(_table(report))
        console.print(Text(_summary(report), style="bold"))
        return
    for finding in report.findings:
        click.echo(_line(finding))
    click.echo(_summary(report))


def _table(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in report.findings:
        told = Text(finding.what)
        if finding.why:
            told.append(f"\nwhy: {finding.why}", style="dim")
        if finding.do:
            told.append(f"\ndo:  {finding.do}", style="bold")
        table.add_row(Text(finding.level, style=STYLES[finding.level]), finding.check, told)
    return table


def _line(finding: Finding) -> str:
    advice = f"; why: {finding.why}; do: {finding.do}" if finding.why else ""
    return f"{finding.level:<8} {finding.check:<19} {finding.what}{advice}"


def _summary(report: Report) -> str:
    well = len(report.findings) - report.errors - report.warnings
    return f"{_counted(report.errors, 'error')}, {_counted(report.warnings, 'warning')}, {well} ok"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
