"""Points 10 to 13: what goes wrong on demand, and whether it was delivered."""

import concurrent.futures
import itertools
import json
import re
import time
from typing import Any

import httpx
import msgspec
import pytest

from tests.running import wait_until
from tests.worker.stub.asking import TOKEN, codes_of, error_of, post_batch, post_text, text_part
from worker.stub import Fault, FaultState, GraphStub, StubClient

THREE = [text_part(recipient, "x") for recipient in ("7", "8", "9")]


def delivered(stub: GraphStub) -> list[str]:
    """Returns the recipients in the ledger."""
    return [one.recipient for one in stub.ledger]


@pytest.mark.parametrize("deliver", [True, False])
def test_a_null_part_is_delivered_or_not(stub: GraphStub, http: httpx.Client, deliver: bool) -> None:
    """A part can answer null as on a time-out, with and without its delivery; the others run."""
    stub.faults.add("null", recipient="8", deliver=deliver)
    answer = post_batch(http, THREE).json()
    assert [part and part["code"] for part in answer] == [200, None, 200]
    assert delivered(stub) == (["7", "8", "9"] if deliver else ["7", "9"])


def test_nulls_of_both_kinds_share_a_batch(stub: GraphStub, http: httpx.Client) -> None:
    """Some nulls of a batch were delivered and some were not."""
    stub.faults.add("null", recipient="7", deliver=True)
    stub.faults.add("null", recipient="8", deliver=False)
    assert [part is None for part in post_batch(http, THREE).json()] == [True, True, False]
    assert delivered(stub) == ["7", "9"]


