"""Linked parts of an explicit batch: what Graph's nulls mean there, and the one answer that lists them all."""

from collections.abc import Sequence
from typing import Final

import msgspec

from worker.call.graph.answers import NO_HEADERS, NULL_PART, Answer, Answered, Lost, NotSent
from worker.call.readable import can_be_read

SUCCESS_MAX: Final = 399
# Of a part that others were run after, and whose own answer Graph left out: it succeeded.
OMITTED: Final = Answered(200, b"null")
NOT_RUN: Final = NotSent("the part that it depends on was not carried out")


def explained(parents: Sequence[Sequence[int]], answers: Sequence[Answer]) -> list[Answer]:
    """Returns the answers with nulls explained; `parents` are the places of those that each part depends on.

    A part whose parent failed is `NOT_RUN`; a part that another was run after did succeed, and is `OMITTED`; every
    other null may have been carried out.
    """
    found = list(answers)
    for place, own in enumerate(parents):
        earlier = [each for each in own if each < place]
        if _is_null(found[place]) and any(_failed(found[each]) for each in earlier):
            found[place] = NOT_RUN
        elif isinstance(found[place], Answered):
            for each in earlier:
                found[each] = OMITTED if _is_null(found[each]) else found[each]
    return found


def _is_null(answer: Answer) -> bool:
    return isinstance(answer, Lost) and answer.reason == NULL_PART


def _failed(answer: Answer) -> bool:
    return isinstance(answer, NotSent) or (isinstance(answer, Answered) and answer.status > SUCCESS_MAX)


def listed(answers: Sequence[Answer]) -> Answer:
    """Returns one answer that lists what was answered to each part."""
    return Answered(200, msgspec.json.encode([_value(each) for each in answers]))


def _value(answer: Answer) -> object:
    match answer:
        case Answered(status=status, body=body, listed=own):
            headers = {"headers": msgspec.Raw(own)} if own != NO_HEADERS and can_be_read(own) else {}
            text = msgspec.Raw(body) if can_be_read(body) else body.decode("utf-8", "replace")
            return {"code": status, **headers, "body": text}
        case Lost(reason=reason):
            return {"code": None, "body": None, "reason": reason}
        case NotSent(reason=reason):
            return {"code": None, "body": None, "reason": reason}
