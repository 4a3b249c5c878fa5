"""What becomes of answers of odd forms; `tests/fuzz` tries every form."""

import msgspec
import pytest

from producer import batch
from tests.worker.settle.judging import COMMANDS, job_of, judged, kept
from worker.call.graph.answers import Answered, Lost
from worker.call.graph.client import split


def test_what_cannot_be_judged_is_in_doubt_and_names_nothing() -> None:
    """A defect of ours ends one command `unknown`, as a dead letter; its text, which may hold secrets, is not kept."""

    class Odd(dict[str, str]):
        def get(self, *_: object) -> str:
            raise RuntimeError("SECRET-TOKEN")

    found = judged(job_of(batch.send_text("1", "x")), [Answered(400, b'{"error":{"code":100}}', Odd())])
    assert (found.settlement.action, found.settlement.flags, found.problem) == (
        "unknown",
        "ad",
        "RuntimeError",
    )
    assert b"SECRET" not in found.settlement.detail


def test_a_success_of_megabytes_is_not_kept_whole() -> None:
    """Of a send the ids are kept, of a read nothing."""
    body = b'{"recipient_id":"1","message_id":"m","x":"' + b"A" * 3_000_000 + b'"}'
    send, read = (judged(job_of(COMMANDS[name]), [Answered(200, body)]) for name in ("a send", "a read"))
    assert kept(send).reply == {"recipient_id": "1", "message_id": "m"}
    assert kept(read).reply is None


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        (b'{"code":null,"body":"{}"}', "cannot be read"),
        (b"7", "cannot be read"),
        (b'{"code":200,"body":"\xff"}', "cannot be read"),
        (b"null", "null"),
    ],
)
def test_one_odd_part_spoils_no_other(odd: bytes, said: str) -> None:
    """What was answered to its neighbours counts; only the odd one is in doubt."""
    well = b'{"code":200,"body":"{\\"message_id\\":\\"m\\"}"}'
    first, second, third = split(Answered(200, b"[" + well + b"," + odd + b"," + well + b"]"), 3)
    assert isinstance(first, Answered)
    assert isinstance(third, Answered)
    assert not first.whole
    assert isinstance(second, Lost)
    assert said in second.reason


def test_a_row_that_holds_once_its_attempts_are_used_up_holds() -> None:
    """Returned to its lane without the hold, the command would be sent again at once, though it may have arrived."""
    job = job_of(batch.send_text("1", "x"))
    refused = Answered(400, b'{"error":{"code":1,"error_subcode":99}}')
    early = judged(job, [refused])
    assert (early.settlement.action, list(early.holds)) == ("retry", [])
    third = msgspec.structs.replace(job, taken=msgspec.structs.replace(job.taken, attempts=2))
    late = judged(third, [refused])
    assert late.settlement.action == "return"
    assert [hold.scope for hold in late.holds] == ["page:P1"]
