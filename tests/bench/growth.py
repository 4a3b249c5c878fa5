"""What a message costs as the backlog, the Pages and the workers grow, and the worker's memory while a million pass."""

import contextlib
from functools import partial
from typing import Final

import msgspec

from tests.bench.arena import Arena, open_arena
from tests.bench.drain import Drained, drain_ours
from tests.bench.figures import TIMES, Figure, Section, Series, Target
from tests.bench.plan import Plan, Say
from tests.bench.processes import Measured, our_worker
from tests.bench.shapes import GRAPH_LATENCY_MS, fill_pages, fill_plain
from tests.bench.spread import spread_of
from tests.bench.throughput import enqueue_ours

BACKLOGS: Final = (1_000, 10_000, 100_000)
MILLION: Final = 1_000_000
AT_LEAST: Final = 20_000
PAGES: Final = (1, 100, 10_000)
PAGES_LOAD: Final = 50_000
WORKERS: Final = (1, 2, 4)
WORKER_THREADS: Final = 4
WORKER_LOAD: Final = 5_000
MEGABYTE: Final = 1024 * 1024
COST: Final = "µs of processor a message, worker and Redis"


def measure_backlog(arena: Arena, plan: Plan, say: Say) -> tuple[Section, list[Series]]:
    """Returns the cost a message by backlog, and resident memory after 100,000 and after all messages.

    The smallest backlog comes again at the end, beside all the outcomes that the largest has left.
    """
    million = plan.scaled(MILLION)
    drains: dict[int, list[Drained]] = {}
    resident: dict[int, float] = {}
    passed = 0
    arena.empty()
    with our_worker(arena.settings()) as worker:

        def drained(backlog: int) -> list[Drained]:
            say(f"growth: a backlog of {backlog:,}")
            fill = partial(enqueue_ours, arena, backlog)
            return [drain_ours(arena, [worker], fill) for _ in range(max(1, AT_LEAST // backlog))]

        passed += drain_ours(arena, [worker], partial(enqueue_ours, arena, 5_000)).messages
        for backlog in (*(each for each in BACKLOGS if each < million), million):
            drains[backlog] = drained(backlog)
            passed += sum(each.messages for each in drains[backlog])
            resident[passed] = worker.resident_bytes() / MEGABYTE
        again = drained(BACKLOGS[0])
    arena.empty()
    figures = [_backlog_figure(backlog, found) for backlog, found in drains.items()]
    figures += [*_flatness(drains, again, passed), *_resident_figures(resident)]
    section = Section(
        "Growth of the backlog, one Page, one worker process",
        figures,
        [
            f"Cost is the {COST}: it says more than a rate where cores are shared.",
            f"{MILLION:,} waiting become as many outcomes, so {BACKLOGS[0]:,} are measured before and after them.",
            "Beside many outcomes Redis is slower whatever waits: what a script touches lies further apart in memory.",
        ],
    )
    points = [(float(each), _cost(found)) for each, found in drains.items()]
    return section, [Series("one worker, one Page", "commands waiting", COST, points)]


def _cost(drains: list[Drained]) -> float:
    return sum(each.worker_us + each.redis_us for each in drains) / len(drains)


def _backlog_figure(backlog: int, drains: list[Drained]) -> Figure:
    rate = spread_of([each.messages / each.seconds for each in drains]).median
    return Figure(
        key=f"backlog_{backlog}",
        title=f"{backlog:,} waiting",
        unit="µs a message",
        spread=spread_of([each.worker_us + each.redis_us for each in drains]),
        note=f"{rate:,.0f} messages/s from first to last",
    )


def _flatness(drains: dict[int, list[Drained]], again: list[Drained], passed: int) -> list[Figure]:
    smallest, largest = min(drains), max(drains)
    beside = f"beside {passed:,} outcomes"
    before, after = _cost(drains[smallest]), _cost(again)
    return [
        msgspec.structs.replace(
            _backlog_figure(smallest, again), key="backlog_again", title=f"{smallest:,} waiting {beside}"
        ),
        Figure(
            key="backlog_growth",
            title=f"cost with {largest:,} waiting ÷ with {smallest:,}, before and after",
            unit=TIMES,
            spread=spread_of([_cost(drains[largest]) / ((before + after) / 2)]),
            target=Target("at most", 1.25),
        ),
        Figure(
            key="outcomes_growth",
            title=f"cost {beside} ÷ on an empty server",
            unit=TIMES,
            spread=spread_of([after / before]),
            note=f"with {smallest:,} waiting",
        ),
    ]


def _resident_figures(resident: dict[int, float]) -> list[Figure]:
    early, late = sorted(resident)[-2:]
    return [
        Figure(
            key="resident",
            title=f"worker's resident memory after {late:,} messages",
            unit="MiB",
            spread=spread_of([resident[late]]),
            target=Target("at most", 120 * 1e6 / MEGABYTE),
        ),
        Figure(
            key="resident_growth",
            title=f"the same ÷ after {early:,}",
            unit=TIMES,
            spread=spread_of([resident[late] / resident[early]]),
            target=Target("at most", 1.1),
            note=f"{resident[early]:.1f} MiB then",
        ),
    ]


def measure_pages(arena: Arena, say: Say) -> tuple[Section, list[Series]]:
    """Returns the cost a message of the same load over more and more Pages."""
    costs: dict[int, list[float]] = {}
    batches: dict[int, float] = {}
    for number in range(2):
        for pages in PAGES:
            say(f"growth: {pages:,} Pages, {number + 1} of 2")
            arena.empty()
            with our_worker(arena.settings(pages)) as worker:
                drain_ours(arena, [worker], partial(fill_plain, arena, 2_000))
                found = drain_ours(
                    arena,
                    [worker],
                    partial(fill_pages, arena, PAGES_LOAD, pages=pages),
                )
            costs.setdefault(pages, []).append(found.worker_us + found.redis_us)
            batches[pages] = found.mean_batch
    arena.empty()
    figures = [
        Figure(
            key=f"pages_{pages}",
            title=f"{pages:,} Pages" if pages > 1 else "1 Page",
            unit="µs a message",
            spread=spread_of(each),
            note=f"mean batch {batches[pages]:.1f}",
        )
        for pages, each in costs.items()
    ]
    told = f"cost with {PAGES[-1]:,} Pages ÷ with 1"
    figures.append(_growth("pages_growth", told, costs, Target("at most", 1.5)))
    points = [(float(pages), spread_of(each).median) for pages, each in costs.items()]
    title = f"Growth of the Pages, {PAGES_LOAD:,} texts in all"
    return Section(title, figures), [Series(f"{PAGES_LOAD:,} texts", "Pages", COST, points)]


def measure_workers(plan: Plan, say: Say) -> tuple[Section, list[Series]]:
    """Returns throughput by worker processes with 200 ms at Graph."""
    rates: dict[int, list[float]] = {}
    with open_arena(latency_ms=GRAPH_LATENCY_MS) as arena:
        for count in WORKERS:
            say(f"growth: {count} workers with 200 ms at Graph")
            rates[count] = _rates_of_workers(arena, count, min(2, plan.repeats))
    figures = [
        Figure(
            key=f"workers_{count}",
            title=f"{count} worker processes" if count > 1 else "1 worker process",
            unit="messages/s",
            spread=spread_of(each),
        )
        for count, each in rates.items()
    ]
    told = f"{WORKERS[-1]} worker processes ÷ 1"
    figures.append(_growth("workers_growth", told, rates, Target("at least", 3.2)))
    section = Section(
        f"Growth of the workers, 200 ms at Graph, {WORKER_THREADS} threads each",
        figures,
        [
            "Few threads each, so that the latency is what bounds them and not this machine's cores.",
        ],
    )
    points = [(float(count), spread_of(each).median) for count, each in rates.items()]
    return section, [Series(f"{WORKER_THREADS} threads each", "worker processes", "messages/s", points)]


def _growth(key: str, title: str, found: dict[int, list[float]], target: Target) -> Figure:
    """Returns what was found with the most of them, divided by what was found with the fewest."""
    pairs = zip(found[max(found)], found[min(found)], strict=True)
    spread = spread_of([most / fewest for most, fewest in pairs])
    return Figure(key=key, title=title, unit=TIMES, spread=spread, target=target)


def _rates_of_workers(arena: Arena, count: int, repeats: int) -> list[float]:
    fill = partial(enqueue_ours, arena, WORKER_LOAD * count)
    with contextlib.ExitStack() as stack:
        workers: list[Measured] = [
            stack.enter_context(our_worker(arena.settings(), threads=WORKER_THREADS)) for _ in range(count)
        ]
        drain_ours(arena, workers, fill)
        return [drain_ours(arena, workers, fill).rate for _ in range(repeats)]
