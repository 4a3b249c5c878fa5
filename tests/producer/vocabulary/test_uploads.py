"""Bytes, paths and open files are read once, named, typed and bounded."""

import io
from pathlib import Path
from typing import Any

import msgspec
import pytest

from producer import batch, limits
from producer.commands import FileData, SendMessage, UploadAttachment
from producer.errors import InvalidCommandError

B: Any = batch
PNG = b"\x89PNG\r\n\x1a\n1234"


def sent(**fields: Any) -> SendMessage:  # noqa: ANN401 - any field
    """Return the send of an image with these fields of its file."""
    message: dict[str, object] = {"attachment": {"type": "image", "payload": {}}}
    return SendMessage(recipient="1", message=message, filedata=FileData(**fields))


def test_bytes_take_the_given_name() -> None:
    """The name gives the content type, and loses its folders."""
    assert B.send_image("1", PNG, filename="/home/me/cat.gif") == sent(
        filename="cat.gif", content_type="image/gif", size_bytes=len(PNG), content=PNG
    )


def test_an_attachment_may_carry_its_bytes() -> None:
    """`filename` names the bytes of an attachment's payload, and never stands in the JSON beside a URL."""
    attachment = {"type": "image", "payload": PNG}
    assert B.send_attachment(
        "1", attachment, filename="cat.png", tag="HUMAN_AGENT"
    ) == msgspec.structs.replace(B.send_image("1", PNG, filename="cat.png"), tag="HUMAN_AGENT")
    linked = {"type": "image", "payload": {"url": "https://e.com/cat.png"}}
    assert B.send_attachment("1", linked, filename="cat.png") == SendMessage(
        recipient="1", message={"attachment": linked}
    )


@pytest.mark.parametrize(
    ("kind", "content", "name", "content_type"),
    [
        ("image", PNG, "image.png", "image/png"),
        ("image", b"\xff\xd8\xff\xe0", "image.jpg", "image/jpeg"),
        ("image", b"GIF89a", "image.gif", "image/gif"),
        ("image", b"?", "image.jpg", "image/jpeg"),
        ("audio", b"?", "audio.mp3", "audio/mpeg"),
        ("audio", b"OggS", "audio.ogg", "audio/ogg"),
        ("audio", PNG, "audio.mp3", "audio/mpeg"),
        ("video", b"?", "video.mp4", "video/mp4"),
        ("file", b"%PDF-1.7", "file.pdf", "application/pdf"),
        ("file", b"?", "file", "application/octet-stream"),
    ],
)
def test_bytes_without_a_name_get_one(kind: str, content: bytes, name: str, content_type: str) -> None:
    """Graph refuses an upload without a name, so one is made from the kind and the first bytes."""
    command = getattr(batch, f"upload_{kind}")(content)
    assert command == UploadAttachment(
        attachment_type=kind,
        filedata=FileData(filename=name, content_type=content_type, size_bytes=len(content), content=content),
    )


def test_a_path_and_an_open_file_have_their_own_name(tmp_path: Path) -> None:
    """Both are read whole; a file is read from where it stands."""
    path = tmp_path / "Größe.PNG"
    path.write_bytes(PNG)
    expected = sent(filename="Größe.PNG", content_type="image/png", size_bytes=len(PNG), content=PNG)
    assert B.send_image("1", path) == expected
    with path.open("rb") as file:
        assert B.send_image("1", file) == expected


def test_a_file_in_memory_needs_no_name() -> None:
    """Any object that reads bytes will do."""
    command = B.send_image("1", io.BytesIO(PNG), content_type="image/x-own")
    assert command == sent(filename="image.png", content_type="image/x-own", size_bytes=len(PNG), content=PNG)


def test_a_file_of_text_is_refused() -> None:
    """The sentence says to open it in binary mode."""
    with pytest.raises(InvalidCommandError, match="image: must be opened in binary mode"):
        B.send_image("1", io.StringIO("x"))


def test_no_more_than_the_bound_is_read() -> None:
    """A file without an end fills no memory."""

    class Endless:
        def read(self, size: int = -1, /) -> bytes:
            assert size == limits.UPLOAD_BYTES_MAX + 1
            return bytes(size)

    with pytest.raises(InvalidCommandError, match="use a URL for more"):
        B.upload_video(Endless())


def test_an_upload_by_url_has_no_file() -> None:
    """A text is always a URL, and `is_reusable` is false unless asked for."""
    assert B.upload_video("https://e.com/a.mp4") == UploadAttachment(
        attachment_type="video", url="https://e.com/a.mp4"
    )
    assert B.upload_attachment("image", "https://e.com/a.png", is_reusable=True) == UploadAttachment(
        attachment_type="image", url="https://e.com/a.png", is_reusable=True
    )


def test_a_missing_path_is_pythons_own_error(tmp_path: Path) -> None:
    """Nothing is hidden of a file that is not there."""
    with pytest.raises(FileNotFoundError):
        B.send_file("1", tmp_path / "none.pdf")


@pytest.mark.parametrize("name", ["is_reusabel", "isReusable", "is_reuseable"])
def test_a_misspelt_option_of_an_upload_is_refused(name: str) -> None:
    """An id that was meant to last would fail for the second person, months later."""
    with pytest.raises(
        InvalidCommandError, match=f"{name}: is no option of an upload; did you mean is_reusable"
    ):
        B.upload_image("https://e.com/a.png", **{name: True})


def test_an_option_that_looks_like_none_names_those_there_are() -> None:
    """Nothing is dropped in silence."""
    with pytest.raises(InvalidCommandError, match="tag: is no option of an upload; there are access_token, "):
        B.upload_file("https://e.com/a.pdf", tag="HUMAN_AGENT")


@pytest.mark.parametrize("url", ["/srv/1.png", "1.png", "data:image/png;base64,AAAA", "ftp://e.com/1.png"])
def test_a_text_that_is_no_address_is_refused(url: str) -> None:
    """A text is always a URL: Meta would fetch none of these."""
    with pytest.raises(InvalidCommandError, match=r"^url: "):
        B.upload_image(url)
