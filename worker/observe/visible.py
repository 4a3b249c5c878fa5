r"""Text for a terminal: what would steer it is shown instead, `\u001b` for an escape.

Reasons, names and ids come from Redis, from Graph and from files: with an escape in them they would clear the screen,
write over what stands there, or turn the reading around. The form is JSON's, so that JSON stays the same document.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TextIO

# C0 but for tab and line end, DEL and C1; separators of lines; embeddings, overrides and isolates of direction; and
# halves of a pair, which no stream takes.
_STEERING: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_ASCII: Final = frozenset({"ascii", "us-ascii", "ansi_x3.4-1968"})


def visible(text: str) -> str:
    """Returns the text with all that steers a terminal shown as JSON writes it; tabs and line ends stay."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


@contextmanager
def guarded_streams() -> Iterator[None]:
    """Lets whatever this process prints meanwhile, by any road, steer no terminal."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (_Guarded(stream) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def steerable(stream: TextIO) -> TextIO:
    """Returns the stream without its guard, for colours and bars of one's own; all other text is to be `visible`."""
    return stream.stream if isinstance(stream, _Guarded) else stream


class _Guarded:
    """A stream as it is, but for what would steer a terminal."""

    def __init__(self, stream: Any) -> None:  # noqa: ANN401 (a text stream, or what a test put there)
        self.stream = stream
        if (stream.encoding or "").lower() in _ASCII and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # click would else write around this guard

    def write(self, text: str) -> int:
        written: int = self.stream.write(visible(text))
        return written

    def writelines(self, lines: Iterable[str]) -> None:
        self.stream.writelines(visible(line) for line in lines)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (the stream's own)
        return getattr(self.stream, name)
