"""What becomes of answers of odd forms; `tests/fuzz` tries every form."""

from typing import Final

import msgspec
import pytest

from producer import batch, secret
from producer.commands import Command
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


DEAD: Final = Answered(400, b'{"error":{"code":190,"type":"OAuthException","message":"x"}}')
NAMING: Final[dict[str, Command]] = {
    "a token": batch.get_user_profile("1", access_token=secret("shop")),
    "a token of a message": batch.send_text("1", "x", access_token=secret("shop")),
    "a token of Wit": batch.set_nlp_configs(custom_token=secret("shop")),
    "an app secret": batch.get_ids_for_apps(user_id="1", app_secret=secret("shop")),
    "a token of linked parts": batch.send_batch(
        [
            batch.part(batch.get_user_profile("1"), name="a"),
            batch.part(batch.send_text("1", "x"), depends_on="a"),
        ],
        access_token=secret("shop"),
    ),
}


@pytest.mark.parametrize("command", NAMING.values(), ids=NAMING)
def test_a_dead_secret_holds_what_names_it(command: Command) -> None:
    """A token that a command names says nothing of its Page's own: the command waits, and holds nothing beside it."""
    job = job_of(command)
    found = judged(job, [DEAD] * len(job.calls))
    settlement = found.settlement
    assert (list(found.holds), settlement.action, settlement.flags, settlement.delay_ms) == (
        [],
        "retry",
        "",
        300_000,
    )


def test_a_dead_token_of_the_page_s_own_holds_it() -> None:
    """What names no secret tells of the Page's token."""
    found = judged(job_of(batch.get_user_profile("1")), [DEAD])
    assert [(hold.scope, hold.kind) for hold in found.holds] == [("page:P1", "token")]
