"""From verdicts to settlements."""

import json

import pytest

from producer import batch
from worker.call.graph.answers import Answer, Answered, Lost, NotSent
from worker.call.graph.masking import masked_json
from worker.call.origin import Origin
from worker.engine.chunk import Hold, Settlement, Taken
from worker.judge import DEFAULT, Verdict, judge
from worker.settle.settlements import Schedule, holds_of, settlement_of

SCHEDULE = Schedule((1_000, 5_000))
SUCCESS = Answered(200, b'{"recipient_id":"1","message_id":"m"}')
RESTRICTED = Answered(400, b'{"error":{"code":10,"error_subcode":1893063,"message":"x"}}')
THROTTLED = Answered(400, b'{"error":{"code":613,"message":"(#613) x"}}')
DEAD_TOKEN = Answered(400, b'{"error":{"code":190,"error_subcode":463,"message":"x"}}')
BAD = Answered(400, b'{"error":{"code":100,"message":"(#100) x","fbtrace_id":"F"}}')
BLOCKED = Answered(400, b'{"error":{"code":551,"message":"x"}}')
LOST = Lost("silence")


def _taken(*, attempts: int = 0, options: str = "s") -> Taken:
    return Taken("id", "P1", "t", "i", "send_message", attempts, "", options, 0, None, b"")


def _settle(answer: Answer, taken: Taken) -> tuple[str, str, int]:
    verdict = judge(answer, is_send=taken.is_send)
    found = settlement_of(taken, verdict, answer, schedule=SCHEDULE, chance=lambda: 0.5)
    return found.action, found.flags, found.delay_ms


@pytest.mark.parametrize(
    ("answer", "taken", "expected"),
    [
        pytest.param(SUCCESS, _taken(), ("sent", "a", 0), id="success is sent"),
        pytest.param(BAD, _taken(), ("refused", "ad", 0), id="what can be mended is a dead letter"),
        pytest.param(BLOCKED, _taken(), ("refused", "a", 0), id="a blocked recipient is none"),
        pytest.param(THROTTLED, _taken(), ("return", "", 0), id="a throttle is no attempt"),
        pytest.param(DEAD_TOKEN, _taken(), ("return", "", 0), id="a dead token waits unharmed"),
        pytest.param(LOST, _taken(), ("retry", "ar", 1_000), id="doubt is tried again, marked"),
        pytest.param(LOST, _taken(attempts=1), ("retry", "ar", 5_000), id="later each time"),
        pytest.param(LOST, _taken(attempts=2), ("exhausted", "ard", 0), id="until attempts are used up"),
        pytest.param(LOST, _taken(options="ms"), ("unknown", "ad", 0), id="at most once ends in doubt"),
        pytest.param(LOST, _taken(options=""), ("retry", "a", 1_000), id="a read is no repetition"),
        pytest.param(
            NotSent("x"), _taken(options="ms"), ("retry", "", 1_000), id="what never left is no attempt"
        ),
    ],
)
def test_each_verdict_has_its_settlement(
    answer: Answer, taken: Taken, expected: tuple[str, str, int]
) -> None:
    """Law 8 and the schedule decide, as pure functions."""
    assert _settle(answer, taken) == expected


def test_a_batch_that_was_refused_whole_is_tried_apart() -> None:
    """One command that spoils its batch takes no others with it."""
    answer = Answered(400, b'{"error":{"code":100,"message":"x"}}', whole=True)
    action, flags, _ = _settle(answer, _taken())
    assert action == "retry"
    assert "z" in flags
    assert "d" not in flags


def test_jitter_is_a_quarter() -> None:
    """A thousand commands that failed together do not come back together."""
    assert [SCHEDULE.delay_ms(1, chance) for chance in (0.0, 0.5, 1.0)] == [750, 1_000, 1_250]


def test_a_reply_is_kept_without_the_token_in_its_links() -> None:
    """Graph's paging carries the token that asked."""
    body = b'{"data":[],"paging":{"next":"https://g/v4.0/me?access_token=EAAB123\\u0026after=x&appsecret_proof=ab"}}'
    kept = masked_json(body)
    assert b"EAAB123" not in kept
    assert b"=ab" not in kept
    assert json.loads(kept)["paging"]["next"].endswith("&after=x&appsecret_proof=REMOVED")


def test_the_detail_of_a_refusal_holds_graphs_codes_and_texts() -> None:
    """Who asks later learns as much as who called directly."""
    taken = _taken()
    found = settlement_of(taken, judge(BAD, is_send=True), BAD, schedule=SCHEDULE, chance=lambda: 0.5)
    detail = json.loads(found.detail)
    row = detail["answer"].pop("row")
    assert detail["answer"] == {"code": 100, "status": 400, "message": "(#100) x", "fbtrace_id": "F"}
    assert row
    assert detail["reason"]


def _holds(*answers: Answered) -> list[Hold]:
    pairs = [(_taken(), judge(answer, is_send=True)) for answer in answers]
    return holds_of(pairs, app_of=lambda _: "APP", fingerprint_of=lambda page: f"F-{page}")


def test_a_dead_token_holds_its_page_for_that_token_only() -> None:
    """A worker with another token is not held; of the same one a call tries after a time, which grows."""
    (hold,) = _holds(DEAD_TOKEN, DEAD_TOKEN)
    assert (hold.scope, hold.for_ms, hold.fingerprint, hold.grows, hold.kind) == (
        "page:P1",
        900_000,
        "F-P1",
        True,
        "token",
    )


