"""An answer to a whole batch holds no Page and ends no command."""

import json

import pytest

from worker.call.graph.answers import Answered
from worker.judge import Verdict, judge


def whole(status: int, document: object) -> Verdict:
    """Returns the verdict on an answer to a whole batch, for a send."""
    return judge(Answered(status, json.dumps(document).encode(), whole=True), is_send=True)


def test_refused_batch() -> None:
    """A refused batch is no attempt, no dead letter and no fact about the recipient: its calls are tried alone."""
    found = whole(400, {"error": {"code": 100, "error_subcode": 2018001}})
    assert (found.kind, found.whole, found.attempt, found.dead_letter, found.recipient_fact) == (
        "refused",
        True,
        False,
        False,
        None,
    )
    assert found.for_own_token() == found


@pytest.mark.parametrize(
    ("code", "kind", "scope"), [(190, "held", "page"), (80006, "throttled", "page"), (4, "throttled", "app")]
)
def test_token_and_throttle(code: int, kind: str, scope: str) -> None:
    """For calls with tokens of their own a throttle is the app's, and a dead app token refuses the batch only."""
    found = whole(400, {"error": {"code": code}})
    own = found.for_own_token()
    assert (found.kind, found.scope, found.whole, found.attempt) == (kind, scope, True, False)
    expected = ("refused", "call") if kind == "held" else (kind, "app")
    assert (own.kind, own.scope, own.whole, own.token_mends, own.attempt) == (*expected, True, False, False)


@pytest.mark.parametrize(
    "document", [{}, [], {"message_id": "m_1"}, {"success": True}, "Service Unavailable"]
)
def test_batch_answer_that_is_no_array(document: object) -> None:
    """A whole batch is never answered with success: what says no error leaves everything open."""
    found = whole(200, document)
    assert (found.kind, found.row, found.whole, found.attempt) == ("unknown", "answer-unreadable", True, True)


def test_failure_of_a_batch() -> None:
    """A 5xx to a batch leaves open what was carried out, and the rows' own bounds on attempts do not apply."""
    found = [whole(502, "<html>"), whole(500, {"error": {"code": 2}})]
    assert [(each.kind, each.attempts_max, each.then) for each in found] == [("unknown", None, None)] * 2


def test_part_of_a_batch_is_judged_on_its_own() -> None:
    """A part's own answer holds its Page, and means the same for a call with a token of its own."""
    found = judge(Answered(400, b'{"error":{"code":190}}'), is_send=True)
    assert (found.scope, found.whole, found.for_own_token() == found) == ("page", False, True)
