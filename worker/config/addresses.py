"""Addresses as people may see them: without user and password."""

import os
import re
from typing import Final

URL_DEFAULT: Final = "redis://127.0.0.1:6379/0"


def redis_address(url: str | None = None) -> str:
    """Returns where Redis is looked for, by default where the environment says, without user and password."""
    scheme, _, rest = (url or os.environ.get("OUTBOUND_REDIS_URL") or URL_DEFAULT).partition("://")
    # a password that is not escaped may hold any of / ? #
    place = rest.rpartition("@")[2]
    return f"{scheme}://{re.split('[?#]', place)[0]}"
