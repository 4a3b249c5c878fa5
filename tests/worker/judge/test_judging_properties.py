"""Nothing that can come over the wire makes the judge raise, and no doubt ever becomes a success."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from worker.call.graph.answers import Answer, Answered, Lost, NotSent
from worker.judge import Verdict, judge, usage_of
from worker.judge.verdict import HOLD_SCOPES

NAMES = st.sampled_from(
    [
        "error",
        "message_id",
        "recipient_id",
        "code",
        "error_subcode",
        "is_transient",
        "type",
        "message",
        "fbtrace_id",
    ]
)
CODES = st.sampled_from(
    [1, 2, 4, 10, 100, 190, 200, 230, 368, 551, 613, 1200, 2018300, 80006, 99, 2018001, 1545041]
)
LEAVES = st.none() | st.booleans() | st.integers() | CODES | st.floats(allow_nan=False) | st.text(max_size=20)
DOCUMENTS: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=12,
)
ERRORS = st.fixed_dictionaries(
    {
        "error": st.dictionaries(NAMES, LEAVES, max_size=6)
        | st.fixed_dictionaries({"code": CODES, "error_subcode": CODES})
    }
)


def encoded(document: object) -> bytes:
    """Returns a document as JSON, or the text of what JSON cannot hold."""
    try:
        return msgspec.json.encode(document)
    except (OverflowError, UnicodeEncodeError):
        return repr(document).encode(errors="replace")


BODIES = st.binary(max_size=60) | (DOCUMENTS | ERRORS).map(encoded)
USAGE = ["x-app-usage", "x-page-usage", "x-business-use-case-usage", "x-fb-trace-id"]
FIGURES = st.dictionaries(
    st.sampled_from(["call_count", "total_time", "type", "estimated_time_to_regain_access"]),
    LEAVES | st.just("messenger"),
    max_size=4,
)
HEADERS = st.dictionaries(
    st.sampled_from(USAGE) | st.text(max_size=5),
    st.text(max_size=20)
    | (DOCUMENTS | FIGURES | st.dictionaries(st.just("1"), st.lists(FIGURES, max_size=2)))
    .map(encoded)
    .map(lambda text: text.decode(errors="replace")),
    max_size=4,
)
ANSWERS: st.SearchStrategy[Answer] = (
    st.builds(
        Answered,
        st.integers(-1, 1000) | st.sampled_from([200, 400, 403, 429, 500]),
        BODIES,
        HEADERS,
        st.booleans(),
    )
    | st.builds(Lost, st.text(max_size=5))
    | st.builds(NotSent, st.text(max_size=5))
)


@given(answer=ANSWERS, is_send=st.booleans(), page=st.sampled_from(["", "1"]))
def test_every_answer_has_a_verdict_that_fits_together(answer: Answer, page: str, *, is_send: bool) -> None:
    """Whatever comes has a verdict, and its kind, scope and times go together, now and when attempts are used up."""
    verdict = judge(answer, is_send=is_send, page=page)
    for each in (verdict, verdict.after(99), verdict.for_own_token()):
        assert_fits(each, is_send=is_send)


def assert_fits(verdict: Verdict, *, is_send: bool) -> None:
    """Fails when a verdict contradicts itself."""
    holds = verdict.kind in {"throttled", "held"}
    assert holds == (verdict.scope in HOLD_SCOPES)
    assert is_send or verdict.kind != "unknown"
    assert verdict.kind != "throttled" or 0 < (verdict.hold_for_s or 0) <= 86_400
    assert not verdict.dead_letter or verdict.kind == "refused"
    assert verdict.recipient_fact is None or verdict.kind == "refused"
    assert verdict.kind != "sent" or verdict == judge(Answered(200, b'{"message_id":"m"}'), is_send=True)


@given(answer=ANSWERS)
def test_sent_is_said_only_of_what_says_so(answer: Answer) -> None:
    """A message is sent only by a 2xx answer of its own that names it or its recipient, and has no error."""
    if judge(answer, is_send=True).kind == "sent":
        assert isinstance(answer, Answered)
        document = msgspec.json.decode(answer.body)
        assert 200 <= answer.status <= 299
        assert not answer.whole
        assert document.get("error") is None
        assert document.get("message_id") or document.get("recipient_id")


@given(headers=HEADERS, page=st.sampled_from(["", "1"]))
def test_usage_never_raises(headers: dict[str, str], page: str) -> None:
    """Any headers give a percentage from 0 up, or None."""
    found = usage_of(headers, page=page)
    assert found is None or found >= 0
