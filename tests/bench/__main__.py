"""`make bench`, or `python -m tests.bench`: every figure of our speed and size, measured here and now."""

import contextlib
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.bench import Bench, BenchFailedError
from tests.bench.figures import Section
from tests.bench.plan import full_plan, quick_plan
from tests.bench.plots import can_draw, draw
from tests.bench.report import document_of, shown, write_report
from worker.cli import INTERRUPTED
from worker.cli.failing import REFUSED, Refusal
from worker.cli.screen import notice, print_json, print_whole, result_console
from worker.cli.verb import Verb
from worker.demo.servers import MissingPackageError, check_packages

FOLDER: Final = "build/bench"
SCALE_LEAST: Final = 0.01
TERMINATED: Final = 143


@click.command(
    "bench",
    cls=Verb,
    examples=("make bench OPTIONS=--quick", "python -m tests.bench --json --scale 0.1"),
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--quick", is_flag=True, help="The main ratios only, in two minutes at most.")
@click.option(
    "--scale",
    type=click.FloatRange(SCALE_LEAST, 1.0),
    default=1.0,
    show_default=True,
    help="Shrinks the loads that take minutes; 1.0 passes a million messages.",
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=FOLDER,
    show_default=True,
    help="Folder for bench.json, bench.md and the plots.",
)
def verb(scale: float, output: Path, *, as_json: bool, quick: bool) -> int:
    """Measure throughput, latency and memory against other ways of sending.

    Starts an embedded Valkey, a stub of Graph, one worker process and the contenders, each on this
    machine, and compares them in turn. Writes JSON, a Markdown table and plots. A full run takes about
    a quarter of an hour.
    Exit code: 0 it was measured, whether or not a target is reached; 1 it could not be.
    """
    check()
    plan = quick_plan() if quick else full_plan(scale)
    bench = Bench(plan, notice)
    try:
        with _ends_on_sigterm():
            results = bench.run()
    except KeyboardInterrupt:
        return _stopped(bench.sections, as_json=as_json)
    except BenchFailedError as error:
        raise Refusal(f"the bench stopped: {error}", REFUSED) from None
    plots = draw(results, output)
    written = [*write_report(results, output, plots), *plots]
    if as_json:
        print_json(document_of(results))
    else:
        _print_tables(result_console(), results.sections)
    if not can_draw():
        notice('no plots were drawn, for matplotlib is not installed: pip install ".[bench]"')
    notice(f"written: {', '.join(str(path) for path in written)}")
    return 0


def _stopped(sections: list[Section], *, as_json: bool) -> int:
    """Shows what was measured before Ctrl-C."""
    if not as_json:
        _print_tables(result_console(), sections)
    done = f"{len(sections)} {'part' if len(sections) == 1 else 'parts'} of the bench done"
    notice(f"stopped: {done}; nothing was written, and all that it started has ended")
    return INTERRUPTED


def check() -> None:
    """Raises `Refusal` when a package is missing without which nothing can be measured."""
    try:
        check_packages({})
    except MissingPackageError as error:
        raise Refusal(str(error).replace("the demo", "the bench").partition(", or ")[0], REFUSED) from None


@contextlib.contextmanager
def _ends_on_sigterm() -> Iterator[None]:
    """Makes SIGTERM end the block as an exception does: frozen processes would stay for ever."""

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _print_tables(console: Console, sections: Sequence[Section]) -> None:
    for section in sections:
        print_whole(console, Text(section.title, style="bold"))
        table = Table(box=None, pad_edge=False)
        for name in ("", "median", "least", "most", "", "target", ""):
            table.add_column(name, justify="right" if name in {"median", "least", "most"} else "left")
        for each in section.figures:
            values = (each.spread.median, each.spread.least, each.spread.most)
            target = "" if each.target is None else f"{each.target.sense} {shown(each.target.bound)}"
            style = "bold red" if each.reached is False else ""
            numbers = [Text(shown(value), style=style) for value in values]
            table.add_row(each.title, *numbers, each.unit, target, each.note)
        print_whole(console, table)
        for remark in section.remarks:
            print_whole(console, Text(remark))
        print_whole(console, Text())


if __name__ == "__main__":
    try:
        sys.exit(verb.main(standalone_mode=False))
    except (Refusal, click.ClickException) as refusal:
        notice(refusal.format_message())
        sys.exit(refusal.exit_code)
