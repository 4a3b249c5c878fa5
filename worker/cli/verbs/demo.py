"""`outbound demo`: the whole way on this machine, counted from the stub's ledger."""

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Final

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from worker.cli import INTERRUPTED
from worker.cli.failing import REFUSED
from worker.cli.screen import notice, notice_console, print_json, print_whole, result_console
from worker.cli.verb import Verb
from worker.demo import Demo, Report

MESSAGES_MAX: Final = 1_000_000


@click.command("demo", cls=Verb, examples=("outbound demo", "outbound demo --messages 2000 --json"))
@click.option(
    "--messages",
    type=click.IntRange(1, MESSAGES_MAX),
    default=20_000,
    show_default=True,
    help="Texts of the campaign.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def verb(messages: int, *, as_json: bool) -> int:
    """See it all run on this machine: Redis, a worker of two processes, a stub of Graph.

    Sends every example message of the reference document and a campaign over five Pages to a few
    thousand people, and counts from the stub's ledger. An embedded Valkey is started, unless
    OUTBOUND_REDIS_URL names a running server; nothing of the demo is left there.
    Exit code: 0 unless something was lost, doubled, refused or out of order.
    """
    with _progress_shown() as show:
        demo = Demo(messages, show)
        try:
            report = demo.run(os.environ)
        except KeyboardInterrupt:
            report = None
    if report is None:
        so_far = f"{demo.enqueued:,} commands were enqueued and {demo.sent:,} sent"
        notice(f"stopped: {so_far}; all that the demo started has ended")
        return INTERRUPTED
    if as_json:
        print_json(_document(report))
    else:
        _print_table(result_console(), report)
    return 0 if report.passed else REFUSED


def _document(report: Report) -> dict[str, object]:
    fields: dict[str, object] = msgspec.to_builtins(report)
    return {**fields, "order_kept": report.order_kept, "passed": report.passed}


@contextlib.contextmanager
def _progress_shown() -> Iterator[Callable[[Demo], None]]:
    console = notice_console()
    if not console.is_terminal:
        yield lambda _demo: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        enqueued = bars.add_task("enqueued", total=None)
        sent = bars.add_task("sent", total=None)

        def show(demo: Demo) -> None:
            bars.update(enqueued, total=demo.expected, completed=demo.enqueued)
            bars.update(sent, total=demo.expected, completed=demo.sent)

        yield show


def _print_table(console: Console, report: Report) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    rows: tuple[tuple[str, str, bool], ...] = (
        ("enqueued", f"{report.enqueued:,}", True),
        ("sent", f"{report.sent:,}", True),
        ("refused", f"{report.refused:,}", report.refused == 0),
        ("batches", f"{report.batches:,}", True),
        ("mean batch size", f"{report.mean_batch_size:.1f}", True),
        ("messages a second", f"{report.messages_a_second:,}", True),
        (
            "order kept",
            "yes" if report.order_kept else f"no, in {report.out_of_order:,} cases",
            report.order_kept,
        ),
        ("lost", f"{report.lost:,}", report.lost == 0),
        ("duplicates", f"{report.duplicates:,}", report.duplicates == 0),
    )
    for name, value, is_good in rows:
        table.add_row(name, Text(value, style="" if is_good else "bold red"))
    print_whole(console, table)
    people = f"{report.conversations:,} people"
    verdict = "nothing was lost, doubled or out of order" if report.passed else "that is not what should be"
    print_whole(console, Text(f"counted from the ledger of the stub of Graph, for {people}: {verdict}"))
