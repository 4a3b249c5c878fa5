"""Why there is no connection, in words."""

import socket
import ssl

import httpx
import pytest

from producer import batch
from worker.call.endpoints import call_for
from worker.call.graph.answers import NotSent
from worker.call.graph.client import GraphClient
from worker.call.graph.connecting import unconnected
from worker.call.graph.signing import Signed
from worker.config.credentials import Credentials

FAULTS = {
    "refused": (ConnectionRefusedError(111, "Connection refused"), "connection refused"),
    "name": (socket.gaierror(-2, "Name or service not known"), "its name was not found"),
    "time": (TimeoutError("timed out"), "not in time"),
    "route": (OSError(113, "No route to host"), "no route to host"),
    "TLS": (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong"), "TLS failed (no reason given)"),
    "httpx's own": (httpx.ConnectError("?"), "ConnectError"),
}


@pytest.mark.parametrize(("error", "words"), FAULTS.values(), ids=FAULTS)
def test_each_cause_has_its_words(error: Exception, words: str) -> None:
    """None of them names an address."""
    assert unconnected(error) == f"no connection to Graph: {words}"


def test_by_way_of_httpx_the_cause_is_found_beneath() -> None:
    """What a transport raises has the system's own error as its cause."""

    def fail(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("all attempts failed") from ConnectionRefusedError(111, "Connection refused")

    client = GraphClient(origin="http://graph.test", transport=httpx.MockTransport(fail))
    outgoing = client.plain(Signed(call_for(batch.send_text("1", "x")), Credentials("TOKEN")))
    assert client.answer(outgoing) == NotSent("no connection to Graph: connection refused")
    client.close()
