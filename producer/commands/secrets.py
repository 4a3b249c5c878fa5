"""A secret has a name that may travel and a value that stays with the worker."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

SECRET_MEMBERS: Final = frozenset(
    {"access_token", "app_secret", "verify_token", "custom_token", "appsecret_proof", "input_token"}
)
_TOKEN_IN_QUERY: Final = re.compile(
    r"((?:access_token|appsecret_proof|app_secret|verify_token|custom_token|input_token)=)[^&#\s]*"
)
_MASK: Final = "***"


class Secret(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The stand-in for a token or an app secret: the worker reads the value from its `[secrets]` by this name.

    `secret` is 1 to 100 characters; a name that a worker does not know is an error there, with the name in it.
    """

    secret: str


def secret(name: str) -> Secret:
    """Returns the stand-in that a queued command carries instead of a token: `access_token=secret("shop")`."""
    return Secret(name)


def redacted(value: object) -> object:
    """Returns a copy of `value` that is safe to print: every known secret member and every byte string is masked."""
    if isinstance(value, Mapping):
        return {
            key: _MASK if key in SECRET_MEMBERS and isinstance(member, str) else redacted(member)
            for key, member in value.items()
        }
    if isinstance(value, list | tuple):
        return [redacted(item) for item in value]
    if isinstance(value, str):
        return _TOKEN_IN_QUERY.sub(rf"\1{_MASK}", value)
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return value
