"""A file of verdicts and a token of the dashboard are looked at where there are any."""

from pathlib import Path

import pytest

from worker.config.settings import Settings
from worker.doctor.extras import token_of_dashboard, verdicts

EXAMPLE = Path(__file__).parents[3] / "deploy/verdicts.example.toml"


def test_no_file_of_verdicts_is_well() -> None:
    """Where none is set nothing is told."""
    assert list(verdicts(Settings())) == []


def test_a_file_of_verdicts_is_read_as_a_worker_reads_it(tmp_path: Path) -> None:
    """Its rows are counted; one that is away, wrong or empty is told, with what to do."""
    empty, broken, missing = tmp_path / "empty.toml", tmp_path / "broken.toml", tmp_path / "none.toml"
    empty.write_text("# nothing yet\n")
    broken.write_text("[token_expired]\ncode = 1\n")
    found = [
        finding
        for path in (EXAMPLE, empty, broken, missing)
        for finding in verdicts(Settings(verdicts_file=str(path)))
    ]
    assert [(each.check, each.level) for each in found] == [
        ("verdicts", "ok"),
        ("verdicts", "warning"),
        ("verdicts", "error"),
        ("verdicts", "error"),
    ]
    well, idle, wrong, away = (each.what for each in found)
    assert well == "5 rows are your own in the table of verdicts"
    assert idle == f"{empty} changes nothing"
    assert wrong.startswith(f"OUTBOUND_VERDICTS_FILE: {broken}: token_expired: no such table")
    assert away == f"OUTBOUND_VERDICTS_FILE: there is no file {missing}: make it, or unset the setting"


@pytest.mark.parametrize(
    ("token", "told"),
    [
        pytest.param("", [], id="none"),
        pytest.param("correct-horse-ba", [("ok", "it is long enough")], id="sixteen characters"),
        pytest.param(
            "correct-horse-b",
            [("error", "OUTBOUND_DASHBOARD_TOKEN must have at least 16 characters")],
            id="fifteen characters",
        ),
        pytest.param(
            "correct horse battery",
            [("error", "OUTBOUND_DASHBOARD_TOKEN must have 16 to 512 characters, none of them white space")],
            id="white space",
        ),
    ],
)
def test_a_token_of_the_dashboard_is_long_and_in_form(token: str, told: list[tuple[str, str]]) -> None:
    """One that the dashboard refuses is an error; it is never shown."""
    found = list(token_of_dashboard({"OUTBOUND_DASHBOARD_TOKEN": token}))
    assert [(each.level, each.what) for each in found] == told
    assert [each for each in found if "horse" in f"{each.what}{each.why}{each.do}"] == []
