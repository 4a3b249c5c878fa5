"""A worker process on virtual time: heartbeat, timer, takes and deliveries as the real one's, from the same parts."""

from collections.abc import Callable
from typing import Final

import redis

from producer.commands import SendBatch
from producer.store.policy import Policy
from tests.laws.engine import LEASE_MS
from tests.laws.simulation.books import Books, Call, key_of
from tests.laws.simulation.graph import PaperGraph
from tests.laws.simulation.world import Line, Steps, Task, World
from worker.call.graph.answers import GIVEN_UP, Answer, NotSent
from worker.call.prepare import Job, Prepared, encoded, prepare
from worker.config.pages import Pages
from worker.engine.chunk import Chunk, Settlement
from worker.engine.knowledge import Profile
from worker.engine.lanes import Lanes
from worker.judge import DEFAULT
from worker.settle.judged import Judge, Owners, holds_for
from worker.settle.settlements import Schedule

TIMEOUT_MS: Final = 10_000
BEAT_MS: Final = TIMEOUT_MS // 4
RETRY_MS: Final = 250
LEASE_VIRTUAL_MS: Final = 3_000
THREADS: Final = 3
STEP_MS_MAX: Final = 100  # between a take and its mark, and between the mark and the call
SCHEDULES_MS: Final = ((300, 1_500, 4_000, 9_000), (300,), ())
NEVER: Final = 10**15


class Cluster:
    """What all workers share."""

    def __init__(self, world: World, books: Books, graph: PaperGraph, *, echo_wait_ms: int | None) -> None:
        self.world = world
        self.books = books
        self.graph = graph
        self.schedule = Schedule(
            world.chance.choice(SCHEDULES_MS), echo_wait_ms=echo_wait_ms, remember_ms=4_000
        )
        self.policy = Policy(timeout_ms=TIMEOUT_MS, attempts_max=self.schedule.attempts_max)
        self.keeper_until = 0
        self.names = 0


