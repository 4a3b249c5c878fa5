"""Ids of commands: 26 lower-case hexadecimal digits that sort by the time of their making."""

import os
import time


def new_id() -> str:
    """Returns a fresh id: 44 bits of milliseconds since 1970, then 60 random bits."""
    return f"{time.time_ns() // 1_000_000:011x}{int.from_bytes(os.urandom(8), 'big') >> 4:015x}"
