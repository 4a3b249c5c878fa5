"""Lists as Graph gives them: chosen fields, cursors, and a next link that carries the token."""

import base64
import binascii
from typing import Any
from urllib.parse import quote

import msgspec

from worker.stub.calls import Call
from worker.stub.refusals import Refusal, invalid
from worker.stub.wire import to_json

_LIMIT = 25
_LIMIT_MAX = 100


def chosen(fields: dict[str, Any], wanted: str | None) -> dict[str, Any]:
    """Returns the fields that the caller named (all without a list), and the id always."""
    if not wanted:
        return fields
    names = set(names_in(wanted)) | {"id"}
    return {name: value for name, value in fields.items() if name in names}


def names_in(text: str) -> list[str]:
    """Returns the names in a comma list or a JSON array."""
    if text.startswith("["):
        return [str(name) for name in msgspec.json.decode(text)]
    return [name.strip() for name in text.split(",") if name.strip()]


def paged(call: Call, rows: list[dict[str, Any]]) -> dict[str, Any] | Refusal:
    """Returns one page of a list; `limit` (25, at most 100) and `after` are the call's.

    As with Graph the last page has cursors too, the one behind it is empty and has none, and `next` is a
    whole URL with the caller's token.
    """
    limit = max(1, min(_LIMIT_MAX, _number(call.form.get("limit"), _LIMIT)))
    after = call.form.get("after")
    start = 0 if not after else _position(after)
    if start is None:
        return invalid("Invalid cursor")
    data = rows[start : start + limit]
    if not data:
        return {"data": []}
    end = start + len(data)
    paging: dict[str, Any] = {"cursors": {"before": _cursor(start), "after": _cursor(end)}}
    if end < len(rows):
        token = quote(call.identity.token)
        path = call.target.path.replace("me/", f"{call.page}/", 1)
        query = f"access_token={token}&limit={limit}&after={_cursor(end)}"
        paging["next"] = f"https://graph.facebook.com/{call.target.version or 'v4.0'}/{path}?{query}"
    return {"data": data, "paging": paging}


def _cursor(position: int) -> str:
    return base64.b64encode(f"at:{position}".encode()).decode().rstrip("=")


def _position(cursor: str) -> int | None:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    head, _, position = text.partition(":")
    return int(position) if head == "at" and position.isdecimal() else None


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() else default


def json_of(call: Call, name: str) -> object:
    """Returns a parameter as the JSON value that it is, or as text when it is none; None when absent."""
    text = call.form.get(name)
    if text is None:
        return None
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def missing(call: Call, *names: str) -> Refusal | None:
    """Returns code 100 for the first parameter that the call lacks."""
    for name in names:
        if not call.form.get(name):
            return invalid(f"The parameter {name} is required")
    return None


def person_of(call: Call) -> str | None:
    """Returns the PSID in the call's `recipient`, given as an object or as text."""
    value = json_of(call, "recipient")
    if isinstance(value, dict):
        value = value.get("id")
    return None if value is None else value if isinstance(value, str) else to_json(value)
