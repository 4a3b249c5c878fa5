"""Every request of the direct client carries the right token, and the proof of that very token."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest

from producer import InvalidCommandError, SettingsError, batch, secret
from tests.conformance.far_end import FarEnd, part_reply
from worker import MessengerClient

PROOFS = {
    "PAGE_TOKEN": "7532058d1d9538c615a8bb468b03d256d4b46170569cf421632d7cb76bae5df7",
    "OTHER_TOKEN": "e1f155d24c6a4b606c7d25da65d262089eabd998b57d100eb93f97ccccf90f01",
    "APP_ID|APP_SECRET": "e238371ab2f963be267392b335df8034828a81d9fe30493bbd5ddf226feeb175",
}


def proving(far: FarEnd, **options: Any) -> MessengerClient:  # noqa: ANN401 - options of any type
    """Returns a client that knows its app."""
    given = {"app_id": "APP_ID", "app_secret": "APP_SECRET"} | options
    return MessengerClient("PAGE_TOKEN", transport=far.transport, **given)


@pytest.mark.parametrize(
    ("call", "token"),
    [
        pytest.param(lambda c: c.send_text("1", "x"), "PAGE_TOKEN", id="a send"),
        pytest.param(lambda c: c.get_user_profile("1"), "PAGE_TOKEN", id="a read"),
        pytest.param(lambda c: c.delete_get_started(), "PAGE_TOKEN", id="a deletion"),
        pytest.param(lambda c: c.send_image("1", b"x"), "PAGE_TOKEN", id="an upload"),
        pytest.param(
            lambda c: c.send_text("1", "x", access_token="OTHER_TOKEN"), "OTHER_TOKEN", id="another token"
        ),
        pytest.param(
            lambda c: c.send_raw_body({"recipient": {"id": "1"}, "access_token": "OTHER_TOKEN"}),
            "OTHER_TOKEN",
            id="a token inside a raw body",
        ),
        pytest.param(
            lambda c: c.send_image("1", b"x", access_token="OTHER_TOKEN"),
            "OTHER_TOKEN",
            id="an upload with another token",
        ),
        pytest.param(lambda c: c.debug_token(), "APP_ID|APP_SECRET", id="the app's own token"),
        pytest.param(lambda c: c.get_subscriptions(), "APP_ID|APP_SECRET", id="subscriptions"),
    ],
)
def test_the_proof_is_of_the_token_of_the_request(
    call: Callable[[MessengerClient], object], token: str
) -> None:
    """Token and proof stand in the query together, whoever the token belongs to."""
    far = FarEnd()
    call(proving(far))
    query = dict(far.requests[0]["query"])
    assert (query["access_token"], query["appsecret_proof"]) == (token, PROOFS[token])


def test_the_token_in_a_body_is_proved_too() -> None:
    """The configuration of NLP has its token in the body alone."""
    far = FarEnd()
    proving(far).enable_nlp(access_token="OTHER_TOKEN")
    assert far.requests == [
        {
            "method": "POST",
            "path": "/v27.0/me/nlp_configs",
            "query": [["appsecret_proof", PROOFS["OTHER_TOKEN"]], ["nlp_enabled", "true"]],
            "json": {"access_token": "OTHER_TOKEN"},
        }
    ]


def test_the_inspected_token_is_not_the_proved_one() -> None:
    """`debug_token` shows the app's token and proof, and asks about the Page's token or the given one."""
    far = FarEnd({"data": {}})
    proving(far).debug_token(access_token="OTHER_TOKEN")
    proving(far).debug_token()
    assert [dict(request["query"])["input_token"] for request in far.requests] == [
        "OTHER_TOKEN",
        "PAGE_TOKEN",
    ]


@pytest.mark.parametrize("options", [{"app_secret": None}, {"skip_app_secret_proof": True}], ids=str)
def test_no_secret_no_proof(options: dict[str, Any]) -> None:
    """Without the app's secret, or when it is to be skipped, a request has its token only."""
    far = FarEnd()
    proving(far, **options).send_text("1", "x")
    assert far.requests[0]["query"] == [["access_token", "PAGE_TOKEN"]]


def test_a_timed_proof_names_its_second() -> None:
    """The timed form signs token and time, which goes along."""
    far = FarEnd([part_reply({}), part_reply({})])
    before = int(time.time())
    proving(far, timed_proof=True).send_batch(
        [batch.mark_seen("1"), batch.mark_seen("2", access_token="OTHER_TOKEN")]
    )
    [request] = far.requests
    part = dict(parse_qsl(request["json"]["batch"][1]["relative_url"].partition("?")[2]))
    for token, query in (("PAGE_TOKEN", dict(request["query"])), ("OTHER_TOKEN", part)):
        at = query["appsecret_time"]
        assert before <= int(at) <= before + 5
        expected = hmac.new(b"APP_SECRET", f"{token}|{at}".encode(), hashlib.sha256).hexdigest()
        assert query["appsecret_proof"] == expected


