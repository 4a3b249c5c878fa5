"""Who watches sees each request and answer, and no secret."""

import json
import logging
import subprocess
import sys
from typing import Any

import httpx
import pytest
import structlog

from producer import batch
from producer.commands import RawPart
from tests.conformance.far_end import FarEnd, part_reply
from worker import MessengerClient, RequestInfo
from worker.call.endpoints import call_for
from worker.call.graph.requests import plain
from worker.call.graph.signing import Signed
from worker.config.credentials import Credentials, proof_of

TOKEN, OTHER, SECRET = "EAAGm0PX4ZCpsBA", "EAAGother0ZCpsBA", "0123456789abcdef"
SECRETS = (TOKEN, OTHER, SECRET, *(proof_of(each, SECRET) for each in (TOKEN, OTHER, f"1|{SECRET}")))


@pytest.fixture(autouse=True)
def _no_logs_of_its_own() -> None:
    """The application has not set up its logs, whatever other tests did."""
    structlog.reset_defaults()


def client_of(far: FarEnd, **options: Any) -> MessengerClient:  # noqa: ANN401 - options of any type
    """Returns a client with secrets that are easy to find."""
    return MessengerClient(TOKEN, app_id="1", app_secret=SECRET, transport=far.transport, **options)


def call_all(client: MessengerClient) -> None:
    """Makes calls with their secrets in every place that there is."""
    client.send_text("7", "Hello!", access_token=OTHER)
    client.debug_token(access_token=OTHER)
    client.set_nlp_configs(nlp_enabled=True, custom_token=OTHER)
    client.create_subscription(callback_url="https://x", verify_token=OTHER, access_token=OTHER)
    client.get_ids_for_apps(user_id="7", app_secret=SECRET)
    client.send_image("7", b"bytes", access_token=OTHER)


def test_on_request_sees_a_send() -> None:
    """Method, URL without token, headers and the body as an object, before the request leaves."""
    seen: list[RequestInfo] = []
    far = FarEnd()
    client_of(far, on_request=seen.append).send_text("7", "Hello!")
    [info] = seen
    assert (info.method, info.url, info.body) == (
        "POST",
        "https://graph.facebook.com/v27.0/me/messages",
        {"messaging_type": "UPDATE", "recipient": {"id": "7"}, "message": {"text": "Hello!"}},
    )
    assert info.headers["content-type"] == "application/json"


def test_on_request_sees_each_value_of_a_repeated_parameter() -> None:
    """A parameter that stands twice is shown twice, each time with its own value."""
    seen: list[RequestInfo] = []
    options: Any = {"status": "APPROVED", "ids": ["1", "2"]}
    client_of(FarEnd(), on_request=seen.append).get_message_templates(**options)
    assert seen[0].url.endswith("/me/message_templates?status=APPROVED&ids=1&ids=2")
    part = RawPart(part={"method": "POST", "relative_url": "x?y=1&y=2", "body": "a=1&b=2&a=3"})
    shown = plain(Signed(call_for(part), Credentials(TOKEN)), "https://g/v27.0/", 0).shown()
    assert (shown.url, shown.body) == ("https://g/v27.0/x?y=1&y=2", {"a": ["1", "3"], "b": "2"})


def test_on_request_sees_no_secret() -> None:
    """Not in a URL, a header or a body, wherever the call has it."""
    seen: list[RequestInfo] = []
    client = client_of(FarEnd({"data": []}), on_request=seen.append)
    call_all(client)
    batches = client_of(FarEnd([part_reply({})]), on_request=seen.append)
    batches.send_batch([batch.send_text("7", "x", access_token=OTHER)])
    assert len(seen) == 7
    assert [secret for secret in SECRETS if secret in repr(seen)] == []
    assert "fields" in repr(seen)
    assert "<image.jpg, 5 bytes>" in repr(seen)


def test_an_exception_of_the_hook_stops_the_request() -> None:
    """Nothing is sent, and the caller gets what the hook raised."""

    def refuse(_: RequestInfo) -> None:
        raise PermissionError("not now")

    far = FarEnd()
    with pytest.raises(PermissionError, match="not now"):
        client_of(far, on_request=refuse).send_text("7", "x")
    assert far.requests == []


def test_debugging_logs_requests_and_answers_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    """One event each, on standard error while the application has not set up its own logs."""
    reply = {"data": [], "paging": {"next": f"https://g/?access_token={OTHER}&after=1"}, "text": "Grüße"}
    call_all(client_of(FarEnd(reply), debug=True))
    with pytest.raises(Exception, match="no connection"):
        client_of(FarEnd(httpx.ConnectError("x")), debug=True).send_text("7", "x")
    written = capsys.readouterr()
    events = [json.loads(line) for line in (written.err + written.out).splitlines()]
    assert [event["event"] for event in events] == [
        *["request.sent", "answer.received"] * 6,
        "request.sent",
        "answer.missed",
    ]
    assert events[0]["body"]["message"] == {"text": "Hello!"}
    assert events[1]["body"]["text"] == "Grüße"
    assert [secret for secret in SECRETS if secret in written.err + written.out] == []


def test_debugging_is_asked_for_by_the_environment(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:  # noqa: ANN401 - pytest's generic
    """`OUTBOUND_DEBUG=1` needs no change of code."""
    monkeypatch.setenv("OUTBOUND_DEBUG", "1")
    client_of(FarEnd()).send_text("7", "x")
    monkeypatch.setenv("OUTBOUND_DEBUG", "0")
    client_of(FarEnd()).send_text("7", "x")
    assert capsys.readouterr().err.count("request.sent") == 1


def test_no_library_logs_a_url(caplog: pytest.LogCaptureFixture) -> None:
    """An application that logs everything gets no token from the HTTP library."""
    with caplog.at_level(logging.DEBUG):
        call_all(client_of(FarEnd({"data": []})))
    assert [secret for secret in SECRETS if secret in caplog.text] == []


def test_the_package_loads_the_client_only_when_it_is_asked_for() -> None:
    """A stub or a command line that needs no client does not pay for one."""
    code = (
        "import sys, worker.stub; light = sorted({'httpx', 'dramatiq', 'structlog'} & set(sys.modules)); "
        "from worker import MessengerClient, GraphError, NoAnswer; print(light, MessengerClient.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter
    assert done.stdout.strip() == "[] MessengerClient"
