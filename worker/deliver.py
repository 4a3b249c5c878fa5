"""The life of a chunk in a worker: take → call → judge → settle, with its branches in one place."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, Protocol, cast

import msgspec
import redis
import structlog

from producer.commands import Command, SendBatch
from producer.store.keys import Keys
from worker.call.cursors import followed
from worker.call.endpoints import call_for
from worker.call.graph.answers import Answer, Answered, Lost, NotSent
from worker.call.graph.linked import explained, merged
from worker.call.graph.signing import Signed
from worker.call.prepare import Job, prepare
from worker.config.pages import Pages
from worker.engine.chunk import Chunk, Hold, Settlement, Taken
from worker.engine.knowledge import fingerprint_of
from worker.engine.lanes import Lanes
from worker.judge import DEFAULT, Table, Verdict, judge
from worker.observe.metering import Meter, NoMeter
from worker.observe.tracing import calling
from worker.settle.settlements import Schedule, holds_of, settlement_of
from worker.settle.slowdown import slowdowns
from worker.take.circuit import Circuit, is_healthy
from worker.take.outage import Outage, reason_of

SETTLE_RETRY_S: Final = 0.25
ABANDON_S: Final = 10.0
UNCHARGED: Final = "a further page was not charged to the Page's rate, so it was not asked for"
# Their success carries an id. That of a sender action may carry none: Graph names no recipient but a PSID.
MESSAGE_TYPES: Final = frozenset({"send_message", "send_raw_body"})
COMMAND_EVENTS: Final = {
    "refused": "command.refused",
    "throttled": "command.throttled",
    "retry": "command.deferred",
    "unknown": "command.doubted",
    "held": "command.held",
}

log = structlog.get_logger("outbound.delivery")


class Graph(Protocol):
    """What runs calls: a `GraphClient`, or a test's."""

    def send(self, calls: Sequence[Signed], *, guard: Callable[[], bool] | None = None) -> list[Answer]:
        """Returns an answer for each call."""
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
        self._schedule = schedule
        self._may_begin = may_begin
        self._stopping = stopping
        self._circuit = circuit or Circuit()
        self._outage = outage or Outage()
        self._version = version
        self._table = table
        self._chance = chance
        self._meter = meter or NoMeter()

    def deliver(self, chunk: Chunk) -> None:
        """Delivers one chunk: every command of it is settled, or returned, when this returns.

        Whatever is raised on the way, the commands whose request may have begun are settled as in doubt (law 8).
        """
        self._meter.chunk_begun()
        try:
            self._deliver(chunk)
        finally:
            self._meter.chunk_ended()

    def _deliver(self, chunk: Chunk) -> None:
        pages = self._pages()
        try:
            prepared = prepare(
                chunk,
                pages,
                self._version,
                self._bytes_of,
                ids_in_metadata=self._schedule.echo_wait_ms is not None,
            )
            begun = not self._stopping.is_set() and self._may_begin(chunk.worker) and self._begin(chunk)
        except BaseException:
            self._give_back(chunk)
            raise
        if not begun:
            self._circuit.record(healthy=None)
            self._give_back(chunk)
            return
        started = time.monotonic()
        call = calling(chunk)
        answers: list[Answer] = [Lost("the worker failed while the request was open")] * len(prepared.jobs)
        try:
            answers = self._call(prepared.jobs, chunk.worker)
        except BaseException:
            self._circuit.record(healthy=None)
            raise
        finally:
            own_tokens = _own_tokens(prepared.jobs)
            verdicts = [
                _verdict(job, answer, self._table, own_token=own_tokens)
                for job, answer in zip(prepared.jobs, answers, strict=True)
            ]
            call.end(verdicts)
            settlements = prepared.spoiled + [
                settlement_of(
                    job.taken,
                    verdict,
                    answer,
                    schedule=self._schedule,
                    chance=self._chance,
                    origin=job.origin,
                )
                for job, answer, verdict in zip(prepared.jobs, answers, verdicts, strict=True)
            ]
            pairs = zip((job.taken.page for job in prepared.jobs), answers, strict=True)
            holds = self._holds(prepared.jobs, verdicts, pages) + slowdowns(pairs)
            self._until_it_holds(lambda: self._lanes.settle(chunk, settlements, holds))
            _report(chunk, prepared.jobs, answers, verdicts, time.monotonic() - started)
            self._meter.settled(_in_order(chunk, prepared.spoiled, settlements), settlements, verdicts)

    def _call(self, jobs: Sequence[Job], worker: str) -> list[Answer]:
        calls = [call for job in jobs for call in job.calls]
        if not calls:
            self._circuit.record(healthy=None)
            return []
        started = time.monotonic()
        answers = self._graph.send(calls, guard=lambda: self._may_begin(worker))
        self._meter.called(len(calls), time.monotonic() - started)
        self._circuit.record(is_healthy(answers))
        if not isinstance(jobs[0].command, SendBatch):
            return [self._followed(job, answer, worker) for job, answer in zip(jobs, answers, strict=True)]
        return [merged(explained(calls, answers))]  # linked parts are alone in their chunk

    def _followed(self, job: Job, answer: Answer, worker: str) -> Answer:
        """Returns the answer with the pages after the first, where the command asks for all of them.

        Each of them is a call more, charged to the Page's rate before it is made.
        """

        def ask(command: Command) -> Answer:
            if not self._charged(job.taken, worker):
                return NotSent(UNCHARGED)
            call = msgspec.structs.replace(job.calls[0], call=call_for(command))
            return self._graph.send([call], guard=lambda: self._may_begin(worker))[0]

        return followed(job.command, answer, ask)

    def _charged(self, taken: Taken, worker: str) -> bool:
        try:
            return self._lanes.charge(worker, taken)
        except redis.RedisError:
            return False

    def _bytes_of(self, command_id: str) -> bytes | None:
        key = Keys(self._lanes.prefix).blob(command_id)
        return cast("bytes | None", self._lanes.client.get(key))

    def _begin(self, chunk: Chunk) -> bool:
        try:
            return self._lanes.begin(chunk)
        except redis.RedisError:
            self._meter.redis_failed("begin")
            return False

    def _give_back(self, chunk: Chunk) -> None:
        # not by the token alone: the reply to `begin` may be lost, and yet this worker knows that nothing left it
        returned = [Settlement(taken.id, "return") for taken in chunk.commands]
        self._until_it_holds(lambda: self._lanes.settle(chunk, returned))

    def _holds(self, jobs: Sequence[Job], verdicts: Sequence[Verdict], pages: Pages) -> list[Hold]:
        pairs = [
            (job.taken, verdict)
            for job, verdict in zip(jobs, verdicts, strict=True)
            if verdict.kind in {"throttled", "held"}
        ]
        return holds_of(
            pairs,
            app_of=lambda page: pages.by_id[page].app,
            fingerprint_of=lambda page: fingerprint_of(pages.by_id[page].access_token, self._lanes.prefix),
            table=self._table,
        )

    def _until_it_holds(self, step: Callable[[], object]) -> None:
        """Repeats a step that is safe to repeat until Redis has it: what Graph answered must not be forgotten.

        A worker that is to stop gives up after ten seconds: its chunk is reaped, and law 8 decides.
        """
        failing_since: float | None = None
        while True:
            try:
                step()
            except redis.RedisError as error:
                self._meter.redis_failed("settle")
                if failing_since is None:
                    failing_since = time.monotonic()
                    self._outage.began(step, error)
                if self._stopping.is_set() and time.monotonic() - failing_since > ABANDON_S:
                    log.error("settle.abandoned", error=reason_of(error))  # noqa: TRY400 (Redis is away: no bug)
                    self._outage.ended(step)
                    return
                time.sleep(SETTLE_RETRY_S)
            else:
                self._outage.ended(step)
                return


