"""The operator's verdict file: read at the start, refused with file, row and remedy, and used by whatever judges."""

import os
from pathlib import Path
from typing import Final

import pytest

from producer.errors import SettingsError
from tests.running import outbound_worker, settings_of
from tests.verdict_rows import ROWS
from worker.config.settings import read_settings
from worker.judge import DEFAULT, TableError
from worker.judge.file import read_table

PAGES: Final = {"P1": "TOKEN-P1", "P2": "TOKEN-P2"}


def test_without_a_file_the_table_is_as_it_comes() -> None:
    """No setting, and an empty one, is the table that comes with the worker."""
    assert [
        read_table(read_settings(each).verdicts_file) for each in ({}, {"OUTBOUND_VERDICTS_FILE": ""})
    ] == [
        DEFAULT,
        DEFAULT,
    ]


def test_the_file_s_rows_are_in_the_table(tmp_path: Path) -> None:
    """What the file changes is changed, what it adds goes first, and all else is as it was."""
    path = tmp_path / "verdicts.toml"
    path.write_text(ROWS, "utf-8")
    table = read_table(read_settings({"OUTBOUND_VERDICTS_FILE": str(path)}).verdicts_file)
    assert (table.rows[0].name, table.row("outside-window").dead_letter) == ("our-gateway-busy", True)
    others = [row for row in table.rows if row.name not in {"our-gateway-busy", "outside-window"}]
    assert others == [row for row in DEFAULT.rows if row.name != "outside-window"]


REFUSED: Final = {
    "no file": (None, "there is no file {path}: make it, or unset the setting"),
    "no text": (
        b"\xff\xfe",
        '{path} is no TOML; its form is [rows.<name>] kind = "…", reason = "…", codes = […]',
    ),
    "a number of 5,000 digits": (
        b"[rows.mine]\ncodes = [" + b"9" * 5_000 + b"]",
        "{path}: The text has a number of more digits, or is nested deeper, than can be read.",
    ),
    "a key of 20,000 parts": (b"a." * 20_000 + b"b = 1", "{path} has a key of more than 16 parts"),
    "too long": (b"#" * 1_000_001, "{path} has more than 1,000,000 bytes"),
}


@pytest.mark.parametrize(("content", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_is_none(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    """One sentence names the setting, the file and what to do."""
    path = tmp_path / "verdicts.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        read_table(str(path))
    assert str(caught.value) == f"OUTBOUND_VERDICTS_FILE: {sentence.format(path=path)}"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """What the operating system says is passed on."""
    with pytest.raises(SettingsError) as caught:
        read_table(str(tmp_path))
    assert str(caught.value) == f"OUTBOUND_VERDICTS_FILE: {tmp_path} cannot be read: Is a directory"


def test_each_mistake_names_file_row_and_what_is_allowed(tmp_path: Path) -> None:
    """All mistakes are told at once."""
    path = tmp_path / "verdicts.toml"
    path.write_text('[rows.outside-window]\nkind = "ignored"\n[rows.mine]\nhold_for = 3', "utf-8")
    with pytest.raises(TableError) as caught:
        read_table(str(path))
    where = f"OUTBOUND_VERDICTS_FILE: {path}"
    assert caught.value.mistakes == (
        f"{where}: rows.outside-window.kind: must be refused, throttled, retry, unknown or held.",
        f"{where}: rows.mine.hold_for: no such field; did you mean hold_for_s?",
        f"{where}: rows.mine.kind: must be given in a new row.",
        f"{where}: rows.mine.reason: must be given in a new row.",
        f"{where}: rows.mine: a new row must have exactly one of codes, numbers, code_range and statuses.",
    )


@pytest.mark.process
def test_a_worker_does_not_start_on_a_wrong_file(tmp_path: Path) -> None:
    """`outbound worker` says what is wrong, once, and ends with the exit code for a wrong setting."""
    path = tmp_path / "verdicts.toml"
    path.write_text("[rows.outside-window]\ndead_letters = true", "utf-8")
    settings = settings_of("redis://127.0.0.1:1/0", "http://127.0.0.1:1", PAGES, verdicts_file=str(path))
    with outbound_worker(settings, processes=2) as worker:
        assert worker.process.wait(20) == os.EX_CONFIG
        mistake = "rows.outside-window.dead_letters: no such field; did you mean dead_letter?"
        assert worker.written() == f"outbound: OUTBOUND_VERDICTS_FILE: {path}: {mistake}\n"
