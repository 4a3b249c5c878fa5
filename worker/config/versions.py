"""When a version of the Graph API ends: two years after its successor came out.

Meta's table is https://developers.facebook.com/docs/graph-api/changelog; a call to an ended version falls to the next
one that still lives, whose rules may differ.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

import structlog

from worker.config.endpoint import version_pair

RELEASED: Final[Mapping[tuple[int, int], date]] = {
    (4, 0): date(2019, 7, 29),
    (5, 0): date(2019, 10, 29),
    (6, 0): date(2020, 2, 3),
    (7, 0): date(2020, 5, 5),
    (8, 0): date(2020, 8, 4),
    (9, 0): date(2020, 11, 10),
    (10, 0): date(2021, 2, 23),
    (11, 0): date(2021, 6, 8),
    (12, 0): date(2021, 9, 14),
    (13, 0): date(2022, 2, 8),
    (14, 0): date(2022, 5, 25),
    (15, 0): date(2022, 9, 15),
    (16, 0): date(2023, 2, 2),
    (17, 0): date(2023, 5, 23),
    (18, 0): date(2023, 9, 12),
    (19, 0): date(2024, 1, 23),
    (20, 0): date(2024, 5, 21),
    (21, 0): date(2024, 10, 2),
    (22, 0): date(2025, 1, 21),
    (23, 0): date(2025, 5, 29),
    (24, 0): date(2025, 10, 8),
    (25, 0): date(2026, 2, 18),
    (26, 0): date(2026, 7, 29),
}
YEARS: Final = 2


def last_day_of(version: tuple[int, int]) -> date | None:
    """Returns the day on which a version ends, None while that is not known; those before the table ended long ago."""
    if version < min(RELEASED):
        return RELEASED[min(RELEASED)]
    later = [each for each in sorted(RELEASED) if each > version]
    if not later:
        return None
    successor = RELEASED[later[0]]
    return successor.replace(year=successor.year + YEARS)


def warn_of_version(version: str, today: date) -> None:
    """Logs a warning when Meta no longer serves `version` on `today`."""
    ended = last_day_of(version_pair(version))
    if ended is None or today <= ended:
        return
    major, minor = max(RELEASED)
    structlog.get_logger("outbound.worker").warning(
        "graph_version.ended",
        version=version,
        ended=ended.isoformat(),
        advice=f"Meta answers with a later version's rules: set OUTBOUND_GRAPH_VERSION={major}.{minor}",
    )
