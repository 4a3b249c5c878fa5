"""Points 14 and 15: what a send answers, what is refused, and that nothing is de-duplicated."""

import json
from typing import Any

import httpx
import pytest

from tests.worker.stub.asking import TOKEN, body_of, error_of, post_batch, post_text, text_part
from worker.stub import GraphStub

IMAGE = {"attachment": {"type": "image", "payload": {"url": "https://example.com/a.png"}}}


def post(http: httpx.Client, payload: dict[str, Any]) -> httpx.Response:
    """Posts a send as JSON under the usual token."""
    return http.post("/v26.0/me/messages", params={"access_token": TOKEN}, json=payload)


def test_the_same_body_twice_is_delivered_twice(stub: GraphStub, http: httpx.Client) -> None:
    """Graph has no idempotency key: a repeated request is a second message with an id of its own."""
    payload = {"recipient": {"id": "7"}, "message": {"text": "x", "metadata": "cmd-1"}}
    ids = [post(http, payload).json()["message_id"] for _ in range(2)]
    part = text_part("7", "x", body=body_of({name: json.dumps(value) for name, value in payload.items()}))
    ids += [json.loads(one["body"])["message_id"] for one in post_batch(http, [part, part]).json()]
    assert len(set(ids)) == 4
    assert [(one.message_id, one.metadata, one.kind) for one in stub.ledger] == [
        (message_id, "cmd-1", "message") for message_id in ids
    ]


@pytest.mark.parametrize(
    ("recipient", "key", "members"),
    [
        pytest.param({"id": "7"}, "7", ["message_id", "recipient_id"], id="a PSID"),
        pytest.param({"id": 7}, "7", ["message_id", "recipient_id"], id="a PSID as a number"),
        pytest.param({"user_ref": "r"}, "user_ref:r", ["message_id"], id="a user_ref"),
        pytest.param({"phone_number": "+1"}, "phone_number:+1", ["message_id"], id="a phone number"),
        pytest.param({"comment_id": "c"}, "comment_id:c", ["message_id"], id="a comment"),
        pytest.param({"post_id": "p"}, "post_id:p", ["message_id"], id="a post"),
    ],
)
def test_who_is_named_in_the_answer(
    stub: GraphStub, http: httpx.Client, recipient: dict[str, Any], key: str, members: list[str]
) -> None:
    """`recipient_id` is there for a PSID and absent for every other kind of recipient."""
    answer = post(http, {"recipient": recipient, "message": {"text": "x"}}).json()
    assert (sorted(answer), [one.recipient for one in stub.ledger]) == (members, [key])
    assert answer.get("recipient_id", key) == key


def test_a_sender_action_answers_the_recipient_only(stub: GraphStub, http: httpx.Client) -> None:
    """Sender actions have no message id; the ledger has the action."""
    answer = post(http, {"recipient": {"id": "7"}, "sender_action": "typing_on"})
    assert answer.json() == {"recipient_id": "7"}
    assert [(one.kind, one.body, one.message_id) for one in stub.ledger] == [
        ("sender_action", "typing_on", "")
    ]


def test_a_reusable_attachment_has_an_id(http: httpx.Client) -> None:
    """`is_reusable` adds `attachment_id`, which can be sent afterwards."""
    message = {"attachment": {"type": "file", "payload": {"url": "https://x/y", "is_reusable": True}}}
    answer = post(http, {"recipient": {"id": "7"}, "message": message}).json()
    assert sorted(answer) == ["attachment_id", "message_id", "recipient_id"]
    again = {"attachment": {"type": "file", "payload": {"attachment_id": answer["attachment_id"]}}}
    assert post(http, {"recipient": {"id": "7"}, "message": again}).status_code == 200


def test_a_file_is_sent_by_multipart(stub: GraphStub, http: httpx.Client) -> None:
    """A send with its file in the request is delivered, and counts as media."""
    message = {"attachment": {"type": "audio", "payload": {}}}
    answer = http.post(
        "/me/messages",
        params={"access_token": TOKEN},
        data={"recipient": '{"id":"7"}', "message": json.dumps(message), "messaging_type": "UPDATE"},
        files={"filedata": ("grüße.mp3", b"\x00\r\n\r\n--\xff", "audio/mpeg")},
    )
    assert (answer.status_code, answer.json()["recipient_id"]) == (200, "7")
    assert [one.calls for one in stub.requests] == [{"100/media": 1}]


