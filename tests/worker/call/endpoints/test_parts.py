"""Parts of a batch: bodies as `encodeURIComponent` writes them, tokens and links in their places."""

from typing import Any
from urllib.parse import parse_qsl, quote

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from producer import batch
from worker.call.endpoints import (
    Call,
    Link,
    call_for,
    encode_part,
    encode_part_json,
    encode_parts_json,
    part_call,
    percent_encoded,
    query_string,
)
from worker.call.endpoints.percent import form

B: Any = batch
PROOF = (("appsecret_proof", "PROOF"),)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
JSON: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(TEXT)
def test_a_text_is_encoded_as_the_reference_client_does(text: str) -> None:
    """Letters, digits and `!'()*~-_.` stay, everything else is %XX of its UTF-8, a space is %20."""
    assert percent_encoded(text) == quote(text, safe="!'()*~-_.")


@given(st.dictionaries(TEXT, JSON, max_size=5))
@example({"message": {"text": "100%25 is not 100%"}})
@example({"message": {"text": "Grüße 100%41"}})
def test_a_body_comes_back_from_its_form(body: dict[str, object]) -> None:
    """Every name and value survives; what is no text is JSON."""
    pairs = parse_qsl(form(body).decode("ascii"), keep_blank_values=True)
    expected = [
        (name, value if isinstance(value, str) else msgspec.json.encode(value).decode())
        for name, value in body.items()
    ]
    assert pairs == expected


@given(st.lists(st.tuples(TEXT, TEXT), max_size=4))
def test_a_query_comes_back_from_its_string(pairs: list[tuple[str, str]]) -> None:
    """A query string holds its pairs, in order."""
    assert parse_qsl(query_string(tuple(pairs)), keep_blank_values=True) == pairs


@given(TEXT, st.dictionaries(TEXT, JSON, max_size=3), st.none() | TEXT)
def test_the_json_of_a_part_is_the_part(text: str, extra: dict[str, object], token: str | None) -> None:
    """The fast way and the plain way write the same part."""
    call = Call(method="POST", path="me/messages", body={"message": {"text": text}, **extra})
    assert msgspec.json.decode(encode_part_json(call, token, PROOF)) == encode_part(call, token, PROOF)


def test_a_text_is_one_known_string() -> None:
    """The form of a text, byte by byte."""
    assert encode_part_json(call_for(B.send_text("1", "Hi & bye, 100% ü!"))) == (
        b'{"method":"POST","relative_url":"me/messages","body":"messaging_type=UPDATE'
        b"&recipient=%7B%22id%22%3A%221%22%7D"
        b'&message=%7B%22text%22%3A%22Hi%20%26%20bye%2C%20100%25%20%C3%BC!%22%7D"}'
    )


