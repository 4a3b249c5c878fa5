"""A call as a part of a batch request: `{"method", "relative_url", "body"}`, the body a query string."""

from collections.abc import Sequence
from typing import Final

import msgspec

from worker.call.endpoints.call import Call
from worker.call.endpoints.percent import form, forms, query_string

_encode_json: Final = msgspec.json.Encoder().encode
_POST_HEAD: Final = b'{"method":"POST","relative_url":"'


class Link(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a part is linked to others of its batch; `extra` holds further members of a raw part, as they are."""

    name: str | None = None
    depends_on: str | None = None
    omit_response_on_success: bool | None = None
    extra: dict[str, object] = msgspec.field(default_factory=dict)


def encode_part(
    call: Call, token: str | None = None, proof: tuple[tuple[str, str], ...] = (), link: Link | None = None
) -> dict[str, object]:
    """Returns the part as an object; raises `ValueError` for a call with files, which a batch cannot carry.

    `token`, and the parameters `proof` of that token, are given when they differ from those of the whole batch. The
    token goes into the body, or into the address of a part without one; the proof into the address.
    """
    part: dict[str, object] = {"method": call.method, "relative_url": _relative_url(call, token, proof)}
    if link is not None:
        part |= {
            name: value
            for name, value in (
                ("name", link.name),
                ("depends_on", link.depends_on),
                ("omit_response_on_success", link.omit_response_on_success),
            )
            if value is not None
        }
        part |= link.extra
    body = _body(call, token)
    if body is not None:
        part["body"] = body.decode()
    return part


def encode_part_json(
    call: Call, token: str | None = None, proof: tuple[tuple[str, str], ...] = (), link: Link | None = None
) -> bytes:
    """Returns the JSON bytes of the part, so that a batch is `b"[" + b",".join(parts) + b"]"`."""
    body = _body(call, token)
    url = _relative_url(call, token, proof).encode()
    if body is None or call.method != "POST" or link is not None or call.relative_url is not None:
        return _encode_json(encode_part(call, token, proof, link))
    # Percent-encoded text holds nothing that JSON would escape.
    return _POST_HEAD + url + b'","body":"' + body + b'"}'


def encode_parts_json(parts: Sequence[tuple[Call, Link | None]]) -> list[bytes]:
    """Returns the JSON bytes of parts that go under their batch's token, encoded together where they can be."""
    plain = [
        call.body
        for call, link in parts
        if call.body is not None and link is None and call.method == "POST" and not _is_special(call)
    ]
    if len(plain) == len(parts):
        try:
            bodies = forms(plain)
        except ValueError:  # a text with control characters: one by one
            return [encode_part_json(call) for call, _ in parts]
        heads = {call.path: _POST_HEAD + call.path.encode() + b'","body":"' for call, _ in parts}
        return [heads[call.path] + body + b'"}' for (call, _), body in zip(parts, bodies, strict=True)]
    return [encode_part_json(call, link=link) for call, link in parts]


def _is_special(call: Call) -> bool:
    return bool(call.files or call.query) or call.form is not None or call.relative_url is not None


def _relative_url(call: Call, token: str | None, proof: tuple[tuple[str, str], ...]) -> str:
    url = call.relative_url
    if url is None:
        url = f"{call.path}?{query_string(call.query)}" if call.query else call.path
    if token is None:
        return url
    own = (("access_token", token),) if call.body is None else ()
    extra = query_string(tuple((name, value) for name, value in (*own, *proof) if f"{name}=" not in url))
    return f"{url}{'&' if '?' in url else '?'}{extra}" if extra else url


def _body(call: Call, token: str | None) -> bytes | None:
    if call.files:
        raise ValueError("a part of a batch takes no bytes: upload them first, or send a URL")
    if call.body is None:
        return None
    body = form(call.body) if call.form is None else call.form.encode()
    if token is None or b"access_token=" in body:
        return body
    extra = form({"access_token": token})
    return body + b"&" + extra if body else extra