def test_a_null_alone_is_a_closed_connection(stub: GraphStub, http: httpx.Client) -> None:
    """A plain request cannot answer null: it is cut off."""
    stub.faults.add("null", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        post_text(http, "7", "x")
    assert (delivered(stub), post_text(http, "7", "x").status_code) == ([], 200)


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize(("action", "expected"), [("drop_before", []), ("drop_after", ["7", "8", "9"])])
def test_a_dropped_request_was_delivered_or_not(
    stub: GraphStub, http: httpx.Client, action: str, expected: list[str], reset: bool
) -> None:
    """The connection closes without an answer, before or after delivery, in order or by a reset."""
    stub.faults.add(msgspec.convert({"action": action, "times": 1, "reset": reset}, Fault))
    error = httpx.ReadError if reset else httpx.RemoteProtocolError
    with pytest.raises(error):
        post_batch(http, THREE)
    assert delivered(stub) == expected
    assert [(one.state, one.status, one.parts) for one in stub.requests] == [("dropped", 0, 3)]
    assert post_batch(http, THREE).status_code == 200


def test_a_hanging_request_outlasts_the_client(stub: GraphStub, http: httpx.Client) -> None:
    """A hanging request gives no answer; other connections go on meanwhile."""
    stub.faults.add("hang", recipient="7", deliver=True)
    with pytest.raises(httpx.ReadTimeout):
        http.post(
            "/me/messages",
            json={"recipient": {"id": "7"}, "message": {"text": "x"}},
            params={"access_token": TOKEN},
            timeout=0.1,
        )
    assert post_text(http, "8", "x").status_code == 200
    assert delivered(stub) == ["7", "8"]


def test_a_hang_of_some_time_ends_without_an_answer(stub: GraphStub, http: httpx.Client) -> None:
    """With latency_ms a hang closes the connection after that time, and delivers nothing by itself."""
    stub.faults.add("hang", latency_ms=30)
    with pytest.raises(httpx.RemoteProtocolError):
        post_text(http, "7", "x")
    assert delivered(stub) == []


@pytest.mark.parametrize("status", [500, 502, 503])
def test_the_edge_answers_html(stub: GraphStub, http: httpx.Client, status: int) -> None:
    """Meta's edge answers 5xx with an HTML page, and nothing was delivered."""
    stub.faults.add("html", status=status, times=1)
    answer = post_batch(http, THREE)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert (answer.text[:15], delivered(stub)) == ("<!DOCTYPE html>", [])


@pytest.mark.parametrize(
    ("fault", "expected", "reached"),
    [
        pytest.param({"action": "bare_429"}, (429, ""), [], id="a bare 429"),
        pytest.param({"action": "empty"}, (200, ""), ["7", "8", "9"], id="an empty 200"),
        pytest.param({"action": "empty", "deliver": False}, (200, ""), [], id="an empty 200, undelivered"),
        pytest.param({"action": "unavailable"}, (200, "Service Unavailable"), [], id="unavailable in 200"),
    ],
)
def test_an_answer_can_be_no_array(
    stub: GraphStub, http: httpx.Client, fault: dict[str, Any], expected: tuple[int, str], reached: list[str]
) -> None:
    """A batch can be answered with what is no array, and the rule says whether it was delivered."""
    stub.faults.add(msgspec.convert(fault, Fault))
    answer = post_batch(http, THREE)
    assert ((answer.status_code, answer.text), delivered(stub)) == (expected, reached)


@pytest.mark.parametrize(("deliver", "reached"), [(None, ["7", "8", "9"]), (False, ["7"])])
def test_an_array_can_be_short(
    stub: GraphStub, http: httpx.Client, deliver: bool | None, reached: list[str]
) -> None:
    """A 200 can have fewer elements than the request; the missing parts ran, or did not."""
    stub.faults.add("short", short_by=2, deliver=deliver)
    answer = post_batch(http, THREE)
    assert (answer.status_code, codes_of(answer), delivered(stub)) == (200, [(0, None)], reached)


def test_connections_can_be_refused_for_a_time(stub: GraphStub) -> None:
    """The port can be closed and opened again, as in an outage."""
    assert httpx.get(f"{stub.origin}/me", params={"access_token": TOKEN}).status_code == 200
    stub.refuse_connections(1_000)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{stub.origin}/me", params={"access_token": TOKEN})
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            assert httpx.get(f"{stub.origin}/me", params={"access_token": TOKEN}).status_code == 200
        except httpx.ConnectError:
            time.sleep(0.02)
        else:
            return
    pytest.fail("The stub did not come back.")


def test_an_error_is_given_as_it_was_asked_for(stub: GraphStub, http: httpx.Client) -> None:
    """Every member of the error, and the HTTP status, are the rule's, unknown members included."""
    stub.faults.add(
        "error",
        status=403,
        code=200,
        subcode=1545041,
        is_transient=False,
        message="(#551) This person isn't available right now.",
        user_title="No",
        user_message="Not now",
        error_type="GraphMethodException",
        extra={"error_data": {"blame": [1]}},
    )
    assert error_of(post_text(http, "7", "x")) == {
        "message": "(#551) This person isn't available right now.",
        "type": "GraphMethodException",
        "code": 200,
        "error_subcode": 1545041,
        "is_transient": False,
        "error_user_title": "No",
        "error_user_msg": "Not now",
        "error_data": {"blame": [1]},
        "status": 403,
    }
    part = post_batch(http, [text_part("7", "x")]).json()[0]
    assert (part["code"], delivered(stub)) == (403, [])


@pytest.mark.parametrize(
    ("match", "failed"),
    [
        pytest.param({"page": "100"}, [1, 1, 1, 0], id="by Page"),
        pytest.param({"recipient": "8"}, [0, 1, 0, 0], id="by recipient"),
        pytest.param({"nth": 3}, [0, 0, 1, 0], id="the n-th call"),
        pytest.param({"every": 2}, [0, 1, 0, 1], id="every k-th call"),
        pytest.param({"times": 2}, [1, 1, 0, 0], id="k calls"),
        pytest.param({"nth": 2, "page": "100"}, [0, 1, 0, 0], id="the n-th call of a Page"),
        pytest.param({"path": "messages", "method": "POST", "kind": "message"}, [1] * 4, id="by path"),
        pytest.param({"path": "personas"}, [0] * 4, id="by another path"),
        pytest.param({"kind": "sender_action"}, [0] * 4, id="by another kind"),
        pytest.param({"contains": "marked"}, [0, 0, 0, 1], id="by the message's text"),
        pytest.param({"probability": 0.0}, [0] * 4, id="never"),
        pytest.param({"probability": 1.0}, [1] * 4, id="always"),
    ],
)
def test_a_rule_befalls_what_it_matches(
    stub: GraphStub, http: httpx.Client, match: dict[str, Any], failed: list[int]
) -> None:
    """Rules match by Page, recipient, path, kind, text, count and chance, inside a batch."""
    stub.faults.add(msgspec.convert({"action": "error", "code": 2, **match}, Fault))
    parts = [*THREE, text_part("7", "marked", relative_url="me/messages?access_token=TOKEN-200")]
    codes = [code for code, _ in codes_of(post_batch(http, parts))]
    assert codes == [2 * one for one in failed]


def test_a_seeded_share_fails_and_repeats(stub: GraphStub, http: httpx.Client) -> None:
    """A probability is kept over many calls, and the same seed fails the same ones."""

    def failures(seed: int) -> list[int]:
        stub.faults.clear()
        stub.faults.add("error", code=2, probability=0.3, seed=seed)
        codes = [codes_of(post_batch(http, [text_part("7", "x")] * 50)) for _ in range(10)]
        return [index for index, (code, _) in enumerate(itertools.chain.from_iterable(codes)) if code]

    first = failures(1)
    assert (110 < len(first) < 190, failures(1) == first, failures(2) == first) == (True, True, False)


def test_a_send_can_be_delivered_and_refused(stub: GraphStub, http: httpx.Client) -> None:
    """1/1357046 comes although the message arrived; code 2 can say that it is not transient."""
    stub.faults.add("error", recipient="7", code=1, subcode=1357046, deliver=True)
    stub.faults.add("error", recipient="8", code=2, is_transient=False)
    answer = post_batch(http, THREE)
    assert codes_of(answer) == [(1, 1357046), (2, None), (0, None)]
    assert json.loads(answer.json()[1]["body"])["error"]["is_transient"] is False
    assert delivered(stub) == ["7", "9"]


def test_an_error_can_come_in_200(stub: GraphStub, http: httpx.Client) -> None:
    """An error can hide in HTTP 200, in a part and alone."""
    stub.faults.add("error_in_200", code=613)
    alone, part = post_text(http, "7", "x"), post_batch(http, [text_part("7", "x")]).json()[0]
    assert (alone.status_code, alone.json()["error"]["code"]) == (200, 613)
    assert (part["code"], json.loads(part["body"])["error"]["code"]) == (200, 613)


def test_an_error_can_befall_the_whole_request(stub: GraphStub, http: httpx.Client) -> None:
    """With `whole` a batch is answered with one error object, and nothing runs."""
    stub.faults.add("error", whole=True, code=190, subcode=463, times=1)
    answer = post_batch(http, THREE)
    assert (answer.status_code, answer.json()["error"]["code"], delivered(stub)) == (400, 190, [])


def test_usage_headers_are_added_outside_and_inside(stub: GraphStub, http: httpx.Client) -> None:
    """`headers` go on the answer and into every part; objects become JSON."""
    stub.faults.add("headers", headers={"X-App-Usage": {"call_count": 85}}, page="100")
    answer = post_batch(http, THREE[:1])
    inside = {one["name"]: one["value"] for one in answer.json()[0]["headers"]}
    assert (answer.headers["x-app-usage"], inside["X-App-Usage"]) == ('{"call_count":85}',) * 2


def test_a_throttle_names_the_minutes_to_wait(stub: GraphStub, http: httpx.Client) -> None:
    """`estimated_minutes` adds the Page's business-use-case header to the refused call alone."""
    stub.faults.add("error", code=80006, estimated_minutes=7, recipient="7")
    first, second = (
        {one["name"]: one["value"] for one in part["headers"]} for part in post_batch(http, THREE[:2]).json()
    )
    usage = json.loads(first["X-Business-Use-Case-Usage"])["100"][0]
    assert (usage["type"], usage["estimated_time_to_regain_access"]) == ("messenger", 7)
    assert "X-Business-Use-Case-Usage" not in second


def test_latency_is_served_side_by_side(stub: GraphStub) -> None:
    """Ten requests of 100 ms each, on ten connections, take nowhere near a second."""
    stub.faults.add("latency", latency_ms=100)
    started = time.monotonic()
    with httpx.Client(base_url=stub.origin) as http:
        post_text(http, "7", "x")
    alone = time.monotonic() - started
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(
                lambda n: (
                    httpx.post(
                        f'{stub.origin}/me/messages?access_token=T&recipient={{"id":"{n}"}}'
                        '&message={"text":"x"}'
                    ).status_code
                ),
                range(10),
            )
        )
    assert (answers, alone >= 0.1, time.monotonic() - started < 0.9) == ([200] * 10, True, True)


