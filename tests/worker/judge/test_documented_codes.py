"""Every code and subcode that Meta documents has its verdict, for sends and for other calls."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from worker.call.graph.answers import Answered
from worker.judge import DEFAULT, Verdict, judge

# Copied from Meta's own lists, with the page of each and the date that it shows, not from the table under test.
LISTS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("documented.json").read_text("utf-8"))
DOCUMENTED: list[dict[str, Any]] = [case for each in LISTS for case in each["codes"]]
# Of these codes nothing is known but that they exist: the row for the unknown is right for them.
UNKNOWN = {1545121, 2018006}


def verdict_of(code: object, subcode: object, *, is_send: bool, **fields: object) -> Verdict:
    """Returns the verdict on an error as Graph words it."""
    error = {"message": "(#1) x", "type": "OAuthException", "code": code, "fbtrace_id": "AbC", **fields}
    if subcode is not None:
        error["error_subcode"] = subcode
    body = json.dumps({"error": error}).encode()
    return judge(Answered(400, body), is_send=is_send)


@pytest.mark.parametrize("is_send", [True, False], ids=["send", "other"])
@pytest.mark.parametrize(
    "case", DOCUMENTED, ids=lambda case: f"{case['code']}/{case['subcode']}: {case['meaning']}"
)
def test_documented_code(case: dict[str, Any], *, is_send: bool) -> None:
    """A documented code has the documented kind and scope, and its codes travel along."""
    found = verdict_of(case["code"], case["subcode"], is_send=is_send)
    expected = case["send" if is_send else "other"]
    assert [found.kind, found.scope, found.code, found.subcode] == [*expected, case["code"], case["subcode"]]
    assert (found.row == "unknown-error") == (case["code"] in UNKNOWN)
    assert (found.status, found.fbtrace_id, found.whole) == (400, "AbC", False)


@pytest.mark.parametrize("case", DOCUMENTED, ids=lambda case: f"{case['code']}/{case['subcode']}")
def test_http_status_never_changes_a_documented_code(case: dict[str, Any]) -> None:
    """Meta documents no status for its codes, so 200, 403 and 500 mean the same as 400."""
    body = json.dumps({"error": {"code": case["code"], "error_subcode": case["subcode"]}}).encode()
    if case["code"] in UNKNOWN:
        return
    rows = {judge(Answered(status, body), is_send=True).row for status in (200, 400, 403, 500)}
    assert rows == {judge(Answered(400, body), is_send=True).row}


@pytest.mark.parametrize("each", LISTS, ids=lambda each: each["page"])
def test_a_list_names_its_page_and_date(each: dict[str, Any]) -> None:
    """A list says where and when it was copied; the two long ones are whole."""
    counts = {"error-codes": 86, "api-reference": 75}
    assert each["page"].startswith(("https://developers.facebook.com/", "none of Meta's"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d|undated", each["date"])
    wanted = counts.get(each["page"].rpartition("/")[2]) if "business-messaging" in each["page"] else None
    assert len(each["codes"]) == (wanted or len(each["codes"]))


def test_nobody_can_mend_a_person_without_a_profile() -> None:
    """A profile that Meta does not give ends its read, and leaves no dead letter to replay."""
    found = [verdict_of(code, None, is_send=False) for code in (2018218, 2018247)]
    assert [(each.kind, each.dead_letter, each.recipient_fact) for each in found] == [
        ("refused", False, None)
    ] * 2


def test_range_of_permissions_has_no_hole() -> None:
    """Each code from 200 to 299 holds the Page for sends, and ends any other call as a dead letter."""
    found = [verdict_of(code, None, is_send=True) for code in range(200, 300)]
    assert {(each.kind, each.scope, each.token_mends) for each in found} == {("held", "page", True)}
    others = [verdict_of(code, None, is_send=False) for code in range(200, 300)]
    assert {(each.kind, each.scope, each.dead_letter) for each in others} == {("refused", "call", True)}


def test_range_of_business_limits_has_no_hole() -> None:
    """Each code from 80000 to 80014 is a throttle of the Page, and 80015 is not."""
    found = [verdict_of(code, None, is_send=True).kind for code in range(79_999, 80_016)]
    assert found == ["refused", *["throttled"] * 15, "refused"]


def test_every_subcode_in_the_table_is_documented() -> None:
    """The documented pairs and the table's pairs are the same, so neither is forgotten when the other grows."""
    pairs = {(code, sub) for row in DEFAULT.rows for code in row.codes for sub in row.subcodes or (None,)}
    pairs |= {(number, None) for row in DEFAULT.rows for number in row.numbers}
    documented = {(case["code"], case["subcode"]) for case in DOCUMENTED}
    undocumented = {(104, None), (2500, None)}
    by_range = {(code, sub) for code, sub in documented if 80_000 <= code <= 80_014 or 200 <= code <= 299}
    assert pairs - documented == undocumented
    assert documented - pairs - by_range == {(code, None) for code in UNKNOWN}
