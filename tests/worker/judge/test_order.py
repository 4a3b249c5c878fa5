"""The order in which rows are tried: the exact pair first, the unknown last."""

import json

import pytest

from worker.call.graph.answers import Answered
from worker.judge import judge


def row_of(error: dict[str, object], *, status: int = 400, is_send: bool = True) -> str:
    """Returns the name of the row for an error of these fields."""
    return judge(Answered(status, json.dumps({"error": error}).encode()), is_send=is_send).row


@pytest.mark.parametrize(
    ("error", "row"),
    [
        pytest.param(
            {"code": 4, "error_subcode": 2018354, "is_transient": True}, "marketing-too-soon", id="pair"
        ),
        pytest.param(
            {"code": 10, "error_subcode": 2018300}, "thread-owned-by-another-app", id="number before code"
        ),
        pytest.param(
            {"code": 4, "error_subcode": 31337}, "app-limit-reached", id="code, its subcode unknown"
        ),
        pytest.param({"code": 80006}, "messenger-quota-used-up", id="code before range"),
        pytest.param(
            {"code": 200, "error_subcode": 1545041}, "recipient-unavailable", id="pair before range"
        ),
        pytest.param(
            {"code": 80010, "is_transient": True}, "business-quota-used-up", id="range before transience"
        ),
        pytest.param(
            {"code": 9, "error_subcode": 1, "is_transient": True}, "transient-error", id="transience"
        ),
        pytest.param({"code": 190, "is_transient": True}, "token-dead", id="code before transience"),
        pytest.param({"code": 9}, "unknown-error", id="a code known with a subcode only"),
    ],
)
def test_more_exact_goes_first(error: dict[str, object], row: str) -> None:
    """What is more exact is tried before what is less so."""
    assert row_of(error) == row


@pytest.mark.parametrize(
    ("status", "error", "row"),
    [
        pytest.param(500, {"code": 190, "error_subcode": 463}, "token-expired", id="code before status"),
        pytest.param(
            500, {"code": 424242, "is_transient": True}, "transient-error", id="transience before status"
        ),
        pytest.param(503, {"code": 424242}, "server-failed", id="status when the code is unknown"),
        pytest.param(
            500, {"code": 424242, "is_transient": False}, "unknown-error", id="not transient, despite 500"
        ),
        pytest.param(
            429, {"code": 424242, "is_transient": False}, "too-many-requests", id="a throttle all the same"
        ),
        pytest.param(404, {"code": 424242}, "unknown-error", id="Graph's own 404"),
        pytest.param(404, {"message": "x"}, "unknown-error", id="an error without code and type"),
        pytest.param(
            500, {"type": "OAuthException"}, "server-failed", id="OAuthException of a broken server"
        ),
        pytest.param(400, {"type": "GraphMethodException"}, "unknown-error", id="another type without code"),
    ],
)
def test_status_goes_last(status: int, error: dict[str, object], row: str) -> None:
    """The HTTP status decides only when neither code nor transience does."""
    assert row_of(error, status=status) == row


def test_not_transient_outweighs_code_2() -> None:
    """Code 2 is temporary for everyone but Graph itself, when it says `is_transient: false`."""
    found = {value: row_of({"code": 2, "is_transient": value}) for value in (None, True, False)}
    assert found == {None: "temporary-failure", True: "temporary-failure", False: "temporary-code-for-good"}


def test_proof_is_told_by_its_text() -> None:
    """Code 100 holds the app when its message is one of Meta's two, and no other text that has the word in it."""
    text = "API calls from the server require an appsecret_proof argument"
    assert row_of({"code": 100, "message": text, "type": "GraphMethodException"}) == "proof-wrong"
    others = (
        "bad parameter",
        "(#100) Tried accessing nonexisting field (appsecret_proof) on node type (Page)",
        f"{text} and more",
        "appsecret_proof",
    )
    assert {row_of({"code": 100, "message": other}) for other in others} == {"bad-parameter"}
    assert {
        row_of({"code": 100, "message": f"{head}{text}{end}"})
        for head in ("", "(#100) ")
        for end in ("", ".")
    } == {"proof-wrong"}
    assert row_of({"code": 190, "message": text}) == "token-dead"


def test_kind_of_call_parts_a_code() -> None:
    """A missing permission holds the Page for sends, and ends a call of another kind."""
    assert [row_of({"code": 10}, is_send=is_send) for is_send in (True, False)] == [
        "permission-denied",
        "permission-missing-for-call",
    ]
