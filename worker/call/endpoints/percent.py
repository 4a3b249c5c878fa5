"""Percent-encoding as `encodeURIComponent` does it: letters, digits and `!'()*~-_.` stay, a space is %20."""

from collections.abc import Sequence
from typing import Final

from worker.call.endpoints.json_text import json_text

_SAFE: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()")
_TABLE: Final = [chr(byte) if byte in _SAFE else f"%{byte:02X}" for byte in range(256)]
_SAFE_BYTES: Final = bytes(sorted(_SAFE))
_ESCAPED: Final = {
    byte: (bytes((byte,)), f"%{byte:02X}".encode()) for byte in range(256) if byte not in _SAFE
}
_PERCENT: Final = ord("%")
_TABLE_OF_FORMS: Final = [*_TABLE[:0x1D], "\x1d", "\x1e", "\x1f", *_TABLE[0x20:]]


def percent_encoded(text: str) -> str:
    """Returns `text` percent-encoded; lone surrogates become the replacement character."""
    return text.encode("utf-8", "replace").decode("latin-1").translate(_TABLE)


def percent_encoded_json(value: object) -> bytes:
    """Returns the compact JSON text of `value`, percent-encoded: a microsecond for a short ASCII message."""
    data = json_text(value)
    if not data.isascii():
        return data.decode("latin-1").translate(_TABLE).encode("ascii")
    # A handful of different bytes need it; replacing each once is twice as fast as looking at every byte.
    present = set(data.translate(None, _SAFE_BYTES))
    if _PERCENT in present:
        present.remove(_PERCENT)
        data = data.replace(b"%", b"%25")
    for byte in present:
        plain, escaped = _ESCAPED[byte]
        data = data.replace(plain, escaped)
    return data


# Control characters stand for what separates, so that all parts of a batch are encoded in one go: JSON escapes them.
_PART, _EQUALS, _AND = b"\x1e", b"\x1f", b"\x1d"
_SEPARATORS: Final = frozenset(_PART + _EQUALS + _AND)


def forms(bodies: Sequence[dict[str, object]]) -> list[bytes]:
    """Returns what `form` returns for each body, at a third of its cost for fifty short messages."""
    whole = _PART.join([_unencoded(body) for body in bodies])
    if whole.isascii():
        present = set(whole.translate(None, _SAFE_BYTES)) - _SEPARATORS
        if _PERCENT in present:
            present.remove(_PERCENT)
            whole = whole.replace(b"%", b"%25")
        for byte in present:
            whole = whole.replace(*_ESCAPED[byte])
    else:
        whole = whole.decode("latin-1").translate(_TABLE_OF_FORMS).encode("ascii")
    return whole.replace(_EQUALS, b"=").replace(_AND, b"&").split(_PART)


def _unencoded(body: dict[str, object]) -> bytes:
    pairs = []
    for name, value in body.items():
        text = value if type(value) is str else None
        if not name.isidentifier() or (text is not None and not text.isprintable()):
            raise ValueError("holds what forms() does not take: use form()")
        pairs.append(
            name.encode() + _EQUALS + (json_text(value) if text is None else text.encode("utf-8", "replace"))
        )
    return _AND.join(pairs)


def form(body: dict[str, object]) -> bytes:
    """Returns `body` as a query string: text as it is, everything else as JSON text first."""
    pairs = []
    for name, value in body.items():
        key = name.encode("ascii") if name.isascii() and name.isidentifier() else _encoded(name)
        pairs.append(key + b"=" + (_encoded(value) if type(value) is str else percent_encoded_json(value)))
    return b"&".join(pairs)


def _encoded(text: str) -> bytes:
    if text.isascii() and text.isalnum():
        return text.encode("ascii")
    return percent_encoded(text).encode("ascii")


def query_string(query: tuple[tuple[str, str], ...]) -> str:
    """Returns the parameters as a query string without its question mark."""
    return "&".join(f"{percent_encoded(name)}={percent_encoded(value)}" for name, value in query)
