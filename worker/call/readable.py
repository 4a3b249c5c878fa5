"""Whether what Graph wrote can be read again by whoever asks for it later, from wherever in a program."""

import re
from typing import Final

import msgspec

# The decoder goes as deep as Python's stack allows at that moment, which is less for who asks than it was here.
NESTING_MAX: Final = 64
_BRACKET: Final = re.compile(rb"[\[\]{}]")
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_decode: Final = msgspec.json.Decoder().decode


def can_be_read(body: bytes) -> bool:
    """Tells whether a body is JSON, nested 64 deep at most."""
    if body.count(b"[") + body.count(b"{") > NESTING_MAX and _is_deep(body):
        return False
    try:
        _decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return True


def _is_deep(body: bytes) -> bool:
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", body)):
        depth += 1 if bracket in b"[{" else -1
        if depth > NESTING_MAX:
            return True
    return False
