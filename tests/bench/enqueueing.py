"""Enqueue rates and the memory that a waiting message takes in Redis, against stock Dramatiq; no worker runs."""

import time
from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec

from producer.producer import Producer
from tests.bench import load
from tests.bench.arena import Arena
from tests.bench.contenders import CELERY, DRAMATIQ, Contender, timed_run
from tests.bench.figures import TIMES, Figure, Section, Target
from tests.bench.plan import Plan, Say
from tests.bench.spread import spread_of
from tests.bench.throughput import enqueue_ours

MANY: Final = 4
SETTLE_S: Final = 0.1
TITLES: Final = {
    "many": "send_many",
    "one": "send_text, one by one",
    "dramatiq": "actor.send of (a)",
    "celery": "task.delay of (b)",
}


class Enqueued(msgspec.Struct):
    """Rates by way of enqueueing, and bytes a waiting message."""

    rates: dict[str, list[float]] = {}
    sizes: dict[str, list[float]] = {}


def measure(arena: Arena, plan: Plan, say: Say) -> Section:
    """Returns the section of enqueue rates and memory."""
    found = Enqueued()
    contenders = [each for each in (DRAMATIQ, CELERY) if each.is_installed()]
    enqueue_ours(arena, plan.enqueued)
    for number in range(plan.repeats):
        say(f"enqueueing: round {number + 1} of {plan.repeats}")
        _note(arena, found, "many", plan.enqueued * MANY, partial(_timed_many, arena))
        _note(arena, found, "one", plan.enqueued, partial(_timed_singles, arena))
        for each in contenders:
            _note(arena, found, each.key, plan.enqueued, partial(_timed_send, arena, each))
    arena.empty()
    return Section("Enqueueing, and memory of what waits", _figures(found))


def _note(arena: Arena, found: Enqueued, key: str, count: int, enqueue: Callable[[int], float]) -> None:
    arena.empty()
    before = arena.memory_bytes()
    found.rates.setdefault(key, []).append(enqueue(count))
    time.sleep(SETTLE_S)
    found.sizes.setdefault(key, []).append((arena.memory_bytes() - before) / count)


def _timed_many(arena: Arena, count: int) -> float:
    producer = _connected(arena)
    started = time.perf_counter()
    producer.send_many(load.texts(count))
    seconds = time.perf_counter() - started
    producer.close()
    return count / seconds


def _timed_singles(arena: Arena, count: int) -> float:
    producer = _connected(arena)
    started = time.perf_counter()
    for number in range(count):
        producer.send_text(str(load.PEOPLE_FIRST + number), f"Hello {number}, your order has been shipped")
    seconds = time.perf_counter() - started
    producer.close()
    return count / seconds


def _connected(arena: Arena) -> Producer:
    """Returns a producer whose connection is open, as the contenders' are when their time begins."""
    producer = arena.producer()
    producer.send_text("7", "the first one opens the connection")
    return producer


def _timed_send(arena: Arena, contender: Contender, count: int) -> float:
    return timed_run(arena, contender.module, count).rate


def _figures(found: Enqueued) -> list[Figure]:
    figures = [
        Figure(key=f"enqueue_{key}", title=TITLES[key], unit="messages/s", spread=spread_of(rates))
        for key, rates in found.rates.items()
    ]
    if "dramatiq" in found.rates:
        figures += [
            _ratio("enqueue_ratio_many", "send_many ÷ actor.send", found.rates["many"], found, 15.0),
            _ratio("enqueue_ratio_one", "send_text ÷ actor.send", found.rates["one"], found, 1.0),
        ]
    figures += [
        Figure(
            key=f"memory_{key}",
            title=f"Redis memory a waiting text, {TITLES[key]}",
            unit="bytes",
            spread=spread_of(sizes),
            note="with ordering, each to another person" if key == "many" else "",
        )
        for key, sizes in found.sizes.items()
        if key != "one"
    ]
    if "dramatiq" in found.sizes:
        shares = [
            mine / theirs for mine, theirs in zip(found.sizes["many"], found.sizes["dramatiq"], strict=True)
        ]
        figures.append(
            Figure(
                key="memory_ratio",
                title="memory, ours ÷ (a)",
                unit=TIMES,
                spread=spread_of(shares),
                target=Target("at most", 0.6),
            )
        )
    return figures


def _ratio(key: str, title: str, ours: list[float], found: Enqueued, bound: float) -> Figure:
    ratios = [mine / theirs for mine, theirs in zip(ours, found.rates["dramatiq"], strict=True)]
    return Figure(
        key=key, title=title, unit=TIMES, spread=spread_of(ratios), target=Target("at least", bound)
    )
