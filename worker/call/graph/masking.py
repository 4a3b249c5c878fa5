"""What is shown or kept of requests and answers is free of the secrets of their calls, in every form that they take."""

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote_plus

from producer.commands.secrets import SECRET_MEMBERS, redacted
from worker.call.endpoints import percent_encoded

MASK: Final = "REMOVED"
# A shorter one would be found in every other word.
SECRET_CHARACTERS_MIN: Final = 6
_IN_URL: Final = re.compile(
    rb"(access_token|appsecret_proof|app_secret|input_token|verify_token|custom_token)(=|%3D|\\u003[dD])[^&\"\\ ]*"
)
_NAMES: Final = "|".join(sorted(SECRET_MEMBERS)).encode()
_MEMBER: Final = re.compile(rb'(\\?"(?:' + _NAMES + rb')\\?"\s*:\s*\\?")[^"\\]*')


def masked_json(body: bytes, secrets: Iterable[str] = ()) -> bytes:
    """Returns a JSON text, or any other, without `secrets`, and without tokens in links and members."""
    for each in secrets:
        body = _without(body, each)
    if b"token" not in body and b"appsecret" not in body and b"app_secret" not in body:
        return body
    return _MEMBER.sub(rb"\1" + MASK.encode(), _IN_URL.sub(rb"\1\2" + MASK.encode(), body))


def _without(body: bytes, secret: str) -> bytes:
    if len(secret) < SECRET_CHARACTERS_MIN:
        return body
    for form in _forms(secret):
        if form in body:
            body = body.replace(form, MASK.encode())
    return body


def _forms(secret: str) -> tuple[bytes, ...]:
    plain = secret.encode()
    if secret.isalnum():
        return (plain,)
    return (plain, percent_encoded(secret).encode(), quote_plus(secret).encode())


def masked(value: object, secrets: Iterable[str]) -> object:
    """Returns a copy of a JSON value without `secrets`, and without every known secret member."""
    return _masked(redacted(value), tuple(secrets))


def _masked(value: object, secrets: tuple[str, ...]) -> object:
    if isinstance(value, str):
        return masked_text(value, secrets)
    if isinstance(value, Mapping):
        return {name: _masked(member, secrets) for name, member in value.items()}
    return [_masked(item, secrets) for item in value] if isinstance(value, list) else value


def masked_text(text: str, secrets: Iterable[str]) -> str:
    """Returns a text without `secrets`."""
    data = text.encode("utf-8", "replace")
    for each in secrets:
        data = _without(data, each)
    return data.decode()
