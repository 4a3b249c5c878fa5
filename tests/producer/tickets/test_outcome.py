"""An outcome as it lies in Redis becomes the one for people, with the status of Graph's answer where there is one."""

import pytest

from producer.testing import Outbox
from producer.tickets.outcome import outcome_of

REFUSED = b'refused|1|1700000000000||18953|send_message|{"reason":"no","answer":{"code":551,"status":400}}'


@pytest.mark.parametrize(
    ("lies", "code"),
    [
        (REFUSED, 400),
        (REFUSED.replace(b'"status":400', b'"status":"400"'), None),
        (b'sent|1|1700000000000||18953|send_message|{"reply":{"id":"1"},"code":200}', 200),
        (b"expired|0|1700000000000||18953|send_message|{}", None),
    ],
    ids=["a refusal", "a damaged refusal", "a part", "never called"],
)
def test_the_code_is_that_of_the_answer(lies: bytes, code: int | None) -> None:
    """A refused single call has the status of its answer as a part of a batch has."""
    assert outcome_of(lies).code == code


def test_an_outbox_tells_the_same_code() -> None:
    """What a test says of a refusal reads as in production."""
    outbox = Outbox(page="18953")
    ticket = outbox.send_text("1254459154682919", "Hello!")
    outbox.end(ticket, "refused", answer={"code": 551, "status": 400})
    outcome = ticket.outcome()
    assert outcome is not None
    assert outcome.code == 400
