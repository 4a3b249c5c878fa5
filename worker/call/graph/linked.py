"""Linked parts of an explicit batch: what Graph's nulls mean there, and the one answer that the envelope gets."""

from collections.abc import Sequence

import msgspec

from worker.call.graph.answers import NO_HEADERS, NULL_PART, Answer, Answered, Lost, NotSent
from worker.call.graph.signing import Signed
from worker.call.readable import can_be_read

SUCCESS_MAX = 399


def explained(calls: Sequence[Signed], answers: Sequence[Answer]) -> list[Answer]:
    """Returns the answers with nulls explained.

    A part whose parent failed was not run; a named part that another was run after did succeed, and its answer was left
    out; every other null may have been carried out.
    """
    place = {
        call.link.name: i
        for i, call in enumerate(calls)
        if call.link is not None and call.link.name is not None
    }
    found = list(answers)
    for i, call in enumerate(calls):
        parent = place.get(call.link.depends_on) if call.link is not None and call.link.depends_on else None
        if parent is None or parent >= i:
            continue
        if _is_null(found[i]) and _failed(found[parent]):
            found[i] = NotSent("the part that it depends on failed")
        elif isinstance(found[i], Answered) and _is_null(found[parent]):
            found[parent] = Answered(200, b"null")
    return found


def _is_null(answer: Answer) -> bool:
    return isinstance(answer, Lost) and answer.reason == NULL_PART


def _failed(answer: Answer) -> bool:
    return isinstance(answer, NotSent) or (isinstance(answer, Answered) and answer.status > SUCCESS_MAX)


def merged(answers: Sequence[Answer]) -> Answer:
    """Returns one answer for all parts of an envelope.

    Once any part succeeded the envelope is done, and the answer lists what became of each part: to try again would
    repeat it. Else the first answer that is not a mere consequence of another stands for all.
    """
    if any(isinstance(each, Answered) and not each.whole and each.status <= SUCCESS_MAX for each in answers):
        return Answered(200, msgspec.json.encode([_value(each) for each in answers]))
    if any(isinstance(each, Lost) for each in answers):
        return next(each for each in answers if isinstance(each, Lost))
    return next((each for each in answers if isinstance(each, Answered)), answers[0])


def _value(answer: Answer) -> object:
    match answer:
        case Answered(status=status, body=body, listed=listed):
            headers = {"headers": msgspec.Raw(listed)} if listed != NO_HEADERS and can_be_read(listed) else {}
            text = msgspec.Raw(body) if can_be_read(body) else body.decode("utf-8", "replace")
            return {"code": status, **headers, "body": text}
        case Lost(reason=reason):
            return {"code": None, "body": None, "reason": reason}
        case NotSent(reason=reason):
            return {"code": None, "body": None, "reason": reason}