def _in_order(
    chunk: Chunk, spoiled: Sequence[Settlement], settlements: Sequence[Settlement]
) -> Sequence[Taken]:
    """Returns the commands of a chunk in the order of their settlements."""
    if not spoiled:
        return chunk.commands
    by_id = {taken.id: taken for taken in chunk.commands}
    return [by_id[settlement.id] for settlement in settlements]


def _own_tokens(jobs: Sequence[Job]) -> bool:
    """Tells whether the calls went in one batch under their app's token, each with a token of its own."""
    return len({call.credentials.access_token for job in jobs for call in job.calls}) > 1


def _verdict(job: Job, answer: Answer, table: Table, *, own_token: bool) -> Verdict:
    verdict = judge(
        answer,
        is_send=job.taken.is_send,
        is_message=job.taken.type in MESSAGE_TYPES,  # the list that linked parts get carries no id of its own
        table=table,
        page=job.taken.page,
    )
    return verdict.for_own_token() if own_token else verdict


def _report(
    chunk: Chunk, jobs: Sequence[Job], answers: Sequence[Answer], verdicts: Sequence[Verdict], seconds: float
) -> None:
    first = next((each for each in answers if isinstance(each, Answered)), None)
    log.info(
        "chunk.settled",
        chunk=f"{chunk.worker}#{chunk.token}",
        pages=sorted({taken.page for taken in chunk.commands})[:5],
        commands=len(chunk.commands),
        spoiled=len(chunk.commands) - len(jobs),
        ms=round(seconds * 1000, 1),
        trace=first.headers.get("x-fb-trace-id") if first else None,
        **{str(kind): number for kind, number in Counter(verdict.kind for verdict in verdicts).items()},
    )
    for job, verdict in zip(jobs, verdicts, strict=True):
        if verdict.kind != "sent":
            log.warning(
                COMMAND_EVENTS[verdict.kind],
                id=job.taken.id,
                page=job.taken.page,
                type=job.taken.type,
                attempt=job.taken.attempts + 1,
                reason=verdict.reason,
                row=verdict.row,
                code=verdict.code,
                subcode=verdict.subcode,
                fbtrace_id=verdict.fbtrace_id,
            )
