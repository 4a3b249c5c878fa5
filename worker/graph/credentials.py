"""Credentials of one Page for one call, and the proof that Graph asks for beside a token."""

import hashlib
import hmac

import msgspec


class Credentials(msgspec.Struct, frozen=True):
    """What a call is signed with: the Page's token, and its app where that is known. Its repr shows nothing."""

    access_token: str
    app_id: str | None = None
    app_secret: str | None = None

    def __repr__(self) -> str:
        return "<Credentials>"

    @property
    def app_token(self) -> str | None:
        """The app's own token, `app_id|app_secret`, where both are known."""
        return f"{self.app_id}|{self.app_secret}" if self.app_id and self.app_secret else None


def proof_of(access_token: str, app_secret: str) -> str:
    """Returns the `appsecret_proof` of a token: hexadecimal HMAC-SHA256 with the app secret as key."""
    return hmac.new(app_secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()
