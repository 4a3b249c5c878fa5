"""What a raw part may be: a method, an address below Graph's version, a body, and links to others of its batch."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from producer.commands.forms import check_values
from producer.commands.shapes import join
from producer.errors import InvalidCommandError

URL_CHARACTERS_MAX: Final = 8_000
METHODS: Final = ("GET", "POST", "DELETE", "PUT")
# Control characters, the separators of lines, and halves of a pair: no request line and no JSON takes them as they are.
_UNFIT: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# Of a path: what an address of HTTP may hold without being encoded, and braces for `{result=…}`.
_PATH: Final = re.compile(r"[\w.~!$&'()*+,;=:@%{}\[\]/|-]*", re.ASCII)
_MEMBERS: Final[Mapping[str, tuple[type, str]]] = {
    "name": (str, "must be text"),
    "depends_on": (str, "must be text"),
    "omit_response_on_success": (bool, "must be true or false"),
    "responseAccessPath": (str, "must be text, such as data[0].thread_owner"),
}


def check_raw_part(part: object, path: str) -> None:
    """Raises `InvalidCommandError` with the path of what Graph's batch would refuse, or take for another request."""
    if not isinstance(part, dict):
        raise InvalidCommandError(path, "must be a command or an object with method and relative_url")
    if part.get("method") not in METHODS:
        raise InvalidCommandError(join(path, "method"), f"must be one of {', '.join(METHODS)}")
    _check_url(part.get("relative_url"), join(path, "relative_url"))
    body = part.get("body")
    if not isinstance(body, str | dict | None):
        raise InvalidCommandError(join(path, "body"), "must be an object or a query string")
    if isinstance(body, str) and _UNFIT.search(body):
        raise InvalidCommandError(join(path, "body"), "holds a control character: percent-encode it")
    check_values(body, join(path, "body"))
    for name, (kind, problem) in _MEMBERS.items():
        if not isinstance(part.get(name), kind | None):
            raise InvalidCommandError(join(path, name), problem)


def _check_url(url: object, path: str) -> None:
    if not isinstance(url, str):
        raise InvalidCommandError(path, "must be text")
    if not 0 < len(url) <= URL_CHARACTERS_MAX:
        raise InvalidCommandError(path, f"must have 1 to {URL_CHARACTERS_MAX} characters")
    if _UNFIT.search(url) or "#" in url:
        raise InvalidCommandError(path, "holds a control character or #: percent-encode it")
    where = url.partition("?")[0]
    if not _PATH.fullmatch(where) or "://" in where or where.startswith("//"):
        raise InvalidCommandError(path, "must be an address below Graph's version, such as me/messages")
    if {".", ".."} & set(unquote(where).split("/")):
        raise InvalidCommandError(path, "must not lead out of Graph's version: no . and .. in its path")
