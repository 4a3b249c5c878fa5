"""Many shapes of load, each with its figure and its ratio to the plain shape of the same run."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import msgspec

from producer import Producer
from tests.bench import load
from tests.bench.arena import Arena, open_arena, page_ids
from tests.bench.drain import Drained, drain_ours
from tests.bench.figures import TIMES, Figure, Section, Target
from tests.bench.plan import Plan, Say
from tests.bench.processes import THREADS, our_worker
from tests.bench.spread import Spread, spread_of

PAGES_MANY: Final = 10_000
LENGTH: Final = 10
MEDIA_EVERY: Final = 10
MEDIA_SHARE: Final = 10
ERROR_PROBABILITY: Final = 0.01
GRAPH_LATENCY_MS: Final = 200.0
PLAIN: Final = "plain"
ERRORS: Final = (
    "Errors: 1 % of the calls are refused because of the person (code 551), 1 % fail for a moment (code 2) and are "
    "tried again after 100 ms; the figure counts commands that have ended."
)


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """One shape: how it is enqueued (returns how many), and what surrounds it."""

    key: str
    title: str
    fill: Callable[[Arena, int], int]
    pages: int = 1
    share: int = 1
    errors: bool = False


def measure(arena: Arena, plan: Plan, say: Say) -> Section:
    """Returns the section of shapes without latency."""
    drains: dict[str, list[Drained]] = {}
    repeats = max(2, plan.repeats // 2 + 1)
    for number in range(repeats):
        for shape in SHAPES:
            say(f"shapes: {shape.title}, {number + 1} of {repeats}")
            drains.setdefault(shape.key, []).append(_drained(arena, shape, plan))
    return Section(
        "Shapes of load, one worker process",
        _figures(drains),
        [ERRORS, "Media by URL never share a request with text, and travel one a request."],
    )


def _drained(arena: Arena, shape: Shape, plan: Plan) -> Drained:
    arena.empty()
    count = plan.shape // shape.share
    settings = arena.settings(shape.pages, retry_schedule="100ms,100ms,1s,10s")
    with our_worker(settings) as worker:
        drain_ours(arena, [worker], partial(fill_plain, arena, 2_000))
        with contextlib.ExitStack() as stack:
            if shape.errors:
                stack.enter_context(_errors(arena))
            return drain_ours(arena, [worker], partial(shape.fill, arena, count))


@contextlib.contextmanager
def _errors(arena: Arena) -> Iterator[None]:
    arena.stub.faults.add("error", probability=ERROR_PROBABILITY, code=551, subcode=1545041, seed=1)
    arena.stub.faults.add("error", probability=ERROR_PROBABILITY, code=2, is_transient=True, seed=2)
    try:
        yield
    finally:
        arena.stub.faults.clear()


@contextlib.contextmanager
def _producing(arena: Arena) -> Iterator[Producer]:
    producer = arena.producer()
    try:
        yield producer
    finally:
        producer.close()


def fill_plain(arena: Arena, count: int) -> int:
    """Enqueues texts to as many people, as a service does without any option."""
    with _producing(arena) as producer:
        return producer.send_many(load.texts(count))


def _fill_bulk(arena: Arena, count: int) -> int:
    with _producing(arena) as producer:
        return producer.with_options(priority="bulk").send_many(load.texts(count))


def _fill_unordered(arena: Arena, count: int) -> int:
    with _producing(arena) as producer:
        return producer.with_options(ordered=False).send_many(load.texts(count))


def _fill_conversations(arena: Arena, count: int) -> int:
    with _producing(arena) as producer:
        return producer.send_many(load.conversations(count // LENGTH, LENGTH))


def _fill_with_media(arena: Arena, count: int) -> int:
    with _producing(arena) as producer:
        return producer.send_many(load.mixed_with_media(count, every=MEDIA_EVERY))


def _fill_many_pages(arena: Arena, _count: int) -> int:
    return fill_pages(arena, PAGES_MANY * 5, pages=PAGES_MANY)


def fill_pages(arena: Arena, count: int, *, pages: int) -> int:
    """Enqueues `count` texts, as many for each of `pages` Pages."""
    each = max(1, count // pages)
    with _producing(arena) as producer:
        return sum(producer.for_page(page).send_many(load.texts(each)) for page in page_ids(pages))


SHAPES: Final = (
    Shape(key=PLAIN, title="one Page, texts to different people, interactive and ordered", fill=fill_plain),
    Shape(key="unordered", title="the same, not ordered", fill=_fill_unordered),
    Shape(key="bulk", title="all bulk", fill=_fill_bulk),
    Shape(key="conversations", title="ordered conversations of 10 messages each", fill=_fill_conversations),
    Shape(
        key="pages",
        title="10,000 Pages with 5 each (mixed batches)",
        fill=_fill_many_pages,
        pages=PAGES_MANY,
    ),
    Shape(
        key="media",
        title="each tenth an image by URL, beside text",
        fill=_fill_with_media,
        share=MEDIA_SHARE,
    ),
    Shape(key="errors", title="2 % errors", fill=fill_plain, errors=True),
)


def _figures(drains: dict[str, list[Drained]]) -> list[Figure]:
    plain = [each.rate for each in drains[PLAIN]]
    figures = []
    for shape in SHAPES:
        rates = [each.rate for each in drains[shape.key]]
        batch = spread_of([each.mean_batch for each in drains[shape.key]])
        note = f"mean batch {batch.median:.1f}"
        figures.append(_figure(f"shape_{shape.key}", shape.title, spread_of(rates), note))
        if shape.key == "pages":
            ratios = [mine / theirs for mine, theirs in zip(rates, plain, strict=True)]
            figures += _pages_targets(spread_of(ratios), batch)
    return figures


def _pages_targets(ratio: Spread, batch: Spread) -> list[Figure]:
    return [
        Figure(
            key="pages_ratio",
            title="10,000 Pages ÷ one Page",
            unit=TIMES,
            spread=ratio,
            target=Target("at least", 0.6),
        ),
        Figure(
            key="pages_batch",
            title="mean batch over 10,000 Pages",
            unit="calls",
            spread=batch,
            target=Target("at least", 25.0),
        ),
    ]


def _figure(key: str, title: str, spread: Spread, note: str = "") -> Figure:
    return Figure(key=key, title=title, unit="messages/s", spread=spread, note=note)


def measure_with_latency(plan: Plan, say: Say) -> Section:
    """Returns the section of throughput with 200 ms at Graph, by number of threads."""
    figures = []
    with open_arena(latency_ms=GRAPH_LATENCY_MS) as arena:
        counts = (THREADS, 2 * THREADS, 4 * THREADS) if plan.with_shapes else (THREADS,)
        for threads in counts:
            say(f"200 ms at Graph, {threads} threads")
            with our_worker(arena.settings(), threads=threads) as worker:
                drain_ours(arena, [worker], partial(fill_plain, arena, 1_000))
                drains = [
                    drain_ours(arena, [worker], partial(fill_plain, arena, 10_000 * threads // THREADS))
                    for _ in range(min(3, plan.repeats))
                ]
            figures.append(_latency_figure(threads, drains))
    return Section(
        "200 ms at Graph, one worker process",
        figures,
        [
            f"{THREADS} threads with batches of 50 can send {THREADS * 50 / 0.2:,.0f} a second at most.",
        ],
    )


def _latency_figure(threads: int, drains: list[Drained]) -> Figure:
    return Figure(
        key=f"latency_{threads}_threads",
        title=f"{threads} threads" + (" (default)" if threads == THREADS else ""),
        unit="messages/s",
        spread=spread_of([each.rate for each in drains]),
        target=Target("at least", 3_000.0) if threads == THREADS else None,
        note=f"mean batch {drains[-1].mean_batch:.1f}",
    )