class SimulatedWorker:
    """One worker; `kill` ends it where it stands, with whatever it holds."""

    def __init__(
        self, cluster: Cluster, pages: Callable[[], Pages], profile: Callable[[Pages], Profile]
    ) -> None:
        self.cluster = cluster
        self.world = cluster.world
        self.line = Line(cluster.world)
        self.lanes = Lanes(self.line.client, policy=cluster.policy)
        self.pages = pages
        self.profile_of = profile
        self.profile = profile(pages())
        self.name = ""
        self.known = False
        self.stopping = False
        self.acknowledged = -NEVER
        self.connected_since = NEVER
        self.reap_by = 0
        self.tokens = 0
        self.in_doubt: list[tuple[str, int]] = []
        self.busy = 0
        self.tasks: list[Task] = []
        for steps in (self._heart(), self._timer(), self._taker()):
            self._start(steps)

    @property
    def alive(self) -> bool:
        """Tells whether anything of it still runs."""
        return any(task.alive for task in self.tasks)

    def kill(self) -> None:
        """Ends the worker where it stands: nothing that it holds is settled or given back."""
        for task in self.tasks:
            task.kill()

    def may_begin(self, name: str) -> bool:
        """Tells whether a request may begin: nobody can have given this worker up yet."""
        return name == self.name and self.world.now - self.acknowledged < TIMEOUT_MS / 2

    def _start(self, steps: Steps) -> None:
        self.tasks = [task for task in self.tasks if task.alive]
        self.tasks.append(self.world.start(steps, self.world.chance.randint(0, 20)))

    # --- presence and timer

    def _heart(self) -> Steps:
        while not (self.stopping and self.name == ""):
            try:
                self._beat()
            except redis.RedisError:
                self.connected_since = NEVER
                yield RETRY_MS
            else:
                yield BEAT_MS if self.known else 0

    def _beat(self) -> None:
        sent_at, profile, server_ms = self.world.now, self.profile_of(self.pages()), 0
        same = self.known and profile.digest == self.profile.digest
        if same:
            server_ms = self.lanes.heartbeat(self.name, profile)
        if not server_ms:
            if same and sent_at - self.acknowledged < TIMEOUT_MS:
                self.cluster.books.wrongs.append(
                    f"{self.name} was given up at {sent_at}, though it was heard"
                )
            if same or not self.known:
                self.known = False
                self.cluster.names += 1
                self.name = f"w{self.cluster.names}"
            self.lanes.hello(self.name, profile, b"{}")
            self.profile, self.known = profile, True
        silent = sent_at - self.acknowledged
        if self.connected_since == NEVER or silent > TIMEOUT_MS / 2:
            self.connected_since = self.world.now
        self.acknowledged = sent_at
        self.reap_by = server_ms + TIMEOUT_MS // 2 if server_ms else 0

    def _timer(self) -> Steps:
        while not self.stopping:
            if not self.known or not self.may_begin(self.name):
                yield RETRY_MS
                continue
            try:
                yield self._tick()
            except redis.RedisError:
                self.connected_since = NEVER
                yield RETRY_MS

    def _tick(self) -> int:
        world, cluster = self.world, self.cluster
        if world.now >= cluster.keeper_until and not self.line.is_cut():
            world.client.delete(key_of("keeper"))
        heard = world.now - self.connected_since > TIMEOUT_MS
        ticked = self.lanes.tick(self.name, lease_ms=LEASE_MS, may_reap=self.reap_by if heard else 0)
        world.client.persist(key_of("keeper"))  # its lease runs on virtual time
        if not ticked.kept:
            return world.chance.randint(200, 2_000)
        cluster.keeper_until = world.now + LEASE_VIRTUAL_MS
        if ticked.sleep_s > 0:
            cluster.books.ticks.append((cluster.books.next_number(), world.engine_ms))
        return max(1 if ticked.sleep_s else 0, min(round(ticked.sleep_s * 1000), 300))

    # --- takes

    def _taker(self) -> Steps:
        while not self.stopping:
            if not self.known or not self.may_begin(self.name) or self.busy >= THREADS:
                yield 20
                continue
            try:
                chunk = self._take()
            except redis.RedisError:
                self.connected_since = NEVER
                yield RETRY_MS
                continue
            if chunk is not None:
                self.busy += 1
                self._start(self._deliver(chunk))
                yield 1
            else:
                yield self.world.chance.randint(20, 250) * (4 if self.world.calm else 1)

    def _take(self) -> Chunk | None:
        while self.in_doubt:
            self.lanes.give_back(*self.in_doubt[-1], refund=True)
            self.in_doubt.pop()
        self.tokens += 1
        limit = self.world.chance.choice((50, 50, 5, 1))
        self.in_doubt.append((self.name, self.tokens))
        try:
            took = self.lanes.take(
                self.name,
                self.tokens,
                self.profile,
                limit=limit,
                bulk_first=self.tokens % 10 == 0,
            )
        except redis.TimeoutError:
            if self.world.happens(0.5):
                raise
            # a repeat under the same token answers the same
            took = self.lanes.take(self.name, self.tokens, self.profile, limit=limit)
        self.in_doubt.pop()
        if took.reaped:
            self.known = False
        return took.chunk

    # --- the life of a chunk: a crash may fall at every yield

    def _deliver(self, chunk: Chunk) -> Steps:
        yield self._a_moment()
        pages = self.pages()
        prepared = prepare(
            chunk,
            pages,
            (4, 0),
            lambda _: None,
            ids_in_metadata=self.cluster.schedule.echo_wait_ms is not None,
        )
        if self.stopping or not self.may_begin(chunk.worker) or not self._begin(chunk):
            returned = [Settlement(taken.id, "return") for taken in chunk.commands]
            yield from self._until_it_holds(lambda: self.lanes.settle(chunk, returned))
            self.busy -= 1
            return
        begun_ms, a_moment_ms = self.world.engine_ms, self._a_moment()
        yield a_moment_ms
        # a call belongs to the time of its mark: a clock that is set ahead in between brings budget for others
        answers, calls = self._call(prepared.jobs, chunk.worker, begun_ms + a_moment_ms)
        slow = self.world.happens(self.world.faults.slow_answer)
        yield self.world.chance.randint(2_000, 20_000) if slow else self.world.chance.randint(5, 300)
        yield from self._settle(chunk, prepared, answers, calls)
        self.busy -= 1

    def _a_moment(self) -> int:
        return self.world.chance.randint(0, STEP_MS_MAX)

    def _begin(self, chunk: Chunk) -> bool:
        try:
            return self.lanes.begin(chunk)
        except redis.RedisError:
            return False

    def _call(self, jobs: list[Job], worker: str, at_ms: int) -> tuple[list[Answer], list[list[Call]]]:
        if not jobs:
            return [], []
        if not self.may_begin(worker):
            return [NotSent(GIVEN_UP)] * len(jobs), [[] for _ in jobs]
        return self.cluster.graph.ask(jobs, at_ms)

    def _settle(
        self, chunk: Chunk, prepared: Prepared, answers: list[Answer], calls: list[list[Call]]
    ) -> Steps:
        asked = encoded(chunk.worker, prepared, lambda _calls: ())
        judge = Judge(self.cluster.schedule, self.world.chance.random, DEFAULT)
        pages = self.pages()
        judged = [
            judge(
                job,
                [answer] * len(job.calls),
                own_token=asked.own_tokens,
                owners=Owners(pages),
            )
            for job, answer in zip(asked.jobs, answers, strict=True)
        ]
        verdicts = [each.verdict for each in judged]
        settlements = [*prepared.spoiled, *(each.settlement for each in judged)]
        holds = holds_for(judged)
        for job, verdict, made in zip(asked.jobs, verdicts, calls, strict=True):
            if isinstance(job.command, SendBatch) and verdict.kind == "sent":  # by the answers of its parts
                for call in made:
                    call.delivered = True

        def settle() -> None:
            try:
                self.lanes.settle(chunk, settlements, holds)
            finally:
                happened = self.line.happened
                if isinstance(happened, list) and happened[0]:
                    for verdict, made in zip(verdicts, calls, strict=True):
                        for call in made:
                            call.doubtful = verdict.kind == "unknown"

        yield from self._until_it_holds(settle)

    def _until_it_holds(self, step: Callable[[], object]) -> Steps:
        while True:
            try:
                step()
            except redis.RedisError:
                yield RETRY_MS
            else:
                return

    # --- the end

    def stop(self) -> None:
        """Stops as SIGTERM does: what is in flight settles, the rest goes back at once."""
        self.stopping = True
        self._start(self._leave())

    def _leave(self) -> Steps:
        if self.world.happens(0.3):  # what is in flight does not end in time: it is returned
            for task in self.tasks[:-1]:
                task.kill()
        while self.busy and any(task.alive for task in self.tasks[:-1]):
            yield 50
        name, self.name = self.name, ""  # the heartbeat ends, too
        try:
            if name:
                self.lanes.goodbye(name)
        except redis.RedisError:
            return