@pytest.mark.parametrize(
    ("payload", "rate_class"),
    [
        ({"message": {"text": "x"}}, "text"),
        ({"sender_action": "typing_on"}, "text"),
        ({"message": {"attachment": {"type": "template", "payload": {"template_type": "generic"}}}}, "text"),
        ({"message": IMAGE}, "media"),
        ({"message": {"attachments": [IMAGE["attachment"]] * 2}}, "media"),
        ({"message": {"attachment": {"type": "image", "payload": {"attachment_id": "1"}}}}, "text"),
        ({"message": {"attachment": {"type": "video", "payload": {"attachment_id": "1"}}}}, "media"),
    ],
    ids=["text", "action", "template", "image by URL", "images", "saved image", "saved video"],
)
def test_calls_are_counted_by_rate_class(
    stub: GraphStub, http: httpx.Client, payload: dict[str, Any], rate_class: str
) -> None:
    """Audio, video and whatever must be fetched are media; the rest of the Send API is text."""
    assert post(http, {"recipient": {"id": "7"}, **payload}).status_code == 200
    assert [one.calls for one in stub.requests] == [{f"100/{rate_class}": 1}]


@pytest.mark.parametrize(
    ("payload", "code", "subcode"),
    [
        pytest.param({"message": {"text": "x"}}, 100, None, id="no recipient"),
        pytest.param({"recipient": "7", "message": {"text": "x"}}, 100, None, id="a recipient that is text"),
        pytest.param({"recipient": {}, "message": {"text": "x"}}, 100, 2018001, id="an empty recipient"),
        pytest.param({"recipient": {"id": "7"}}, 100, None, id="no message"),
        pytest.param({"recipient": {"id": "7"}, "message": {}}, 100, 2018034, id="an empty message"),
        pytest.param({"recipient": {"id": "7"}, "message": {"text": ""}}, 100, 2018034, id="an empty text"),
        pytest.param({"recipient": {"id": "7"}, "message": {"text": 5}}, 100, None, id="a text that is none"),
        pytest.param(
            {"recipient": {"id": "7"}, "message": {"text": "x" * 2001}}, 100, None, id="2001 characters"
        ),
        pytest.param(
            {"recipient": {"id": "7"}, "message": {"text": "x", "quick_replies": [{}] * 14}},
            100,
            None,
            id="14 quick replies",
        ),
        pytest.param(
            {"recipient": {"id": "7"}, "message": {"text": "x"}, "sender_action": "typing_on"},
            100,
            2018014,
            id="message and action",
        ),
        pytest.param({"recipient": {"id": "7"}, "sender_action": "dance"}, 100, None, id="an unknown action"),
        pytest.param(
            {"recipient": {"id": "7"}, "message": {"text": "x"}, "messaging_type": "X"},
            100,
            None,
            id="a wrong type",
        ),
        pytest.param(
            {"recipient": {"id": "7"}, "message": {"text": "x"}, "messaging_type": "MESSAGE_TAG"},
            100,
            None,
            id="a tag that is missing",
        ),
        pytest.param(
            {"recipient": {"id": "7"}, "message": {"attachment": {"type": "image", "payload": {}}}},
            100,
            None,
            id="an attachment of nothing",
        ),
        pytest.param(
            {"recipient": {"id": "7"}, "message": {"attachment": {"type": "smell", "payload": {}}}},
            100,
            None,
            id="an unknown attachment",
        ),
    ],
)
def test_what_graph_would_refuse_is_refused(
    stub: GraphStub, http: httpx.Client, payload: dict[str, Any], code: int, subcode: int | None
) -> None:
    """A send that is not right gets Graph's code and reaches nobody."""
    error = error_of(post(http, payload))
    assert (error["code"], error.get("error_subcode"), error["status"]) == (code, subcode, 400)
    assert stub.ledger == []


def test_two_thousand_characters_are_delivered_whole(stub: GraphStub, http: httpx.Client) -> None:
    """A text of 2,000 characters of any script is within the limit."""
    text = "é" * 1_000 + "😀" * 1_000
    assert post_text(http, "7", text).status_code == 200
    assert [json.loads(one.body) for one in stub.ledger] == [{"text": text}]


def test_unknown_members_pass(stub: GraphStub, http: httpx.Client) -> None:
    """Members that Meta may add are kept in the ledger as they came."""
    message = {"text": "x", "brand_new": {"a": [1, None, 2.5]}}
    answer = post(http, {"recipient": {"id": "7", "name": {}}, "message": message, "also_new": True})
    assert (answer.status_code, [json.loads(one.body) for one in stub.ledger]) == (200, [message])
