"""Turns one HTTP request into one answer: control, batch or plain call."""

import random
import time

import msgspec

from worker.stub.answers import Answer, spoiled
from worker.stub.batch import Batch, read_batch, run_batch, shorten, write_batch
from worker.stub.calls import NOBODY, Call, prepare
from worker.stub.execution import Result, execute, refused, subject_of
from worker.stub.faults import Fault
from worker.stub.ledger import Request
from worker.stub.refusals import Refusal, invalid
from worker.stub.targets import Target
from worker.stub.wire import MalformedError, parse_body
from worker.stub.world import World

_DEFAULT_VERSION = "v4.0"
_OK = 200


class Arrival(msgspec.Struct, gc=False):
    """A whole HTTP request as the server took it from the socket."""

    record: Request
    url: str
    content_type: str
    bearer: str | None
    body: bytes


class Graph:
    """Answers requests against one world; each runs to its end before the next begins."""

    def __init__(self, world: World) -> None:
        self._world = world
        seed = world.options.shuffle_seed
        self._chance = None if seed is None else random.Random(seed)  # noqa: S311 - repeatable chance

    def answer(self, arrival: Arrival) -> Answer:
        """Returns the answer; deliveries are in the ledger, and in its file, when this returns."""
        world = self._world
        world.requests += 1
        target = world.targets.get(arrival.url)
        version = target.version or _DEFAULT_VERSION
        calls: list[Call] = []
        faults: list[Fault] = []
        read = self._read(arrival, target, version)
        if isinstance(read, Refusal):
            answer = self._refuse(read)
        else:
            batch, calls = read
            self._note(arrival.record, calls)
            faults = self._faults_for(calls)
            answer = self._run(batch, calls, faults)
        arrival.record.trace = world.trace()
        answer.headers = [
            ("facebook-api-version", version),
            ("x-fb-trace-id", arrival.record.trace),
            *answer.headers,
        ]
        self._delay(answer, calls, faults)
        world.ledger.flush()
        return answer

    def _read(
        self, arrival: Arrival, target: Target, version: str
    ) -> tuple[Batch | None, list[Call]] | Refusal:
        """Returns what the request asks for, or why Graph refuses the whole of it."""
        world, record = self._world, arrival.record
        try:
            form, files = parse_body(arrival.content_type, arrival.body)
        except MalformedError as error:
            return invalid(str(error))
        if target.query:
            form = {**target.query, **form}
        if arrival.bearer is not None:
            form.setdefault("access_token", arrival.bearer)
        at = (time.time(), time.monotonic())
        method = record.method
        if method == "POST":
            if "batch" in form:
                batch = read_batch(world, record, at, version, (form, files))
                return batch if isinstance(batch, Refusal) else (batch, batch.calls)
            method = form.pop("method", method).upper()
        bare = msgspec.structs.replace(target, query={})
        return None, [prepare(world, (record, -1, at), (method, bare), (form, files), NOBODY)]

    def _faults_for(self, calls: list[Call]) -> list[Fault]:
        if not self._world.faults.on_requests:
            return []
        return self._world.faults.for_request([subject_of(call) for call in calls])

    def _note(self, record: Request, calls: list[Call]) -> None:
        world = self._world
        world.parts += len(calls)
        counted: dict[str, int] = {}
        for call in calls:
            name = f"{call.page}/{call.rate_class}"
            counted[name] = counted.get(name, 0) + 1
        record.calls = counted
        if world.usage.active:
            for name, count in counted.items():
                world.usage.spend(name.partition("/")[0], count, world.now())

    def _run(self, batch: Batch | None, calls: list[Call], faults: list[Fault]) -> Answer:
        """Executes what the faults let through, and spoils the answer as they say."""
        ending = faults[-1] if faults and faults[-1].action not in {"latency", "headers"} else None
        if ending is not None and not ending.delivers:
            if ending.action != "short":
                return self._spoiled(ending, None, calls[0].page)
            for call in calls[-ending.short_by :]:
                call.refusal = invalid("This part was cut off by the stub")
        common = [pair for fault in faults for pair in fault.header_pairs(calls[0].page)]
        if batch is None:
            answer = self._run_plain(calls[0], common)
        else:
            results = self._with_usage(batch, run_batch(self._world, batch, self._chance))
            whole = write_batch(batch, shorten(results, faults), common)
            answer = Answer(_OK, whole, headers=common + self._usage_of(calls))
        return answer if ending is None else self._spoiled(ending, answer, calls[0].page)

    def _run_plain(self, call: Call, common: list[tuple[str, str]]) -> Answer:
        result = execute(self._world, call)
        if result.text is None:
            return Answer(_OK, b"", ending="close")
        headers = [*common, *self._usage_of([call]), *result.headers]
        return Answer(result.status, result.text.encode(), headers=headers)

    def _usage_of(self, calls: list[Call]) -> list[tuple[str, str]]:
        usage = self._world.usage
        return usage.headers(call.page for call in calls) if usage.active else []

    def _with_usage(self, batch: Batch, results: list[Result]) -> list[Result]:
        """Returns the results with each Page's usage in the headers of its parts."""
        if not self._world.usage.active:
            return results
        return [
            result._replace(headers=(*self._usage_of([call]), *result.headers))
            for call, result in zip(batch.calls, results, strict=True)
        ]

    def _spoiled(self, fault: Fault, answer: Answer | None, page: str) -> Answer:
        """Returns what the client gets instead of the answer that it should have got."""
        if fault.action in {"error", "error_in_200"}:
            refusal = fault.refusal()
            text = refusal.text(self._world.trace())
            return Answer(refusal.status, text.encode(), headers=fault.header_pairs(page))
        return spoiled(fault, answer)

    def _refuse(self, refusal: Refusal) -> Answer:
        result = refused(self._world, refusal)
        return Answer(result.status, (result.text or "").encode())

    def _delay(self, answer: Answer, calls: list[Call], faults: list[Fault]) -> None:
        if answer.delay_ms < 0:
            return
        answer.delay_ms += self._world.latency_ms
        answer.delay_ms += sum(fault.latency_ms for fault in faults if fault.action != "hang")
        fetch_ms = self._world.options.media_fetch_ms
        if fetch_ms and any(call.rate_class == "media" for call in calls):
            answer.delay_ms += fetch_ms
