"""Uploads are multipart in the order of the reference client, and lose no option."""

from typing import Any

import pytest

from producer import batch
from producer.commands import SendMessage, UploadAttachment
from producer.commands.files import FileData
from producer.errors import InvalidCommandError
from worker.call.endpoints import Call, FilePart, Token, call_for, multipart_body, multipart_fields

B: Any = batch
FILE = FilePart(name="filedata", filename="a.png", content_type="image/png", content=b"\x89PNG")


def test_a_send_with_bytes_has_message_file_type_and_recipient() -> None:
    """The order is message, filedata, messaging_type, recipient; objects are JSON text."""
    call = call_for(B.send_image("1", b"\x89PNG", filename="a.png"))
    assert multipart_fields(call) == [
        ("message", b'{"attachment":{"type":"image","payload":{}}}'),
        FILE,
        ("messaging_type", b"UPDATE"),
        ("recipient", b'{"id":"1"}'),
    ]


def test_a_send_with_bytes_keeps_its_options() -> None:
    """Tag, persona, notification type and quick replies reach Graph once each."""
    reply = {"content_type": "user_email"}
    command = B.send_image(
        {"user_ref": "ü"},
        b"\x89PNG",
        filename="a.png",
        tag="T",
        persona_id="p",
        notification_type="NO_PUSH",
        quick_replies=[reply],
        metadata="m",
        access_token="OTHER_TOKEN",
    )
    call = call_for(command)
    assert (call.token, call.place) == (Token(source="literal", value="OTHER_TOKEN"), "query")
    assert multipart_fields(call) == [
        (
            "message",
            (
                b'{"attachment":{"type":"image","payload":{}},'
                b'"quick_replies":[{"content_type":"user_email"}],"metadata":"m"}'
            ),
        ),
        FILE,
        ("messaging_type", b"MESSAGE_TAG"),
        ("recipient", '{"user_ref":"ü"}'.encode()),
        ("tag", b"T"),
        ("persona_id", b"p"),
        ("notification_type", b"NO_PUSH"),
    ]


def test_an_upload_with_bytes_has_message_and_file() -> None:
    """`is_reusable` stands in the payload of the message."""
    call = call_for(B.upload_image(b"\x89PNG", filename="a.png", is_reusable=True))
    assert call == Call(
        method="POST",
        path="me/message_attachments",
        body={"message": {"attachment": {"type": "image", "payload": {"is_reusable": True}}}},
        files=(FILE,),
    )
    assert multipart_fields(call) == [
        ("message", b'{"attachment":{"type":"image","payload":{"is_reusable":true}}}'),
        FILE,
    ]


INJECTED = {
    "a name": FileData(filename='a"\r\nX-A: 1.png', content_type="image/png", size_bytes=1, content=b"x"),
    "a content type": FileData(
        filename="a.png", content_type='image/png\r\n\r\n{"id":"EVIL"}', size_bytes=1, content=b"x"
    ),
}


@pytest.mark.parametrize("file", INJECTED.values(), ids=INJECTED)
def test_a_file_whose_header_would_end_early_makes_no_call(file: FileData) -> None:
    """What a producer would refuse is refused by a worker that finds it on the queue."""
    message: dict[str, object] = {"attachment": {"type": "image", "payload": {}}}
    for command in (
        SendMessage(recipient="1", message=message, filedata=file),
        UploadAttachment(attachment_type="image", filedata=file),
    ):
        with pytest.raises(InvalidCommandError, match=r"^filedata\."):
            call_for(command)


def test_names_of_fields_stay_within_their_header() -> None:
    """Quotes, backslashes and control characters of a name are written as browsers write them."""
    call = call_for(B.send_image("1", b"x", filename='a/ä "b".png', content_type="image/png; q=1"))
    call = Call(method="POST", path="me", body={'x"\r\n\0y': "1"}, files=call.files)
    assert multipart_body(multipart_fields(call), "B").decode().split("\r\n") == [
        "--B",
        'Content-Disposition: form-data; name="x%22%0D%0A%00y"',
        "",
        "1",
        "--B",
        'Content-Disposition: form-data; name="filedata"; filename="ä %22b%22.png"',
        "Content-Type: image/png; q=1",
        "",
        "x",
        "--B--",
        "",
    ]
