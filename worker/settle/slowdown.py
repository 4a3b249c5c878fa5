"""Usage headers: a Page whose usage nears Meta's limit is called less often before it is refused."""

from collections.abc import Iterable
from typing import Final

from worker.call.graph.answers import Answer, Answered
from worker.engine.chunk import Hold
from worker.judge import usage_of

SLOW_FROM: Final = 80.0
FULL: Final = 100.0
SLOWEST: Final = 10.0
SLOW_MS: Final = 60_000


def factor_of(usage: float) -> float:
    """Returns how many times further apart calls come at this usage in percent: 1 up to 80, smoothly to 10 at 100."""
    over = (min(usage, FULL) - SLOW_FROM) / (FULL - SLOW_FROM)
    return 1.0 if over <= 0 else 1 / (1 - over * (1 - 1 / SLOWEST))


def slowdowns(pairs: Iterable[tuple[str, Answer]]) -> list[Hold]:
    """Returns what slows the Pages whose answers told of a usage over 80 %; `pairs` are Pages and answers."""
    highest: dict[str, float] = {}
    seen: set[tuple[str, int]] = set()
    for page, answer in pairs:
        if not isinstance(answer, Answered) or (page, id(answer.headers)) in seen:
            continue
        seen.add((page, id(answer.headers)))  # parts of one batch mostly share their headers
        usage = usage_of(answer.headers, page=page)
        if usage is not None and usage > SLOW_FROM:
            highest[page] = max(usage, highest.get(page, 0.0))
    return [Hold(f"slow:{page}", SLOW_MS, b"%.2f" % factor_of(usage)) for page, usage in highest.items()]
