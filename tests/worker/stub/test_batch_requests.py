"""Points 1, 2, 3 and 7: how a batch is asked for, refused as a whole, and answered."""

import json
import socket
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.worker.stub.asking import TOKEN, body_of, error_of, post_batch, send_form, text_part
from worker.stub import GraphStub

PARTS = [text_part("7", 'Grüße & 100 % + "quoted" \\ 😀'), text_part("8", "two")]
AS_FORM = {"data": {"access_token": TOKEN, "batch": json.dumps(PARTS)}}
AS_MULTIPART = {"files": {"access_token": (None, TOKEN), "batch": (None, json.dumps(PARTS))}}
AS_ARRAY = {"json": {"access_token": TOKEN, "batch": PARTS}}
AS_STRING = {"json": {"access_token": TOKEN, "batch": json.dumps(PARTS)}}


@pytest.mark.parametrize("path", ["/", "/v4.0/", "/v26.0/", "/v26.0"])
@pytest.mark.parametrize(
    "request_as",
    [
        pytest.param(AS_FORM, id="a form field"),
        pytest.param(AS_MULTIPART, id="a multipart field"),
        pytest.param(AS_ARRAY, id="a JSON array"),
        pytest.param(AS_STRING, id="a JSON string in JSON"),
    ],
)
def test_a_batch_is_taken_in_every_form(
    stub: GraphStub, http: httpx.Client, path: str, request_as: dict[str, Any]
) -> None:
    """Every documented form of a batch delivers the same, at every version and at none."""
    answer = http.post(path, **request_as)
    assert (answer.status_code, [part["code"] for part in answer.json()]) == (200, [200, 200])
    sent = [(one.page, one.recipient, json.loads(one.body)) for one in stub.ledger]
    assert sent == [
        ("100", "7", {"text": 'Grüße & 100 % + "quoted" \\ 😀'}),
        ("100", "8", {"text": "two"}),
    ]


@pytest.mark.parametrize(
    "request_as",
    [
        pytest.param({"data": {"access_token": TOKEN, "batch": "no json"}}, id="no JSON"),
        pytest.param({"data": {"access_token": TOKEN, "batch": '{"method":"GET"}'}}, id="an object"),
        pytest.param({"data": {"access_token": TOKEN, "batch": "[]"}}, id="no parts"),
        pytest.param({"json": {"access_token": TOKEN, "batch": [1, 2]}}, id="parts that are numbers"),
        pytest.param({"json": [1]}, id="a body that is an array"),
    ],
)
def test_a_batch_that_is_none_is_refused_whole(
    stub: GraphStub, http: httpx.Client, request_as: dict[str, Any]
) -> None:
    """What is no batch is answered with 400 and one error object, and nothing runs."""
    answer = http.post("/v4.0/", **request_as)
    assert (answer.status_code, answer.json()["error"]["code"], stub.ledger) == (400, 100, [])


def test_fifty_parts_run_and_fifty_one_do_not(stub: GraphStub, http: httpx.Client) -> None:
    """A batch of 51 parts is refused whole, one of 50 runs whole."""
    parts = [text_part(str(number), "x") for number in range(51)]
    refused = post_batch(http, parts)
    assert error_of(refused) == {
        "message": "(#100) Too many requests in batch message. Maximum batch size is 50",
        "type": "OAuthException",
        "code": 100,
        "status": 400,
    }
    assert stub.ledger == []
    assert len(post_batch(http, parts[:50]).json()) == 50
    assert [one.part for one in stub.ledger] == list(range(50))


def test_a_batch_needs_a_token_of_its_own(stub: GraphStub, http: httpx.Client) -> None:
    """Without a top-level token nothing runs, even when every part carries its own."""
    form = body_of(send_form("7", "x", access_token=TOKEN))
    part = {"method": "POST", "relative_url": "me/messages", "body": form}
    answer = http.post("/", data={"batch": json.dumps([part])})
    assert error_of(answer) == {
        "message": "An access token is required to request this resource.",
        "type": "OAuthException",
        "code": 104,
        "status": 400,
    }
    assert stub.ledger == []


