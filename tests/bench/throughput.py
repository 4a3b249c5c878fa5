"""Messages a second of one worker process with everything on, in turn with the contenders, round by round."""

import contextlib
from functools import partial
from typing import Final

import msgspec

from tests.bench import load
from tests.bench.arena import Arena
from tests.bench.contenders import CELERY, DRAMATIQ, Contender, timed_run
from tests.bench.drain import Drained, drain, drain_ours
from tests.bench.figures import TIMES, Figure, Section, Target
from tests.bench.plan import Plan, Say
from tests.bench.processes import THREADS, Measured, our_worker
from tests.bench.spread import spread_of

WARM_UP: Final = 300
LOOPS: Final = {
    "batches": ("bare_batches", "(c) bare httpx loop, batches of 50"),
    "posts": ("bare_posts", "(d) bare httpx loop, plain posts"),
}
EVERYTHING: Final = (
    "Ours has everything on: limits, order, outcomes, logs to a file, heartbeat; a message counts once its outcome "
    "stands in Redis. A contender's counts once the stub has it."
)
SHARED: Final = (
    "Worker, Redis and stub share the cores of this machine, for ours as for the contenders; processes that are not "
    "being measured are frozen."
)
# From py-spy of a worker under this load, and Redis's SLOWLOG and INFO commandstats, with all scripts counted.
COST_OF_SCRIPTS: Final = (
    "The three largest costs that are left. (1) Redis: four fifths of its time are the Lua of two scripts, `settle` "
    "and `take`, a fifth all the commands in them, which are one for a chunk except the SET of each outcome. They read "
    "and rewrite each command in one atomic step, which is what nothing lost, order and limits stand on; what is plain "
    "and was sent at once already ends without being parsed."
)
COST_OF_TAKING: Final = (
    "(2) The worker: a third of its time goes into taking, from the bytes of the reply to commands; records leave out "
    "what stands elsewhere, so they are put together again here, for half the memory in Redis."
)
COST_OF_REQUESTS: Final = (
    "(3) The worker: a quarter goes into the batch request, half of it in making it (each part is checked, proven and "
    "encoded once, together with the others), half in the exchange over a kept-alive connection of our own."
)
STUB_SHARE_MAX: Final = 0.6
RATIO_DRAMATIQ: Final = Target("at least", 25.0)
RATIO_BATCHES: Final = Target("at least", 0.6)


class Rounds(msgspec.Struct):
    """What was measured, by contender; the n-th values of all are of the same round."""

    ours: list[Drained] = []
    rates: dict[str, list[float]] = {}

    def add(self, key: str, rate: float) -> None:
        """Adds a contender's rate in the current round."""
        self.rates.setdefault(key, []).append(rate)


def measure(arena: Arena, plan: Plan, say: Say) -> Section:
    """Returns the section of the main ratios; without the contenders' folder only ours."""
    rounds = Rounds()
    queued = [each for each in (DRAMATIQ, CELERY) if each.is_installed()]
    with contextlib.ExitStack() as stack:
        worker = stack.enter_context(our_worker(arena.settings()))
        running = {each.key: stack.enter_context(each.started(arena)) for each in queued}
        say("throughput: warming up")
        drain_ours(arena, [worker], partial(enqueue_ours, arena, plan.ours // 4))
        sizes = {each.key: _warm_up(arena, each, running[each.key], plan) for each in queued}
        for number in range(plan.repeats):
            say(f"throughput: round {number + 1} of {plan.repeats}")
            rounds.ours.append(drain_ours(arena, [worker], partial(enqueue_ours, arena, plan.ours)))
            for each in queued:
                drained = _drain(arena, each, running[each.key], sizes[each.key])
                rounds.add(each.key, drained.rate)
            _run_loops(arena, rounds, plan)
    arena.empty()
    missing = [each.title for each in (DRAMATIQ, CELERY) if each not in queued]
    return Section(
        "Throughput of one worker process, no latency at Graph", _figures(rounds), _remarks(missing)
    )


def enqueue_ours(arena: Arena, count: int, *, start: int = 0) -> int:
    """Enqueues texts to as many people, ordered and interactive as by default; returns how many."""
    producer = arena.producer()
    try:
        return producer.send_many(load.texts(count, start=start))
    finally:
        producer.close()


def _drain(arena: Arena, contender: Contender, process: Measured, count: int) -> Drained:
    def fill() -> int:
        timed_run(arena, contender.module, count)
        return count

    return drain(arena, [process], fill)


def _warm_up(arena: Arena, contender: Contender, process: Measured, plan: Plan) -> int:
    """Returns how many messages keep the contender busy for the plan's window."""
    drained = _drain(arena, contender, process, WARM_UP)
    return max(WARM_UP, round(drained.rate * plan.window_s))


def _run_loops(arena: Arena, rounds: Rounds, plan: Plan) -> None:
    for key, (module, _) in LOOPS.items():
        count = plan.ours if key == "batches" else plan.ours // 20
        rounds.add(key, timed_run(arena, module, count).rate)


def _figures(rounds: Rounds) -> list[Figure]:
    ours = [each.rate for each in rounds.ours]
    last = rounds.ours[-1]
    note = f"{THREADS} threads, mean batch {last.mean_batch:.0f}"
    figures = [Figure(key="ours", title="ours", unit="messages/s", spread=spread_of(ours), note=note)]
    titles = {each.key: each.title for each in (DRAMATIQ, CELERY)} | {
        key: title for key, (_, title) in LOOPS.items()
    }
    targets = {"dramatiq": RATIO_DRAMATIQ, "batches": RATIO_BATCHES}
    for key, rates in rounds.rates.items():
        figures.append(Figure(key=key, title=titles[key], unit="messages/s", spread=spread_of(rates)))
    for key, rates in rounds.rates.items():
        ratios = [mine / theirs for mine, theirs in zip(ours, rates, strict=True)]
        figures.append(
            Figure(
                key=f"ratio_{key}",
                title=f"ours ÷ {titles[key].split(' ')[0]}",
                unit=TIMES,
                spread=spread_of(ratios),
                target=targets.get(key),
            )
        )
    return figures + _costs(rounds)


def _costs(rounds: Rounds) -> list[Figure]:
    shares = spread_of([each.stub_share for each in rounds.ours])
    note = "" if shares.most <= STUB_SHARE_MAX else "the stub was near its limit: our own figure is too low"
    costs = (("worker", "our process"), ("redis", "Redis"), ("stub", "the stub"))
    return [
        Figure(
            key=f"cost_{key}",
            title=f"processor time a message, {title}",
            unit="µs",
            spread=spread_of([getattr(each, f"{key}_us") for each in rounds.ours]),
        )
        for key, title in costs
    ] + [
        Figure(
            key="stub_share",
            title="the stub's share of a core in our figure",
            unit="of a core",
            spread=shares,
            target=Target("at most", STUB_SHARE_MAX),
            note=note,
        )
    ]


def _remarks(missing: list[str]) -> list[str]:
    remarks = [EVERYTHING, SHARED, COST_OF_SCRIPTS, COST_OF_TAKING, COST_OF_REQUESTS]
    if missing:
        remarks.append(
            f'Left out, for its packages are not installed (pip install ".[bench]"): {", ".join(missing)}.'
        )
    return remarks
