"""An operator's TOML file changes and extends the table, or is refused with a sentence for each mistake."""

import json

import pytest

from worker.call.graph.answers import Answered
from worker.judge import DEFAULT, Row, TableError, Verdict, judge


def verdict_with(
    toml: str, code: int, subcode: int | None = None, *, is_send: bool = True, status: int = 400
) -> Verdict:
    """Returns the verdict on a code under an operator's table."""
    body = json.dumps({"error": {"code": code, "error_subcode": subcode}}).encode()
    return judge(Answered(status, body), is_send=is_send, table=DEFAULT.with_overrides(toml))


def mistakes_of(toml: str) -> tuple[str, ...]:
    """Returns the sentences with which a file is refused."""
    with pytest.raises(TableError) as caught:
        DEFAULT.with_overrides(toml)
    assert str(caught.value) == "\n".join(caught.value.mistakes)
    return caught.value.mistakes


def test_a_digest_tells_tables_apart() -> None:
    """The same rows have the same digest, whatever file they come from; a changed field has another."""
    change = "[rows.outside-window]\ndead_letter = true\n"
    digests = [DEFAULT.with_overrides(each).digest for each in ("", "# a comment\n", change, change + "\n")]
    assert digests[:2] == [DEFAULT.digest] * 2
    assert digests[2] == digests[3] != DEFAULT.digest


def test_new_row() -> None:
    """A new row is found by its pair of code and subcode, and says what the operator wrote."""
    toml = """
        [rows.shop-closed]
        codes = [77]
        subcodes = [5, 6]
        kind = "throttled"
        scope = "lane"
        hold_for_s = 90
        reason = "The shop is closed."
    """
    assert verdict_with(toml, 77, 6) == Verdict(
        kind="throttled",
        scope="lane",
        reason="The shop is closed.",
        row="shop-closed",
        code=77,
        subcode=6,
        status=400,
        hold_for_s=90.0,
        attempt=False,
    )
    assert verdict_with(toml, 77, 7).row == "unknown-error"


@pytest.mark.parametrize(
    ("match", "code", "subcode", "status"),
    [
        pytest.param("codes = [10]", 10, None, 400, id="before the table's own code"),
        pytest.param("numbers = [5555555]", 10, 5555555, 400, id="a number as subcode of any code"),
        pytest.param("numbers = [5555555]", 5555555, None, 400, id="a number as code"),
        pytest.param("code_range = [210, 219]", 215, None, 400, id="a narrower range"),
        pytest.param("code_range = [200, 299]", 215, None, 400, id="the same range"),
        pytest.param("statuses = [500, 500]", 424242, None, 500, id="a status"),
    ],
)
def test_new_row_goes_first(match: str, code: int, subcode: int | None, status: int) -> None:
    """An operator's row goes before those of the table that are for the same errors."""
    toml = f'[rows.mine]\nkind = "refused"\nreason = "Mine."\n{match}'
    assert verdict_with(toml, code, subcode, status=status).row == "mine"
    assert verdict_with("", code, subcode, status=status).row != "mine"


def test_new_row_leaves_the_more_exact_ones() -> None:
    """A row for a code alone does not hide the table's pairs, nor the proof that is told by its text."""
    toml = '[rows.mine]\ncodes = [100, 190]\nkind = "refused"\nreason = "Mine."'
    proof = Answered(
        400, b'{"error":{"code":100,"message":"Invalid appsecret_proof provided in the API argument"}}'
    )
    assert verdict_with(toml, 190, 463).row == "token-expired"
    assert judge(proof, is_send=True, table=DEFAULT.with_overrides(toml)).row == "proof-wrong"


def test_changed_row() -> None:
    """A row that is there changes in the fields that are given, in no other, and keeps its place."""
    found = DEFAULT.with_overrides('[rows.policy-block]\nhold_for_s = "until-released"\nreason = "Stop."')
    old = DEFAULT.row("policy-block")
    assert found.row("policy-block") == Row(
        name="policy-block", codes=(368,), kind="held", scope="page", alert=True, reason="Stop."
    )
    assert [row.name for row in found.rows] == [row.name for row in DEFAULT.rows]
    assert DEFAULT.row("policy-block") == old


