"""Every row of the table is exercised over HTTP: the stub gives the row's answer, plain and as a part of a batch."""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec
import pytest

from producer import batch
from worker.call.endpoints import call_for
from worker.call.graph.answers import Answer
from worker.call.graph.client import GraphClient
from worker.call.graph.signing import Signed
from worker.config.credentials import Credentials
from worker.judge import DEFAULT, Row, Verdict, judge
from worker.stub import Fault, GraphStub

PARTS: Final = 3
ANY_CODE: Final = 10  # carries a number that Meta lists alone as its subcode
TEXT: Final = "A word of Meta's that nobody may keep"
SEND: Final = call_for(batch.send_text("7", "hi"))
OTHER: Final = call_for(batch.get_page_info())
PROFILE: Final = call_for(batch.delete_greeting())


class Case(msgspec.Struct, frozen=True):
    """What the stub is told for a row, and what of the error comes back: code, subcode and HTTP status."""

    row: str
    is_send: bool
    fault: Mapping[str, object]
    code: int | None = None
    subcode: int | None = None
    status: int | None = None

    @property
    def of_request(self) -> bool:
        """Tells whether the answer is one to the whole request, batch or not."""
        return self.fault["action"] in {"html", "bare_429", "empty"}

    @property
    def name(self) -> str:
        """How the case is called in a report."""
        call = "send" if self.is_send else "other call"
        shown = "/".join(str(each) for each in (self.code, self.subcode) if each is not None)
        return f"{self.row} {shown or self.fault['action']} {call}"


def _error(**fields: object) -> Mapping[str, object]:
    return {"action": "error", "message": TEXT, **fields}


PROOF: Final = "Invalid appsecret_proof provided in the API argument"
# Rows that no code of their own leads to: the fault that does, with the code and the status that come back.
WITHOUT_CODE: Final[Mapping[str, tuple[Mapping[str, object], int | None, int | None]]] = {
    "lost": ({"action": "null"}, None, None),
    "answer-unreadable": ({"action": "empty"}, None, 200),
    "transient-error": (_error(code=424242, is_transient=True), 424242, 400),
    "unknown-error": (_error(code=424242), 424242, 400),
    "token-dead-without-code": (_error(extra={"code": None}), None, 400),
    "proof-wrong": (_error(code=100, message=PROOF), 100, 400),
    "too-many-requests": ({"action": "bare_429"}, None, 429),
    "server-failed": ({"action": "html", "status": 502}, None, 502),
    "server-timed-out": ({"action": "html", "status": 408}, None, 408),
    "stopped-before-graph": ({"action": "html", "status": 403}, None, 403),
    "business-quota-used-up": (_error(code=80013), 80013, 400),
    "permission-missing": (_error(code=299, status=403), 299, 403),
    "permission-not-granted-for-call": (_error(code=299, status=403), 299, 403),
}
# Rows with a test of their own below: no fault of the stub's brings their answer.
ALONE: Final = {"not-sent", "success-without-id"}


def _calls_of(row: Row) -> tuple[bool, ...]:
    return {"all": (True, False), "sends": (True,), "others": (False,)}[row.calls]


def _cases_of(row: Row) -> list[Case]:
    if row.name in WITHOUT_CODE:
        fault, code, status = WITHOUT_CODE[row.name]
        return [Case(row.name, is_send, fault, code, None, status) for is_send in _calls_of(row)]
    return [
        Case(
            row.name,
            is_send,
            _error(code=code, subcode=subcode, is_transient=row.transient),
            code,
            subcode,
            400,
        )
        for code, subcode in ((code or ANY_CODE, subcode) for code, subcode in row.code_pairs())
        for is_send in _calls_of(row)
    ]


CASES: Final = [case for row in DEFAULT.rows if row.name not in ALONE for case in _cases_of(row)]


@pytest.fixture(scope="module")
def stub() -> Iterator[GraphStub]:
    """One stub for all rows; each test clears its faults."""
    with GraphStub() as running:
        yield running


@pytest.fixture(scope="module")
def client(stub: GraphStub) -> Iterator[GraphClient]:
    """The worker's own client of that stub."""
    made = GraphClient(origin=stub.origin)
    yield made
    made.close()


