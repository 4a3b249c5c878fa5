"""The Graph client against a far end in the same process."""

import json
from collections.abc import Callable
from urllib.parse import parse_qsl

import httpx
import pytest

from producer import batch
from worker.call.endpoints import call_for
from worker.call.graph.answers import NULL_PART, Answered, Lost, NotSent
from worker.call.graph.client import GraphClient, proxy_of
from worker.call.graph.signing import Signed
from worker.config.credentials import Credentials, proof_of

PAGE = Credentials("PAGE_TOKEN")
SUCCESS = {"recipient_id": "1", "message_id": "m_1"}


def _text(psid: str = "1", credentials: Credentials = PAGE) -> Signed:
    return Signed(call_for(batch.send_text(psid, "Hello & welcome 🎉")), credentials)


class FarEnd:
    """Answers with what it was given, and keeps what it was asked."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        self.requests: list[httpx.Request] = []
        self._answer = answer
        self.client = GraphClient(version="26.0", transport=httpx.MockTransport(self._handle))

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._answer(request)


def _parts(count: int) -> httpx.Response:
    return httpx.Response(200, json=[{"code": 200, "body": json.dumps(SUCCESS)}] * count)


def test_one_call_is_a_plain_request() -> None:
    """A lone message goes to the Send API itself, with the Page's token in the query."""
    far = FarEnd(lambda _: httpx.Response(200, json=SUCCESS))
    (answer,) = far.client.send([_text()])
    (request,) = far.requests
    assert (request.method, request.url.path) == ("POST", "/v26.0/me/messages")
    assert dict(request.url.params) == {"access_token": "PAGE_TOKEN"}
    assert json.loads(request.content) == {
        "messaging_type": "UPDATE",
        "recipient": {"id": "1"},
        "message": {"text": "Hello & welcome 🎉"},
    }
    assert isinstance(answer, Answered)
    assert (answer.status, json.loads(answer.body), answer.whole) == (200, SUCCESS, False)


def test_several_calls_are_one_batch() -> None:
    """Two to fifty calls share one request; each part's body is a query string."""
    far = FarEnd(lambda _: _parts(2))
    answers = far.client.send([_text("1"), _text("2")])
    (request,) = far.requests
    sent = json.loads(request.content)
    assert (request.method, request.url.path, request.url.query) == ("POST", "/v26.0/", b"")
    assert sent["access_token"] == "PAGE_TOKEN"
    assert [(part["method"], part["relative_url"]) for part in sent["batch"]] == [("POST", "me/messages")] * 2
    assert [json.loads(dict(parse_qsl(part["body"]))["recipient"]) for part in sent["batch"]] == [
        {"id": "1"},
        {"id": "2"},
    ]
    assert [answer.body for answer in answers if isinstance(answer, Answered)] == [
        json.dumps(SUCCESS).encode()
    ] * 2


def test_more_than_fifty_calls_are_several_batches_in_order() -> None:
    """Fifty is Meta's bound for one batch."""
    far = FarEnd(lambda request: _parts(len(json.loads(request.content)["batch"])))
    answers = far.client.send([_text(str(n)) for n in range(120)])
    assert [len(json.loads(request.content)["batch"]) for request in far.requests] == [50, 50, 20]
    assert len(answers) == 120


def test_an_app_secret_proves_every_token() -> None:
    """The proof is of the token that the request carries."""
    signed = _text(credentials=Credentials("PAGE_TOKEN", "APP", "APP_SECRET"))
    far = FarEnd(
        lambda request: _parts(2) if request.url.path == "/v26.0/" else httpx.Response(200, json=SUCCESS)
    )
    far.client.send([signed])
    far.client.send([signed, signed])
    expected = "7532058d1d9538c615a8bb468b03d256d4b46170569cf421632d7cb76bae5df7"
    assert [dict(request.url.params)["appsecret_proof"] for request in far.requests] == [expected, expected]


def test_a_mixed_batch_goes_under_the_apps_token() -> None:
    """Pages of one app share a batch: each part with its own token and proof, the whole with the app's."""
    one, two = (Credentials(token, "APP", "S") for token in ("T1", "T2"))
    far = FarEnd(lambda _: _parts(2))
    far.client.send([_text("1", one), _text("2", two)])
    (request,) = far.requests
    sent = json.loads(request.content)
    assert sent["access_token"] == "APP|S"
    assert dict(request.url.params) == {"appsecret_proof": proof_of("APP|S", "S")}
    assert [dict(parse_qsl(part["body"]))["access_token"] for part in sent["batch"]] == ["T1", "T2"]
    assert [part["relative_url"] for part in sent["batch"]] == [
        f"me/messages?appsecret_proof={proof_of(token, 'S')}" for token in ("T1", "T2")
    ]


