"""What one worker knows: its rates, the command types that it can run, and the Pages that it has a token for."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Final

import msgspec

from producer.store.keys import CLASSES

UNLIMITED: Final = "off"
# What is made of an app secret for another purpose must never be the same.
_PURPOSE: Final = b"messenger-outbound token fingerprint"
_STRETCHES: Final = 1_000  # a quarter of a millisecond


class Rate(msgspec.Struct, frozen=True):
    """A limit of `calls` in `per_ms` milliseconds.

    With `burst`, calls are spread evenly (GCRA): in any t milliseconds at most `burst + t * calls / per_ms`. Without
    it, at most `calls` in any `per_ms`, exactly (a sliding log).
    """

    calls: int
    per_ms: int
    burst: int | None = None

    def encoded(self) -> str:
        """Returns the rate as scripts read it."""
        if self.burst is None:
            return f"w:{self.calls}:{self.per_ms}"
        return f"g:{self.per_ms / self.calls:.6f}:{self.burst}"


class KnownPage(msgspec.Struct, frozen=True):
    """A Page that the worker has a token for: its app (or ''), the token's fingerprint, rates of its own."""

    app: str = ""
    fingerprint: str = ""
    rates: Mapping[str, Rate | None] = {}


@lru_cache(maxsize=10_000)
def fingerprint_of(token: str, app_secret: str | None = None) -> str:
    """Returns a keyed fingerprint by which two workers see that they hold the same token, and nobody learns it.

    Its key is the app secret, which all workers of the Page's app have and which never lies in Redis: who reads Redis
    cannot even try out a token that he guesses. Without an app secret the token itself is the key, stretched, so
    that each guess costs a thousand hashes. Neither the prefix nor a shard changes it.
    """
    text = token.encode()
    if app_secret:
        key = hmac.new(app_secret.encode(), _PURPOSE, hashlib.sha256).digest()
    else:
        key = hashlib.pbkdf2_hmac("sha256", text, _PURPOSE, _STRETCHES)
    return hmac.new(key, text, hashlib.sha256).hexdigest()[:16]


def encode_rates(rates: Mapping[str, Rate | None]) -> str:
    """Returns rates by class or bucket as scripts read them; None is no limit."""
    return ",".join(
        f"{CLASSES.get(name, name)}:{rate.encoded() if rate else UNLIMITED}"
        for name, rate in sorted(rates.items())
    )


class Profile:
    """A worker's knowledge under a digest, so that workers that know the same share one entry in Redis."""

    def __init__(
        self, *, rates: Mapping[str, Rate | None], types: Iterable[str], pages: Mapping[str, KnownPage]
    ) -> None:
        self.rates = dict(rates)
        self.types = tuple(sorted(types))
        self.pages = dict(pages)

    def fields(self) -> list[str]:
        """Returns the profile's hash as a flat list of fields and values."""
        flat = ["@rates", encode_rates(self.rates), "@types", "," + ",".join(self.types) + ","]
        for page in sorted(self.pages):
            known = self.pages[page]
            flat += (page, f"{known.app};{known.fingerprint};{encode_rates(known.rates)}")
        return flat

    @cached_property
    def digest(self) -> str:
        """A short name that is the same for the same knowledge."""
        return hashlib.sha1("\n".join(self.fields()).encode(), usedforsecurity=False).hexdigest()[:12]
