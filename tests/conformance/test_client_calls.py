"""Recorded cases of the reference client, at the level of commands, calls and replies: no network, no queue."""

import hashlib
import hmac
import json
from typing import Any, cast
from urllib.parse import parse_qsl, unquote

import pytest

from producer import batch, broadcast, messages
from producer.commands import (
    BatchItem,
    Command,
    GetAssociatedLabels,
    GetUserProfile,
    SendBatch,
    decode,
    encode,
    tag_of,
)
from tests.conformance.far_end import CLIENT, FACTORIES, SINGLE, Case, Commands, called
from worker.call.endpoints import Call, CallContext, Token, call_for, encode_part, part_call
from worker.call.replies import parsed, unwrap, unwrap_parts


def secret_of(client: Case, token: Token) -> str | None:
    """Return what the recorded client puts where a call asks for a token or secret."""
    known = {
        "page_token": client["access_token"],
        "app_token": f"{client.get('app_id')}|{client.get('app_secret')}",
        "app_secret": client.get("app_secret"),
        "verify_token": None,
        "literal": token.value,
    }
    return cast("str | None", known[token.source])


def as_request(call: Call, client: Case) -> Case:
    """Return the request of a call as the records have it: tokens and proofs in their places."""
    query = [list(pair) for pair in call.query]
    body = None if call.body is None else dict(call.body)
    token = secret_of(client, call.token)
    for fill in call.fill:
        value = secret_of(client, fill.token)
        if value is not None and fill.place == "query":
            query.append([fill.name, value])
    if call.place != "body":
        query.append(["access_token", str(token)])
    if call.place != "query" and body is not None:
        body["access_token"] = token
    if call.proof_secret is not None:
        key = secret_of(client, call.proof_secret)
        proof = hmac.new(str(key).encode(), str(token).encode(), hashlib.sha256).hexdigest()
        query.append(["appsecret_proof", proof])
    request: Case = {"method": call.method, "path": f"/v4.0/{call.path}", "query": sorted(query)}
    return request if body is None else request | {"json": body}


@pytest.mark.parametrize("case", SINGLE, ids=lambda case: case["id"])
def test_a_method_makes_the_recorded_request(case: Case) -> None:
    """The command of a method, through its encoded form, becomes exactly the recorded request."""
    command: Command = called(case, Commands())
    command = decode(tag_of(command), encode(command))
    call = call_for(command, CallContext(app_id=case["client"].get("app_id")))
    recorded = case["requests"][0]
    assert as_request(call, case["client"]) == recorded | {"query": sorted(recorded["query"])}
    assert json.dumps(call.body) == json.dumps(_without_token(recorded.get("json"), call))


def _without_token(body: Any, call: Call) -> Any:  # noqa: ANN401 - any JSON
    if call.place == "query" or body is None:
        return body
    return {name: value for name, value in body.items() if name != "access_token"}


@pytest.mark.parametrize("case", SINGLE, ids=lambda case: case["id"])
def test_a_reply_becomes_the_recorded_result(case: Case) -> None:
    """What Graph answered becomes what the method gave back."""
    assert unwrap(called(case, Commands()), case["reply"]["body"]) == case["result"]


@pytest.mark.parametrize("case", SINGLE, ids=lambda case: case["id"])
def test_a_method_makes_the_recorded_request_as_a_part_of_a_batch(case: Case) -> None:
    """The part, decoded back, has the method, address, query and body of the recorded request."""
    call, link = part_call(called(case, Commands()), CallContext(app_id=case["client"].get("app_id")))
    part = encode_part(call, link=link)
    path, _mark, query = str(part["relative_url"]).partition("?")
    recorded = case["requests"][0]
    body = _without_token(recorded.get("json"), call)
    assert (part["method"], f"/v4.0/{unquote(path)}") == (recorded["method"], recorded["path"])
    assert sorted(map(list, parse_qsl(query, keep_blank_values=True))) == sorted(
        pair for pair in recorded["query"] if pair[0] not in _added_by_the_caller(call)
    )
    assert decoded_body(part.get("body")) == (
        None if body is None else {name: as_form_text(value) for name, value in body.items()}
    )


def _added_by_the_caller(call: Call) -> set[str]:
    return {"access_token", "appsecret_proof", *(fill.name for fill in call.fill)}


def decoded_body(body: object) -> dict[str, str] | None:
    """Return a part's body decoded from its query string."""
    return (
        None
        if body is None
        else dict(parse_qsl(str(body), keep_blank_values=True, strict_parsing=bool(body)))
    )


def as_form_text(value: object) -> str:
    """Return a value as it stands in a form: text as it is, all else as compact JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def test_a_raw_part_keeps_its_members_and_gets_a_query_string_for_a_body() -> None:
    """The recorded batch of a raw part goes out as recorded, and its sub-reply comes back parsed."""
    case = next(case for case in CLIENT if case["call"]["method"] == "send_batch")
    command: SendBatch = called(case, Commands())
    parts = [encode_part(call, link=link) for call, link in map(part_call, command.parts)]
    assert parts == case["requests"][0]["json"]["batch"]
    assert unwrap_parts(command.parts, case["reply"]["body"]) == [
        result | {"body": parsed(result["body"])} for result in case["result"]
    ]


MESSAGES = [case for case in FACTORIES if case["class"] == "Messenger"]
PARTS = [case for case in FACTORIES if case["class"] == "MessengerBatch"]
PREDICATES = [case for case in FACTORIES if case["class"] == "MessengerBroadcast"]


@pytest.mark.parametrize("case", MESSAGES, ids=lambda case: case["id"])
def test_a_builder_makes_the_recorded_message(case: Case) -> None:
    """`producer.messages` has every factory, without `create_`."""
    call = case["call"] | {"method": case["call"]["method"].removeprefix("create_")}
    message = called({"call": call}, messages)
    assert json.dumps(message) == json.dumps(case["result"])


@pytest.mark.parametrize("case", PARTS, ids=lambda case: case["id"])
def test_a_function_of_batch_makes_the_recorded_part(case: Case) -> None:
    """`producer.batch` has every factory; its command becomes the recorded part."""
    item: BatchItem = called(case, batch)
    call, link = part_call(item)
    token = call.token.value if call.token.source == "literal" else None
    part = encode_part(call, token, link=link)
    recorded = dict(case["result"])
    if isinstance(item, GetUserProfile | GetAssociatedLabels) and item.fields is None:
        # Its factories leave out the fields that its document gives to these methods: the document counts.
        recorded["relative_url"] = part["relative_url"]
    # The path into the answer is not sent: the answer is unwrapped by the command's type.
    recorded.pop("responseAccessPath", None)
    if "body" in recorded:
        recorded["body"] = {name: as_form_text(value) for name, value in recorded["body"].items()}
        part["body"] = decoded_body(part["body"])
    assert part == recorded


@pytest.mark.parametrize("case", PREDICATES, ids=lambda case: case["id"])
def test_a_predicate_is_the_recorded_one(case: Case) -> None:
    """`and_`, `or_` and `not_` make the recorded predicates."""
    call = case["call"] | {"method": f"{case['call']['method']}_"}
    assert called({"call": call}, broadcast) == case["result"]