def test_a_chunk_can_make_holds_of_several_kinds_for_one_page() -> None:
    """A throttle beside a dead token, and a restriction, are each a hold."""
    found = _holds(THROTTLED, DEAD_TOKEN, RESTRICTED, THROTTLED)
    assert [(each.scope, each.kind, each.fingerprint) for each in found] == [
        ("page:P1", "throttle", ""),
        ("page:P1", "token", "F-P1"),
        ("page:P1", "trouble", ""),
    ]


def test_a_throttle_of_one_kind_of_call_holds_both_priorities() -> None:
    """Meta counts by Page and class of call, and knows nothing of interactive and bulk."""
    pairs = [(_taken(), judge(THROTTLED, is_send=False))]
    (hold,) = holds_of(pairs, app_of=lambda _: "", fingerprint_of=lambda _: "")
    assert (hold.scope, hold.kind) == ("lane:P1/t", "throttle")


def test_a_throttle_holds_for_a_time() -> None:
    """All workers stop at once, and come again by themselves."""
    (hold,) = _holds(THROTTLED)
    assert hold.scope in {"page:P1", "lane:P1/t/i"}
    assert hold.for_ms is not None
    assert hold.for_ms > 0
    assert hold.fingerprint == ""


def test_a_throttle_grows_by_the_table_that_judged_it() -> None:
    """A time that Meta did not name grows when the throttle repeats, also where it is an operator's."""
    table = DEFAULT.with_overrides("[rows.page-rate-limited]\nhold_for_s = 7")
    pairs = [(_taken(), judge(THROTTLED, is_send=True, table=table))]
    found = [
        holds_of(pairs, app_of=lambda _: "", fingerprint_of=lambda _: "", table=each)[0]
        for each in (table, DEFAULT)
    ]
    assert [(each.for_ms, each.grows) for each in found] == [(7_000, True), (7_000, False)]


def test_an_operator_can_forbid_a_second_attempt() -> None:
    """A row with one attempt and `then = "unknown"` ends in doubt what the table would try again."""
    rows = '[rows.invalid-reply-though-sent]\nattempts_max = 1\nthen = "unknown"'
    answer = Answered(400, b'{"error":{"code":1,"error_subcode":1357046}}')
    found = [
        settlement_of(
            _taken(),
            judge(answer, is_send=True, table=table),
            answer,
            schedule=Schedule((1_000,)),
            chance=lambda: 0.5,
        )
        for table in (DEFAULT, DEFAULT.with_overrides(rows))
    ]
    assert [(each.action, each.flags) for each in found] == [("retry", "ar"), ("unknown", "ad")]


def test_success_holds_nothing() -> None:
    """The common case makes no hold."""
    assert _holds(SUCCESS) == []


def test_a_settlement_says_what_the_engine_reads() -> None:
    """The defaults are those of a command that is just returned."""
    assert Settlement("id", "return") == Settlement("id", "return", "", 0, b"{}")
    assert isinstance(judge(SUCCESS, is_send=True), Verdict)


def _with_echoes(*, metadata: str = "id", once: bool = False, attempts: int = 0) -> Settlement:
    taken = _taken(attempts=attempts, options="ms" if once else "s")
    command = batch.send_text("1", "x", metadata=metadata)
    return settlement_of(
        taken,
        judge(LOST, is_send=True),
        LOST,
        schedule=Schedule((1_000, 60_000), echo_wait_ms=30_000),
        chance=lambda: 0.5,
        origin=Origin(command, (), "id"),
    )


def test_what_may_have_arrived_waits_for_its_echo() -> None:
    """For the echo's time or the schedule's, whichever is longer, also where it may not be repeated."""
    found = [_with_echoes(), _with_echoes(attempts=1), _with_echoes(once=True)]
    assert [(each.action, each.flags, each.delay_ms) for each in found] == [
        ("await", "ar", 30_000),
        ("await", "ar", 60_000),
        ("await", "ar", 30_000),
    ]


def test_metadata_of_the_callers_own_tells_nothing() -> None:
    """Then no echo can be known, and nothing waits for one."""
    assert _with_echoes(metadata="theirs").action == "retry"


def test_a_recipient_who_cannot_be_reached_is_remembered() -> None:
    """With the fact and for how long; a refusal of the message itself says nothing of the person."""

    def fact(answer: Answer, remember_ms: int | None) -> str:
        verdict = judge(answer, is_send=True)
        schedule = Schedule((1_000,), remember_ms=remember_ms)
        return settlement_of(_taken(), verdict, answer, schedule=schedule, chance=lambda: 0.5).recipient_fact

    assert (fact(BLOCKED, 1_000), fact(BLOCKED, None), fact(BAD, 1_000)) == ("blocked,1000", "", "")


def test_a_verdict_s_delay_is_the_least() -> None:
    """A person in an automated flow is left alone for the row's two minutes, whatever the schedule says."""
    answer = Answered(400, b'{"error":{"code":10,"error_subcode":2018321}}')
    verdict = judge(answer, is_send=True)
    found = [
        settlement_of(_taken(), verdict, answer, schedule=Schedule((delay_ms,)), chance=lambda: 0.5)
        for delay_ms in (1_000, 300_000)
    ]
    assert [(each.action, each.delay_ms) for each in found] == [("retry", 120_000), ("retry", 300_000)]


def test_a_lack_without_a_name_holds_for_a_time_that_grows() -> None:
    """Code 10 or 200 to 299 without a known subcode holds the Page for five minutes, then for twice as long."""
    (hold,) = _holds(Answered(403, b'{"error":{"code":299}}'))
    assert (hold.scope, hold.for_ms, hold.grows) == ("page:P1", 300_000, True)
