"""JSON as Graph gets it: compact, not escaped, and whole numbers without a fraction, as the reference client writes."""

from typing import Final

import msgspec

_encode: Final = msgspec.json.Encoder().encode


def json_text(value: object) -> bytes:
    """Returns the JSON text of `value`; 75.0 is written 75."""
    data = _encode(value)
    return _encode(_whole(value)) if b".0" in data else data


def _whole(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _whole(member) for name, member in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list | tuple) else value
