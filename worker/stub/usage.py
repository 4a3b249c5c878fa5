"""Usage headers that grow with use, as Graph sends them once enough calls have been made."""

import collections
from collections.abc import Iterable

import msgspec

from worker.stub.refusals import Refusal

_SHOWN_FROM_PERCENT = 5
_FULL_PERCENT = 100
_OBJECTS_MAX = 32
_SECONDS_A_MINUTE = 60

REFUSALS = (
    Refusal(code=80006, message="(#80006) There have been too many calls to this messenger account."),
    Refusal(code=4, status=403, message="(#4) Application request limit reached", is_transient=True),
    Refusal(code=613, message="(#613) Calls to this api have exceeded the rate limit."),
)


class Usage:
    """Counts each Page's calls over a window of the stub's clock, and words them as percentages.

    Args:
        calls: How many calls of one Page in a window are 100 %; None counts and tells nothing.
        window_s: The window's length in seconds.
        refuses: Refuse calls above 100 %, with Graph's three codes for it in turn.
    """

    def __init__(self, calls: int | None, *, window_s: float = 3_600, refuses: bool = False) -> None:
        self.active = calls is not None
        self._refuses = refuses
        self._refused = 0
        self._window_s = window_s
        self._full = calls or 1
        self._calls: dict[str, collections.deque[tuple[float, int]]] = {}
        self._sums: collections.Counter[str] = collections.Counter()

    def set(self, calls: int | None) -> None:
        """Sets the number of calls that stands for 100 %; None sends no headers."""
        self.active = calls is not None
        self._full = calls or 1

    def spend(self, page: str, count: int, now: float) -> None:
        """Adds calls of a Page; refused ones count too."""
        calls = self._calls.setdefault(page, collections.deque())
        calls.append((now, count))
        self._sums[page] += count
        while calls[0][0] <= now - self._window_s:
            self._sums[page] -= calls.popleft()[1]

    def percent(self, page: str) -> int:
        """Returns the Page's use in whole percent; it can exceed 100."""
        return self._sums[page] * 100 // self._full

    def refuse(self, page: str) -> Refusal | None:
        """Returns a throttle code for a Page above 100 %: 80006, 4 and 613 in turn."""
        if not self._refuses or self.percent(page) <= _FULL_PERCENT:
            return None
        self._refused += 1
        return REFUSALS[(self._refused - 1) % len(REFUSALS)]

    def headers(self, pages: Iterable[str]) -> list[tuple[str, str]]:
        """Returns the headers about the Pages of an answer; none while their use is below 5 %."""
        percents = {page: self.percent(page) for page in sorted(set(pages)) if page}
        shown = {page: percent for page, percent in percents.items() if percent >= _SHOWN_FROM_PERCENT}
        if not shown:
            return []
        figures = _figures(max(shown.values()))
        cases = {page: [self._case(shown[page])] for page in list(shown)[:_OBJECTS_MAX]}
        named = {"X-App-Usage": figures, "X-Page-Usage": figures, "X-Business-Use-Case-Usage": cases}
        return [(name, msgspec.json.encode(value).decode()) for name, value in named.items()]

    def _case(self, percent: int) -> dict[str, object]:
        over = max(0, percent - _FULL_PERCENT)
        minutes = int(over * self._window_s / _FULL_PERCENT / _SECONDS_A_MINUTE)
        throttled = percent > _FULL_PERCENT
        regained = max(1, minutes) if throttled else 0
        return {"type": "messenger", **_figures(percent), "estimated_time_to_regain_access": regained}


def _figures(percent: int) -> dict[str, int]:
    return {"call_count": percent, "total_cputime": percent // 2, "total_time": percent * 3 // 4}
