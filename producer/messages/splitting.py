"""A text that is longer than a message may be is cut into several, where a reader would cut it."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from producer import limits
from producer.errors import InvalidCommandError

# Behind the end of a paragraph, of a sentence, of a word: the first of these that leaves something is where it is cut.
_ENDS: Final = (
    re.compile(r"\n\s*\n"),
    # ASCII's and the typographic ones, of wide scripts too, with the quotes and brackets that close behind them
    re.compile("\n|[.!?\u2026\u3002\uff01\uff1f](?=[\\s\"'\u00bb\u201d\u2019)])[\"'\u00bb\u201d\u2019)]*"),
    re.compile(r"\s"),
)
_JOINER: Final = "\u200d"
_HANGUL: Final = range(0x1160, 0x1200)  # vowels and ends of a syllable
_MODIFIERS: Final = range(0x1F3FB, 0x1F400)
_FLAGS: Final = range(0x1F1E6, 0x1F200)
_TAGS: Final = range(0xE0020, 0xE0080)


def split(
    text: str, *, characters_max: int = limits.TEXT_CHARACTERS_MAX, bytes_max: int | None = None
) -> list[str]:
    """Returns a text in pieces that each fit into a message, cut at paragraphs, sentences, or words.

    No piece is cut inside what a reader sees as one character. White space at the cuts is left out.

    Args:
        text: of any length; a blank one has no pieces.
        characters_max: most characters of a piece, 2,000 for Messenger.
        bytes_max: most bytes of a piece in UTF-8: 1,000 for Instagram.

    Raises:
        InvalidCommandError: a bound is less than 20.
    """
    for name, bound in (("characters_max", characters_max), ("bytes_max", bytes_max)):
        if bound is not None and bound < BOUND_MIN:
            raise InvalidCommandError(name, f"must be at least {BOUND_MIN}")
    return list(_pieces(text.strip(), characters_max, bytes_max))


BOUND_MIN: Final = 20


def _pieces(text: str, characters_max: int, bytes_max: int | None) -> Iterator[str]:
    while text:
        room = _room(text, characters_max, bytes_max)
        cut = len(text) if room >= len(text) else _cut(text, room)
        piece, text = text[:cut].rstrip(), text[cut:].lstrip()
        if piece:
            yield piece


def _room(text: str, characters_max: int, bytes_max: int | None) -> int:
    """Returns how many characters from the beginning fit."""
    room = min(len(text), characters_max)
    if bytes_max is None:
        return room
    # a byte sequence that is cut decodes to the characters that are whole
    fitting = text[:room].encode("utf-8", "surrogatepass")[:bytes_max]
    return len(fitting.decode("utf-8", "ignore"))


def _cut(text: str, room: int) -> int:
    """Returns where to cut a text of which `room` characters fit, at most there."""
    for ends in _ENDS:
        # a piece of less than half of what fits would be odd to read
        places = [
            found.end() for found in ends.finditer(text, 0, room + 1) if room // 2 <= found.end() <= room
        ]
        if places:
            return places[-1]
    cut = room
    while cut > 1 and _is_inside(text, cut):
        cut -= 1
    return cut if cut > 1 else room


def _is_inside(text: str, place: int) -> bool:
    """Tells whether a place is inside what a reader sees as one character."""
    before, after = text[place - 1], text[place]
    code = ord(after)
    if unicodedata.category(after) in {"Mn", "Mc", "Me"} or _JOINER in {before, after}:
        return True
    if code in _MODIFIERS or code in _TAGS or code in _HANGUL or before + after == "\r\n":
        return True
    if code not in _FLAGS:
        return False
    flags = 0
    while place - 1 - flags >= 0 and ord(text[place - 1 - flags]) in _FLAGS:
        flags += 1
    return flags % 2 == 1
