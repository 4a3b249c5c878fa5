"""What this worker knows of its Pages as the Pages file stands now: read again when it changes, and told in the log."""

import threading

import structlog

from producer.commands import TYPES
from worker.config.pages import Pages, PagesSource
from worker.config.settings import Settings
from worker.engine.knowledge import Profile

log = structlog.get_logger("outbound.pages")


class Profiles:
    """The profile of the Pages as they are now, made again only when they change; safe to share between threads."""

    def __init__(self, source: PagesSource, settings: Settings) -> None:
        self._source = source
        self._settings = settings
        self._lock = threading.Lock()
        self._profile = source.current.profile(settings, tuple(TYPES))

    def current(self) -> Profile:
        """Reads the Pages file again when it has changed; one that cannot be read leaves the Pages as they were."""
        source = self._source
        with self._lock:
            before, problem = source.current, source.problem
            if source.refresh():
                self._profile = source.current.profile(self._settings, tuple(TYPES))
                _tell(before, source.current)
            elif source.problem is not None and source.problem != problem:
                log.error("pages.unreadable", reason=source.problem, pages_kept=len(source.current.by_id))
            return self._profile


def _tell(before: Pages, now: Pages) -> None:
    """Logs that the Pages were read, and how they differ: numbers, for a file may have thousands."""
    old, new = before.by_id, now.by_id
    log.info(
        "pages.read",
        pages=len(new),
        added=len(new.keys() - old.keys()),
        removed=len(old.keys() - new.keys()),
        changed=sum(new[page] != old[page] for page in new.keys() & old.keys()),
    )
