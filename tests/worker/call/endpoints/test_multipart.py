"""Uploads are multipart in the order of the reference client, and lose no option."""

from typing import Any

from producer import batch
from worker.call.endpoints import Call, FilePart, Token, call_for, multipart_fields

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
