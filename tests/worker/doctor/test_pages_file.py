"""Slips of the pen in the Pages, and doors left open before their file, are found without showing a token."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from worker.config.pages import Pages, read_pages
from worker.config.settings import Settings
from worker.doctor import pages_file
from worker.doctor.findings import Finding

APP: dict[str, Any] = {"app_id": "77", "app_secret": "hush-app"}


def pages_of(*, timed: bool = False, **document: object) -> Pages:
    """Returns the Pages of a document."""
    return read_pages(document, "a test", timed_proof=timed)


ENTRIES: dict[str, tuple[Pages, str, list[tuple[str, str]]]] = {
    "all is well": (
        pages_of(**APP, pages={"1": {"access_token": "EAAB-hush"}}),
        "1",
        [("ok", "every Page has an id, a token of its own, and its app's secret")],
    ),
    "no Page": (Pages(), "1", []),
    "a placeholder": (
        pages_of(**APP, pages={"1": {"access_token": "EAAB…"}, "2": {"access_token": "<token>"}}),
        "",
        [
            ("error", "the token of Page 1 is a placeholder"),
            ("error", "the token of Page 2 is a placeholder"),
        ],
    ),
    "one token twice": (
        pages_of(**APP, pages={"1": {"access_token": "EAAB-hush"}, "2": {"access_token": "EAAB-hush"}}),
        "",
        [("error", "Page 1, 2 have one and the same token")],
    ),
    "a name for an id": (
        pages_of(**APP, pages={"our-shop": {"access_token": "EAAB-hush"}}),
        "",
        [("warning", "Page our-shop has an id that is no number")],
    ),
    "half an app": (
        pages_of(pages={"1": {"access_token": "EAAB-hush", "app_secret": "hush-app"}}),
        "",
        [("warning", "Page 1 has only one of app_id and app_secret")],
    ),
    "no app, and proofs with a time": (
        pages_of(timed=True, pages={"1": {"access_token": "EAAB-hush"}}),
        "",
        [
            ("warning", "Page 1 has no app_id and app_secret"),
            ("warning", "OUTBOUND_TIMED_PROOF is on, and no Page has an app_secret"),
        ],
    ),
    "a default Page that there is not": (
        pages_of(**APP, pages={"1": {"access_token": "EAAB-hush"}}),
        "5",
        [("warning", "OUTBOUND_PAGE is 5, which is none of the Pages here")],
    ),
}


@pytest.mark.parametrize(("pages", "own", "findings"), ENTRIES.values(), ids=ENTRIES)
def test_slips_of_the_pen_are_found(pages: Pages, own: str, findings: list[tuple[str, str]]) -> None:
    """Each slip is told with the Page that it concerns, and never with a token."""
    found = list(pages_file.entries(pages, own))
    assert [(each.level, each.what) for each in found] == findings
    assert b"hush" not in msgspec.json.encode(found)


@pytest.mark.parametrize(
    ("mode", "level", "what"),
    [
        pytest.param(0o600, "ok", "has mode 600", id="the owner's alone"),
        pytest.param(0o440, "ok", "has mode 440", id="a group may read"),
        pytest.param(
            0o644, "warning", "may be read by everybody on this machine (mode 644)", id="all may read"
        ),
        pytest.param(0o660, "error", "may be changed by others (mode 660)", id="a group may write"),
        pytest.param(0o602, "error", "may be changed by others (mode 602)", id="all may write"),
    ],
)
def test_a_file_that_others_may_read_is_found(tmp_path: Path, mode: int, level: str, what: str) -> None:
    """Tokens that everybody may read are a warning, a file that others may write an error."""
    path = tmp_path / "pages.toml"
    path.touch()
    path.chmod(mode)
    assert [(each.level, each.what) for each in pages_file.permissions(path)] == [(level, f"{path} {what}")]


def test_a_folder_that_everybody_may_write_is_found(tmp_path: Path) -> None:
    """Whoever may write in the file's folder may put another in its place, unless the folder is sticky."""
    path = tmp_path / "pages.toml"
    path.touch(mode=0o600)
    tmp_path.chmod(0o777)
    assert [each.what for each in pages_file.permissions(path)][1:] == [
        f"everybody may put another file in the place of {path}"
    ]
    tmp_path.chmod(0o1777)
    assert [each.what for each in pages_file.permissions(path)][1:] == []


def test_pages_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    """No file, no TOML and no setting are each an error in a sentence, without what the file holds."""
    broken = tmp_path / "pages.toml"
    broken.write_text("access_token = hush")
    missing = tmp_path / "none.toml"

    def told(settings: Settings) -> list[Finding]:
        pages, found = pages_file.read(settings)
        assert pages == Pages()
        return found

    found = [
        *told(Settings()),
        *told(Settings(pages_file=str(missing))),
        *told(Settings(pages_file=str(broken))),
        *told(Settings(pages="{")),
    ]
    form = 'its form is [pages.<page_id>] access_token = "…"'
    assert [(each.level, each.what) for each in found] == [
        ("error", "no Page is configured here"),
        ("error", f"OUTBOUND_PAGES_FILE: there is no file {missing}: make it, or unset the setting"),
        ("error", f"OUTBOUND_PAGES_FILE: {broken} is no TOML; {form}"),
        ("error", 'OUTBOUND_PAGES must be JSON: {"<page_id>": {"access_token": "…"}}'),
    ]
