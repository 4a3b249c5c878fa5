"""A file of settings as TOML: a regular file of bounded size, or one sentence that says what is wrong with it."""

import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Final

from producer.errors import SettingsError

BYTES_MAX: Final = 5_000_000
# tomllib takes time by the square of a key's parts: a line of 40 kB would keep a process busy for 13 s.
KEY_PARTS_MAX: Final = 16
_LONG_KEY: Final = re.compile(
    rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{KEY_PARTS_MAX}}}"""
)


def read_toml(path: str, setting: str, *, form: str) -> dict[str, object]:
    """Returns the document of a TOML file.

    Args:
        path: of the file, or of a link to it.
        setting: that names it; every sentence begins with it.
        form: what the file looks like, for whoever wrote none.

    Raises:
        SettingsError: there is no such file, it is none that can be read at once, it has more than 5,000,000 bytes, or
            it is no TOML. No sentence quotes what is in it.
    """
    text = toml_text(path, setting, form=form, bytes_max=BYTES_MAX)
    try:
        return tomllib.loads(text)
    except Exception:  # noqa: BLE001 (no TOML, too deep, a number of 5,000 digits: its errors are of many kinds)
        raise SettingsError(f"{setting}: {path} is no TOML; its form is {form}") from None


def toml_text(path: str, setting: str, *, form: str, bytes_max: int) -> str:
    """Returns the text of a TOML file that can be read in seconds.

    Raises:
        SettingsError: as `bytes_of`, or it is no UTF-8, or has a key of more than 16 parts.
    """
    try:
        text = bytes_of(path, setting, bytes_max=bytes_max).decode()
    except UnicodeDecodeError:
        raise SettingsError(f"{setting}: {path} is no TOML; its form is {form}") from None
    if _LONG_KEY.search(text):
        raise SettingsError(f"{setting}: {path} has a key of more than {KEY_PARTS_MAX} parts")
    return text


def bytes_of(path: str, setting: str, *, bytes_max: int) -> bytes:
    """Returns what is in a regular file; one that would keep the reader waiting, such as a pipe, is refused.

    Raises:
        SettingsError: there is no such file, it cannot be read, is not regular, or has more than `bytes_max` bytes.
    """
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            content = file.read(bytes_max + 1) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
    except FileNotFoundError:
        raise SettingsError(f"{setting}: there is no file {path}: make it, or unset the setting") from None
    except OSError as error:
        raise SettingsError(f"{setting}: {path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise SettingsError(f"{setting}: the name of the file holds a NUL") from None
    if content is None:
        raise SettingsError(f"{setting}: {path} is no regular file")
    if len(content) > bytes_max:
        raise SettingsError(f"{setting}: {path} has more than {bytes_max:,} bytes")
    return content


def _without_waiting(path: str, flags: int) -> int:
    """Opens a file; one that is a pipe without waiting for whoever might write into it."""
    return os.open(path, flags | os.O_NONBLOCK)


def stamp_of(path: str) -> tuple[int, int, int] | None:
    """Returns what changes when a file does, or None while there is none."""
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
