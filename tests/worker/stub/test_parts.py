"""Points 4, 5 and 6: a part's body, whose token it runs under, and its proof."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.worker.stub.asking import TOKEN, body_of, codes_of, error_of, post_batch, send_form, text_part
from worker.stub import GraphStub

SECRET = "APP_SECRET"
PAGES = {"100": "PAGE_TOKEN", "200": "OTHER_TOKEN"}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"recipient": {"id": "7"}, "message": {"text": "x"}}, id="a JSON object"),
        pytest.param('{"recipient":{"id":"7"},"message":{"text":"x"}}', id="a JSON object in a string"),
        pytest.param([1], id="an array"),
        pytest.param("recipient=7&message=x", id="values that are no JSON"),
        pytest.param("recipient=%7B%22id%22%3A%227%22%7D&message=%7B%22text%22", id="a message cut short"),
        pytest.param("message=%7B%22text%22%3A%22x%22%7D", id="no recipient"),
    ],
)
def test_a_body_must_be_a_query_string(stub: GraphStub, http: httpx.Client, body: object) -> None:
    """A part whose body is no query string of JSON values gets code 100; its neighbours run."""
    answer = post_batch(http, [text_part("8", "y"), text_part("7", "x", body=body)])
    assert codes_of(answer) == [(0, None), (100, None)]
    assert [one.recipient for one in stub.ledger] == ["8"]


def test_the_token_decides_who_me_is(stub: GraphStub, http: httpx.Client) -> None:
    """A part's token, in its body or its query, wins over the batch's own."""
    in_body = body_of(send_form("7", "x", access_token="TOKEN-201"))
    parts = [
        text_part("7", "x"),
        text_part("7", "x", body=in_body),
        text_part("7", "x", relative_url="me/messages?access_token=TOKEN-202"),
        text_part("7", "x", relative_url="100/messages"),
    ]
    assert codes_of(post_batch(http, parts)) == [(0, None)] * 4
    assert [one.page for one in stub.ledger] == ["100", "201", "202", "100"]


def test_a_token_speaks_for_its_own_page_only(stub: GraphStub, http: httpx.Client) -> None:
    """A path with another Page's id is refused with 100/33."""
    assert codes_of(post_batch(http, [text_part("7", "x", relative_url="999/messages")])) == [(100, 33)]
    assert stub.ledger == []


def test_an_app_token_carries_a_batch_but_is_nobody(stub: GraphStub, http: httpx.Client) -> None:
    """Under an app's token parts with their own tokens run, and `me` of the app's is refused."""
    own = body_of(send_form("7", "x", access_token=TOKEN))
    answer = post_batch(http, [text_part("7", "x"), text_part("7", "x", body=own)], access_token="1|secret")
    assert codes_of(answer) == [(2500, None), (0, None)]
    assert [one.page for one in stub.ledger] == ["100"]


def test_any_text_is_a_token_of_some_page(stub: GraphStub, http: httpx.Client) -> None:
    """Without configured Pages every token has a Page id of its own, and may name another."""
    page = http.get("/me", params={"access_token": "EAAG", "fields": "id"}).json()["id"]
    again = http.get("/me", params={"access_token": "EAAG", "fields": "id"}).json()["id"]
    assert (page.isdecimal(), len(page), again) == (True, 15, page)
    post = {"recipient": {"id": "7"}, "message": {"text": "x"}}
    http.post("/55/messages", json=post, headers={"authorization": "Bearer EAAG"})
    assert [one.page for one in stub.ledger] == ["55"]


def test_configured_pages_take_their_tokens_only() -> None:
    """With configured Pages an unknown token gets 190, and nobody's name is guessed."""
    with GraphStub(pages=PAGES) as stub, httpx.Client(base_url=stub.origin) as http:
        known = http.get("/me", params={"access_token": "OTHER_TOKEN", "fields": "id"})
        unknown = http.get("/me", params={"access_token": "TOKEN-100", "fields": "id"})
        assert known.json() == {"id": "200"}
        assert (unknown.status_code, unknown.json()["error"]["code"]) == (400, 190)


def proof(token: str, at: int | None = None) -> str:
    """Returns Meta's proof of a token, timed with `at`."""
    text = token if at is None else f"{token}|{at}"
    return hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()


