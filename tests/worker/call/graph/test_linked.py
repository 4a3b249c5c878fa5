"""Linked parts of an explicit batch."""

import json

import pytest

from producer import batch
from producer.commands import BatchItem, RawPart
from worker.call.graph.answers import NULL_PART, Answer, Answered, Lost
from worker.call.graph.linked import NOT_RUN, OMITTED, explained, listed
from worker.call.slices import links_of

OK = Answered(200, b'{"message_id":"m"}')
FAILED = Answered(400, b'{"error":{"code":100}}')
NULL = Lost(NULL_PART)


def test_a_null_after_a_failed_parent_was_not_run() -> None:
    """Graph does not run what depends on a failure."""
    assert explained([(), (0,), (1,)], [FAILED, NULL, NULL]) == [FAILED, NOT_RUN, NOT_RUN]


def test_a_null_of_a_named_parent_before_an_answered_child_is_a_success() -> None:
    """Graph leaves out the answer of a named part that succeeded."""
    assert explained([(), (0,)], [NULL, OK]) == [OMITTED, OK]


def test_every_other_null_is_in_doubt() -> None:
    """A batch that was cut off may have done anything."""
    answers: list[Answer] = [NULL, NULL]
    assert explained([(), (0,)], answers) == answers


def test_a_list_tells_what_became_of_each_part() -> None:
    """With its code and its body, or the reason that there is none."""
    answer = listed([OK, FAILED, NOT_RUN])
    assert isinstance(answer, Answered)
    assert json.loads(answer.body) == [
        {"code": 200, "body": {"message_id": "m"}},
        {"code": 400, "body": {"error": {"code": 100}}},
        {"code": None, "body": None, "reason": NOT_RUN.reason},
    ]


@pytest.mark.parametrize(
    "child",
    [
        pytest.param(batch.part(batch.send_text("1", "b"), depends_on="a"), id="named as its parent"),
        pytest.param(batch.send_text("1", "{result=a:$.id}"), id="in a text"),
        pytest.param(
            RawPart(part={"method": "GET", "relative_url": "me", "depends_on": "a"}), id="by a raw part"
        ),
        pytest.param(RawPart(part={"method": "GET", "relative_url": "{result=a:$.id}"}), id="in an address"),
    ],
)
def test_a_part_depends_on_those_that_it_waits_for_or_takes_from(child: BatchItem) -> None:
    """However that is written: Graph runs neither when the other failed."""
    parent = batch.part(batch.send_text("1", "a"), name="a")
    assert links_of([parent, batch.send_text("2", "x"), child]) == [(), (), (0,)]