def test_changed_kind_drops_what_it_has_no_use_for() -> None:
    """A row of a new kind loses the old kind's times and ends, so that no nonsense is inherited."""
    toml = '[rows.file-not-fetched]\nkind = "refused"\ndead_letter = true'
    found = verdict_with(toml, 100, 2018008)
    assert (found.kind, found.attempts_max, found.then, found.dead_letter) == ("refused", None, None, True)


def test_row_for_the_unknown_can_change() -> None:
    """Rows that no code leads to are changed by their names like all others."""
    assert verdict_with('[rows.unknown-error]\nkind = "retry"\ndead_letter = false', 424242).kind == "retry"


def test_overrides_join() -> None:
    """A second file goes on from the first: its rows go before, and it can change the first one's."""
    first = DEFAULT.with_overrides('[rows.mine]\ncodes = [7]\nkind = "refused"\nreason = "First."')
    second = first.with_overrides(
        '[rows.mine]\nreason = "Second."\n[rows.ours]\ncodes = [8]\nkind = "refused"\nreason = "Ours."'
    )
    bodies = [Answered(400, json.dumps({"error": {"code": code}}).encode()) for code in (7, 8)]
    assert [judge(each, is_send=True, table=second).reason for each in bodies] == ["Second.", "Ours."]


def test_empty_file_changes_nothing() -> None:
    """A file without rows is the table as it comes."""
    assert DEFAULT.with_overrides("# nothing").rows == DEFAULT.rows


NEW = '[rows.mine]\ncodes = [7]\nkind = "refused"\nreason = "Mine."\n'
HELD = '[rows.mine]\ncodes = [7]\nkind = "held"\nscope = "page"\nreason = "Mine."\n'
RETRY = '[rows.mine]\ncodes = [7]\nkind = "retry"\nreason = "Mine."\n'
SECONDS = "must be a number of seconds, more than 0 and at most 604800"


