"""Addresses as people may see them: without user and password."""

import os
import re
from typing import Final

from producer.errors import SettingsError
from worker.config.secret_files import FILES, REDIS_URL, secret_of

URL_DEFAULT: Final = "redis://127.0.0.1:6379/0"


def redis_address(url: str | None = None) -> str:
    """Returns where Redis is looked for, by default where the environment says, without user and password."""
    try:
        scheme, _, rest = (url or secret_of(REDIS_URL, os.environ) or URL_DEFAULT).partition("://")
    except SettingsError:
        return f"in the file of {FILES[REDIS_URL]}"
    # a password that is not escaped may hold any of / ? #
    place = rest.rpartition("@")[2]
    return f"{scheme}://{re.split('[?#]', place)[0]}"
