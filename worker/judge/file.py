"""The verdict table with an operator's file: read at the start of a worker, and refused as a whole when it is wrong."""

from typing import Final

from worker.config.toml_file import toml_text
from worker.judge import DEFAULT, Table, TableError

SETTING: Final = "OUTBOUND_VERDICTS_FILE"
FORM: Final = '[rows.<name>] kind = "…", reason = "…", codes = […]'
BYTES_MAX: Final = 1_000_000


def read_table(path: str | None) -> Table:
    """Returns the verdict table with the rows of an operator's file; without a path the table as it comes.

    A file that changes later is read by the next worker that starts.

    Raises:
        SettingsError: the file is not there, cannot be read, is no regular file, or has more than 1,000,000 bytes.
        TableError: a line for each mistake: the file, the row and its field, and what is allowed.
    """
    if not path:
        return DEFAULT
    text = toml_text(path, SETTING, form=FORM, bytes_max=BYTES_MAX)
    try:
        return DEFAULT.with_overrides(text)
    except TableError as error:
        raise TableError([f"{SETTING}: {path}: {mistake}" for mistake in error.mistakes]) from None
