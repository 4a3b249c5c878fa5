"""Ids of commands: 20 lower-case digits and letters that sort by the time of their making."""

import os
import time
from typing import Final

PATTERN: Final = "[0-9a-v]{20}"
_TIME_DIGITS: Final = 9
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuv"
_PAIRS: Final = tuple(high + low for high in _DIGITS for low in _DIGITS)
_PAIR: Final = len(_PAIRS) - 1


def new_id() -> str:
    """Returns a fresh id: 45 bits of milliseconds since 1970, then 55 random bits, in base 32."""
    ms, chance = time.time_ns() // 1_000_000, int.from_bytes(os.urandom(8), "big")
    pairs, pair = _PAIRS, _PAIR
    return (
        f"{_DIGITS[ms >> 40]}{pairs[ms >> 30 & pair]}{pairs[ms >> 20 & pair]}{pairs[ms >> 10 & pair]}{pairs[ms & pair]}"
        f"{pairs[chance & pair]}{pairs[chance >> 10 & pair]}{pairs[chance >> 20 & pair]}"
        f"{pairs[chance >> 30 & pair]}{pairs[chance >> 40 & pair]}{_DIGITS[chance >> 59]}"
    )


def made_at_ms(command_id: str) -> int | None:
    """Returns when an id was made, in milliseconds since 1970; None for an id of another form."""
    try:
        return int(command_id[:_TIME_DIGITS], len(_DIGITS))
    except ValueError:
        return None
