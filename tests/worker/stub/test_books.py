"""The stub's books: ledger, requests, connections and limits, as other tests rely on them."""

import json
import socket
import time
from pathlib import Path

import httpx
import msgspec
import pytest

from tests.worker.stub.asking import TOKEN, body_of, post_batch, post_text, send_form, text_part
from worker.stub import Connection, Delivery, Excess, GraphStub, Request, StubClient, excesses, interrupted


def test_a_delivery_tells_all_about_itself(stub: GraphStub, http: httpx.Client) -> None:
    """An entry has Page, recipient, kind, body, metadata, ids, both clocks, part and connection."""
    before = (time.time(), time.monotonic())
    form = body_of({"recipient": '{"id":"7"}', "message": '{"text":"x","metadata":"m"}'})
    answer = post_batch(http, [text_part("8", "y"), text_part("7", "x", body=form)]).json()
    one = stub.ledger[1]
    assert one == Delivery(
        sequence=2,
        page="100",
        recipient="7",
        kind="message",
        body='{"text":"x","metadata":"m"}',
        metadata="m",
        message_id=json.loads(answer[1]["body"])["message_id"],
        at=one.at,
        at_monotonic=one.at_monotonic,
        request=1,
        part=1,
        connection=1,
    )
    assert before[0] <= one.at <= time.time()
    assert before[1] <= one.at_monotonic <= time.monotonic()


def test_the_ledger_is_paged_over_http(stub: GraphStub, http: httpx.Client) -> None:
    """`after` and `limit` page through the ledger, and a client far away reads what is here."""
    post_batch(http, [text_part(str(number), "x") for number in range(10)])
    page = http.get("/stub/ledger", params={"after": 3, "limit": 4}).json()
    assert [one["sequence"] for one in page] == [4, 5, 6, 7]
    client = StubClient(stub.origin)
    assert client.ledger == stub.ledger
    assert client.requests == stub.requests
    assert [one.requests for one in client.connections][:1] == [1]


def test_clearing_keeps_the_numbers(stub: GraphStub, http: httpx.Client) -> None:
    """After clear() the books are empty and numbering goes on."""
    post_text(http, "7", "x")
    stub.clear()
    assert (stub.ledger, stub.requests) == ([], [])
    post_text(http, "7", "x")
    assert [(one.sequence, one.request) for one in stub.ledger] == [(2, 2)]


def test_the_file_has_every_delivery_before_the_answer(tmp_path: Path) -> None:
    """A line is in the file when its answer is read, and a second stub appends."""
    path = tmp_path / "ledger.jsonl"
    for run in (1, 2):
        with GraphStub(ledger_file=str(path)) as stub, httpx.Client(base_url=stub.origin) as http:
            stub.faults.add("drop_after", recipient="8")
            post_text(http, "7", "x")
            with pytest.raises(httpx.RemoteProtocolError):
                post_text(http, "8", "x")
            lines = [msgspec.json.decode(line, type=Delivery) for line in path.read_bytes().splitlines()]
            assert ([one.recipient for one in lines], lines[-2:]) == (["7", "8"] * run, stub.ledger)


def test_bodies_can_be_left_out(http: httpx.Client) -> None:
    """Without bodies an entry has a digest that is the same for the same message."""
    del http
    with GraphStub(ledger_bodies=False) as stub, httpx.Client(base_url=stub.origin) as client:
        for text in ("x", "x", "y"):
            post_text(client, "7", text)
        first, second, third = [one.body for one in stub.ledger]
        assert (len(first), first == second, first == third) == (16, True, False)


def test_a_stub_without_ledger_still_counts() -> None:
    """With the ledger off nothing is kept but figures."""
    with GraphStub(ledger=False) as stub, httpx.Client(base_url=stub.origin) as http:
        post_batch(http, [text_part("7", "x")] * 3)
        stats = stub.stats()
        kept = (stub.ledger, stub.requests, stub.connections)
    assert (kept, stats.requests, stats.parts, stats.deliveries) == (([], [], []), 1, 3, 3)


def test_a_request_is_logged_with_its_calls(stub: GraphStub, http: httpx.Client) -> None:
    """The log has calls by Page and class, times, state and status, and no query."""
    other = body_of(send_form("7", "x", access_token="TOKEN-200"))
    label = {"method": "GET", "relative_url": "me/messenger_profile?fields=greeting"}
    parts = [text_part("7", "x"), text_part("8", "y"), text_part("7", "x", body=other), label]
    answered = post_batch(http, parts)
    http.get("/v4.0/me?access_token=TOKEN-100")
    first, second = stub.requests
    assert first == Request(
        id=1,
        connection=1,
        method="POST",
        path="/v4.0/",
        arrived=first.arrived,
        arrived_monotonic=first.arrived_monotonic,
        finished_monotonic=first.finished_monotonic,
        state="answered",
        status=200,
        parts=4,
        calls={"100/text": 2, "200/text": 1, "100/profile": 1},
        trace=answered.headers["x-fb-trace-id"],
    )
    assert (second.path, second.calls) == ("/v4.0/me", {"100/other": 1})


