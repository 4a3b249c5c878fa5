"""Judges answers by the table: the only place where what Graph said becomes what it means."""

from typing import Final

import msgspec

from producer.errors.graph import trace_of
from worker.call.graph.answers import Answer, Answered, Lost, NotSent
from worker.judge.reading import GraphError, Reading, is_plain_success, read
from worker.judge.row import Row
from worker.judge.table import DEFAULT, Table
from worker.judge.usage import regain_s
from worker.judge.verdict import SENT, Verdict

_NO_ERROR: Final = GraphError()
_OK_FIRST: Final = 200
_OK_LAST: Final = 299


def judge(
    answer: Answer,
    *,
    is_send: bool,
    is_message: bool | None = None,
    table: Table = DEFAULT,
    page: str = "",
) -> Verdict:
    """Returns what an answer means; there is a verdict for every answer, and nothing in one makes this raise.

    `is_send` tells that repeating the call would be seen by a person, or leave a second thing behind: what may have
    been carried out is then `unknown`, otherwise `retry`. `is_message` (without it, as `is_send`) tells that a success
    must carry a `message_id` or a `recipient_id`, as those of messages do; the success of any other
    call is any JSON without an error. `page` finds the Page's own figures among Meta's headers.
    """
    wants_id = is_send if is_message is None else is_message
    if (
        type(answer) is Answered
        and _OK_FIRST <= answer.status <= _OK_LAST
        and not answer.whole
        and is_plain_success(answer.body, is_message=wants_id)
    ):
        return SENT
    match answer:
        case Answered():
            return _judge_answered(answer, is_send=is_send, wants_id=wants_id, table=table, page=page)
        case Lost():
            return _verdict(table.for_situation("lost"), is_send=is_send)
        case NotSent():
            return _verdict(table.for_situation("not-sent"), is_send=is_send)


def _judge_answered(answer: Answered, *, is_send: bool, wants_id: bool, table: Table, page: str) -> Verdict:
    reading = read(answer.body)
    if _is_success(answer, reading, wants_id=wants_id):
        return SENT
    row = _row_for(answer, reading, is_send=is_send, table=table)
    verdict = _verdict(
        row,
        is_send=is_send,
        error=reading.error or _NO_ERROR,
        status=answer.status,
        trace=trace_of(answer.headers.get("x-fb-trace-id")),
    )
    if verdict.kind == "throttled":
        named_s = regain_s(answer.headers, page=page)
        if named_s is not None:
            verdict = msgspec.structs.replace(verdict, hold_for_s=named_s)
    return _of_batch(verdict) if answer.whole else verdict


def _is_success(answer: Answered, reading: Reading, *, wants_id: bool) -> bool:
    if answer.whole or not _OK_FIRST <= answer.status <= _OK_LAST:
        return False
    is_refused = reading.error is not None or reading.has_foreign_error
    return reading.is_json and not is_refused and (reading.has_id or not wants_id)


def _row_for(answer: Answered, reading: Reading, *, is_send: bool, table: Table) -> Row:
    if reading.error is not None:
        return table.for_error(reading.error, answer.status, is_send=is_send)
    row = table.for_status(answer.status, is_send=is_send, has_error=False)
    if row is not None:
        return row
    is_ok = _OK_FIRST <= answer.status <= _OK_LAST
    if is_ok and reading.is_json and not reading.has_foreign_error and not answer.whole:
        return table.for_situation("success-without-id")
    return table.for_situation("answer-unreadable")


def _verdict(
    row: Row,
    *,
    is_send: bool,
    error: GraphError = _NO_ERROR,
    status: int | None = None,
    trace: str | None = None,
) -> Verdict:
    may_have_acted = row.kind == "unknown" and is_send
    return Verdict(
        kind="retry" if row.kind == "unknown" and not is_send else row.kind,
        scope=row.scope,
        reason=row.reason,
        row=row.name,
        code=error.code,
        subcode=error.subcode,
        status=status,
        fbtrace_id=error.fbtrace_id or trace,
        hold_for_s=row.hold_for_s,
        delay_s=row.delay_s,
        attempts_max=row.attempts_max,
        # What may have been carried out cannot end as refused.
        then="unknown" if may_have_acted and row.then == "refused" else row.then,
        then_scope=row.then_scope,
        attempt=row.attempt and row.kind not in {"throttled", "held"},
        dead_letter=row.dead_letter,
        recipient_fact=row.recipient_fact,
        token_mends=row.token_mends,
        alert=row.alert,
    )


def _of_batch(verdict: Verdict) -> Verdict:
    """Returns the verdict as one on the batch: it says nothing of one recipient, nor of how one call ends."""
    return msgspec.structs.replace(
        verdict,
        whole=True,
        attempt=verdict.attempt and verdict.kind != "refused",
        dead_letter=False,
        recipient_fact=None,
        delay_s=None,
        attempts_max=None,
        then=None,
        then_scope="call",
    )
