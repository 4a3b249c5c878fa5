"""One measurement of throughput: a queue is filled behind a frozen worker, which is then timed while it drains."""

import time
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from tests.bench.arena import Arena
from tests.bench.figures import BenchFailedError
from tests.bench.processes import Measured
from tests.bench.spread import steady_rate

POLL_S: Final = 0.02
STALLED_S: Final = 60.0


class Drained(msgspec.Struct, frozen=True):
    """What one drain took. `rate` is the steady one; costs are processor time a message, of each process."""

    messages: int
    rate: float
    seconds: float
    worker_us: float
    redis_us: float
    stub_us: float
    stub_share: float
    mean_batch: float


class _Books(msgspec.Struct, frozen=True):
    at: float
    worker_s: float
    redis_s: float
    stub_s: float
    requests: int
    parts: int


def drain(
    arena: Arena, workers: Sequence[Measured], fill: Callable[[], int], done: Callable[[], int] | None = None
) -> Drained:
    """Returns what it takes `workers`, which were running, to do all that `fill` enqueues; freezes them afterwards.

    `done` returns how many have been done since any moment; by default how many messages the stub was sent.

    Raises:
        BenchFailedError: a worker ended, or nothing was done for a minute.
    """
    for each in workers:
        each.freeze()
    total = fill()
    count = done or (lambda: arena.stub.stats().deliveries)
    first = count()
    before = _books(arena, workers)
    for each in workers:
        each.thaw()
    samples = _watch(workers, lambda: count() - first, total, before.at)
    after = _books(arena, workers)
    for each in workers:
        each.freeze()
    seconds = samples[-1][0]
    stub_s = after.stub_s - before.stub_s
    return Drained(
        messages=total,
        rate=steady_rate(samples, total),
        seconds=seconds,
        worker_us=(after.worker_s - before.worker_s) / total * 1e6,
        redis_us=(after.redis_s - before.redis_s) / total * 1e6,
        stub_us=stub_s / total * 1e6,
        stub_share=stub_s / seconds,
        mean_batch=(after.parts - before.parts) / max(1, after.requests - before.requests),
    )


def drain_ours(arena: Arena, workers: Sequence[Measured], fill: Callable[[], int]) -> Drained:
    """Returns the same for our own workers, counting what has ended: its outcome stands in Redis."""
    ended = _Ended(arena, fill)
    return drain(arena, workers, ended.fill, ended.count)


class _Ended:
    def __init__(self, arena: Arena, fill: Callable[[], int]) -> None:
        self._arena = arena
        self._fill = fill
        self._all = 0

    def fill(self) -> int:
        filled = self._fill()
        self._all = self._arena.waiting()
        return filled

    def count(self) -> int:
        return self._all - self._arena.waiting()


def _watch(
    workers: Sequence[Measured], done: Callable[[], int], total: int, began: float
) -> list[tuple[float, int]]:
    samples = [(0.0, 0)]
    moved_at = time.monotonic()
    while samples[-1][1] < total:
        time.sleep(POLL_S)
        number = done()
        now = time.monotonic()
        if number > samples[-1][1]:
            moved_at = now
        elif now - moved_at > STALLED_S:
            words = "\n".join(each.last_words() for each in workers).strip()
            raise BenchFailedError(
                f"nothing moved for {STALLED_S:g} s with {number:,} of {total:,}: "
                f"{words or 'the workers said nothing; look whether this machine is busy with something else'}"
            )
        for each in workers:
            each.check()
        samples.append((now - began, number))
    return samples


def _books(arena: Arena, workers: Sequence[Measured]) -> _Books:
    stats = arena.stub.stats()
    return _Books(
        at=time.monotonic(),
        worker_s=sum(each.cpu_s() for each in workers),
        redis_s=arena.redis_cpu_s(),
        stub_s=stats.process_time_s,
        requests=stats.requests,
        parts=stats.parts,
    )