def wait_for_state(stub: GraphStub, state: str) -> Request:
    """Returns the first request once it has the state; fails after five seconds."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        found = [one for one in stub.requests if one.state == state]
        if found:
            return found[0]
        time.sleep(0.005)
    pytest.fail(f"No request became {state}: {stub.requests}")


def test_a_client_that_goes_leaves_an_aborted_request(stub: GraphStub) -> None:
    """A request whose client went before the answer is aborted, delivered, and closes its connection."""
    stub.set_latency(5_000)
    with httpx.Client(base_url=stub.origin, timeout=0.1) as http, pytest.raises(httpx.ReadTimeout):
        post_batch(http, [text_part("7", "x"), text_part("8", "x")])
    request = wait_for_state(stub, "aborted")
    assert (request.parts, request.status, [one.request for one in stub.ledger]) == (2, 0, [1, 1])
    connection = stub.connections[0]
    assert connection.last_request == 1
    assert connection.closed_monotonic == pytest.approx(request.finished_monotonic, abs=0.5)
    assert (stub.stats().aborted, stub.stats().open) == (1, 0)


def test_an_answer_that_has_come_is_in_the_books(stub: GraphStub, http: httpx.Client) -> None:
    """Whoever has an answer finds its request finished: it is written down before it is sent."""
    for _ in range(300):
        http.get("/me", params={"access_token": TOKEN})
        assert stub.requests[-1].state == "answered"


def test_an_open_request_is_seen_as_open(stub: GraphStub) -> None:
    """Until it is answered a request is open, and the figures count it."""
    stub.faults.add("hang")
    host, port = stub.origin.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(f"GET /me?access_token={TOKEN} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        request = wait_for_state(stub, "open")
        assert (request.finished_monotonic, stub.stats().open) == (None, 1)
    wait_for_state(stub, "aborted")
    assert stub.stats().open == 0


def test_half_a_request_is_incomplete(stub: GraphStub) -> None:
    """A client that goes in the middle of its request delivers nothing and is marked so."""

    def broken() -> object:
        yield b"recipient=%7B%22id%22%3A%227%22%7D"
        raise ConnectionAbortedError

    with httpx.Client(base_url=stub.origin) as http, pytest.raises(ConnectionAbortedError):
        http.post(f"/me/messages?access_token={TOKEN}", content=broken())  # type: ignore[arg-type]
    assert (wait_for_state(stub, "incomplete").path, stub.ledger) == ("/me/messages", [])


def test_what_a_killed_client_had_open_is_known() -> None:
    """Open, aborted and just answered requests of the connections that died count; all others do not."""
    connections = [Connection(1, 0.0, 10.01), Connection(2, 0.0, None), Connection(3, 0.0, 5.0)]
    requests = [
        Request(1, 1, "POST", "/", 1, 1, finished_monotonic=9.0, state="answered"),
        Request(2, 1, "POST", "/", 9, 9, finished_monotonic=9.9, state="answered"),
        Request(3, 1, "POST", "/", 9.95, 9.95, finished_monotonic=10.01, state="aborted"),
        Request(4, 1, "POST", "/", 9.99, 9.99, finished_monotonic=10.01, state="incomplete"),
        Request(5, 2, "POST", "/", 9.99, 9.99),
        Request(6, 3, "POST", "/", 4.9, 4.9, finished_monotonic=5.0, state="aborted"),
    ]
    assert [one.id for one in interrupted(requests, connections, 10.0)] == [2, 3]


def log(*arrivals: tuple[float, int]) -> list[Request]:
    """Returns requests of one Page's texts that came at these seconds with so many parts."""
    return [
        Request(number, 1, "POST", "/", at, at, calls={"1/text": count})
        for number, (at, count) in enumerate(arrivals, 1)
    ]


@pytest.mark.parametrize(
    ("arrivals", "expected"),
    [
        pytest.param([(0.0, 50)], [], id="a burst and the slack at once"),
        pytest.param([(0.0, 51)], [Excess(0.0, 1, 1.0)], id="one more at once"),
        pytest.param([(0.0, 40), (0.5, 20), (1.0, 20), (1.5, 20)], [], id="a burst, then the rate"),
        pytest.param([(0.0, 40), (0.5, 31)], [Excess(0.5, 2, 1.0)], id="one more after a burst"),
        pytest.param([(0.0, 10), (9.0, 50), (9.1, 5)], [Excess(9.1, 3, 1.0)], id="idle time saves nothing"),
    ],
)
def test_the_law_of_rates_is_checked_in_every_window(
    arrivals: list[tuple[float, int]], expected: list[Excess]
) -> None:
    """In any window of t seconds at most burst + rate x (t + 0.25 s) calls, each part counted."""
    found = excesses(log(*arrivals), "1", "text", per_s=40, burst=40)
    assert [(one.at_monotonic, one.request, round(one.over, 6)) for one in found] == [
        (one.at_monotonic, one.request, one.over) for one in expected
    ]


def test_the_law_of_rates_is_read_from_the_log(stub: GraphStub, http: httpx.Client) -> None:
    """The log of a running stub tells what broke the law, by Page and class."""
    post_batch(http, [text_part("7", "x")] * 20)
    (excess,) = stub.excesses("100", "text", per_s=4, burst=10)
    assert (excess.request, excess.over) == (1, 9.0)
    assert stub.excesses("100", "media", per_s=4, burst=10) == []
    assert stub.excesses("200", "text", per_s=4, burst=10) == []


def test_an_enforced_limit_refuses_and_counts() -> None:
    """Above burst + rate x 0.25 s calls of one Page get 613, each part counted; another Page goes on."""
    limits = {"text": (4, 10)}
    with GraphStub(limits=limits) as stub, httpx.Client(base_url=stub.origin) as http:
        codes = [part["code"] for part in post_batch(http, [text_part("7", "x")] * 13).json()]
        assert codes == [200] * 11 + [400] * 2
        other = text_part("7", "x", relative_url="me/messages?access_token=TOKEN-200")
        assert [part["code"] for part in post_batch(http, [other]).json()] == [200]
        assert (stub.stats().violations, len(stub.ledger)) == ({"100/text": 2}, 12)
        stub.set_limits({})
        assert post_text(http, "7", "x").status_code == 200
