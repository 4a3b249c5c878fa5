"""Where Graph is: an origin and a version, in the forms in which people write them."""

from typing import Final
from urllib.parse import urlsplit

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def version_number(text: str) -> str:
    """Returns a version without its `v`, such as `27.0`; raises `ValueError` with the form for anything else."""
    number = text.strip().removeprefix("v")
    major, _, minor = number.partition(".")
    if not (major.isdecimal() and minor.isdecimal()):
        raise ValueError("must be a version of the Graph API, such as 27.0 or v27.0")
    return number


def version_pair(number: str) -> tuple[int, int]:
    """Returns a version as numbers that can be compared."""
    major, _, minor = number.partition(".")
    return int(major), int(minor)


def origin_url(text: str) -> str:
    """Returns an origin without a slash at its end; raises `ValueError` with the form for anything else."""
    parts = urlsplit(text)
    wrong = parts.path not in {"", "/"} or parts.query or parts.fragment
    if "@" in parts.netloc:  # it would stand in logs, and in every error about the address
        raise ValueError("must be an origin without a user's name and password")
    if parts.scheme not in {"http", "https"} or not parts.hostname or wrong:
        raise ValueError("must be an origin without a path, such as https://graph.facebook.com")
    return text.rstrip("/")


def shows_tokens(origin: str) -> bool:
    """Tells whether requests to `origin` would carry their tokens in the clear to another machine."""
    parts = urlsplit(origin)
    return parts.scheme == "http" and parts.hostname not in LOOPBACK
