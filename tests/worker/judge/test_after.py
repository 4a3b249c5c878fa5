"""What a verdict becomes when its row's attempts are used up."""

import json

import pytest

from worker.call.graph.answers import Answered
from worker.judge import Verdict, judge


def verdict_of(code: int, subcode: int | None, *, is_send: bool = True) -> Verdict:
    """Returns the verdict on a code."""
    body = json.dumps({"error": {"code": code, "error_subcode": subcode}}).encode()
    return judge(Answered(400, body), is_send=is_send)


def shape(verdict: Verdict) -> tuple[object, ...]:
    """Returns what decides of a verdict."""
    return verdict.kind, verdict.scope, verdict.final, verdict.dead_letter, verdict.hold_for_s


@pytest.mark.parametrize(
    ("code", "subcode", "is_send", "attempts", "last"),
    [
        pytest.param(
            100, 2018008, True, 3, ("refused", "call", True, True, None), id="file not fetched, twice more"
        ),
        pytest.param(
            100, 2018294, True, 2, ("refused", "call", True, True, None), id="video not fetched, once more"
        ),
        pytest.param(2, None, False, 4, ("refused", "call", True, True, None), id="temporary, no send"),
        pytest.param(
            2, None, True, 4, ("unknown", "call", True, False, None), id="temporary, a send: never refused"
        ),
        pytest.param(1, 99, True, 3, ("held", "page", True, False, 1800), id="permission suspected, a send"),
        pytest.param(
            1, 99, False, 3, ("refused", "call", True, True, None), id="permission suspected, no send"
        ),
    ],
)
def test_attempts_used_up(
    code: int, subcode: int | None, attempts: int, last: tuple[object, ...], *, is_send: bool
) -> None:
    """Before the last attempt a verdict stays as it is; from it on it is what its row says, for good."""
    found = verdict_of(code, subcode, is_send=is_send)
    assert found.attempts_max == attempts
    assert [found.after(made) for made in range(1, attempts)] == [found] * (attempts - 1)
    ended = found.after(attempts)
    assert shape(ended) == last
    assert found.after(attempts + 5) == ended == ended.after(99)


def test_row_without_bound() -> None:
    """A row without a bound leaves the end to the schedule."""
    found = verdict_of(1200, None)
    assert found.after(1_000) == found
    assert (found.kind, found.attempts_max, found.then) == ("unknown", None, None)
