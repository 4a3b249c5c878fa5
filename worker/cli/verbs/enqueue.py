"""`outbound enqueue`: queues a file of commands, and always says exactly how far it came."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import click
import msgspec
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from producer.errors import OutboundError, QueueFullError, QueueUnavailableError
from producer.queue.envelope import Delivery
from worker.cli import INTERRUPTED
from worker.cli.bad_lines import BadLines, counted, left_out
from worker.cli.failing import REFUSED, Refusal, refusal_of
from worker.cli.installation import installation
from worker.cli.screen import notice, notice_console, print_json
from worker.cli.verb import Verb
from worker.operations import intake


class Enqueued(msgspec.Struct, frozen=True):
    """What `--json` prints; `commands` counts each part of an explicit batch."""

    commands: int
    bad_lines: int
    next_line: int
    run: str
    stopped: str | None


@click.command(
    "enqueue",
    cls=Verb,
    examples=(
        "outbound enqueue campaign.jsonl --page 1895382890692545 --bulk",
        "gunzip < campaign.jsonl.gz | outbound enqueue - --page 1895382890692545",
    ),
)
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "--page", envvar="OUTBOUND_PAGE", default="", help="Page of lines without `page`.  [OUTBOUND_PAGE]"
)
@click.option("--bulk", is_flag=True, help="Priority of lines that name none: bulk.")
@click.option("--skip-bad", is_flag=True, help="Report bad lines and go on.")
@click.option("--from-line", type=click.IntRange(1), default=1, metavar="N", help="Begin at line N.")
@click.option("--run", "run", metavar="RUN", help="Go on with a run that broke off: no line is queued twice.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def verb(
    file: str, page: str, run: str | None, from_line: int, *, bulk: bool, skip_bad: bool, as_json: bool
) -> int:
    """Queue a file of commands, one JSON a line (- reads standard input).

    A line is a command, {"type": "send_message", "recipient": …, "message": …}, or a call,
    {"method": "send_text", "args": […], "kwargs": {…}}; either may name its page, priority,
    send_at, expires_in, idempotency_key, ordered and at_most_once.
    Exit code: 0 all queued, 1 a line is bad, 75 Redis away or full.
    """
    if run is not None and intake.RUN.fullmatch(run) is None:
        raise click.UsageError("--run takes the 13 characters that a run printed when it broke off")
    place = installation(patient=True)
    delivery = Delivery(page=page, priority="bulk" if bulk else "interactive")
    progress = intake.Progress(run or intake.new_run(), next_line=from_line)
    stop: Refusal | None = None
    with _opened(file) as source, _shown(source) as show:
        try:
            bad_lines = BadLines()
            on_bad = (lambda line: bad_lines.tell(line.number, line.problem)) if skip_bad else None
            intake.enqueue_lines(source, place.queue, delivery, progress, on_bad=on_bad, on_progress=show)
        except OutboundError as error:
            stop = _stop_of(error, progress, file)
        except KeyboardInterrupt:
            stop = Refusal(f"stopped; {_go_on(progress, file, certain=False)}", INTERRUPTED)
    return _report(progress, stop, as_json=as_json)


def _stop_of(error: OutboundError, progress: intake.Progress, file: str) -> Refusal:
    code = refusal_of(error).code
    if isinstance(error, intake.LineRefusedError):
        ahead = "; or leave bad lines out with --skip-bad"
        return Refusal(f"{error}; {_go_on(progress, file, certain=True, verb='mend it, then')}{ahead}", code)
    sentence = str(refusal_of(error)) if isinstance(error, QueueUnavailableError) else str(error)
    return Refusal(f"{sentence}; {_go_on(progress, file, certain=isinstance(error, QueueFullError))}", code)


def _go_on(progress: intake.Progress, file: str, *, certain: bool, verb: str = "go on with") -> str:
    commands = counted(progress.commands, "command")
    queued = f"{commands} from before line {progress.next_line} on the queue"
    if not certain:
        queued += ", some after it may be too"
    how = f"outbound enqueue {file} --from-line {progress.next_line} --run {progress.run}"
    return f"{queued}; {verb}: {how}"


def _report(progress: intake.Progress, stop: Refusal | None, *, as_json: bool) -> int:
    if as_json:
        why = None if stop is None else str(stop)
        print_json(Enqueued(progress.commands, progress.bad, progress.next_line, progress.run, why))
    if stop is not None:
        notice(str(stop))
        return stop.code
    if not as_json:
        click.echo(f"{counted(progress.commands, 'command')} enqueued{left_out(progress.bad)}")
    return REFUSED if progress.bad else 0


@contextlib.contextmanager
def _opened(file: str) -> Iterator[IO[bytes]]:
    if file == "-":
        yield sys.stdin.buffer
        return
    with Path(file).open("rb") as source:
        yield source


@contextlib.contextmanager
def _shown(source: IO[bytes]) -> Iterator[Callable[[intake.Progress], None] | None]:
    console = notice_console()
    if not console.is_terminal:
        yield None
        return
    size = os.fstat(source.fileno()).st_size or None
    columns = (BarColumn(), DownloadColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("0 commands enqueued", total=size)

        def show(progress: intake.Progress) -> None:
            description = f"{progress.commands:,} commands enqueued"
            bar.update(task, completed=progress.bytes_read, description=description)

        yield show
