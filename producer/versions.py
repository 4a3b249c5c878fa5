"""Versions of the Graph API: the newest that this package knows, and each one's last day as Meta gives it."""

from collections.abc import Mapping
from datetime import date
from typing import Final

Version = tuple[int, int]

# Of 4 Nov 2026: developers.facebook.com/blog/post/2026/11/04/introducing-graph-api-v27-and-marketing-api-v27
NEWEST: Final = "27.0"
# The last day of each version, from developers.facebook.com/docs/graph-api/changelog as of 1 Dec 2026. Versions 5
# to 11, of which Meta no longer shows a day, had ended with version 12 at the latest; those after 25 have none yet.
LAST_DAYS: Final[Mapping[Version, date]] = {
    (4, 0): date(2021, 11, 2),
    (12, 0): date(2024, 2, 8),
    (13, 0): date(2024, 5, 28),
    (14, 0): date(2024, 9, 17),
    (15, 0): date(2024, 11, 20),
    (16, 0): date(2025, 5, 14),
    (17, 0): date(2025, 9, 12),
    (18, 0): date(2026, 1, 26),
    (19, 0): date(2026, 5, 21),
    (20, 0): date(2026, 9, 24),
    (21, 0): date(2027, 1, 21),
    (22, 0): date(2027, 5, 20),
    (23, 0): date(2027, 10, 8),
    (24, 0): date(2028, 2, 18),
    (25, 0): date(2028, 7, 29),
}


def last_day_of(version: Version) -> date | None:
    """Returns the last day on which Meta serves a version, at the latest; None while that is not known."""
    return next((day for each, day in sorted(LAST_DAYS.items()) if each >= version), None)
