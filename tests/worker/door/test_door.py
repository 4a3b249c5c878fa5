"""What the door does with what it is asked: who may, how it is delivered, what is answered, and what never travels."""

import json
import time
from typing import Any

import httpx
import pytest
import redis

from tests.conformance.far_end import FarEnd, part_reply
from tests.worker.door.doors import KEY, OTHER_KEY
from worker.config.settings import Settings

PSID = "1254459154682919"
SENT = {"recipient_id": PSID, "message_id": "m_1"}
TEXT = {"messaging_type": "UPDATE", "recipient": {"id": PSID}, "message": {"text": "Hello!"}}
WHO = {"access_token": f"{KEY}@plain"}
UNKNOWN = {
    "error": {
        "message": "Invalid OAuth access token - Cannot parse access token",
        "type": "OAuthException",
        "code": 190,
        "fbtrace_id": "",
    }
}


def said(answer: httpx.Response) -> tuple[int, Any]:
    """Returns status and JSON value of an answer."""
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        pytest.param({"params": WHO}, 200, id="a key with its Page"),
        pytest.param({"params": {"access_token": OTHER_KEY}}, 200, id="a key of one Page alone"),
        pytest.param({"headers": {"authorization": f"Bearer {KEY}@proving"}}, 200, id="as a bearer"),
        pytest.param({"params": {"access_token": f"{OTHER_KEY}@plain"}}, 400, id="a key for another's Page"),
        pytest.param({"params": {"access_token": KEY}}, 400, id="a key of several without a Page"),
        pytest.param({"params": {"access_token": "PAGE_TOKE"}}, 400, id="nearly a token"),
        pytest.param({"params": {"access_token": "\u00e9@\u00e9"}}, 400, id="no ASCII"),
    ],
)
def test_who_may_come_in(arguments: dict[str, Any], status: int, client: httpx.Client, far: FarEnd) -> None:
    """A token or key that the Pages file knows is let in; whatever else is answered as Graph answers it."""
    far.answer(SENT)
    answer = client.post("/v27.0/me/messages", json=TEXT, **arguments)
    assert said(answer) == ((200, SENT) if status == 200 else (400, UNKNOWN))
    assert len(far.requests) == (status == 200)


def test_a_call_without_a_token_is_answered_as_graph_answers_it(client: httpx.Client) -> None:
    """Without a token the answer is Graph's 104."""
    assert client.get("/me").json()["error"]["code"] == 104


@pytest.mark.parametrize(
    "written",
    [
        pytest.param({"json": TEXT}, id="JSON"),
        pytest.param(
            {
                "data": {
                    name: json.dumps(value) if isinstance(value, dict) else value
                    for name, value in TEXT.items()
                }
            },
            id="a form",
        ),
        pytest.param(
            {
                "files": {
                    name: (None, json.dumps(value) if isinstance(value, dict) else value)
                    for name, value in TEXT.items()
                }
            },
            id="a multipart form",
        ),
    ],
)
def test_a_body_is_the_same_however_it_is_written(
    written: dict[str, Any], client: httpx.Client, far: FarEnd
) -> None:
    """JSON, forms and multipart forms are one message."""
    far.answer(SENT)
    assert said(client.post("/v27.0/plain/messages", params=WHO, **written)) == (200, SENT)
    assert [request["json"] for request in far.requests] == [TEXT]


def test_a_refusal_of_graph_comes_back_as_it_is(client: httpx.Client, far: FarEnd) -> None:
    """Graph's error and its status reach the client."""
    error = {
        "message": "No matching user",
        "type": "OAuthException",
        "code": 100,
        "error_subcode": 2018001,
        "fbtrace_id": "Ax1",
    }
    far.answer(httpx.Response(400, json={"error": error}))
    answer = client.post("/me/messages", params=WHO, json=TEXT | {"recipient": {"id": "77"}})
    assert said(answer) == (400, {"error": error})
    assert answer.headers["x-fb-trace-id"] == "Ax1"


def test_what_meta_would_refuse_is_refused_at_the_door(client: httpx.Client, far: FarEnd) -> None:
    """A text beyond its bound is answered with Graph's 100 and its path, and Graph is not asked."""
    far.answer(SENT)
    answer = client.post("/me/messages", params=WHO, json=TEXT | {"message": {"text": "x" * 2001}})
    assert answer.json()["error"]["message"] == "(#100) message.text: at most 2000 characters"
    assert far.requests == []


def test_who_does_not_wait_gets_a_ticket(client: httpx.Client, far: FarEnd) -> None:
    """`Prefer: respond-async` is answered 202 at once; the ticket tells the rest to whoever may ask for the Page."""
    far.answer(SENT)
    answer = client.post("/me/messages", params=WHO, json=TEXT, headers={"prefer": "respond-async"})
    place = answer.headers["location"]
    assert said(answer) == (202, {"outbound": {"ticket": place.rpartition("/")[2], "href": place}})
    deadline = time.monotonic() + 10
    while (told := client.get(place, params=WHO)).status_code == 202 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert said(told) == (200, SENT)
    assert client.get(place, params={"access_token": OTHER_KEY}).status_code == 400
    assert client.get(place).status_code == 400


