"""What is no success is a typed error that says everything but a secret."""

import json
import pickle
import threading

import httpx
import pytest

from producer import GraphError as ProducersGraphError
from tests.conformance.far_end import FarEnd
from worker import GraphError, MessengerClient, NoAnswer

TOKEN = "EAAGm0PX4ZCpsBA"
SECRET = "0123456789abcdef"
ERROR = {
    "message": f"(#10) Outside of the window {TOKEN}",
    "type": "OAuthException",
    "code": 10,
    "error_subcode": 2018278,
    "error_user_title": "Too late",
    "error_user_msg": "Wait for a message",
    "is_transient": False,
    "fbtrace_id": "Abc",
}


def client_of(far: FarEnd) -> MessengerClient:
    """Returns a client with secrets that are easy to find."""
    return MessengerClient(TOKEN, app_id="1", app_secret=SECRET, transport=far.transport)


def raised(*replies: object) -> GraphError:
    """Returns the error of a send that was answered so."""
    with pytest.raises(GraphError) as caught:
        client_of(FarEnd(*replies)).send_text("1", "Hello!")
    return caught.value


def test_an_error_of_graphs_has_all_of_its_members() -> None:
    """Codes, texts for developers and for users, and the trace come along; the token in a text does not."""
    error = raised(httpx.Response(400, json={"error": ERROR}, headers={"x-fb-trace-id": "Xyz"}))
    assert (
        error.status,
        error.code,
        error.subcode,
        error.type,
        error.message,
        error.user_title,
        error.user_message,
        error.fbtrace_id,
        error.is_transient,
    ) == (
        400,
        10,
        2018278,
        "OAuthException",
        "(#10) Outside of the window REMOVED",
        "Too late",
        "Wait for a message",
        "Abc",
        False,
    )
    assert str(error) == (
        "POST https://graph.facebook.com/v27.0/me/messages: 10 OAuthException (subcode 2018278): "
        "(#10) Outside of the window REMOVED - Too late: Wait for a message [HTTP 400, fbtrace_id Abc]; "
        "grant the app the permission, or wait until the person writes: Meta's window is 24 hours"
    )
    assert isinstance(error, ProducersGraphError)


def test_an_error_shows_request_and_response_without_secrets() -> None:
    """Everything that an error holds can be printed and pickled, and no token, proof or app secret is in it."""
    reply = {"error": ERROR | {"trail": [TOKEN, f"access_token={TOKEN}&x=1"], "access_token": TOKEN}}
    error = raised(httpx.Response(400, json=reply))
    assert error.request is not None
    assert error.response is not None
    assert (error.request.method, error.request.url) == (
        "POST",
        "https://graph.facebook.com/v27.0/me/messages",
    )
    assert error.request.body == {
        "messaging_type": "UPDATE",
        "recipient": {"id": "1"},
        "message": {"text": "Hello!"},
    }
    assert error.response.status == 400
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (str(again), again.request, again.facts) == (str(error), error.request, error.facts)
    shown = repr(error) + repr(error.request) + repr(error.response) + repr(vars(error)) + str(error)
    assert [secret for secret in (TOKEN, SECRET, "appsecret_proof") if secret in shown] == []


@pytest.mark.parametrize(
    ("reply", "facts"),
    [
        pytest.param({"error": {"code": 1, "message": "m"}}, (200, 1, "m"), id="an error under 200"),
        pytest.param(httpx.Response(200, text=""), (200, None, None), id="nothing"),
        pytest.param(httpx.Response(200, text="<html>"), (200, None, None), id="no JSON"),
        pytest.param(httpx.Response(502, text="<html>"), (502, None, None), id="a gateway's page"),
        pytest.param(
            httpx.Response(302, headers={"location": "https://x"}), (302, None, None), id="a redirect"
        ),
        pytest.param(
            httpx.Response(500, json={"error": "odd"}), (500, None, "odd"), id="an error that is a text"
        ),
        pytest.param(httpx.Response(400, json={"error": {"code": "7"}}), (400, 7, None), id="a code as text"),
        pytest.param(httpx.Response(404, json=[1]), (404, None, None), id="JSON that says nothing"),
    ],
)
def test_whatever_is_no_success_is_an_error(reply: object, facts: tuple[object, ...]) -> None:
    """A result is a 2xx with JSON and without an error in it; no message prints a word like None."""
    error = raised(reply)
    assert (error.status, error.code, error.message) == facts
    assert "None" not in str(error)


@pytest.mark.parametrize(
    ("failure", "may_have_arrived"),
    [
        pytest.param(httpx.ConnectError(f"x {TOKEN}"), False, id="no connection"),
        pytest.param(httpx.ConnectTimeout("x"), False, id="no connection in time"),
        pytest.param(httpx.ReadTimeout("x"), True, id="no answer in time"),
        pytest.param(httpx.ReadError("x"), True, id="a reset"),
        pytest.param(httpx.RemoteProtocolError("x"), True, id="half an answer"),
    ],
)
def test_silence_tells_whether_the_request_may_have_arrived(
    failure: Exception, may_have_arrived: bool
) -> None:
    """Who repeats a send must know whether a person may see it twice."""
    with pytest.raises(NoAnswer) as caught:
        client_of(FarEnd(failure)).send_text("1", "x")
    assert caught.value.may_have_arrived is may_have_arrived
    assert caught.value.request is not None
    assert TOKEN not in repr(vars(caught.value)) + str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - our own bytes


def test_threads_share_a_client() -> None:
    """Calls of many threads at a time get their own answers."""
    far = FarEnd({"ok": True})
    client = client_of(far)
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(client.send_text(str(n), "x"))) for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [{"ok": True}] * 20
    people = sorted(int(json.loads(each.content)["recipient"]["id"]) for each in far.raw)
    assert people == list(range(20))
