"""Recorded cases of the reference client, run by the direct client: by themselves, and as parts of a batch."""

import json
from typing import Any, cast
from urllib.parse import parse_qsl, unquote

import pytest

from producer.commands import GetAllPersonas, UploadAttachment
from tests.conformance.far_end import CLIENT, SINGLE, Case, Commands, FarEnd, called, part_reply, wanted
from worker import MessengerClient
from worker.call.replies import parsed


def client_of(case: Case, far: FarEnd) -> MessengerClient:
    """Returns the recorded client, in front of `far`."""
    return MessengerClient(**{"version": "4.0", **case["client"]}, transport=far.transport)


@pytest.mark.parametrize("case", CLIENT, ids=lambda case: case["id"])
def test_a_method_makes_the_recorded_requests_and_gives_the_recorded_result(case: Case) -> None:
    """What reaches Graph is what the reference client sends, and what comes back is what it gives."""
    far = FarEnd(case["reply"]["body"])
    result = called(case, client_of(case, far))
    assert far.requests == wanted(case)
    if case["call"]["method"] == "send_batch":
        assert result == [part | {"body": parsed(part["body"])} for part in case["result"]]
    else:
        assert result == case["result"]


@pytest.mark.parametrize("case", SINGLE, ids=lambda case: case["id"])
def test_a_method_works_as_a_part_of_a_batch(case: Case) -> None:
    """The part, decoded back, is the recorded request, and its parsed body is the recorded result."""
    far = FarEnd([part_reply(case["reply"]["body"])])
    command = called(case, Commands())
    assert not isinstance(command, UploadAttachment) or command.filedata is None
    [reply] = client_of(case, far).send_batch([command])
    [request] = far.requests
    [part] = request["json"]["batch"]
    assert request["json"]["access_token"] == case["client"]["access_token"]
    assert decoded(part) == as_part(wanted(case)[0], case["client"]["access_token"])
    assert reply is not None
    assert reply["code"] == 200
    if not isinstance(command, GetAllPersonas):
        assert reply["headers"] == [{"name": "X", "value": "y"}]
    assert reply["body"] == case["result"]


def decoded(part: Case) -> Case:
    """Returns a part as method, path, every parameter of address and body as text, whatever its place."""
    path, _, query = part["relative_url"].partition("?")
    pairs = parse_qsl(query, keep_blank_values=True) + parse_qsl(part.get("body", ""), keep_blank_values=True)
    return {"method": part["method"], "path": unquote(path), "parameters": sorted(pairs)}


def as_part(request: Case, shared_token: str) -> Case:
    """Returns a recorded request in the form of `decoded`; the token of the whole batch is not repeated."""
    body = cast("dict[str, Any]", request.get("json") or {})
    texts = {
        name: value
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        for name, value in body.items()
    }
    pairs = [tuple(pair) for pair in request["query"]] + list(texts.items())
    needs_proof = any(name == "appsecret_proof" for name, _ in pairs)
    kept = [
        pair
        for pair in pairs
        if pair != ("access_token", shared_token) or (needs_proof and "json" not in request)
    ]
    return {
        "method": request["method"],
        "path": request["path"].removeprefix("/v4.0/"),
        "parameters": sorted(kept),
    }