def test_answers_come_in_the_order_of_the_request(http: httpx.Client) -> None:
    """The array has one element a part, in order, each body a JSON string and with headers."""
    parts = [text_part("7", "one"), {"method": "GET", "relative_url": "me?fields=id"}, text_part("", "")]
    answer = post_batch(http, parts).json()
    assert [part["code"] for part in answer] == [200, 200, 400]
    assert json.loads(answer[0]["body"])["recipient_id"] == "7"
    assert json.loads(answer[1]["body"]) == {"id": "100"}
    assert answer[1]["headers"] == [
        {"name": "Content-Type", "value": "application/json; charset=UTF-8"},
        {"name": "Facebook-API-Version", "value": "v4.0"},
    ]


@pytest.mark.parametrize("switch", ["false", "0"])
def test_headers_can_be_left_out(http: httpx.Client, switch: str) -> None:
    """With include_headers=false a part has code and body only."""
    answer = post_batch(http, [text_part("7", "x")], include_headers=switch).json()
    assert [sorted(part) for part in answer] == [["body", "code"]]


def test_files_belong_to_the_part_that_names_them(stub: GraphStub, http: httpx.Client) -> None:
    """`attached_files` gives a part the outer request's files; another part has none."""
    message = {"attachment": {"type": "image", "payload": {"is_reusable": True}}}
    form = body_of({"recipient": '{"id":"7"}', "message": json.dumps(message)})
    part = {"method": "POST", "relative_url": "me/messages", "body": form}
    parts = [{**part, "attached_files": "picture"}, part]
    fields: dict[str, Any] = {
        "access_token": (None, TOKEN),
        "batch": (None, json.dumps(parts)),
        "picture": ("cat.png", b"\x89PNG\r\n--x\r\n", "image/png"),
    }
    answer = http.post("/", files=fields).json()
    assert [part["code"] for part in answer] == [200, 400]
    assert sorted(json.loads(answer[0]["body"])) == ["attachment_id", "message_id", "recipient_id"]
    assert len(stub.ledger) == 1


def test_a_chunked_body_is_read(stub: GraphStub, http: httpx.Client) -> None:
    """A body without Content-Length is taken piece by piece."""
    form = f"access_token={TOKEN}&batch={quote(json.dumps([text_part('7', 'x')]))}".encode()
    pieces = (form[at : at + 7] for at in range(0, len(form), 7))
    answer = http.post("/", content=pieces, headers={"content-type": "application/x-www-form-urlencoded"})
    assert [part["code"] for part in answer.json()] == [200]
    assert [one.recipient for one in stub.ledger] == ["7"]


def test_pipelined_requests_are_answered_in_order(stub: GraphStub) -> None:
    """Requests that come at once on one connection are answered one after the other."""
    paths = [f"/v4.0/me?access_token=TOKEN-{page}&fields=id" for page in (1, 2, 3)]
    wire = "".join(f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n" for path in paths[:2])
    last = f"GET {paths[2]} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    host, port = stub.origin.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall((wire + last).encode())
        received = b""
        while piece := connection.recv(4_096):
            received += piece
    assert [line for line in received.split(b"\r\n") if line.startswith(b"{")] == [
        b'{"id":"1"}HTTP/1.1 200 OK',
        b'{"id":"2"}HTTP/1.1 200 OK',
        b'{"id":"3"}',
    ]


def test_what_is_not_http_is_refused(stub: GraphStub) -> None:
    """Bytes that are no HTTP get 400 and an end, and the stub goes on."""
    host, port = stub.origin.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        received = b""
        while piece := connection.recv(4_096):
            received += piece
    assert received.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert httpx.get(f"{stub.origin}/me?access_token=TOKEN-5&fields=id").json() == {"id": "5"}


def test_a_body_above_the_bound_is_refused() -> None:
    """A body longer than body_bytes_max gets 413."""
    with GraphStub(body_bytes_max=1_024) as small:
        answer = httpx.post(f"{small.origin}/me/messages", content=b"x" * 2_000)
        assert (answer.status_code, small.ledger) == (413, [])
