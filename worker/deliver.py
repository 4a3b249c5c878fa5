"""The life of a chunk in a worker: take → call → judge → settle, with its branches in one place."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import msgspec
import redis

from producer.commands import Command, GetAllPersonas
from worker.call.cursors import followed
from worker.call.endpoints import call_for
from worker.call.graph.answers import Answer, Lost, NotSent
from worker.call.graph.masking import masked_answers
from worker.call.graph.signing import Signed
from worker.call.prepare import Asked, Job, encoded, prepare
from worker.config.pages import Pages
from worker.engine.chunk import Chunk, Settlement
from worker.engine.lanes import Lanes
from worker.judge import DEFAULT, Table
from worker.observe.metering import Meter, NoMeter
from worker.observe.reporting import report, tell_failure
from worker.observe.tracing import calling
from worker.settle.judged import Judge, Judged, Owners, holds_for
from worker.settle.settlements import Schedule
from worker.take.circuit import Circuit, fault_of, is_healthy
from worker.take.outage import Outage

UNCHARGED: Final = "a further page was not charged to the Page's rate, so it was not asked for"
FAILED: Final = "the worker failed while the request was open"
# A request whose first byte leaves later than this after `begin` would spend a budget that is past beside the new one.
LATE_S: Final = 0.1


class Graph(Protocol):
    """What runs calls: a `GraphClient`, or a test's."""

    def outgoing(self, calls: Sequence[Signed]) -> Sequence[Any]:
        """Returns the requests of calls, encoded whole."""
        ...

    def answers(self, requests: Sequence[Any], *, guard: Callable[[], bool] | None = None) -> list[Answer]:
        """Makes the requests, and returns an answer for each of their calls."""
        ...


class Deliverer:
    """Delivers chunks; one for a process, shared by its threads."""

    def __init__(
        self,
        *,
        lanes: Lanes,
        graph: Graph,
        pages: Callable[[], Pages],
        schedule: Schedule,
        may_begin: Callable[[str], bool],
        stopping: threading.Event,
        circuit: Circuit | None = None,
        outage: Outage | None = None,
        version: tuple[int, int] = (4, 0),
        table: Table = DEFAULT,
        chance: Callable[[], float] = random.random,
        meter: Meter | None = None,
    ) -> None:
        self._lanes = lanes
        self._graph = graph
        self._pages = pages
        self._judge = Judge(schedule, chance, table)
        self._may_begin = may_begin
        self._stopping = stopping
        self._circuit = circuit or Circuit()
        self._outage = outage or Outage()
        self._version = version
        self._ids_in_metadata = schedule.echo_wait_ms is not None
        self._meter = meter or NoMeter()

    def deliver(self, chunk: Chunk) -> None:
        """Delivers one chunk: every command of it is settled, or returned, when this returns.

        Each command stands by itself: what its building or its answer raises ends that command, never its neighbours.
        """
        self._meter.chunk_begun()
        try:
            pages = self._pages()
            asked = self._begun(chunk, pages)
            if asked is None:
                self._return(chunk)
                return
            started, span = time.monotonic(), calling(chunk)
            # before anything is picked from them: what is judged, kept, told and logged holds no secret
            answers = masked_answers(self._called(asked, chunk), asked.secrets)
            owners = Owners(pages)
            judged = [self._judged(job, found, asked, owners) for job, found in asked.paired(answers)]
            span.end([each.verdict for each in judged])
            settlements = [*asked.spoiled, *(each.settlement for each in judged)]
            self._insist(lambda: self._lanes.settle(chunk, settlements, holds_for(judged)))
            report(chunk, judged, self._meter, asked.spoiled, time.monotonic() - started)
        finally:
            self._circuit.give_probe_back(chunk.token)  # unless its request told something
            self._meter.chunk_ended()

    def _begun(self, chunk: Chunk, pages: Pages) -> Asked | None:
        """Returns what the chunk asks of Graph once its request may begin, encoded whole; None when it may not."""
        try:
            prepared = prepare(
                chunk, pages, self._version, self._lanes.bytes_of, ids_in_metadata=self._ids_in_metadata
            )
            asked = encoded(chunk.worker, prepared, self._graph.outgoing)
            may_begin = not self._stopping.is_set() and self._may_begin(chunk.worker)
            if may_begin and self._lanes.begin(chunk):
                return asked
            self._lanes.give_back(chunk.worker, chunk.token, refund=True)
        except redis.RedisError:
            self._meter.redis_failed("begin")
        return None

    def _return(self, chunk: Chunk) -> None:
        """Returns a chunk of which nothing left this machine."""
        # not by the token alone: the reply to `begin` may be lost, and yet this worker knows that nothing left it
        returned = [Settlement(taken.id, "return") for taken in chunk.commands]
        self._insist(lambda: self._lanes.settle(chunk, returned))

    def _called(self, asked: Asked, chunk: Chunk) -> list[Answer]:
        """Returns an answer for each call; whatever is raised meanwhile, its request may have arrived."""
        if not asked.requests:
            return []
        started = time.monotonic()
        try:
            answers = self._graph.answers(
                asked.requests,
                guard=lambda: time.monotonic() - started < LATE_S and self._may_begin(chunk.worker),
            )
        except Exception as error:  # noqa: BLE001 (a defect, whose calls are in doubt all the same)
            tell_failure("call.failed", error)
            return [Lost(FAILED) for job in asked.jobs for _ in job.calls]
        self._meter.called(len(answers), time.monotonic() - started)
        self._circuit.record(is_healthy(answers), token=chunk.token, begun_s=started, fault=fault_of(answers))
        return answers

    def _judged(self, job: Job, answers: Sequence[Answer], asked: Asked, owners: Owners) -> Judged:
        if isinstance(job.command, GetAllPersonas):
            answers = masked_answers([self._followed(job, answers[0], asked.worker)], asked.secrets)
        return self._judge(job, answers, own_token=asked.own_tokens, owners=owners)

    def _followed(self, job: Job, first: Answer, worker: str) -> Answer:
        """Returns the answer with the pages after the first, each charged to the Page's rate before it is asked for."""

        def ask(command: Command) -> Answer:
            try:
                if not self._lanes.charge(worker, job.taken):
                    return NotSent(UNCHARGED)
            except redis.RedisError:
                return NotSent(UNCHARGED)
            call = msgspec.structs.replace(job.calls[0], call=call_for(command))
            return self._graph.answers(self._graph.outgoing([call]), guard=lambda: self._may_begin(worker))[0]

        try:
            return followed(job.command, first, ask)
        except Exception as error:  # noqa: BLE001 (as in `_called`)
            tell_failure("call.failed", error)
            return Lost(FAILED)

    def _insist(self, step: Callable[[], object]) -> None:
        self._outage.insist(step, self._stopping, lambda: self._meter.redis_failed("settle"))
