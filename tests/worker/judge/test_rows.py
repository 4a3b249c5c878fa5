"""Every row of the table is reached by an answer, and says something that fits together."""

import itertools
import re

import pytest

from tests.worker.judge.answers import answers_for
from worker.judge import DEFAULT, Row, judge
from worker.judge.row import mistakes_of

ROWS = {row.name: row for row in DEFAULT.rows}


@pytest.mark.parametrize("row", DEFAULT.rows, ids=lambda row: row.name)
def test_row_is_reached(row: Row) -> None:
    """An answer that a row is for gets that row's name and reason, for sends, for other calls, or for both."""
    answers = answers_for(row)
    kinds = {"all": (True, False), "sends": (True,), "others": (False,)}[row.calls]
    kinds = (True,) if row.name == "success-without-id" else kinds
    cases = list(itertools.product(answers, kinds))
    found = [judge(answer, is_send=is_send) for answer, is_send in cases]
    assert cases
    assert {(each.row, each.reason) for each in found} == {(row.name, row.reason)}


@pytest.mark.parametrize("row", DEFAULT.rows, ids=lambda row: row.name)
def test_row_fits_together(row: Row) -> None:
    """A row has only what its kind has a use for, a name in kebab case, and one sentence."""
    assert mistakes_of(row) == []
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row.name)
    assert re.fullmatch(r"[A-Z][^#\n]{10,140}\.", row.reason)


def test_names_are_unique() -> None:
    """A row's name stands for one row: it is what operators and logs refer to."""
    assert len(ROWS) == len(DEFAULT.rows)


def test_no_two_rows_are_for_the_same_error() -> None:
    """No two rows of the same codes are for the same calls, unless one is narrower."""
    clashes = [
        (first.name, second.name)
        for first, second in itertools.combinations(DEFAULT.rows, 2)
        if set(first.code_pairs()) & set(second.code_pairs())
        and first.meets(second)
        and first.narrowings == second.narrowings
    ]
    assert clashes == []


def test_dead_letters_are_mendable_refusals() -> None:
    """No refusal because of the recipient is a dead letter, and no fact is remembered without one."""
    assert [row.name for row in DEFAULT.rows if row.scope == "recipient" and row.dead_letter] == []
    assert {row.name: row.recipient_fact for row in DEFAULT.rows if row.recipient_fact} == {
        "recipient-unavailable": "blocked",
        "recipient-blocks-messages": "blocked",
        "recipient-unreachable": "unreachable",
        "recipient-unknown": "unknown",
    }


def test_no_row_holds_until_a_person_comes() -> None:
    """Every hold that an answer makes ends by itself, and one call then tries; only an operator's row may hold on."""
    holding = [row for row in DEFAULT.rows if "held" in (row.kind, row.then)]
    assert holding
    assert [row.name for row in holding if row.hold_for_s is None] == []


def test_a_lack_that_nobody_names_holds_for_minutes() -> None:
    """Code 3, 10 and 200 to 299 without a known subcode are weak evidence: the Page tries again after five minutes."""
    names = ("capability-missing", "permission-denied", "permission-missing")
    assert {DEFAULT.row(name).hold_for_s for name in names} == {300}


def test_rows_that_want_a_look_say_so() -> None:
    """Everything that only a person can mend for all, and the unknown, raises an alert."""
    quiet = [row.name for row in DEFAULT.rows if row.kind == "held" and not row.alert]
    assert quiet == []
    assert DEFAULT.row("unknown-error").alert
