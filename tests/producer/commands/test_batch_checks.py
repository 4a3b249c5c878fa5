"""A batch that Meta would refuse is refused here: its parts, and how they are linked."""

from typing import Any

import pytest

from producer import batch
from producer.commands import SendMessage
from tests.producer.commands.refusal import LONG, Make, Refused, refusal_of

V: Any = batch  # the calls below are wrong on purpose
NO_PART = (
    'must be a command of producer.batch, such as batch.send_text(psid, "Hello!"), or a raw part as an object'
)

REFUSED: list[Refused] = [
    ("an empty batch", lambda: V.send_batch([]), "parts", "1 to 10000 parts"),
    (
        "a part that is no part",
        lambda: V.send_batch([5]),
        "parts[0]",
        f"{NO_PART}; an int was given",
    ),
    (
        "a batch in a batch",
        lambda: V.send_batch([V.send_batch([V.mark_seen("1")])]),
        "parts[0]",
        f"{NO_PART}; a SendBatch was given",
    ),
    (
        "a part over its bound",
        lambda: V.send_batch([V.mark_seen("1"), SendMessage(recipient="1", message={"text": LONG})]),
        "parts[1].message.text",
        "at most 2000 characters",
    ),
    (
        "a part with bytes",
        lambda: V.send_batch([V.send_image("1", b"x")]),
        "parts[0]",
        "a batch takes no bytes: send a URL or an attachment_id",
    ),
    (
        "a link to nothing",
        lambda: V.send_batch([V.part(V.mark_seen("1"), depends_on="a")]),
        "parts[0].depends_on",
        "names no part of this batch",
    ),
    (
        "a name twice",
        lambda: V.send_batch([V.part(V.mark_seen("1"), name="a"), V.part(V.mark_seen("1"), name="a")]),
        "parts[0].name",
        "is the name of another part too",
    ),
    (
        "an upload of bytes as a part",
        lambda: V.send_batch([V.upload_image(b"x")]),
        "parts[0]",
        "a batch takes no bytes: send a URL or an attachment_id",
    ),
    (
        "a raw part without a method",
        lambda: V.send_batch([{"relative_url": "me"}]),
        "parts[0].method",
        "must be one of GET, POST, DELETE, PUT",
    ),
    (
        "a raw part without an address",
        lambda: V.send_batch([{"method": "GET"}]),
        "parts[0].relative_url",
        "must be text",
    ),
]


@pytest.mark.parametrize(
    ("make", "path", "problem"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_meta_would_refuse_is_refused_with_its_path(make: Make, path: str, problem: str) -> None:
    """The error names the path and the bound, and nothing of the value."""
    assert refusal_of(make) == (path, problem)
