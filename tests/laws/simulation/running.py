"""One run of a seed: producers, workers and accidents for a while, then only workers, until everything has ended."""

from collections.abc import Callable, Mapping
from typing import Final, cast

import msgspec
import redis

from producer.commands import TYPES
from tests.laws.engine import T0
from tests.laws.model import RATES
from tests.laws.simulation.books import Books, key_of, tally
from tests.laws.simulation.graph import PaperGraph
from tests.laws.simulation.people import Mix, Operator, Producers
from tests.laws.simulation.worker import Cluster, SimulatedWorker
from tests.laws.simulation.world import Faults, Steps, World
from tests.laws.store import read
from worker.config.pages import Page, Pages
from worker.config.settings import Settings
from worker.engine.knowledge import Profile

APPS: Final[Mapping[str, str | None]] = {"P1": "app1", "P2": "app1", "P3": None}
WORKERS: Final = 3
CLOCK_STEPS_LONGER_MS: Final = 20_000
CLOCK_STEPS_MS: Final = (-3_600_000, -7_000, -300, 300, 4_000, 12_000, 3_600_000)
DRAIN_MS: Final = 5_000
DRAINS_MAX: Final = 200
SETTINGS: Final = Settings(rates=dict(RATES))
OLDER: Final = tuple(kind for kind in sorted(TYPES) if kind != "sender_action")


class Story(msgspec.Struct, frozen=True):
    """What a run was, in numbers: two runs of one seed have the same story."""

    steps: int
    digest: int
    calls: int
    twice: int
    ended: dict[str, int]
    problems: tuple[str, ...]


class Simulation:
    """One seed on one server, whose key space it empties."""

    def __init__(self, client: "redis.Redis", seed: int, *, commands: int, active_ms: int) -> None:
        client.flushall()
        world = World(client, seed)
        self.world = world
        self.books = Books()
        self.graph = PaperGraph(world, self.books, tuple(APPS))
        self.known_tokens = dict(self.graph.tokens)
        echoes = world.happens(0.3)
        self.cluster = Cluster(world, self.books, self.graph, echo_wait_ms=2_000 if echoes else None)
        self.active_ms = active_ms
        mix = Mix(world.chance.choice((2, 8, 40)), commands, round(active_ms * 0.8 / commands * 3))
        self.producers = Producers(world, self.books, mix)
        self.operator = Operator(world)
        self.workers = [self._worker() for _ in range(WORKERS)]
        self._accidents = [
            world.start(steps)
            for steps in (
                self.producers.cancel_some(),
                self.operator.work(),
                self._chaos(),
                self._tokens(),
            )
        ]
        if echoes:
            self._accidents.append(world.start(self.producers.echo(), 1_000))
        world.start(self.producers.enqueue_all())
        world.start(self._clock_steps())
        for _ in range(world.chance.choice((0, 1, 3))):
            world.start(self.producers.broadcast(), world.chance.randint(0, active_ms // 2))

    def run(self) -> Story:
        """Runs to the end and tells what happened."""
        self.world.run_until(T0 + self.active_ms)
        for task in self._accidents:
            task.kill()
        self._mend()
        problems: list[str] = [f"a script failed: {error}" for error in self.world.errors]
        if not self._drain():
            problems.append(f"still there after {DRAINS_MAX * DRAIN_MS // 1000} s: {self._left()}")
        store = read(self.world.client)
        problems += self.books.problems(store, SETTINGS.rates)
        times = [call.id for call in self.books.calls if call.delivered]
        return Story(
            self.world.steps,
            self.world.digest,
            len(self.books.calls),
            len(times) - len(set(times)),
            dict(sorted(tally(store).items())),
            tuple(problems),
        )

    def _mend(self) -> None:
        self.world.faults = Faults()
        self.world.outage_until = 0
        self.world.calm = True
        for worker in self.workers:
            worker.line.cut_until = 0
        self.known_tokens = dict(self.graph.tokens)
        self.workers += [self._worker(newest=True) for _ in range(2)]

    def _drain(self) -> bool:
        for _ in range(DRAINS_MAX):
            self.operator.release_all()
            self.world.run_until(self.world.now + DRAIN_MS)
            left = self.world.client.exists(key_of("depth"), key_of("commands"))
            if not left and all(not worker.busy or not worker.alive for worker in self.workers):
                return True
        return False

    def _left(self) -> str:
        depth = self.world.client.hgetall(key_of("depth"))
        commands = cast("dict[bytes, bytes]", self.world.client.hgetall(key_of("commands")))
        shown = {each.decode().lstrip("0"): record[:12] for each, record in list(commands.items())[:5]}
        return f"{depth}, {shown}"

    # --- workers

    def _worker(self, *, newest: bool = False) -> SimulatedWorker:
        types = tuple(TYPES) if newest or self.world.happens(0.8) else OLDER

        def profile(pages: Pages) -> Profile:
            return pages.profile(SETTINGS, types)

        return SimulatedWorker(self.cluster, self._pages, profile)

    def _pages(self) -> Pages:
        return Pages(
            {
                page: Page(page, self.known_tokens[page], app, "secret" if app else None)
                for page, app in APPS.items()
            }
        )

    # --- accidents

    def _chaos(self) -> Steps:
        chance = self.world.chance
        what: list[Callable[[], None]] = [self._kill, self._kill, self._stop, self._cut, self._outage]
        weight = chance.choice((1, 1, 3))
        while True:
            yield chance.randint(500, 12_000 // weight)
            chance.choice(what)()

    def _kill(self) -> None:
        self._one().kill()
        self._replace()

    def _stop(self) -> None:
        self._one().stop()
        self._replace()

    def _replace(self) -> None:
        self.world.start(self._come(), self.world.chance.choice((0, 100, 5_000)))

    def _come(self) -> Steps:
        self.workers = [worker for worker in self.workers if worker.alive]
        self.workers.append(self._worker())
        yield 0

    def _cut(self) -> None:
        self._one().line.cut_until = self.world.now + self.world.chance.choice((300, 3_000, 9_000, 16_000))

    def _outage(self) -> None:
        """The server restarts: it keeps its state, forgets its scripts, and is away for a while."""
        self.world.client.script_flush()
        self.world.outage_until = self.world.now + self.world.chance.choice((50, 1_000, 12_000))

    def _clock_steps(self) -> Steps:
        """The server's clock is set ahead or back, by little or by much."""
        world = self.world
        often = world.faults.clock_step  # also when all else is well again
        while world.now < T0 + self.active_ms + CLOCK_STEPS_LONGER_MS:
            yield world.chance.randint(3_000, 9_000)
            if world.happens(often):
                world.set_by += world.chance.choice(CLOCK_STEPS_MS)

    def _one(self) -> SimulatedWorker:
        alive = [worker for worker in self.workers if worker.alive]
        return self.world.chance.choice(alive or self.workers)

    def _tokens(self) -> Steps:
        """Tokens die, and somebody gives the workers the new one."""
        chance = self.world.chance
        yield chance.choice((2_000, 20_000, 10**9))
        while True:
            page = chance.choice(tuple(APPS))
            self.graph.change_token(page)
            yield chance.randint(500, 8_000)
            self.known_tokens = dict(self.graph.tokens)
            yield chance.randint(2_000, 20_000)
