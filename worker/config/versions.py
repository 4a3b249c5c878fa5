"""Whether Meta still serves a version of the Graph API; a call to an ended one falls to the oldest that lives."""

from datetime import date

import structlog

from producer.versions import NEWEST, last_day_of
from worker.config.endpoint import version_pair


def warn_of_version(version: str, today: date) -> None:
    """Logs a warning when Meta no longer serves `version` on `today`."""
    ended = last_day_of(version_pair(version))
    if ended is None or today <= ended:
        return
    structlog.get_logger("outbound.worker").warning(
        "graph_version.ended",
        version=version,
        ended=ended.isoformat(),
        advice=f"Meta answers with a later version's rules: set OUTBOUND_GRAPH_VERSION={NEWEST}",
    )
