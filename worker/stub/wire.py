"""Turns what arrives on the socket into forms: urlencoded, JSON and multipart all become name and text.

A form is `dict[str, str]` as Graph's raw-POST style has it: text stays text, everything else is its JSON
text. So one reading serves a batch part, a JSON request and a multipart upload.
"""

import re
from typing import Any
from urllib.parse import unquote_plus

import msgspec

_decode_text = msgspec.json.Decoder(str).decode
_decode_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_FIELD = re.compile(rb'[;\s]name="((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_FILENAME = re.compile(rb'filename="((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_CONTENT_TYPE = re.compile(rb"^content-type:\s*([^\r\n]+)", re.IGNORECASE | re.MULTILINE)


class MalformedError(ValueError):
    """Raised when bytes are not what their content type says; the message is fit for an answer."""


class Upload(msgspec.Struct, frozen=True):
    """A file of a multipart request."""

    filename: str
    content_type: str
    content: bytes


class Part(msgspec.Struct, gc=False):
    """One element of `batch` as it was sent; `body` may be of any type, since Graph refuses it later."""

    method: str = "GET"
    relative_url: str = ""
    body: Any = None
    name: str | None = None
    depends_on: str | list[str] | None = None
    omit_response_on_success: bool | None = None
    attached_files: str | None = None


_decode_parts = msgspec.json.Decoder(list[Part]).decode


def unquote(text: str) -> str:
    """Returns percent-encoded text (with `+` for a space) decoded as UTF-8.

    Escapes become JSON's, so that the work is done by msgspec and not by a loop in Python; whatever that
    cannot read goes the slow way, which never fails.
    """
    if "%" not in text:
        return text.replace("+", " ")
    if text.isascii() and '"' not in text and "\\" not in text:
        try:
            decoded = _decode_text('"' + text.replace("+", " ").replace("%", "\\u00") + '"')
        except msgspec.DecodeError:
            return unquote_plus(text)
        return decoded if decoded.isascii() else decoded.encode("latin-1").decode("utf-8", "replace")
    return unquote_plus(text)


def parse_form(text: str) -> dict[str, str]:
    """Returns the pairs of a query string; of a repeated name the last one counts."""
    form: dict[str, str] = {}
    for pair in text.split("&"):
        name, _, value = pair.partition("=")
        if "%" in value or "+" in value:
            value = unquote(value)
        if "%" in name or "+" in name:
            name = unquote(name)
        if name:
            form[name] = value
    return form


def form_of_json(raw: bytes) -> dict[str, str]:
    """Returns the members of a JSON object as a form; `null` members are left out.

    Raises:
        MalformedError: The bytes are no JSON object.
    """
    try:
        members = {name: bytes(value) for name, value in _decode_members(raw).items()}
        return {name: _text_of(value) for name, value in members.items() if value != b"null"}
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedError("The request body is not a JSON object.") from error


def _text_of(value: bytes) -> str:
    return _decode_text(value) if value[:1] == b'"' else value.decode()


def parse_body(content_type: str, body: bytes) -> tuple[dict[str, str], dict[str, Upload]]:
    """Returns form and files of a request body, by its content type.

    Raises:
        MalformedError: The body is not what the content type says.
    """
    if not body:
        return {}, {}
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return parse_form(body.decode("utf-8", "replace")), {}
    if kind == "multipart/form-data":
        return _parse_multipart(content_type, body)
    if kind == "application/json" or body[:1] == b"{":
        return form_of_json(body), {}
    return {}, {}


def _parse_multipart(content_type: str, body: bytes) -> tuple[dict[str, str], dict[str, Upload]]:
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        raise MalformedError("The multipart body has no boundary.")
    form: dict[str, str] = {}
    files: dict[str, Upload] = {}
    sections = (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode())
    for section in sections[1:]:
        if section.startswith(b"--"):
            return form, files
        head, _, content = section.lstrip(b" \t").removeprefix(b"\r\n").partition(b"\r\n\r\n")
        field = _FIELD.search(head)
        if field is None:
            raise MalformedError("A multipart section has no name.")
        name, filename = field[1].decode("utf-8", "replace"), _FILENAME.search(head)
        if filename is None:
            form[name] = content.decode("utf-8", "replace")
        else:
            kind = _CONTENT_TYPE.search(head)
            mime = kind[1].decode("latin-1") if kind else "application/octet-stream"
            files[name] = Upload(filename[1].decode("utf-8", "replace"), mime, content)
    raise MalformedError("The multipart body has no end.")


def decode_batch(text: str) -> list[Part]:
    """Returns the parts of a `batch` parameter, which is a JSON array of objects.

    Raises:
        MalformedError: The text is something else.
    """
    try:
        return _decode_parts(text)
    except msgspec.DecodeError as error:
        raise MalformedError(f"(#100) batch parameter must be a JSON array: {error}") from error


def to_json(value: object) -> str:
    """Returns the JSON text of a value."""
    return msgspec.json.encode(value).decode()