def test_parts_with_a_token_of_their_own_have_a_proof_of_their_own() -> None:
    """The batch carries the client's token; a part with another one carries that, with its proof, as raw ones do."""
    far = FarEnd([part_reply({})] * 4)
    proving(far).send_batch(
        [
            batch.send_text("1", "x"),
            batch.send_text("2", "y", access_token="OTHER_TOKEN"),
            batch.get_user_profile("3", access_token="OTHER_TOKEN"),
            {"method": "GET", "relative_url": "me?access_token=OTHER_TOKEN"},
        ]
    )
    [request] = far.requests
    assert request["query"] == [["appsecret_proof", PROOFS["PAGE_TOKEN"]]]
    sent = request["json"]
    assert sent["access_token"] == "PAGE_TOKEN"
    other = f"appsecret_proof={PROOFS['OTHER_TOKEN']}"
    assert [part["relative_url"] for part in sent["batch"]] == [
        "me/messages",
        f"me/messages?{other}",
        f"3?fields=id%2Cname%2Cfirst_name%2Clast_name%2Cprofile_pic&access_token=OTHER_TOKEN&{other}",
        f"me?access_token=OTHER_TOKEN&{other}",
    ]
    assert [dict(parse_qsl(part.get("body", ""))).get("access_token") for part in sent["batch"]] == [
        None,
        "OTHER_TOKEN",
        None,
        None,
    ]


def test_a_batch_takes_another_token_as_a_whole() -> None:
    """`access_token=` of `send_batch` is the token of the batch and of all parts without their own."""
    far = FarEnd([part_reply({})])
    proving(far).send_batch([batch.mark_seen("1")], access_token="OTHER_TOKEN")
    [request] = far.requests
    assert (request["query"], request["json"]["access_token"]) == (
        [["appsecret_proof", PROOFS["OTHER_TOKEN"]]],
        "OTHER_TOKEN",
    )
    assert "access_token" not in json.dumps(request["json"]["batch"])


@pytest.mark.parametrize(
    ("client", "call", "path"),
    [
        pytest.param({"app_id": None}, lambda c: c.debug_token(), "app_id", id="a token without an app id"),
        pytest.param(
            {"app_secret": None}, lambda c: c.debug_token(), "app_secret", id="a token without an app secret"
        ),
        pytest.param(
            {"app_id": None}, lambda c: c.create_subscription(access_token="A"), "app_id", id="no app id"
        ),
        pytest.param({"app_secret": None}, lambda c: c.get_subscriptions(), "app_secret", id="no app token"),
        pytest.param(
            {"app_secret": None},
            lambda c: c.get_ids_for_apps(user_id="1"),
            "app_secret",
            id="ids without an app secret",
        ),
        pytest.param(
            {"app_id": None},
            lambda c: c.log_custom_events(page_id="1", page_scoped_user_id="2", events=[{"_eventName": "x"}]),
            "app_id",
            id="events without an app id",
        ),
        pytest.param(
            {},
            lambda c: c.send_batch([batch.mark_seen("1")], access_token=secret("x")),
            "access_token",
            id="name",
        ),
    ],
)
def test_what_a_call_lacks_is_said_before_anything_is_sent(
    client: dict[str, Any], call: Callable[[MessengerClient], object], path: str
) -> None:
    """The checks of the reference client are typed errors that name the argument."""
    far = FarEnd()
    with pytest.raises(InvalidCommandError) as caught:
        call(proving(far, **client))
    assert (caught.value.path, far.requests) == (path, [])


@pytest.mark.parametrize(
    ("options", "word"),
    [
        pytest.param({"version": "four"}, "version", id="no version"),
        pytest.param({"origin": "graph.facebook.com"}, "origin", id="no origin"),
        pytest.param({"origin": "http://graph.example.com"}, "plain http", id="tokens in the clear"),
        pytest.param({"timeout_s": 0}, "timeout_s", id="no time"),
    ],
)
def test_a_wrong_argument_is_a_sentence(options: dict[str, Any], word: str) -> None:
    """A client that could not work is not made."""
    with pytest.raises(SettingsError, match=word):
        MessengerClient("PAGE_TOKEN", **options)


def test_a_client_shows_what_it_was_made_of_but_not_in_its_repr() -> None:
    """The getters of the reference client are properties; a version loses its `v`."""
    client = MessengerClient("PAGE_TOKEN", app_id="APP_ID", app_secret="APP_SECRET", version="v26.0")
    shown = (client.version, client.access_token, client.app_id, client.app_secret)
    assert shown == ("26.0", "PAGE_TOKEN", "APP_ID", "APP_SECRET")
    assert repr(client) == "<MessengerClient v26.0>"
    client.close()
