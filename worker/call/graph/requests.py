"""From signed calls to the HTTP request that Graph gets, plain, multipart or batch, and to what may be shown of it."""

import os
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl

import msgspec

from producer.errors.graph import RequestInfo
from worker.call.endpoints import (
    FilePart,
    encode_part_json,
    encode_parts_json,
    json_text,
    multipart_body,
    multipart_fields,
    query_string,
)
from worker.call.graph.masking import masked
from worker.call.graph.signing import Signed
from worker.config.credentials import Credentials

ACCEPT: Final = {"accept": "application/json"}
JSON: Final = {**ACCEPT, "content-type": "application/json"}
FORM: Final = {**ACCEPT, "content-type": "application/x-www-form-urlencoded"}
# Left out of what is shown; secrets under other names are masked.
_UNSHOWN: Final = frozenset({"access_token", "appsecret_proof", "appsecret_time"})


class Outgoing(msgspec.Struct, frozen=True):
    """One HTTP request, ready to leave. Its repr shows nothing of it, `shown` what may be shown."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes
    calls: tuple[Signed, ...]
    top: Credentials
    is_batch: bool = False

    def __repr__(self) -> str:
        return f"<{self.method} request of {len(self.calls)} calls>"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every text of this request that nobody may read."""
        found = [*self.top.secrets, *(secret for each in self.calls for secret in each.secrets)]
        return tuple(dict.fromkeys(found))

    def shown(self) -> RequestInfo:
        """Returns the request without its token and proof, other secrets masked, bytes counted."""
        url, _, query = self.url.partition("?")
        pairs = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] not in _UNSHOWN]
        kept = tuple((name, str(_member(masked({name: text}, self.secrets), name))) for name, text in pairs)
        return RequestInfo(
            method=self.method,
            url=f"{url}?{query_string(kept)}" if kept else url,
            headers=dict(self.headers),
            body=masked(self._body(), self.secrets),
        )

    def _body(self) -> object:
        if len(self.calls) == 1 and self.calls[0].call.files:
            fields = multipart_fields(self.calls[0].call)
            return dict(_shown_field(field) for field in fields)
        if self.headers["content-type"] == FORM["content-type"]:
            return _members(parse_qsl(self.content.decode("utf-8", "replace"), keep_blank_values=True))
        return msgspec.json.decode(self.content) if self.content else None


def _members(pairs: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Returns the parameters of a form by name: a text, or a list of texts for a name that is repeated."""
    found: dict[str, list[str]] = {}
    for name, text in pairs:
        found.setdefault(name, []).append(text)
    return {name: texts[0] if len(texts) == 1 else list(texts) for name, texts in found.items()}


def _member(value: object, name: str) -> object:
    return value[name] if isinstance(value, dict) else ""


def _shown_field(field: tuple[str, bytes] | FilePart) -> tuple[str, object]:
    if isinstance(field, FilePart):
        return field.name, f"<{field.filename}, {len(field.content)} bytes>"
    name, value = field
    try:
        return name, msgspec.json.decode(value)
    except msgspec.DecodeError:
        return name, value.decode("utf-8", "replace")


def plain(signed: Signed, root: str, now_s: float) -> Outgoing:
    """Returns the request of one call by itself; `root` ends in the version and a slash."""
    call, credentials = signed.call, signed.credentials
    token = ("access_token", credentials.access_token)
    query = (*call.query, *(() if call.place == "body" else (token,)), *credentials.proof(now_s))
    url = f"{root}{call.path}?{query_string(query)}" if query else f"{root}{call.path}"
    headers: Mapping[str, str] = JSON
    if call.files:
        boundary = os.urandom(16).hex()
        headers = {**ACCEPT, "content-type": f"multipart/form-data; boundary={boundary}"}
        content = multipart_body(multipart_fields(call), boundary)
    elif call.form is not None:
        headers, content = FORM, call.form.encode()
    elif call.body is None:
        content = b""
    else:
        content = json_text(call.body if call.place == "query" else {**call.body, token[0]: token[1]})
    return Outgoing(call.method, url, headers, content, (signed,), credentials)


def batch(
    calls: Sequence[Signed],
    root: str,
    now_s: float,
    *,
    top: Credentials | None = None,
    include_headers: bool | None = None,
) -> Outgoing:
    """Returns the one request of up to 50 calls.

    Args:
        calls: the parts, in order, none of them with bytes.
        root: ends in the version and a slash.
        now_s: seconds since 1970, for timed proofs.
        top: signs the whole; without it the calls' own when they all agree, else their app's. A part that is signed
            otherwise carries its own token and its own proof.
        include_headers: False leaves the headers of the parts' answers out.
    """
    first = calls[0].credentials
    if top is None:
        agree = all(each.credentials is first or each.credentials == first for each in calls)
        top = first if agree else first.for_app()
    if all(each.credentials is top or each.credentials == top for each in calls):
        parts = encode_parts_json([(each.call, each.link) for each in calls])
    else:
        parts = [_part(each, top, now_s) for each in calls]
    proof = query_string(top.proof(now_s))
    headers = (
        b""
        if include_headers is None
        else b',"include_headers":%b' % (b"true" if include_headers else b"false")
    )
    content = b'{"access_token":%b,"batch":[%b]%b}' % (
        msgspec.json.encode(top.access_token),
        b",".join(parts),
        headers,
    )
    return Outgoing(
        "POST", f"{root}?{proof}" if proof else root, JSON, content, tuple(calls), top, is_batch=True
    )


def _part(signed: Signed, top: Credentials, now_s: float) -> bytes:
    own = signed.credentials
    if own is top or own == top:
        return encode_part_json(signed.call, link=signed.link)
    return encode_part_json(signed.call, token=own.access_token, proof=own.proof(now_s), link=signed.link)
