"""What the log says of chunks: one event a chunk, one for each command that was not sent; never a text or a token."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import structlog

from producer.errors.graph import trace_of
from worker.call.graph.answers import Answer, Answered, Lost, NotSent
from worker.engine.chunk import Chunk, Settlement, Taken
from worker.judge import Verdict
from worker.observe.metering import Meter
from worker.settle.judged import Judged

PAGES_SHOWN: Final = 5
COMMAND_EVENTS: Final = {
    "refused": "command.refused",
    "throttled": "command.throttled",
    "retry": "command.deferred",
    "unknown": "command.doubted",
    "held": "command.held",
}

# Of what is not tried again, since another part of its batch was sent.
PART_EVENTS: Final[dict[str, str]] = {
    "refused": "command.refused",
    "unknown": "command.doubted",
    "exhausted": "command.exhausted",
}

log = structlog.get_logger("outbound.delivery")


def report(
    chunk: Chunk, judged: Sequence[Judged], meter: Meter, spoiled: Sequence[Settlement], seconds: float
) -> None:
    """Tells log and meter what became of a chunk."""
    verdicts = [each.verdict for each in judged]
    settlements = [*spoiled, *(each.settlement for each in judged)]
    ends = [pair for each in judged for pair in zip(each.settlement.parts, each.parts, strict=True)]
    unsent = [(end, verdict) for end, verdict in ends if end.action != "sent"]
    meter.settled(
        [*_in_order(chunk, settlements), *(end.taken for end, _ in unsent)],
        [*settlements, *(Settlement(end.taken.id, end.action) for end, _ in unsent)],
        [*verdicts, *(verdict for _, verdict in unsent)],
    )
    log.info(
        "chunk.settled",
        chunk=f"{chunk.worker}#{chunk.token}",
        pages=sorted({taken.page for taken in chunk.commands})[:PAGES_SHOWN],
        commands=len(chunk.commands),
        spoiled=len(spoiled),
        ms=round(seconds * 1000, 1),
        trace=_trace_of(judged),
        **{str(kind): number for kind, number in Counter(verdict.kind for verdict in verdicts).items()},
    )
    for each in judged:
        if each.verdict.kind != "sent":
            taken = each.job.taken
            fault = _fault(each.answers)
            _report_command(COMMAND_EVENTS[each.verdict.kind], taken, taken.attempts + 1, each.verdict, fault)
    for end, verdict in unsent:
        _report_command(PART_EVENTS[end.action], end.taken, end.taken.attempts, verdict)


def _fault(answers: Sequence[Answer]) -> str | None:
    """Returns why a request got no answer: refused, the name, the certificate, time; None for what was answered."""
    return next((answer.reason for answer in answers if isinstance(answer, Lost | NotSent)), None)


def _report_command(
    event: str, taken: Taken, attempt: int, verdict: Verdict, fault: str | None = None
) -> None:
    log.warning(
        event,
        id=taken.id,
        page=taken.page,
        type=taken.type,
        attempt=attempt,
        reason=verdict.reason,
        **({} if fault is None else {"fault": fault}),
        row=verdict.row,
        code=verdict.code,
        subcode=verdict.subcode,
        fbtrace_id=verdict.fbtrace_id,
    )


def _trace_of(judged: Sequence[Judged]) -> str | None:
    for each in judged:
        for answer in each.answers:
            if isinstance(answer, Answered):
                return trace_of(answer.headers.get("x-fb-trace-id"))
    return None


def _in_order(chunk: Chunk, settlements: Sequence[Settlement]) -> Sequence[Taken]:
    """Returns the commands of a chunk in the order of their settlements."""
    by_id = {taken.id: taken for taken in chunk.commands}
    return [by_id[settlement.id] for settlement in settlements]


def tell_failure(event: str, error: Exception) -> None:
    """Logs a defect of ours by its class and its place: its text may hold what nobody may read."""
    place, frame = error.__traceback__, ""
    while place is not None:
        frame = f"{place.tb_frame.f_code.co_filename.rpartition('/')[2]}:{place.tb_lineno}"
        place = place.tb_next
    log.error(event, error=type(error).__name__, at=frame)
