"""Meta's usage headers: the highest figure counts, and junk counts for nothing."""

import json
from collections.abc import Mapping

import pytest

from worker.call.graph.answers import Answered
from worker.judge import DEFAULT, judge, usage_of

BUSINESS = "x-business-use-case-usage"


def case(call_count: object, wait: object = 0, kind: object = "messenger") -> dict[str, object]:
    """Returns one entry of the business header."""
    return {"type": kind, "call_count": call_count, "total_time": 1, "estimated_time_to_regain_access": wait}


@pytest.mark.parametrize(
    ("headers", "highest"),
    [
        pytest.param({}, None, id="no header"),
        pytest.param(
            {"x-app-usage": '{"call_count":28,"total_time":208,"total_cputime":25}'}, 208.0, id="above 100"
        ),
        pytest.param({"x-page-usage": '{"call_count":85.5}'}, 85.5, id="page usage"),
        pytest.param({"x-app-usage": "{}"}, None, id="no figure"),
        pytest.param({"x-app-usage": '{"call_count":0}'}, 0.0, id="nothing used is a figure"),
        pytest.param(
            {"x-app-usage": '{"call_count":1}', "x-page-usage": '{"total_time":9}'}, 9.0, id="the highest"
        ),
        pytest.param(
            {"x-app-usage": '{"call_count":"9","total_time":true,"total_cputime":-1}'}, None, id="no numbers"
        ),
        pytest.param(
            {"x-app-usage": "nonsense", "x-page-usage": "[1]", BUSINESS: '{"1":3}'}, None, id="junk"
        ),
        pytest.param({BUSINESS: json.dumps({"1": [case(7)], "2": [case(50)]})}, 7.0, id="this Page's own"),
        pytest.param(
            {BUSINESS: json.dumps({"3": [case(7)], "2": [case(50)]})}, 50.0, id="nobody's own: the highest"
        ),
        pytest.param(
            {BUSINESS: json.dumps({"1": [case(7), case(99, kind="ads_insights")]})}, 7.0, id="no advertising"
        ),
        pytest.param({BUSINESS: json.dumps({"1": [case(7, kind=[])]})}, None, id="a type that is none"),
    ],
)
def test_usage(headers: Mapping[str, str], highest: float | None) -> None:
    """The highest percentage of what concerns our calls is told, and None where there is none."""
    assert usage_of(headers, page="1") == highest


@pytest.mark.parametrize(
    ("document", "seconds"),
    [
        pytest.param({"1": [case(100, 5)]}, 300.0, id="minutes"),
        pytest.param({"1": [case(100, 5), case(100, 7, "pages")]}, 420.0, id="the longest"),
        pytest.param({"1": [case(100, 5)], "2": [case(100, 60)]}, 300.0, id="this Page's own"),
        pytest.param({"1": [case(100, 0)]}, 30.0, id="zero is none"),
        pytest.param({"1": [case(100, 10**9)]}, 86_400.0, id="at most a day"),
        pytest.param({"1": [case(100, "5")], "2": "x"}, 30.0, id="junk"),
    ],
)
def test_throttle_lasts_as_long_as_meta_says(document: object, seconds: float) -> None:
    """A throttle holds for the minutes that Meta names for the Page, else for the row's time."""
    answer = Answered(400, b'{"error":{"code":613}}', {BUSINESS: json.dumps(document)})
    assert judge(answer, is_send=True, page="1").hold_for_s == seconds


def test_only_throttles_take_metas_time() -> None:
    """A dead token is held for the row's time, whatever the usage headers say."""
    answer = Answered(400, b'{"error":{"code":190}}', {BUSINESS: json.dumps({"1": [case(100, 5)]})})
    assert judge(answer, is_send=True, page="1").hold_for_s == DEFAULT.row("token-dead").hold_for_s
