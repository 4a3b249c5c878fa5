"""Where the processes of one worker put their numbers: a folder for temporary files that only they can read.

Nothing here loads prometheus_client, which decides by its environment when it is first imported.
"""

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from producer.errors import SettingsError

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
_START_FIELD: Final = 19  # of /proc/<pid>/stat, behind the name in brackets


@contextlib.contextmanager
def new_folder() -> Iterator[Path]:
    """Gives a new folder that nobody else can read, and removes it at the end.

    Raises:
        SettingsError: there is no place for temporary files.
    """
    try:
        path = Path(tempfile.mkdtemp(prefix="outbound-metrics-"))
    except OSError as error:
        raise _no_folder(error) from None
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def folder_under(pid: int) -> Path:
    """Returns the folder that all processes under one master share, and makes it for the first of them.

    Raises:
        SettingsError: it cannot be made, or is not this user's own.
    """
    name = f"outbound-metrics-{os.getuid()}-{pid}-{_started(pid)}"
    path = Path(tempfile.gettempdir()) / name
    try:
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
        found = path.lstat()
    except OSError as error:
        raise _no_folder(error) from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise SettingsError(f"OUTBOUND_METRICS_PORT: {path} is not a folder of this user alone: remove it")
    return path


def _no_folder(error: OSError) -> SettingsError:
    return SettingsError(
        "OUTBOUND_METRICS_PORT needs a folder for temporary files that can be written, such as /tmp, or TMPDIR: "
        f"{error.strerror or 'there is none'}"
    )


def _started(pid: int) -> str:
    """Returns when a process began, where the system tells: a process id comes again, this does not."""
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[_START_FIELD]
        )
    except (OSError, IndexError):
        return "0"
