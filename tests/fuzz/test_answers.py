"""No answer of Graph's, of whatever form, raises past its own command, and what was kept of one can be read."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from producer import batch
from producer.commands import Command
from producer.tickets.outcome import Outcome, is_split, outcome_of
from tests.fuzz.inputs import answers, inputs
from tests.worker.settle.judging import COMMANDS, job_of, judged, kept
from worker.call.graph.answers import Answer, Answered
from worker.call.graph.client import split
from worker.engine.chunk import PartEnd
from worker.settle.judged import holds_for


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@inputs(0.04, 150)
@example(answer=Answered(200, b'{"error":{"code":"--5"}}'), own_token=False)
@given(answer=answers, own_token=st.booleans())
def test_an_answer_is_judged_and_what_is_kept_can_be_read(
    command: Command, answer: Answer, own_token: bool
) -> None:
    """Whatever is in an answer, it is judged without a surprise, and its outcome is read without one."""
    found = judged(job_of(command), [answer], own_token=own_token)
    assert found.problem == ""
    outcome = kept(found)
    assert outcome.sent or outcome.error() is not None
    assert len(found.settlement.detail) < 20_000
    holds_for([found])


LINKED = batch.send_batch(
    [
        batch.part(batch.send_text("1", "x"), name="first"),
        batch.part(batch.send_text("1", "y"), depends_on="first"),
        batch.part(batch.get_thread_owner("1"), depends_on="first"),
        batch.part(batch.send_text("2", "{result=first:$.recipient_id}")),
    ]
)


@inputs(0.1, 200)
@given(found=st.lists(answers, min_size=4, max_size=4))
def test_linked_parts_are_judged_each(found: list[Answer]) -> None:
    """The parts of one request come to outcomes that can be read, whatever each was answered; none is told falsely."""
    whole = judged(job_of(LINKED), found)
    assert whole.problem == ""
    outcome = kept(whole)
    holds_for([whole])
    ends = [end.action for end in whole.settlement.parts]
    assert (outcome.sent, bool(ends), is_split(_kept(outcome.name, whole.settlement.detail))) in {
        (True, True, True),
        (False, False, False),
    }
    for end, verdict in zip(whole.settlement.parts, whole.parts, strict=True):
        own = _outcome(end)
        assert (own.sent, own.sent or own.error() is not None) == (verdict.kind == "sent", True)


def _outcome(end: PartEnd) -> Outcome:
    return outcome_of(_kept(end.action, end.detail))


def _kept(name: str, detail: bytes) -> bytes:
    return f"{name}|1|1||P1|send_message|".encode() + detail


@inputs(0.05, 150)
@given(answer=answers, expected=st.integers(1, 50))
def test_a_batch_has_an_answer_for_each_part(answer: Answer, expected: int) -> None:
    """Whatever Graph answers to a batch, each of its parts gets an answer of its own."""
    assert len(split(answer, expected)) == expected
