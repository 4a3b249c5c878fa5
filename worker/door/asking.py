"""What a client of the Graph API asks, apart from how it wrote it: method, path, members, files, its token."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl

import msgspec

from producer.commands.files import FileData, file_data
from worker.door.refusing import RefusedError, invalid

# An upload's bytes with a little for its fields; what carries no file is far smaller.
FORM_BYTES_MAX: Final = 26 * 1024 * 1024
BODY_BYTES_MAX: Final = 1024 * 1024
MEMBERS_MAX: Final = 1_000
# What proves who asks, and what asks the door itself: neither travels on.
OURS: Final = frozenset({"access_token", "appsecret_proof", "appsecret_time", "wait"})
_VERSION: Final = re.compile(r"v\d{1,3}\.\d{1,2}(?:/|$)")

Members = dict[str, object]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One request: `path` has neither a leading slash nor a version; `body` is None where there was none.

    `token` is the access token that it brought, and `wait_s` how long its client waits; its repr shows neither the
    token nor what it says.
    """

    method: str
    path: str
    token: str = ""
    query: tuple[tuple[str, str], ...] = ()
    body: Members | None = None
    files: tuple[FileData, ...] = ()
    wait: str | None = None

    def __repr__(self) -> str:
        return f"<Asked {self.method}>"


def path_of(url_path: str) -> str:
    """Returns a path without its leading slash and its version: whichever it names, the workers' own is asked."""
    path = url_path.lstrip("/")
    found = _VERSION.match(path)
    return path[found.end() :] if found else path


def asked(
    method: str,
    url_path: str,
    query: Iterable[tuple[str, str]],
    body: Members | None,
    *,
    bearer: str = "",
    files: Iterable[FileData] = (),
) -> Asked:
    """Returns a request by its parts; a token stands in its query, its body, or its `Authorization` header.

    Raises:
        RefusedError: it asks for another method than it uses, or brings two different tokens.
    """
    pairs = list(query)
    told = {**dict(pairs), **(body or {})}
    override = told.get("method")
    if isinstance(override, str) and method == "POST":  # as Graph takes it from clients that can only post
        method = override.upper()
        pairs = [pair for pair in pairs if pair[0] != "method"]
        body = {name: value for name, value in (body or {}).items() if name != "method"} or None
    if method not in {"GET", "POST", "DELETE"}:
        raise RefusedError(invalid("Unsupported method"))
    token = _token_of((bearer, dict(pairs).get("access_token"), (body or {}).get("access_token")))
    wait = told.get("wait")
    return Asked(
        method=method,
        path=path_of(url_path),
        token=token,
        query=tuple(pair for pair in pairs if pair[0] not in OURS),
        body=None if body is None else {name: value for name, value in body.items() if name not in OURS},
        files=tuple(files),
        wait=None if wait is None else str(wait),
    )


def _token_of(brought: Iterable[object]) -> str:
    tokens = [each for each in brought if each not in (None, "")]
    if not all(isinstance(each, str) for each in tokens):
        raise RefusedError(invalid("access_token must be text"))
    if len(set(tokens)) > 1:
        raise RefusedError(invalid("two different access tokens in one request"))
    return str(tokens[0]) if tokens else ""


def json_members(content: bytes) -> Members | None:
    """Returns the members of a JSON body; None for an empty one.

    Raises:
        RefusedError: it is no object.
    """
    if not content.strip():
        return None
    try:
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise RefusedError(invalid("the body is no JSON")) from None
    if not isinstance(found, dict):
        raise RefusedError(invalid("the body must be a JSON object"))
    return found


def form_members(content: bytes) -> Members | None:
    """Returns the members of a form; values that are JSON objects and lists are taken as such.

    Raises:
        RefusedError: it is no form.
    """
    try:
        pairs = parse_qsl(
            content.decode(),
            keep_blank_values=True,
            max_num_fields=MEMBERS_MAX,
            encoding="utf-8",
            errors="strict",
        )
    except ValueError:
        raise RefusedError(invalid("the body is no form")) from None
    return {name: value_of(text) for name, text in pairs} or None


def value_of(text: str) -> object:
    """Returns a form's value: an object or a list where it is one in JSON, else the text itself."""
    if text[:1] not in ("{", "["):
        return text
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return text


def file_of(name: str, content: bytes, content_type: str | None) -> FileData:
    """Returns a file of a multipart form."""
    return file_data(content, name or "file", content_type)
