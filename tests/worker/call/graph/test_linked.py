"""Linked parts of an explicit batch."""

import json

from producer import batch
from worker.call.endpoints import Link, call_for
from worker.call.graph.answers import NULL_PART, Answer, Answered, Lost, NotSent
from worker.call.graph.linked import explained, merged
from worker.call.graph.signing import Signed
from worker.config.credentials import Credentials

CALL = call_for(batch.send_text("1", "x"))
OK = Answered(200, b'{"message_id":"m"}')
FAILED = Answered(400, b'{"error":{"code":100}}')
NULL = Lost(NULL_PART)


def _chain(*links: tuple[str | None, str | None]) -> list[Signed]:
    return [Signed(CALL, Credentials("T"), Link(name=name, depends_on=parent)) for name, parent in links]


def test_a_null_after_a_failed_parent_was_not_run() -> None:
    """Graph does not run what depends on a failure."""
    calls = _chain(("a", None), ("b", "a"), (None, "b"))
    found = explained(calls, [FAILED, NULL, NULL])
    assert [type(each) for each in found] == [Answered, NotSent, NotSent]


def test_a_null_of_a_named_parent_before_an_answered_child_is_a_success() -> None:
    """Graph leaves out the answer of a named part that succeeded."""
    found = explained(_chain(("a", None), (None, "a")), [NULL, OK])
    assert found == [Answered(200, b"null"), OK]


def test_every_other_null_is_in_doubt() -> None:
    """A batch that was cut off may have done anything."""
    answers: list[Answer] = [NULL, NULL]
    assert explained(_chain(("a", None), (None, "a")), answers) == answers


def test_one_success_ends_the_envelope() -> None:
    """To try again would repeat what succeeded, so the answer lists what became of each part."""
    answer = merged([OK, FAILED, NotSent("why")])
    assert isinstance(answer, Answered)
    assert (answer.status, json.loads(answer.body)) == (
        200,
        [
            {"code": 200, "body": {"message_id": "m"}},
            {"code": 400, "body": {"error": {"code": 100}}},
            {"code": None, "body": None, "reason": "why"},
        ],
    )


def test_without_a_success_doubt_goes_before_refusal() -> None:
    """What may have been carried out must not be taken for a plain refusal."""
    assert merged([FAILED, NULL]) == NULL
    assert merged([NotSent("x"), FAILED]) == FAILED
    assert merged([NotSent("x")]) == NotSent("x")