@pytest.fixture
def proven() -> Iterator[httpx.Client]:
    """Gives a client for a stub that knows two Pages and the app's secret."""
    with GraphStub(pages=PAGES, app_secret=SECRET) as stub, httpx.Client(base_url=stub.origin) as client:
        yield client


def test_the_proof_is_the_known_one(proven: httpx.Client) -> None:
    """The recorded vector of the reference client's document is taken."""
    good = "7532058d1d9538c615a8bb468b03d256d4b46170569cf421632d7cb76bae5df7"
    query = {"access_token": "PAGE_TOKEN", "appsecret_proof": good, "fields": "id"}
    assert proven.get("/me", params=query).json() == {"id": "100"}


NOW = int(time.time())


@pytest.mark.parametrize(
    ("query", "message"),
    [
        pytest.param({}, "(#100) API calls from the server require an appsecret_proof argument", id="none"),
        pytest.param(
            {"appsecret_proof": proof("OTHER_TOKEN")},
            "Invalid appsecret_proof provided in the API argument",
            id="another token's",
        ),
        pytest.param(
            {"appsecret_proof": proof("PAGE_TOKEN", NOW - 400), "appsecret_time": str(NOW - 400)},
            "Invalid appsecret_proof provided in the API argument",
            id="a stale one",
        ),
        pytest.param(
            {"appsecret_proof": proof("PAGE_TOKEN"), "appsecret_time": str(NOW)},
            "Invalid appsecret_proof provided in the API argument",
            id="an untimed one with a time",
        ),
    ],
)
def test_a_wrong_proof_is_refused(proven: httpx.Client, query: dict[str, str], message: str) -> None:
    """A missing, foreign or stale proof gets code 100 without a subcode."""
    error = error_of(proven.get("/me", params={"access_token": "PAGE_TOKEN", **query}))
    assert (error["code"], error["message"], "error_subcode" in error) == (100, message, False)


def test_a_timed_proof_is_taken(proven: httpx.Client) -> None:
    """A timed proof of less than five minutes ago is as good as an untimed one."""
    at = int(time.time()) - 100
    query = {"appsecret_proof": proof("PAGE_TOKEN", at), "appsecret_time": str(at)}
    assert proven.get("/me", params={"access_token": "PAGE_TOKEN", **query}).status_code == 200


def test_each_part_proves_its_own_token(proven: httpx.Client) -> None:
    """The batch's proof covers parts under its token; a part with its own token needs that one's proof."""

    def part(**fields: str) -> dict[str, Any]:
        return text_part("7", "x", body=body_of(send_form("7", "x", **fields)))

    parts = [
        part(),
        part(access_token="OTHER_TOKEN"),
        part(access_token="OTHER_TOKEN", appsecret_proof=proof("PAGE_TOKEN")),
        part(access_token="OTHER_TOKEN", appsecret_proof=proof("OTHER_TOKEN")),
        part(access_token="PAGE_TOKEN"),
    ]
    top = {"access_token": "PAGE_TOKEN", "appsecret_proof": proof("PAGE_TOKEN")}
    answer = post_batch(proven, parts, **top)
    assert codes_of(answer) == [(0, None), (100, None), (100, None), (0, None), (0, None)]
    words = [json.loads(part["body"])["error"]["message"][:20] for part in answer.json()[1:3]]
    assert words == ["(#100) API calls fro", "Invalid appsecret_pr"]


def test_a_batch_without_its_proof_is_refused_whole(proven: httpx.Client) -> None:
    """The top-level token needs its proof too."""
    own = body_of(send_form("7", "x", access_token="OTHER_TOKEN", appsecret_proof=proof("OTHER_TOKEN")))
    answer = post_batch(proven, [text_part("7", "x", body=own)], access_token="PAGE_TOKEN")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


def test_secrets_are_in_no_repr() -> None:
    """Options show neither tokens nor secrets."""
    shown = repr(GraphStub(pages=PAGES, app_secret=SECRET, page_secrets={"100": "S3"}).options)
    found = [secret for secret in (*PAGES.values(), SECRET, "S3") if secret in shown]
    assert found == []
    assert json.dumps(sorted(PAGES)).strip("[]").replace('"', "'") in shown
