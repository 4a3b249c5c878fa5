"""The verdict table with an operator's file: read at the start of a worker, and refused as a whole when it is wrong."""

from pathlib import Path
from typing import Final

from producer.errors import SettingsError
from worker.judge import DEFAULT, Table, TableError

SETTING: Final = "OUTBOUND_VERDICTS_FILE"
BYTES_MAX: Final = 1_000_000


def read_table(path: str | None) -> Table:
    """Returns the verdict table with the rows of an operator's file; without a path the table as it comes.

    A file that changes later is read by the next worker that starts.

    Raises:
        SettingsError: the file is not there, cannot be read, or has more than 1,000,000 bytes.
        TableError: a line for each mistake: the file, the row and its field, and what is allowed.
    """
    if not path:
        return DEFAULT
    text = _text_of(Path(path))
    try:
        return DEFAULT.with_overrides(text)
    except TableError as error:
        raise TableError([f"{SETTING}: {path}: {mistake}" for mistake in error.mistakes]) from None


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(BYTES_MAX + 1)
        text = content.decode("utf-8")
    except FileNotFoundError:
        raise SettingsError(f"{SETTING}: there is no file {path}: make it, or unset the setting") from None
    except OSError as error:
        raise SettingsError(f"{SETTING}: {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(
            f'{SETTING}: {path} is no TOML; its form is [rows.<name>] kind = "…", reason = "…", codes = […]'
        ) from None
    if len(content) > BYTES_MAX:
        raise SettingsError(f"{SETTING}: {path} has more than {BYTES_MAX:,} bytes")
    return text
