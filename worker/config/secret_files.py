"""Settings that are secrets may lie in a file, such as one that Docker or Kubernetes mounts: `NAME_FILE` names it."""

from collections.abc import Mapping
from typing import Final

from producer.errors import SettingsError
from worker.config.toml_file import bytes_of

BYTES_MAX: Final = 10_000
REDIS_URL: Final = "OUTBOUND_REDIS_URL"
DASHBOARD_TOKEN: Final = "OUTBOUND_DASHBOARD_TOKEN"  # noqa: S105 (the name of a setting)
DASHBOARD_READ_TOKEN: Final = "OUTBOUND_DASHBOARD_READ_TOKEN"  # noqa: S105 (the name of a setting)
FILES: Final[Mapping[str, str]] = {
    name: f"{name}_FILE" for name in (REDIS_URL, DASHBOARD_TOKEN, DASHBOARD_READ_TOKEN)
}


def secret_of(name: str, environ: Mapping[str, str]) -> str:
    """Returns a setting as it stands, or what is in the file of its `…_FILE` without the line's end; else ''.

    Raises:
        SettingsError: both are set, or the file cannot be read, is empty, or has more than 10,000 bytes or one line. No
            sentence quotes what is in it.
    """
    setting, value = FILES[name], environ.get(name, "")
    path = environ.get(setting, "")
    if not path:
        return value
    if value:
        raise SettingsError(f"{name} and {setting} are both set: keep one of them")
    try:
        text = bytes_of(path, setting, bytes_max=BYTES_MAX).decode()
    except UnicodeDecodeError:
        raise SettingsError(f"{setting}: {path} is no text in UTF-8") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text.strip() or not text.isprintable():
        raise SettingsError(f"{setting}: {path} must hold one line, and nothing else")
    return text
