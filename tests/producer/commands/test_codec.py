"""Commands as bytes: every type goes there and back, small, without its tag, and damaged bytes say so."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer import batch, secret
from producer.commands import (
    TYPES,
    Command,
    GetUserProfile,
    Part,
    RawPart,
    SendBatch,
    SenderAction,
    SendMessage,
    SendRawBody,
    attached,
    decode,
    detached,
    encode,
    from_json,
    tag_of,
)
from producer.errors import InvalidCommandError

ID = st.text(min_size=1, max_size=20).filter(lambda text: not text.isspace())
JSON: st.SearchStrategy[object] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=20)
    | st.floats(allow_nan=False, width=32),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
OBJECT = st.dictionaries(st.text(max_size=8), JSON, max_size=4)
TOKEN = st.none() | st.builds(secret, ID)
SENDS = st.builds(
    SendMessage,
    recipient=ID | OBJECT,
    message=OBJECT,
    tag=st.none() | ID,
    messaging_type=st.none() | ID,
    reply_to=st.none() | OBJECT,
    extra=OBJECT,
    access_token=TOKEN,
)
SINGLES: st.SearchStrategy[Command] = (
    SENDS
    | st.builds(SenderAction, recipient=ID, sender_action=ID, extra=OBJECT)
    | st.builds(SendRawBody, body=OBJECT)
    | st.builds(RawPart, part=OBJECT)
    | st.builds(GetUserProfile, user_id=ID, fields=st.none() | st.lists(ID, max_size=3), access_token=TOKEN)
)
COMMANDS = SINGLES | st.builds(
    SendBatch, parts=st.lists(SINGLES | st.builds(Part, command=SINGLES, name=st.none() | ID), max_size=4)
)


@given(COMMANDS)
def test_a_command_comes_back_from_its_bytes(command: Command) -> None:
    """`decode` undoes `encode` for any command."""
    assert decode(tag_of(command), encode(command)) == command


@given(SINGLES)
def test_the_type_lies_outside_of_the_bytes(command: Command) -> None:
    """The encoded form has no member `type` of its own."""
    assert "type" not in msgspec.msgpack.decode(encode(command))


def test_a_text_is_stored_in_its_smallest_form() -> None:
    """Defaults are left out, and the recipient is the bare PSID, however it was given."""
    small = msgspec.msgpack.encode({"recipient": "1", "message": {"text": "Hello!"}})
    assert encode(batch.send_text("1", "Hello!")) == small
    assert encode(batch.send_text({"id": "1"}, "Hello!")) == small


def test_no_command_outgrows_the_short_head_of_a_map() -> None:
    """Taking the tag out of the bytes rests on maps of at most 15 members, the tag among them."""
    assert max(len(kind.__struct_fields__) for kind in TYPES.values()) < 15


@pytest.mark.parametrize(
    ("tag", "data", "path"),
    [
        ("send_message", b"\x80", ""),
        ("send_message", b"\xc1", ""),
        ("send_message", b"", ""),
        ("send_message", msgspec.msgpack.encode({"recipient": 1, "message": {}}), "recipient"),
        ("send_message", msgspec.msgpack.encode({"recipient": "1", "message": []}), "message"),
        ("send_message", msgspec.msgpack.encode({"recipient": "1", "message": {}, "tga": "X"}), ""),
        ("get_user_profile", msgspec.msgpack.encode({"user_id": ""}), "user_id"),
        ("send_batch", msgspec.msgpack.encode({"parts": [{"type": "SECRET-VALUE"}]}), "parts[0].type"),
        ("no_such_type", b"\x80", "type"),
    ],
)
def test_bytes_that_are_no_command_are_refused(tag: str, data: bytes, path: str) -> None:
    """Damaged or foreign bytes raise an error with the path, and without a value."""
    with pytest.raises(InvalidCommandError) as caught:
        decode(tag, data)
    assert caught.value.path == path
    assert "SECRET-VALUE" not in str(caught.value)


def test_what_cannot_be_stored_is_refused() -> None:
    """A lone surrogate and a number beyond 64 bits are no bytes."""
    with pytest.raises(InvalidCommandError):
        encode(SendRawBody(body={"text": "\ud800"}))
    with pytest.raises(InvalidCommandError):
        encode(SendRawBody(body={"number": 2**70}))


def test_every_tag_is_written_by_hand_and_kept_for_ever() -> None:
    """Tags lie in Redis: one that is renamed or lost strands what is queued."""
    assert sorted(TYPES) == KEPT_TAGS


KEPT_TAGS = [
    "associate_label",
    "cancel_broadcast",
    "create_label",
    "create_message_campaign",
    "create_message_creative",
    "create_message_template",
    "create_persona",
    "create_subscription",
    "debug_token",
    "delete_label",
    "delete_message_template",
    "delete_messenger_profile",
    "delete_persona",
    "delete_user_menu",
    "dissociate_label",
    "extend_thread_control",
    "generate_messenger_code",
    "get_all_personas",
    "get_associated_labels",
    "get_broadcast",
    "get_broadcast_messages_sent",
    "get_insight",
    "get_insights",
    "get_label_details",
    "get_label_list",
    "get_message_tags",
    "get_message_template_library",
    "get_message_templates",
    "get_messaging_feature_review",
    "get_messenger_profile",
    "get_notification_message_tokens",
    "get_page_info",
    "get_page_subscription",
    "get_persona",
    "get_personas",
    "get_profile_property",
    "get_reach_estimate",
    "get_secondary_receivers",
    "get_subscriptions",
    "get_thread_owner",
    "get_user_field",
    "get_user_menu",
    "get_user_profile",
    "log_custom_events",
    "moderate_conversations",
    "pass_thread_control",
    "raw_part",
    "release_thread_control",
    "request_thread_control",
    "send_batch",
    "send_broadcast_message",
    "send_marketing_message",
    "send_message",
    "send_raw_body",
    "send_sponsored_message",
    "sender_action",
    "set_messenger_profile",
    "set_nlp_configs",
    "set_user_menu",
    "start_reach_estimation",
    "take_thread_control",
    "upload_attachment",
]


def test_a_line_of_json_is_a_command() -> None:
    """A line names its type, and a recipient object that is just a PSID is stored as the PSID."""
    line = '{"type": "send_message", "recipient": {"id": "1"}, "message": {"text": "Hello!"}}'
    assert from_json(line) == batch.send_text("1", "Hello!")


@pytest.mark.parametrize("line", ["", "[]", '{"type": "send_mesage"}', '{"recipient": "1"}', "{"])
def test_a_line_that_is_no_command_is_refused(line: str) -> None:
    """Each is an error with a sentence."""
    with pytest.raises(InvalidCommandError):
        from_json(line)


def test_bytes_leave_their_command_and_come_back() -> None:
    """What is queued holds the name and size of a file only; with its bytes it is the same command again."""
    command = batch.send_image("1", b"\x89PNG\r\n\x1a\n-", filename="a.png")
    stored, content = detached(command)
    assert content == b"\x89PNG\r\n\x1a\n-"
    assert content not in encode(stored)
    assert attached(decode_send(stored), content) == command
    with pytest.raises(InvalidCommandError):
        attached(stored, content[:-1])


def decode_send(command: SendMessage) -> SendMessage:
    """Return a send as it comes off the queue."""
    result = decode("send_message", encode(command))
    assert isinstance(result, SendMessage)
    return result


def test_a_command_shows_no_secret() -> None:
    """Neither a token, nor one inside a raw body or an address, nor the bytes of a file is in a repr."""
    commands: list[Command] = [
        batch.send_text("1", "Hello!", access_token="TOPSECRET"),
        batch.send_raw_body({"access_token": "TOPSECRET", "message": {"text": "Hello!"}}),
        batch.send_file("1", b"TOPSECRET"),
        batch.get_user_field(field="ids_for_apps", user_id="1", app_secret="TOPSECRET"),
        batch.create_subscription(callback_url="https://e.com", verify_token="TOPSECRET"),
        RawPart(part={"method": "GET", "relative_url": "me?access_token=TOPSECRET&fields=id"}),
    ]
    commands.append(SendBatch(parts=[each for each in commands if not isinstance(each, SendBatch)]))
    for command in commands:
        assert "TOPSECRET" not in repr(command)
        assert "TOPSECRET" not in repr(list(command.__rich_repr__()))
