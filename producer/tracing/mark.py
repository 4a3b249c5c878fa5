"""How a trace lies in a record: the encoded command may stand behind one line, `~<traceparent>`.

The line is as W3C's Trace Context spells it; an encoded command never begins so.
"""

from typing import Final

MARK: Final = b"~"


def without_trace(body: bytes) -> tuple[str, bytes]:
    """Returns the `traceparent` before a body, or '', and the body itself."""
    if body[:1] != MARK:
        return "", body
    line, _, rest = body[1:].partition(b"\n")
    return line.decode("ascii", "replace"), rest
