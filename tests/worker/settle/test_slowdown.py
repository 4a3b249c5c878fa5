"""Usage headers slow a Page before it is refused."""

import pytest

from worker.call.graph.answers import Answered, Lost
from worker.engine.chunk import Hold
from worker.settle.slowdown import factor_of, slowdowns


@pytest.mark.parametrize(("usage", "factor"), [(0, 1), (80, 1), (90, 1.82), (100, 10), (250, 10)])
def test_calls_come_further_apart_from_80_percent_on(usage: float, factor: float) -> None:
    """Smoothly, so that no Page stops and starts."""
    assert factor_of(usage) == pytest.approx(factor, abs=0.01)


def _answer(usage: int) -> Answered:
    return Answered(200, b"{}", {"x-app-usage": f'{{"call_count":{usage},"total_time":1,"total_cputime":1}}'})


def test_a_page_is_slowed_by_its_highest_usage() -> None:
    """Pages below 80 % are left alone, and silence tells nothing."""
    found = slowdowns(
        [
            ("P1", _answer(50)),
            ("P1", _answer(100)),
            ("P2", _answer(80)),
            ("P3", Lost("x")),
            ("P1", _answer(90)),
        ]
    )
    assert found == [Hold("slow:P1", 60_000, b"10.00")]