def test_latency_comes_after_delivery(http: httpx.Client, stub: GraphStub) -> None:
    """A request is delivered when it arrives and answered when its latency is over."""
    stub.set_latency(60)
    post_text(http, "7", "x")
    # the answer may be read before the stub has noted that it left
    wait_until(lambda: stub.requests[0].finished_monotonic is not None, within_s=5, why="the request ends")
    request, delivery = stub.requests[0], stub.ledger[0]
    assert request.finished_monotonic is not None
    assert request.finished_monotonic - delivery.at_monotonic >= 0.06


def test_rules_are_set_over_http_as_in_process(stub: GraphStub, http: httpx.Client) -> None:
    """POST, GET and DELETE /stub/faults do what the object in process does."""
    client = StubClient(stub.origin)
    first = client.faults.add("error", code=613, recipient="7")
    second = stub.faults.add(Fault(action="drop_before", nth=9))
    post_text(http, "7", "x")
    rules = [
        FaultState(first, Fault(action="error", code=613, recipient="7"), 1, 1),
        FaultState(second, Fault(action="drop_before", nth=9), 1, 0),
    ]
    assert client.faults.rules() == stub.faults.rules() == rules
    client.faults.clear(first)
    assert [rule.number for rule in stub.faults.rules()] == [second]
    assert http.delete("/stub/faults").json() == {"success": True}
    assert client.faults.rules() == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"action": "explode"}, "there is no fault 'explode': there are latency, "),
        ({"action": "error", "psid": "7"}, "unknown field `psid`"),
        ({"action": "latency", "latency_ms": -1}, "$.latency_ms"),
        ({"action": "null", "probability": 2}, "$.probability"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_fault(
    stub: GraphStub, http: httpx.Client, fields: dict[str, Any], words: str
) -> None:
    """A rule with a typo or out of bounds is refused in process and over HTTP, and says why."""
    action, rest = fields["action"], {name: value for name, value in fields.items() if name != "action"}
    with pytest.raises(ValueError, match=re.escape(words)):
        stub.faults.add(action, **rest)
    answer = http.post("/stub/faults", json=fields)
    assert (answer.status_code, words in answer.json()["error"], stub.faults.rules()) == (400, True, [])


def test_an_unknown_fault_lists_those_there_are() -> None:
    """A slip of the pen is answered with the words to choose from."""
    with (
        GraphStub() as stub,
        pytest.raises(ValueError, match="there is no fault 'eror': there are latency, "),
    ):
        stub.faults.add("eror")  # type: ignore[arg-type]  # the slip
