"""`make mutate`, or `python -m tests.mutation`: which breaks of engine and delivery no test notices."""

import queue
import random
import sys
import threading
from collections.abc import Sequence
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from tests.mutation.breaks import Break, breaks_of
from tests.mutation.trying import Suite, Tried, copy_of_tree, tried
from tests.running import ROOT

CAUGHT_SHARE: Final = 0.95
SIDE_BY_SIDE: Final = 2
LAWS: Final = (
    (
        "tests/laws",
        "-k",
        "not fakeredis",
        "--deselect",
        "tests/laws/test_simulation.py",
        "--ignore",
        "tests/laws/test_machine.py",
    ),
    ("tests/worker/engine", "tests/worker/take", "tests/pitfalls", "-k", "not fakeredis"),
    ("tests/laws/test_machine.py", "tests/laws/test_simulation.py", "-k", "not fakeredis"),
)
DELIVERY: Final = (
    (
        "tests/worker/settle",
        "tests/worker/judge",
        "tests/worker/call",
        "tests/worker/test_deliver.py",
        "-k",
        "not fakeredis",
    ),
    (
        "tests/worker/take",
        "tests/worker/engine",
        "tests/worker/observe",
        "tests/pitfalls",
        "-k",
        "not fakeredis",
    ),
    ("tests/flow", "tests/worker/operations", "-m", "not long"),
)
SUITES: Final = (
    Suite("worker/engine/scripts/*.lua", LAWS),
    Suite("producer/scripts/*.lua", (("tests/producer", "-k", "not fakeredis"), *LAWS)),
    Suite("worker/engine/*.py", (*LAWS, *DELIVERY)),
    Suite("worker/deliver.py", DELIVERY),
    Suite("worker/call/graph/*.py", DELIVERY),
    Suite("worker/judge/*.py", DELIVERY),
    Suite("worker/settle/*.py", DELIVERY),
    Suite("worker/take/*.py", (DELIVERY[1], DELIVERY[0], *LAWS)),
)


@click.command("mutate")
@click.option("--count", default=300, show_default=True, help="How many breaks are tried.")
@click.option("--seed", default=1, show_default=True, help="Which: the same seed chooses the same lines.")
@click.option("--only", default="", help="Only files whose path contains this.")
def main(count: int, seed: int, only: str) -> None:
    """Break lines of the engine and of delivery, one at a time, and tell which breaks no test notices.

    Each line is as likely as any other. Runs for hours; the tree itself is not touched.
    Exit code: 0 at least 95 % were noticed; 1 fewer were.
    """
    chosen = _chosen(count, seed, only)
    if not chosen:
        raise click.UsageError(f"no file that can be broken has «{only}» in its path")
    results = _all_tried(chosen)
    survivors = [each for each in results if each.ending == "survived"]
    _print(survivors)
    noticed = 1 - len(survivors) / len(results)
    click.echo(
        f"{len(results)} breaks, {len(survivors)} unnoticed: {noticed:.1%} noticed, {CAUGHT_SHARE:.0%} wanted"
    )
    sys.exit(noticed < CAUGHT_SHARE)


def _chosen(count: int, seed: int, only: str) -> list[tuple[Break, Suite]]:
    by_line: dict[tuple[str, int], list[tuple[Break, Suite]]] = {}
    for suite in SUITES:
        for path in sorted(ROOT.glob(suite.files)):
            file = path.relative_to(ROOT).as_posix()
            if only in file:
                for each in breaks_of(ROOT, file):
                    by_line.setdefault((file, each.line), []).append((each, suite))
    chance = random.Random(seed)
    lines = chance.sample(sorted(by_line), min(count, len(by_line)))
    return [chance.choice(by_line[line]) for line in lines]


def _all_tried(chosen: Sequence[tuple[Break, Suite]]) -> list[Tried]:
    waiting: queue.SimpleQueue[tuple[Break, Suite]] = queue.SimpleQueue()
    for each in chosen:
        waiting.put(each)
    results: list[Tried] = []
    threads = [
        threading.Thread(target=_work, args=(waiting, results, len(chosen))) for _ in range(SIDE_BY_SIDE)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def _work(waiting: "queue.SimpleQueue[tuple[Break, Suite]]", results: list[Tried], total: int) -> None:
    with copy_of_tree() as copy:
        while True:
            try:
                broken, suite = waiting.get_nowait()
            except queue.Empty:
                return
            result = tried(copy, broken, suite)
            results.append(result)
            told = f"{result.ending:9}{broken.place}  {broken.what}  ({result.seconds:.0f} s)  {result.test}"
            click.echo(f"{len(results):4}/{total} {told}")


def _print(survivors: Sequence[Tried]) -> None:
    table = Table("place", "break", title="what no test noticed", title_justify="left")
    for each in sorted(survivors, key=lambda each: (each.broken.file, each.broken.line)):
        table.add_row(each.broken.place, each.broken.what)
    if survivors:
        Console(width=120).print(table)


if __name__ == "__main__":
    main()