def _asked(client: GraphClient, *, is_send: bool, parts: int) -> list[Answer]:
    signed = Signed(SEND if is_send else OTHER, Credentials("TOKEN-P1"))
    return client.send([signed] * parts)


def _meaning(row: Row, case: Case, *, whole: bool) -> Verdict:
    """Returns what the row's own words make of the case, an id of Graph's apart."""
    kind = "retry" if row.kind == "unknown" and not case.is_send else row.kind
    in_doubt = row.kind == "unknown" and case.is_send
    # What a whole batch is answered says nothing of how one call ends.
    own: dict[str, object] = (
        {"attempt": row.attempt and kind not in {"throttled", "held", "refused"}}
        if whole
        else {
            "attempt": row.attempt and kind not in {"throttled", "held"},
            "delay_s": row.delay_s,
            "attempts_max": row.attempts_max,
            "then": "unknown" if in_doubt and row.then == "refused" else row.then,
            "then_scope": row.then_scope,
            "dead_letter": row.dead_letter,
            "recipient_fact": row.recipient_fact,
        }
    )
    return msgspec.convert(
        {
            "kind": kind,
            "scope": row.scope,
            "reason": row.reason,
            "row": row.name,
            "code": case.code,
            "subcode": case.subcode,
            "status": case.status,
            "hold_for_s": row.hold_for_s,
            "token_mends": row.token_mends,
            "alert": row.alert,
            "whole": whole,
            **own,
        },
        Verdict,
    )


def _judged(answers: list[Answer], *, is_send: bool) -> list[Verdict]:
    verdicts = [judge(answer, is_send=is_send) for answer in answers]
    return [msgspec.structs.replace(each, fbtrace_id=None) for each in verdicts]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_row_over_http(stub: GraphStub, client: GraphClient, case: Case) -> None:
    """What the stub answers gets its row's verdict, alone and for each part of a batch, without a word of Meta's."""
    row = DEFAULT.row(case.row)
    stub.faults.clear()
    stub.faults.add(msgspec.convert(case.fault, Fault))
    plain = _judged(_asked(client, is_send=case.is_send, parts=1), is_send=case.is_send)
    parts = _judged(_asked(client, is_send=case.is_send, parts=PARTS), is_send=case.is_send)
    assert plain == [_meaning(row, case, whole=False)]
    assert parts == [_meaning(row, case, whole=case.of_request)] * PARTS
    assert TEXT not in repr([*plain, *parts])


@pytest.mark.parametrize("parts", [1, PARTS], ids=["plain", "in a batch"])
@pytest.mark.parametrize("is_send", [True, False], ids=["send", "other call"])
def test_a_refused_connection_over_tcp(parts: int, *, is_send: bool) -> None:
    """A port that takes no connection is no attempt: surely not sent, tried again."""
    with GraphStub() as closed:
        closed.refuse_connections(60_000)
        client = GraphClient(origin=closed.origin)
        found = _judged(_asked(client, is_send=is_send, parts=parts), is_send=is_send)
        client.close()
    row = DEFAULT.row("not-sent")
    expected = Verdict(kind="retry", scope="call", reason=row.reason, row="not-sent", attempt=False)
    assert found == [expected] * parts


@pytest.mark.parametrize("parts", [1, PARTS], ids=["plain", "in a batch"])
def test_a_success_without_an_id(stub: GraphStub, client: GraphClient, parts: int) -> None:
    """A success that names neither message nor recipient leaves a message in doubt; here a profile call's success."""
    stub.faults.clear()
    answers = client.send([Signed(PROFILE, Credentials("TOKEN-P1"))] * parts)
    found = _judged(answers, is_send=True)
    row = DEFAULT.row("success-without-id")
    expected = Verdict(
        kind="unknown", scope="call", reason=row.reason, row=row.name, status=200, alert=row.alert
    )
    assert found == [expected] * parts
    assert {each.kind for each in _judged(answers, is_send=False)} == {"sent"}


def test_no_row_is_left_out() -> None:
    """Every row of the table has a case over HTTP."""
    assert {case.row for case in CASES} | ALONE == {row.name for row in DEFAULT.rows}
    assert [case.row for case in CASES if case.row in ALONE] == []
