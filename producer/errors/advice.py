"""What a caller can do about a refusal of Graph, in a few words; the worker's own table of verdicts is finer."""

from collections.abc import Mapping
from typing import Final

TRY_AGAIN: Final = "try again later"
SLOWER: Final = "wait, then go on more slowly"
UNKNOWN: Final = "look the code up in Meta's list of errors"
CODES: Final[Mapping[int, str]] = {
    1: TRY_AGAIN,
    2: TRY_AGAIN,
    3: "grant the app the permission that it needs",
    4: SLOWER,
    10: "grant the app the permission, or wait until the person writes: Meta's window is 24 hours",
    17: SLOWER,
    32: SLOWER,
    100: "mend what the message names",
    102: "give the Page a new token",
    190: "give the Page a new token",
    200: "grant the app the permission that it needs",
    230: "grant the app the permission that it needs",
    341: SLOWER,
    368: "read Meta's notice to the Page: it is blocked for a while",
    551: "leave it: the person cannot be reached",
    613: SLOWER,
    80006: SLOWER,
}
SERVER_FIRST: Final = 500


def advice_of(code: int | None, status: int | None, *, is_transient: bool | None) -> str:
    """Returns what to do about an error of this code, under this HTTP status."""
    if code is not None and code in CODES:
        return CODES[code]
    if is_transient or (status is not None and status >= SERVER_FIRST):
        return TRY_AGAIN
    return UNKNOWN