PARTS: list[tuple[str, object, str | None, dict[str, object]]] = [
    (
        "a write of the batch's own Page",
        B.mark_seen("1"),
        None,
        {
            "method": "POST",
            "relative_url": "me/messages",
            "body": "recipient=%7B%22id%22%3A%221%22%7D&sender_action=mark_seen",
        },
    ),
    (
        "a write of another Page",
        B.mark_seen("1"),
        "T|x",
        {
            "method": "POST",
            "relative_url": "me/messages?appsecret_proof=PROOF",
            "body": "recipient=%7B%22id%22%3A%221%22%7D&sender_action=mark_seen&access_token=T%7Cx",
        },
    ),
    (
        "a read of another Page",
        B.get_page_info(["id"]),
        "T",
        {"method": "GET", "relative_url": "me?fields=id&access_token=T&appsecret_proof=PROOF"},
    ),
    (
        "a read without a query",
        B.get_persona("1"),
        "T",
        {"method": "GET", "relative_url": "1?access_token=T&appsecret_proof=PROOF"},
    ),
    (
        "a deletion with a body",
        B.delete_greeting(),
        None,
        {"method": "DELETE", "relative_url": "me/messenger_profile", "body": "fields=%5B%22greeting%22%5D"},
    ),
    (
        "a write without members",
        B.set_nlp_configs(nlp_enabled=True),
        "T",
        {
            "method": "POST",
            "relative_url": "me/nlp_configs?nlp_enabled=true&appsecret_proof=PROOF",
            "body": "access_token=T",
        },
    ),
    (
        "a write without a body",
        B.get_broadcast_messages_sent(5),
        None,
        {"method": "POST", "relative_url": "5/insights/messages_sent"},
    ),
    (
        "a linked part",
        B.part(B.mark_seen("1"), name="b", depends_on="a", omit_response_on_success=False),
        None,
        {
            "method": "POST",
            "relative_url": "me/messages",
            "name": "b",
            "depends_on": "a",
            "omit_response_on_success": False,
            "body": "recipient=%7B%22id%22%3A%221%22%7D&sender_action=mark_seen",
        },
    ),
    (
        "a raw part with its own token",
        B.send_batch([{"method": "GET", "relative_url": "me?access_token=T&ids={result=a:$.id}"}]).parts[0],
        "T",
        {"method": "GET", "relative_url": "me?access_token=T&ids={result=a:$.id}&appsecret_proof=PROOF"},
    ),
    (
        "a raw body with its own token",
        B.send_raw_body({"access_token": "T", "a": 1}),
        "T",
        {"method": "POST", "relative_url": "me/messages?appsecret_proof=PROOF", "body": "access_token=T&a=1"},
    ),
    (
        "a raw part's query string",
        B.send_batch([{"method": "POST", "relative_url": "me/messages", "body": "a=%7B%7D&b=c+d"}]).parts[0],
        None,
        {"method": "POST", "relative_url": "me/messages", "body": "a=%7B%7D&b=c+d"},
    ),
    (
        "a raw part's other members",
        B.send_batch(
            [{"method": "POST", "relative_url": "me", "headers": ["a: b"], "responseAccessPath": "id"}]
        ).parts[0],
        None,
        {"method": "POST", "relative_url": "me", "headers": ["a: b"]},
    ),
]


@pytest.mark.parametrize(
    ("item", "token", "expected"), [case[1:] for case in PARTS], ids=[case[0] for case in PARTS]
)
def test_a_part_has_everything_in_its_place(
    item: object, token: str | None, expected: dict[str, object]
) -> None:
    """Token in the body or address, proof in the address, links beside them, each once."""
    call, link = part_call(item)
    assert encode_part(call, token, PROOF, link) == expected
    assert msgspec.json.decode(encode_part_json(call, token, PROOF, link)) == expected


def test_a_raw_part_alone_is_a_plain_call() -> None:
    """Taken out of its batch a raw part is called as any other command."""
    (raw,) = B.send_batch([{"method": "POST", "relative_url": "me/messages?x=1", "body": "a=%7B%7D"}]).parts
    call = call_for(raw)
    assert (call.method, call.path, call.query, call.body) == (
        "POST",
        "me/messages",
        (("x", "1"),),
        {"a": "{}"},
    )


def test_bytes_are_no_part() -> None:
    """A batch carries no files: the sentence says what to do."""
    with pytest.raises(ValueError, match="upload them first"):
        encode_part(call_for(B.send_image("1", b"x")))


def test_a_link_without_anything_adds_nothing() -> None:
    """An empty link leaves the part as it is."""
    call = call_for(B.mark_seen("1"))
    assert encode_part(call, link=Link()) == encode_part(call)


@settings(suppress_health_check=[HealthCheck.too_slow])  # a machine may be busy
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["recipient", "message", "tag", "messaging_type"]),
            st.one_of(
                st.text(max_size=40),
                st.dictionaries(st.text(max_size=5), st.text(max_size=60), max_size=2),
                st.floats(allow_nan=False, allow_infinity=False),
                st.none(),
            ),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_parts_encoded_together_are_the_parts_encoded_alone(bodies: list[dict[str, object]]) -> None:
    """Whatever the texts hold, a batch's parts are the same bytes either way."""
    calls = [Call(method="POST", path="me/messages", body=body) for body in bodies]
    alone = [encode_part_json(call) for call in calls]
    assert encode_parts_json([(call, None) for call in calls]) == alone


def test_parts_that_are_special_are_encoded_one_by_one() -> None:
    """A read, a linked part and a message share a batch."""
    read = call_for(B.get_user_profile("1"))
    text = call_for(B.send_text("1", "Hi"))
    link = Link(name="first")
    assert encode_parts_json([(read, None), (text, link), (text, None)]) == [
        encode_part_json(read),
        encode_part_json(text, link=link),
        encode_part_json(text),
    ]