@pytest.mark.parametrize(
    ("toml", "mistake"),
    [
        pytest.param("[row.x]\n", "row: no such table; allowed: rows.<name>.", id="table"),
        pytest.param("rows = 3", "rows: must be tables, [rows.<name>].", id="rows"),
        pytest.param("[rows]\nmine = 3", "rows.mine: must be a table, [rows.mine].", id="row"),
        pytest.param(
            '[rows."My row"]',
            "rows.'My row': a name must be 1 to 60 small letters, digits and single hyphens.",
            id="name",
        ),
        pytest.param(
            NEW + "hold_for = 3", "rows.mine.hold_for: no such field; did you mean hold_for_s?", id="field"
        ),
        pytest.param(
            '[rows.token-expired]\nkind = "dead"',
            "rows.token-expired.kind: must be refused, throttled, retry, unknown or held.",
            id="kind",
        ),
        pytest.param(
            '[rows.token-expired]\nkind = "sent"',
            "rows.token-expired.kind: must be refused, throttled, retry, unknown or held: only a success is sent.",
            id="sent",
        ),
        pytest.param(
            NEW + 'scope = "world"',
            "rows.mine.scope: must be call, recipient, lane, page or app.",
            id="scope",
        ),
        pytest.param(
            NEW + 'scope = "page"',
            "rows.mine.scope: must be call or recipient in a row of kind refused.",
            id="fit",
        ),
        pytest.param(
            '[rows.token-expired]\nscope = "call"',
            "rows.token-expired.scope: must be lane, page or app in a row of kind held.",
            id="hold",
        ),
        pytest.param(
            "[rows.token-expired]\ncodes = [1]",
            "rows.token-expired.codes: the row is there, and what it is for cannot be changed; "
            "give a row of a new name these codes.",
            id="match of a row that is there",
        ),
        pytest.param(
            HELD + "hold_for_s = 0", f'rows.mine.hold_for_s: {SECONDS}, or "until-released".', id="zero"
        ),
        pytest.param(
            HELD + "hold_for_s = inf", f'rows.mine.hold_for_s: {SECONDS}, or "until-released".', id="infinite"
        ),
        pytest.param(
            '[rows.page-rate-limited]\nhold_for_s = "until-released"',
            "rows.page-rate-limited.hold_for_s: must be given in a row of kind throttled: seconds, more than 0.",
            id="throttle without end",
        ),
        pytest.param(
            NEW + "hold_for_s = 3",
            "rows.mine.hold_for_s: has no meaning in a row of kind refused; "
            "it goes with throttled, held, retry, unknown.",
            id="useless",
        ),
        pytest.param(
            RETRY + "hold_for_s = 3",
            "rows.mine.hold_for_s: goes in a row of kind retry only with then = held.",
            id="retry with a hold",
        ),
        pytest.param(
            RETRY + "attempts_max = 3",
            "rows.mine.then: must be given with attempts_max: refused, held or unknown.",
            id="no then",
        ),
        pytest.param(
            RETRY + 'then = "refused"',
            "rows.mine.attempts_max: must be given with then: 1 to 20 attempts.",
            id="no attempts_max",
        ),
        pytest.param(
            RETRY + 'attempts_max = 21\nthen = "refused"',
            "rows.mine.attempts_max: must be a whole number of attempts from 1 to 20.",
            id="attempts",
        ),
        pytest.param(
            RETRY + 'attempts_max = 2\nthen = "held"',
            "rows.mine.then_scope: must be lane, page or app when then is held.",
            id="then without scope",
        ),
        pytest.param(
            NEW + 'recipient_fact = "rude"',
            "rows.mine.recipient_fact: must be blocked, unknown or unreachable.",
            id="fact",
        ),
        pytest.param(
            NEW.replace("Mine.", "Mine.\\n"),
            "rows.mine.reason: must be one line of 1 to 300 characters.",
            id="reason",
        ),
        pytest.param(
            NEW + "statuses = [500, 500]",
            "rows.mine: a new row must have exactly one of codes, numbers, code_range and statuses.",
            id="two matches",
        ),
        pytest.param(
            NEW.replace("codes = [7]", "code_range = [9, 7]"),
            "rows.mine.code_range: must not end before it begins.",
            id="range",
        ),
        pytest.param(
            NEW.replace("codes = [7]", "numbers = [7]\nsubcodes = [1]"),
            "rows.mine.subcodes: goes only with codes.",
            id="subcodes alone",
        ),
        pytest.param(
            NEW.replace("codes = [7]", "statuses = [500, 501]\ntransient = true"),
            "rows.mine.transient: goes with codes, numbers or code_range, not with statuses.",
            id="transient status",
        ),
        pytest.param(
            NEW + NEW.replace("mine", "ours"),
            "rows.ours: answers to the same errors as rows.mine; keep one of them.",
            id="clash",
        ),
    ],
)
def test_mistake(toml: str, mistake: str) -> None:
    """A mistake is refused with its path and what is allowed."""
    assert mistakes_of(toml) == (mistake,)


def test_misspelt_row() -> None:
    """A row that is meant to be one of the table's is told its right name, in each sentence."""
    hint = " (did you mean the row token-expired?)"
    assert mistakes_of("[rows.token-expird]\nalert = false") == (
        f"rows.token-expird.kind: must be given in a new row{hint}.",
        f"rows.token-expird.reason: must be given in a new row{hint}.",
        f"rows.token-expird: a new row must have exactly one of codes, numbers, code_range and statuses{hint}.",
    )


def test_all_mistakes_at_once() -> None:
    """All of a file is checked before it is refused."""
    toml = '[rows.token-expired]\nkind = 3\nscop = 4\n[rows.lost]\nreason = ""\n[colours]'
    assert [each.partition(":")[0] for each in mistakes_of(toml)] == [
        "colours",
        "rows.token-expired.kind",
        "rows.token-expired.scop",
        "rows.lost.reason",
    ]


def test_no_toml() -> None:
    """What is no TOML is refused with the place of the fault."""
    assert [each[:38] for each in mistakes_of("[rows")] == ["The text is no TOML: Expected ']' at t"]
