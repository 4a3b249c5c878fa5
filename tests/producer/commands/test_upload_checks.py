"""A medium that Meta would refuse is refused here: a URL, bytes, or several of them."""

from typing import Any

import pytest

from producer import batch, limits
from tests.producer.commands.refusal import Make, Refused, refusal_of

V: Any = batch  # the calls below are wrong on purpose

REFUSED: list[Refused] = [
    (
        "media of nothing",
        lambda: V.send_image("1", {}),
        "message.attachment.payload",
        "must hold a url or an attachment_id",
    ),
    ("an empty URL", lambda: V.send_image("1", ""), "message.attachment.payload.url", "must not be empty"),
    (
        "media of another type",
        lambda: V.send_image("1", 5),
        "image",
        "must be a URL, a payload object, bytes, a path or an open file",
    ),
    (
        "no bytes",
        lambda: V.send_image("1", b""),
        "filedata",
        f"must hold 1 to {limits.UPLOAD_BYTES_MAX} bytes; use a URL for more",
    ),
    (
        "too many bytes",
        lambda: V.send_image("1", bytes(limits.UPLOAD_BYTES_MAX + 1)),
        "filedata",
        f"must hold 1 to {limits.UPLOAD_BYTES_MAX} bytes; use a URL for more",
    ),
    (
        "a name of two lines",
        lambda: V.send_image("1", b"x", filename='a"\r\nX-A: 1.png'),
        "filedata.filename",
        "holds a control character",
    ),
    (
        "a content type of two lines",
        lambda: V.send_image("1", b"x", content_type="image/png\r\nX-Injected: yes"),
        "filedata.content_type",
        "must be a content type, such as image/png",
    ),
    (
        "a content type of one word",
        lambda: V.upload_image(b"x", content_type="image"),
        "filedata.content_type",
        "must be a content type, such as image/png",
    ),
    (
        "31 images",
        lambda: V.send_images("1", ["https://e.com/a.png"] * 31),
        "message.attachments[30]",
        "at most 30 entries",
    ),
    (
        "an upload of a misspelt type",
        lambda: V.upload_attachment("vidoe", "https://e.com/a"),
        "attachment_type",
        "is no known value; did you mean video?",
    ),
    (
        "an upload of nothing",
        lambda: V.upload_image(""),
        "url",
        "must be a URL, or give bytes, a path or an open file",
    ),
]


@pytest.mark.parametrize(
    ("make", "path", "problem"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_meta_would_refuse_is_refused_with_its_path(make: Make, path: str, problem: str) -> None:
    """The error names the path and the bound, and nothing of the value."""
    assert refusal_of(make) == (path, problem)
