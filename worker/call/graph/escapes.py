"""What a text says once every escape in it is undone, and where each of its bytes stood."""

import html
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

ROUNDS_MAX: Final = 6  # escapes within escapes: deeper than any gateway nests them
SHORT_MAX: Final = 1_000
_ESCAPE: Final = re.compile(
    rb"\\+u[dD][89abAB][0-9a-fA-F]{2}\\+u[dD][c-fC-F][0-9a-fA-F]{2}|\\+u[0-9a-fA-F]{4}|\\+x[0-9a-fA-F]{2}"
    rb"|\\[\\/\"bfnrt']|%[0-9a-fA-F]{2}|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);|\+"
)
_SHORT: Final = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_MARKS: Final = (b"\\", b"%", b"&", b"+")
Span = tuple[int, int]


def plain(text: bytes) -> bytes:
    """Returns a text with the escapes of JSON, URLs and HTML undone, nested ones too; `+` and space are the same."""
    if not any(mark in text for mark in _MARKS):
        return text
    return _plain_short(text) if len(text) <= SHORT_MAX else _plain(text)


def _plain(text: bytes) -> bytes:
    for _ in range(ROUNDS_MAX):
        undone = _ESCAPE.sub(_undone, text)
        if undone == text:
            break
        text = undone
    return text


# Secrets, and mostly the same ones.
_plain_short: Final = lru_cache(maxsize=1_024)(_plain)


def spans(text: bytes) -> tuple[bytes, Sequence[Span]]:
    """Returns what `plain` does, and for each of its bytes from where to where it stands in `text`."""
    places: list[Span] = [(at, at + 1) for at in range(len(text))]
    for _ in range(ROUNDS_MAX):
        undone, moved = bytearray(), list[Span]()
        end = 0
        for match in _ESCAPE.finditer(text):
            undone += text[end : match.start()]
            moved += places[end : match.start()]
            said, end = _undone(match), match.end()
            undone += said
            moved += [(places[match.start()][0], places[end - 1][1])] * len(said)
        undone += text[end:]
        moved += places[end:]
        if bytes(undone) == text:
            break
        text, places = bytes(undone), moved
    return text, places


def _undone(match: re.Match[bytes]) -> bytes:
    found = match.group()
    if found == b"+":
        return b" "
    if found[:1] == b"%":
        return bytes((int(found[1:], 16),))
    if found[:1] == b"&":
        return html.unescape(found.decode()).encode("utf-8", "replace")
    said = found.lstrip(b"\\")
    if said[:1] == b"u":
        units = [int(each.strip(b"\\"), 16) for each in said.split(b"u")[1:]]
        return b"".join(unit.to_bytes(2) for unit in units).decode("utf-16-be", "replace").encode()
    if said[:1] == b"x":
        return bytes((int(said[1:], 16),))
    return _SHORT.get(said, said or b"\\")
