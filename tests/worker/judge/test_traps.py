"""What looks like one thing and is another, in Graph's answers and in what stands before Graph."""

import json

import pytest

from worker.call.graph.answers import Answer, Answered, Lost, NotSent
from worker.judge import Verdict, judge

SENT = Verdict(kind="sent", scope="call", reason="Graph answered with success.", row="sent")
BLOCKED = {"message": "(#551) This person isn't available right now.", "code": 200, "error_subcode": 1545041}


def answered(status: int, document: object, **headers: str) -> Answered:
    """Returns an answer with a JSON body."""
    return Answered(
        status, json.dumps(document).encode(), {k.replace("_", "-"): v for k, v in headers.items()}
    )


@pytest.mark.parametrize(
    "body",
    [
        b'{"recipient_id":"1","message_id":"m_1"}',
        b'{"message_id":"m_1"}',
        b'{"recipient_id":"1"}',
        b'{"recipient_id":1,"message_id":"m_1"}',
        b'{"recipient_id":"1","message_id":"m_1","attachment_id":"2","new":{"a":[1]}}',
        b'{"recipient_id":"1","message_id":"m_1","error":null}',
    ],
)
def test_success_of_a_message(body: bytes) -> None:
    """A message is sent when Graph names it or its recipient, whatever else it says."""
    assert judge(Answered(200, body), is_send=True) == SENT


@pytest.mark.parametrize("body", [b"true", b"[]", b'"x"', b"{}", b'{"success":true}', b'{"data":[]}', b"3"])
def test_success_of_any_other_call(body: bytes) -> None:
    """Any JSON without an error is the success of a call that is no message, repeatable or not."""
    assert judge(Answered(200, body), is_send=False) == SENT
    assert judge(Answered(200, body), is_send=True, is_message=False) == SENT


@pytest.mark.parametrize(
    "body", [b"{}", b'{"success":true}', b'{"message_id":""}', b'{"message_id":null}', b"[]", b"true"]
)
def test_success_of_a_message_without_id(body: bytes) -> None:
    """A message that Graph answers without an id may have been sent."""
    found = judge(Answered(200, body), is_send=True)
    assert (found.kind, found.row) == ("unknown", "success-without-id")


@pytest.mark.parametrize(
    "body", [b"", b"Service Unavailable", b"<html></html>", b'{"message_id":"m_1"', b"\xff", b"[" * 99_999]
)
@pytest.mark.parametrize(("is_send", "kind"), [(True, "unknown"), (False, "retry")])
def test_success_that_is_no_json(body: bytes, kind: str, *, is_send: bool) -> None:
    """A 200 without JSON says nothing: a send may have been carried out, another call is tried again."""
    found = judge(Answered(200, body), is_send=is_send)
    assert (found.kind, found.row, found.status) == (kind, "answer-unreadable", 200)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
@pytest.mark.parametrize(("is_send", "kind"), [(True, "unknown"), (False, "retry")])
def test_server_failure_without_body(status: int, kind: str, *, is_send: bool) -> None:
    """A 5xx or 408 from something before Graph leaves open whether a send was carried out."""
    assert judge(Answered(status, b"<html>"), is_send=is_send).kind == kind


def test_refusal_before_graph() -> None:
    """A 4xx without Graph's error never reached Graph: it is tried again, and somebody should look."""
    found = judge(Answered(403, b"<html>Forbidden"), is_send=True)
    assert (found.kind, found.row, found.alert, found.attempt) == (
        "retry",
        "stopped-before-graph",
        True,
        True,
    )


def test_bare_429() -> None:
    """A 429 without a body throttles the Page and is no attempt."""
    assert judge(Answered(429, b""), is_send=True) == Verdict(
        kind="throttled",
        scope="page",
        reason="Something before Graph refused the request as one too many.",
        row="too-many-requests",
        status=429,
        hold_for_s=30,
        attempt=False,
    )


def test_error_inside_200() -> None:
    """An error is an error under HTTP 200 too, though ids stand beside it."""
    found = judge(answered(200, {"error": {"code": 100}, "message_id": "m_1"}), is_send=True)
    assert (found.kind, found.row) == ("refused", "bad-parameter")


def test_code_outweighs_the_text() -> None:
    """Code 200 under a text that begins with (#551) is what its code and subcode say, with none of Meta's text."""
    assert judge(answered(403, {"error": BLOCKED}), is_send=True) == Verdict(
        kind="refused",
        scope="recipient",
        reason="The person is not available now: the window is closed, or they take no messages from the Page.",
        row="recipient-unavailable",
        code=200,
        subcode=1545041,
        status=403,
        recipient_fact="blocked",
    )


def test_codes_as_text() -> None:
    """Codes given as strings, and transience given as text, count as what they say."""
    document = {"error": {"code": "190", "error_subcode": "463", "is_transient": "false"}}
    found = judge(answered(400, document), is_send=True)
    assert (found.row, found.code, found.subcode) == ("token-expired", 190, 463)


@pytest.mark.parametrize("error", ["x", 1, True, False, [], [1], ""])
@pytest.mark.parametrize(
    ("status", "kind"), [(200, "unknown"), (404, "retry"), (500, "unknown"), (429, "throttled")]
)
def test_error_that_is_no_object(error: object, status: int, kind: str) -> None:
    """An `error` that is no object is not Graph's: the status alone tells what may have happened."""
    assert judge(answered(status, {"error": error, "message_id": "m_1"}), is_send=True).kind == kind


@pytest.mark.parametrize("code", [None, True, 1.5, [], {}, "x", "", 10**40, "9" * 40])
def test_code_that_is_no_number(code: object) -> None:
    """A code that is no number is none: the error is one that the table does not know."""
    found = judge(answered(400, {"error": {"code": code, "error_subcode": code, "new": 1}}), is_send=True)
    assert (found.row, found.code, found.subcode, found.alert) == ("unknown-error", None, None, True)


@pytest.mark.parametrize(
    ("answer", "send", "other"),
    [
        (Lost("reset"), ("unknown", True), ("retry", True)),
        (NotSent("refused"), ("retry", False), ("retry", False)),
    ],
    ids=["lost", "not sent"],
)
def test_no_answer(answer: Answer, send: tuple[str, bool], other: tuple[str, bool]) -> None:
    """A lost send is in doubt; what never left is surely not sent and no attempt."""
    found = [judge(answer, is_send=is_send) for is_send in (True, False)]
    assert [(each.kind, each.attempt) for each in found] == [send, other]


@pytest.mark.parametrize("code", [1, 2, 1200])
def test_temporary_failure(code: int) -> None:
    """A temporary failure of a send leaves open whether it was carried out; any other call is tried again."""
    found = [
        judge(answered(400, {"error": {"code": code}}), is_send=is_send).kind for is_send in (True, False)
    ]
    assert found == ["unknown", "retry"]


def test_trace_id() -> None:
    """The body's fbtrace_id goes before the header's, and what has not the form of one is left out."""
    secret = "EAAB" + "x" * 180
    bodies = [{"code": 100, "fbtrace_id": "AbC"}, {"code": 100}, {"code": 100, "fbtrace_id": secret}]
    found = [judge(answered(400, {"error": each}, x_fb_trace_id="XyZ"), is_send=True) for each in bodies]
    assert [each.fbtrace_id for each in found] == ["AbC", "XyZ", "XyZ"]
