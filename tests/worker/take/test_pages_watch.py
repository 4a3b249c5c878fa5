"""What a worker knows follows its Pages file, and its log says so."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from worker.config.pages import PagesSource
from worker.config.settings import Settings
from worker.take.pages_watch import Profiles

Write = Callable[..., None]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the Pages file is."""
    return tmp_path / "pages.toml"


@pytest.fixture
def write(file: Path) -> Write:
    """Writes Pages with their tokens, each time at another moment."""
    moments = iter(range(1, 100))

    def written(text: str = "", **tokens: str) -> None:
        pages = "".join(f'[pages.{page[1:]}]\naccess_token = "{token}"\n' for page, token in tokens.items())
        file.write_text(text or pages, "utf-8")
        os.utime(file, (moment := next(moments), moment))

    return written


def test_a_changed_file_is_told_in_numbers(file: Path, write: Write) -> None:
    """How many Pages came, went and changed, once, and no token of theirs."""
    write(P1="T-1", P2="T-2", P3="T-3")
    profiles = Profiles(PagesSource(settings := Settings(pages_file=str(file))), settings)
    write(P2="T-2", P3="T-NEW", P4="T-4", P5="T-5")
    with capture_logs() as events:
        known = [profiles.current() for _ in range(2)]
    assert known[0] is known[1]
    assert set(known[0].pages) == {"2", "3", "4", "5"}
    told = {"event": "pages.read", "log_level": "info", "pages": 4, "added": 2, "removed": 1, "changed": 1}
    assert events == [told]


def test_a_file_that_cannot_be_read_is_told_once_and_changes_nothing(file: Path, write: Write) -> None:
    """The reason stands in the log; when it can be read again, that does as well."""
    write(P1="T-1")
    profiles = Profiles(PagesSource(settings := Settings(pages_file=str(file))), settings)
    before = profiles.current()
    write("[pages")
    with capture_logs() as events:
        assert [profiles.current() for _ in range(2)] == [before, before]
        write(P1="T-1")
        assert profiles.current().digest == before.digest
    reason = f'OUTBOUND_PAGES_FILE: {file} is no TOML; its form is [pages.<page_id>] access_token = "…"'
    same = {"pages": 1, "added": 0, "removed": 0, "changed": 0}
    assert events == [
        {"event": "pages.unreadable", "log_level": "error", "reason": reason, "pages_kept": 1},
        {"event": "pages.read", "log_level": "info", **same},
    ]