def test_an_idempotency_key_makes_one_command(client: httpx.Client, far: FarEnd) -> None:
    """The same key is sent once, and both get the answer."""
    far.answer(SENT)
    headers = {"idempotency-key": "order-1"}
    answers = [said(client.post("/me/messages", params=WHO, json=TEXT, headers=headers)) for _ in range(2)]
    assert answers == [(200, SENT), (200, SENT)]
    assert len(far.requests) == 1


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ({"x-outbound-priority": "urgent"}, "priority"),
        ({"x-outbound-send-at": "tomorrow"}, "x-outbound-send-at"),
        ({"x-outbound-send-at": "2026-12-24T18:00:00"}, "x-outbound-send-at"),
        ({"x-outbound-expires-in": "soon"}, "x-outbound-expires-in"),
        ({"x-outbound-at-most-once": "perhaps"}, "x-outbound-at-most-once"),
        ({"prefer": "wait=3600"}, "wait"),
    ],
    ids=str,
)
def test_an_option_of_another_form_is_refused(
    headers: dict[str, str], problem: str, client: httpx.Client
) -> None:
    """A delivery option that cannot be read is named, and nothing is queued."""
    answer = client.post("/me/messages", params=WHO, json=TEXT, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith(f"(#100) {problem}")


def test_a_batch_is_answered_part_by_part(client: httpx.Client, far: FarEnd) -> None:
    """Parts of a batch are commands of their own: one that is refused stops no other."""
    far.answer(SENT)
    parts = [
        {
            "method": "POST",
            "relative_url": "me/messages",
            "body": "recipient=%7B%22id%22%3A%229%22%7D&message=%7B%22text%22%3A%22a%22%7D",
        },
        {"method": "POST", "relative_url": "me/messages?access_token=wrong", "body": "a=b"},
    ]
    answer = client.post("/", data=WHO | {"batch": json.dumps(parts), "include_headers": "false"})
    assert answer.status_code == 200
    first, second = answer.json()
    assert first == {"code": 200, "body": json.dumps(SENT, separators=(",", ":"))}
    assert (second["code"], json.loads(second["body"])) == (400, UNKNOWN)


def test_parts_that_depend_on_each_other_go_together(client: httpx.Client, far: FarEnd) -> None:
    """Linked parts go to Graph as one batch, and their answers come back in their order."""
    far.answer([part_reply({"id": "5"}), part_reply(SENT)])
    parts: list[dict[str, Any]] = [
        {"method": "GET", "relative_url": "me?fields=id", "name": "who", "omit_response_on_success": False},
        {"method": "GET", "relative_url": "{result=who:$.id}/picture", "depends_on": "who"},
    ]
    answer = client.post("/v4.0", json={"access_token": WHO["access_token"], "batch": parts})
    assert [each["code"] for each in answer.json()] == [200, 200]
    [request] = far.requests
    assert [part["relative_url"] for part in request["json"]["batch"]] == [
        part["relative_url"] for part in parts
    ]


HOSTILE: dict[str, dict[str, Any]] = {
    "a body that is no JSON": {"content": b"{", "headers": {"content-type": "application/json"}},
    "a list": {"json": [1]},
    "deep": {"content": b"[" * 100_000, "headers": {"content-type": "application/json"}},
    "no UTF-8": {
        "content": b"\xff\xfe=%ff",
        "headers": {"content-type": "application/x-www-form-urlencoded"},
    },
    "a multipart form without a boundary": {
        "content": b"x",
        "headers": {"content-type": "multipart/form-data"},
    },
    "a token in a text": {"json": TEXT | {"message": {"text": f"my token is {KEY}"}}},
    "a token in an option": {"json": TEXT | {"app_secret": "APP_SECRET"}},
    "two tokens": {"json": TEXT | {"access_token": "another"}},
    "a recipient that is a list": {"json": TEXT | {"recipient": ["1"]}},
    "a huge number": {
        "content": b'{"recipient":{"id":%s}}' % (b"9" * 5000),
        "headers": {"content-type": "application/json"},
    },
    "half an emoji": {
        "content": b'{"recipient":{"id":"1"},"message":{"text":"\\ud83d"}}',
        "headers": {"content-type": "application/json"},
    },
    "a batch of nothing": {"data": {"batch": "[]"}, "path": "/"},
    "a batch of no objects": {"data": {"batch": "[1]"}, "path": "/"},
    "a file where none is taken": {"files": {"filedata": ("a.png", b"1")}, "path": "/me/labels"},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_comes_is_answered_in_graphs_form(
    name: str, client: httpx.Client, far: FarEnd, door_settings: Settings
) -> None:
    """Odd requests are refused or passed on, never answered with an unnamed error; no token reaches Redis."""
    far.answer(httpx.Response(400, json={"error": {"code": 100, "message": "no", "type": "OAuthException"}}))
    given: dict[str, Any] = dict(HOSTILE[name])
    answer = client.post(given.pop("path", "/me/messages"), params=WHO, **given)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["code"] in {1, 100}
    with redis.Redis.from_url(door_settings.redis_url) as server:
        stored = b"".join(server.dump(key) or b"" for key in server.scan_iter(match="door*"))
    assert KEY.encode() not in stored


def test_a_body_beyond_its_bound_is_refused(client: httpx.Client) -> None:
    """A mebibyte is the bound of a body without a file."""
    answer = client.post(
        "/me/messages",
        params=WHO,
        content=b"x" * (1024 * 1024 + 1),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 413


def test_probes_and_metrics_are_beside_it(client: httpx.Client) -> None:
    """The probes answer without a token, and answers are counted by their status."""
    assert (client.get("/livez").text, client.get("/readyz").text) == ("ok\n", "ok\n")
    assert 'outbound_door_answers_total{status="200"}' in client.get("/metrics").text
