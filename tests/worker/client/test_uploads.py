"""Bytes go to Graph as multipart, byte for byte, in the order of the reference client."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from producer import InvalidCommandError
from tests.conformance.far_end import Case, FarEnd
from worker import MessengerClient

IMAGE = {"attachment": {"type": "image", "payload": {}}}


def asked(call: Callable[[MessengerClient], object]) -> Case:
    """Returns the one request of a call."""
    far = FarEnd({"attachment_id": "5"})
    call(MessengerClient("T", transport=far.transport))
    [request] = far.requests
    return request


def test_an_image_of_bytes_is_sent_as_multipart() -> None:
    """Message, file, messaging type and recipient, in this order; the token is in the query."""
    request = asked(lambda c: c.send_image("7", b"\x89PNG\r\n--x\r\n", filename="a.png"))
    assert request == {
        "method": "POST",
        "path": "/v27.0/me/messages",
        "query": [["access_token", "T"]],
        "multipart": [
            {"name": "message", "value": IMAGE},
            {
                "name": "filedata",
                "filename": "a.png",
                "content_type": "image/png",
                "content": b"\x89PNG\r\n--x\r\n",
            },
            {"name": "messaging_type", "value": "UPDATE"},
            {"name": "recipient", "value": {"id": "7"}},
        ],
    }


def test_options_reach_graph_with_the_bytes() -> None:
    """Quick replies stand in the message, tag, persona and notification type beside it, each once."""
    request = asked(
        lambda c: c.send_file(
            {"user_ref": "u"},
            b"x",
            filename="a.pdf",
            tag="HUMAN_AGENT",
            persona_id="9",
            notification_type="NO_PUSH",
            quick_replies=[{"content_type": "text", "title": "t", "payload": "p"}],
        )
    )
    texts = {part["name"]: part.get("value") for part in request["multipart"]}
    assert texts == {
        "message": {
            "attachment": {"type": "file", "payload": {}},
            "quick_replies": [{"content_type": "text", "title": "t", "payload": "p"}],
        },
        "filedata": None,
        "messaging_type": "MESSAGE_TAG",
        "recipient": {"user_ref": "u"},
        "tag": "HUMAN_AGENT",
        "persona_id": "9",
        "notification_type": "NO_PUSH",
    }


def test_an_upload_is_message_and_file() -> None:
    """The payload says whether it can be used again; nothing else is in the form."""
    request = asked(lambda c: c.upload_video(b"x", is_reusable=True, filename="v.mp4"))
    assert (request["path"], request["multipart"]) == (
        "/v27.0/me/message_attachments",
        [
            {
                "name": "message",
                "value": {"attachment": {"type": "video", "payload": {"is_reusable": True}}},
            },
            {"name": "filedata", "filename": "v.mp4", "content_type": "video/mp4", "content": b"x"},
        ],
    )


def test_a_file_has_a_bare_name_in_utf_8(tmp_path: Path) -> None:
    """A path loses its folders; what a name may not hold in a header is written as browsers do."""
    path = tmp_path / 'Grüße "1".txt'
    path.write_bytes(b"hi")
    far = FarEnd()
    client = MessengerClient("T", transport=far.transport)
    client.send_file("7", path)
    with path.open("rb") as file:
        client.upload_file(file)
    for request in far.raw:
        assert 'name="filedata"; filename="Grüße %221%22.txt"\r\n'.encode() in request.content
        assert b"Content-Type: text/plain\r\n\r\nhi\r\n" in request.content


def test_bytes_without_a_name_get_one_that_fits() -> None:
    """Graph refuses a file without a name."""
    file = io.BytesIO(b"OggS")
    request = asked(lambda c: c.send_audio("7", file))
    assert request["multipart"][1] == {
        "name": "filedata",
        "filename": "audio.ogg",
        "content_type": "audio/ogg",
        "content": b"OggS",
    }


def test_twenty_five_megabytes_are_the_bound() -> None:
    """Graph's own bound is taken whole; a byte more is refused before anything is read into a request."""
    bound = 25 * 1024 * 1024
    request = asked(lambda c: c.upload_file(bytes(bound), filename="big.bin"))
    assert len(request["multipart"][1]["content"]) == bound
    far = FarEnd()
    with pytest.raises(InvalidCommandError, match="use a URL"):
        MessengerClient("T", transport=far.transport).upload_file(bytes(bound + 1), filename="big.bin")
    assert far.requests == []