def test_null_parts_and_short_answers_are_lost() -> None:
    """A part that was not answered may have been carried out."""
    far = FarEnd(lambda _: httpx.Response(200, json=[{"code": 200, "body": "{}"}, None]))
    answers = far.client.send([_text(), _text(), _text()])
    assert isinstance(answers[0], Answered)
    assert answers[1:] == [Lost(NULL_PART), Lost("Graph answered fewer parts than were asked")]


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(httpx.Response(400, json={"error": {"code": 190}}), id="an error object"),
        pytest.param(httpx.Response(200, json={"error": {"code": 1}}), id="an error object under 200"),
        pytest.param(httpx.Response(200, content=b""), id="nothing"),
        pytest.param(httpx.Response(200, content=b"Service Unavailable"), id="text"),
        pytest.param(httpx.Response(502, html="<html>"), id="an edge's page"),
    ],
)
def test_an_answer_to_the_whole_batch_is_every_parts(response: httpx.Response) -> None:
    """What is no list of parts counts for all of them, and says so."""
    far = FarEnd(lambda _: response)
    answers = far.client.send([_text(), _text()])
    assert [(a.status, a.body, a.whole) for a in answers if isinstance(a, Answered)] == [
        (response.status_code, response.content, True)
    ] * 2


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        pytest.param(httpx.ConnectError("x"), NotSent, id="no connection"),
        pytest.param(httpx.ConnectTimeout("x"), NotSent, id="no connection in time"),
        pytest.param(httpx.PoolTimeout("x"), NotSent, id="no free connection"),
        pytest.param(httpx.ReadTimeout("x"), Lost, id="no answer in time"),
        pytest.param(httpx.WriteError("x"), Lost, id="broken while writing"),
        pytest.param(httpx.RemoteProtocolError("x"), Lost, id="closed without an answer"),
    ],
)
def test_only_what_never_left_is_surely_not_sent(error: httpx.HTTPError, kind: type) -> None:
    """Law 8: a failure before the request left is the only one that proves anything."""

    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    answers = FarEnd(fail).client.send([_text(), _text()])
    assert [type(answer) for answer in answers] == [kind, kind]


def test_a_guard_that_says_no_sends_nothing() -> None:
    """The last look at the clock is right before the first byte."""
    far = FarEnd(lambda _: httpx.Response(200, json=SUCCESS))
    (answer,) = far.client.send([_text()], guard=lambda: False)
    assert isinstance(answer, NotSent)
    assert far.requests == []


def test_a_parts_usage_headers_are_its_own() -> None:
    """Usage is read from the part where Graph put it there, else from the whole answer."""
    part = {
        "code": 200,
        "body": json.dumps(SUCCESS),
        "headers": [{"name": "X-App-Usage", "value": '{"call_count":90}'}],
    }
    plain = {"code": 200, "body": json.dumps(SUCCESS), "headers": [{"name": "Etag", "value": "x"}]}
    far = FarEnd(
        lambda _: httpx.Response(200, json=[part, plain], headers={"x-app-usage": '{"call_count":5}'})
    )
    answers = far.client.send([_text(), _text()])
    assert [a.headers["x-app-usage"] for a in answers if isinstance(a, Answered)] == [
        '{"call_count":90}',
        '{"call_count":5}',
    ]


def test_no_repr_shows_a_token() -> None:
    """Calls and credentials may get into a log or a traceback."""
    signed = _text(credentials=Credentials("SECRET_TOKEN", "APP", "SECRET_APP"))
    assert "SECRET" not in repr(signed) + repr(signed.credentials)


def test_the_environments_proxy_is_used_where_it_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker behind a proxy reaches Graph through it, and a stub on this machine without it."""
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert proxy_of("https://graph.facebook.com") is None
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert proxy_of("https://graph.facebook.com") == "http://proxy.example:3128"
    monkeypatch.setenv("NO_PROXY", "graph.facebook.com")
    assert proxy_of("https://graph.facebook.com") is None
