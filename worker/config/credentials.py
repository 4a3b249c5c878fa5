"""Credentials of one call, the proof that Graph asks for beside a token, and the ring of keys that they come from."""

import hashlib
import hmac
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, TypeAlias

import msgspec

Pairs: TypeAlias = tuple[tuple[str, str], ...]
# Stands among secrets for every proof that there may be: that of a moment is made when its request is, and is not kept.
ANY_PROOF: Final = "<any appsecret_proof>"


class Credentials(msgspec.Struct, frozen=True):
    """What a call is signed with: a token, and its app where that is known. Its repr shows nothing.

    `proof_secret` makes the proof in the place of `app_secret`; without `proves` and without it no proof goes along.
    `origin` is where the account's calls go, None for the installation's own.
    """

    access_token: str
    app_id: str | None = None
    app_secret: str | None = None
    proves: bool = True
    timed: bool = False
    proof_secret: str | None = None
    origin: str | None = None

    def __repr__(self) -> str:
        return "<Credentials>"

    @property
    def app_token(self) -> str | None:
        """The app's own token, `app_id|app_secret`, where both are known."""
        return f"{self.app_id}|{self.app_secret}" if self.app_id and self.app_secret else None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every text of these that nobody may read."""
        key = self.proof_secret or (self.app_secret if self.proves else None)
        proof = (ANY_PROOF if self.timed else proof_of(self.access_token, key)) if key else None
        known = (self.access_token, self.app_secret, self.proof_secret, proof)
        return tuple(each for each in known if each)

    def for_app(self) -> "Credentials":
        """Returns the app's own credentials; the same when the app is not known."""
        token = self.app_token
        if token is None:
            return self
        return Credentials(token, self.app_id, self.app_secret, self.proves, self.timed, origin=self.origin)

    def proof(self, now_s: float) -> Pairs:
        """Returns the parameters that prove the token, or none; timed ones hold for 5 minutes from `now_s`."""
        secret = self.proof_secret or (self.app_secret if self.proves else None)
        if not secret:
            return ()
        if not self.timed:
            return (("appsecret_proof", proof_of(self.access_token, secret)),)
        at = str(int(now_s))
        proof = proof_of(f"{self.access_token}|{at}", secret)
        return (("appsecret_proof", proof), ("appsecret_time", at))


# Meta hands its parameter on to an address that the command gives: there any secret could be read.
HANDS_ON: Final = frozenset({"create_subscription"})


class NamedSecret(msgspec.Struct, frozen=True):
    """A secret that commands may name, and the types of those commands that it goes into. Its repr shows nothing.

    Without `methods` it goes into every command that Graph alone reads, and into none that hands it on.
    """

    value: str
    methods: frozenset[str] | None = None

    def __repr__(self) -> str:
        return "<NamedSecret>"

    def goes_into(self, method: str) -> bool:
        """Tells whether commands of this type may name it."""
        return method not in HANDS_ON if self.methods is None else method in self.methods


class Keyring(msgspec.Struct, frozen=True):
    """All that a Page's calls may be signed and filled with. Its repr shows nothing."""

    access_token: str
    app_id: str | None = None
    app_secret: str | None = None
    verify_token: str | None = None
    secrets: Mapping[str, NamedSecret] = {}
    proves: bool = True
    timed: bool = False
    origin: str | None = None

    def __repr__(self) -> str:
        return "<Keyring>"

    def credentials(self) -> Credentials:
        """Returns what a call with the Page's own token is signed with."""
        return Credentials(
            self.access_token, self.app_id, self.app_secret, self.proves, self.timed, origin=self.origin
        )


@lru_cache(maxsize=1_024)
def proof_of(access_token: str, app_secret: str) -> str:
    """Returns the `appsecret_proof` of a token: hexadecimal HMAC-SHA256 with the app secret as key."""
    return hmac.new(app_secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()
