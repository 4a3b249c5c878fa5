"""What the direct client raises for an answer that is no success, and what is kept of one in an outcome."""

import msgspec

from producer.errors.graph import Facts, GraphError, NoAnswer, facts_of
from worker.call.graph.answers import Answer, Answered, Lost, NotSent
from worker.call.graph.masking import masked, masked_text
from worker.call.graph.requests import Outgoing
from worker.call.graph.watching import parsed_body, shown_answer

_OK_FIRST, _OK_LAST = 200, 299
_TRACE = "x-fb-trace-id"


def error_of(answer: Answer, outgoing: Outgoing) -> GraphError | NoAnswer | None:
    """Returns the error of an answer, or None for a success: status 2xx, and JSON without an error in it."""
    match answer:
        case Answered():
            return _refusal(answer, outgoing)
        case Lost(reason=reason):
            return NoAnswer(reason, may_have_arrived=True, request=outgoing.shown())
        case NotSent(reason=reason):
            return NoAnswer(reason, may_have_arrived=False, request=outgoing.shown())


def _refusal(answer: Answered, outgoing: Outgoing) -> GraphError | None:
    if is_success(answer):
        return None
    facts = failure_facts(answer, outgoing.secrets)
    return GraphError(facts, request=outgoing.shown(), response=shown_answer(answer, outgoing.secrets))


def is_success(answer: Answered) -> bool:
    """Tells whether an answer is a success: 2xx and JSON, but no object with an `error` in it."""
    if answer.whole or not _OK_FIRST <= answer.status <= _OK_LAST:
        return False
    try:
        body = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return not isinstance(body, dict) or body.get("error") is None


def failure_facts(answer: Answered, secrets: tuple[str, ...]) -> Facts:
    """Returns what an answer says of its failure, without `secrets`."""
    # before anything is cut or picked from it: of a part of a secret nobody would know what it is
    trace = answer.headers.get(_TRACE)
    body = masked(parsed_body(answer.body), secrets)
    return facts_of(answer.status, body, None if trace is None else masked_text(trace, secrets))
