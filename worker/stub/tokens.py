"""Who a token stands for, whether it lives, and whether its proof is right."""

import hashlib
import hmac
import time
from typing import Literal

import msgspec

from worker.stub.options import StubOptions
from worker.stub.refusals import Refusal, invalid, token_missing

TokenState = Literal[
    "valid",
    "expired",
    "password_changed",
    "app_removed",
    "role_lost",
    "checkpointed",
    "unconfirmed",
    "invalid",
    "missing_permission",
    "app_not_live",
    "page_restricted",
]

PREFIX = "TOKEN-"
PROOF_AGE_MAX_S = 300
_KEPT_MAX = 10_000
_SESSION = "Error validating access token: "

REFUSAL_BY_STATE: dict[str, Refusal] = {
    "expired": Refusal(code=190, subcode=463, message=_SESSION + "Session has expired."),
    "password_changed": Refusal(
        code=190,
        subcode=460,
        message=_SESSION + "The session has been invalidated because the user changed their password.",
    ),
    "app_removed": Refusal(
        code=190, subcode=458, message=_SESSION + "The user has not authorized application."
    ),
    "role_lost": Refusal(
        code=190, subcode=492, message=_SESSION + "The user must be an administrator of the page."
    ),
    "checkpointed": Refusal(code=190, subcode=459, message=_SESSION + "The user is checkpointed."),
    "unconfirmed": Refusal(
        code=190, subcode=464, message=_SESSION + "Sessions for the user are not allowed."
    ),
    "invalid": Refusal(code=190, subcode=467, message=_SESSION + "This access token is invalid."),
    "missing_permission": Refusal(
        code=10, status=403, message="(#10) Application does not have permission for this action"
    ),
    "app_not_live": Refusal(
        code=200,
        subcode=2018028,
        status=403,
        message="(#200) Cannot message users who are not admins, developers or testers of the app",
    ),
    "page_restricted": Refusal(
        code=10, subcode=1893063, message="(#10) The Page is temporarily restricted from sending messages"
    ),
}


class Identity(msgspec.Struct, frozen=True):
    """Whom a token stands for.

    `page` is empty for the app's own token; `loose` tokens (any text, in a stub without configured Pages)
    speak for every Page that a path names; `refusal` is set when the token is dead.
    """

    token: str
    page: str
    loose: bool = False
    refusal: Refusal | None = None


class Tokens:
    """Knows every token of a stub; states can change while it runs."""

    def __init__(self, options: StubOptions) -> None:
        self._options = options
        self._page_by_token = {token: page for page, token in options.pages.items()}
        self._token_by_page = dict(options.pages)
        self._states: dict[str, Refusal] = {}
        self._seen: dict[str, Identity] = {}
        self._proofs: dict[tuple[str, str], str] = {}
        secrets_known = bool(options.app_secret or options.page_secrets)
        self._required = secrets_known if options.require_proof is None else options.require_proof
        self.checks_proofs = secrets_known or self._required

    def set(self, page: str, *, token: str | None = None, state: TokenState | Refusal = "valid") -> None:
        """Gives a Page a new token, a new state, or both.

        With `token`, the Page's former tokens are dead from now on (190/460); the state is the new one's.
        """
        if token is not None:
            self._page_by_token.pop(self._token_by_page.get(page, ""), None)
            self._page_by_token[token] = page
            self._token_by_page[page] = token
        if isinstance(state, Refusal):
            self._states[page] = state
        elif state == "valid":
            self._states.pop(page, None)
        else:
            self._states[page] = REFUSAL_BY_STATE[state]
        self._seen = {}

    def token_of(self, page: str) -> str:
        """Returns a token that now stands for the Page."""
        return self._token_by_page.get(page, PREFIX + page)

    def identify(self, token: str | None) -> Identity:
        """Returns whom the token stands for; a dead or unknown one carries its refusal."""
        if not token:
            return Identity("", "", refusal=token_missing())
        identity = self._seen.get(token)
        if identity is None:
            identity = self._look_up(token)
            if len(self._seen) >= _KEPT_MAX:
                self._seen = {}
            self._seen[token] = identity
        return identity

    def _look_up(self, token: str) -> Identity:
        page = self._page_by_token.get(token)
        if page is not None:
            return Identity(token, page, refusal=self._states.get(page))
        if "|" in token:
            return self._app(token)
        if self._options.pages:
            return Identity(token, "", refusal=_unparsable())
        named = token.startswith(PREFIX) and len(token) > len(PREFIX)
        page = token.removeprefix(PREFIX) if named else page_of_text(token)
        if page in self._token_by_page:
            return Identity(token, page, refusal=REFUSAL_BY_STATE["password_changed"])
        return Identity(token, page, loose=not named, refusal=self._states.get(page))

    def _app(self, token: str) -> Identity:
        secret = self._options.app_secret
        wrong = secret is not None and token != f"{self._options.app_id}|{secret}"
        return Identity(token, "", refusal=_unparsable() if wrong else None)

    def refuse_page(self, page: str) -> Refusal | None:
        """Returns the state of a Page that a loose token speaks for."""
        return self._states.get(page)

    def check_proof(
        self, identity: Identity, page: str, proof: str | None, at: str | None, now: float
    ) -> Refusal | None:
        """Returns why a call's `appsecret_proof` is not good enough, or None.

        Args:
            identity: Whose token the proof must be of.
            page: The Page of the call, which may have a secret of its own.
            proof: Hex HMAC-SHA256, or None when the call has none.
            at: `appsecret_time` of the timed form, in unix seconds.
            now: The stub's clock, in unix seconds; a time more than 300 s away is stale.
        """
        if not proof:
            if not self._required:
                return None
            return invalid("API calls from the server require an appsecret_proof argument")
        secret = self._options.page_secrets.get(page) or self._options.app_secret
        if secret is None:
            return None
        good = self._timed(secret, identity.token, at, now) if at else self._untimed(secret, identity.token)
        if good is not None and hmac.compare_digest(good, proof.lower()):
            return None
        return Refusal(
            code=100,
            type="GraphMethodException",
            message="Invalid appsecret_proof provided in the API argument",
        )

    def _untimed(self, secret: str, token: str) -> str:
        proof = self._proofs.get((secret, token))
        if proof is None:
            if len(self._proofs) >= _KEPT_MAX:
                self._proofs = {}
            proof = self._proofs[secret, token] = _sign(secret, token)
        return proof

    @staticmethod
    def _timed(secret: str, token: str, at: str, now: float) -> str | None:
        if not at.isdecimal() or abs(now - int(at)) > PROOF_AGE_MAX_S:
            return None
        return _sign(secret, f"{token}|{at}")

    def describe(self, token: str) -> dict[str, object]:
        """Returns what `debug_token` tells about a token."""
        identity = self.identify(token)
        valid = identity.refusal is None
        return {
            "app_id": self._options.app_id,
            "application": "Stub",
            "expires_at": 0,
            "is_valid": valid,
            "issued_at": int(time.time()),
            "profile_id": identity.page,
            "scopes": ["pages_messaging", "pages_manage_metadata"] if valid else [],
            "type": "PAGE" if identity.page else "APP",
        }


def page_of_text(token: str) -> str:
    """Returns the Page id that a stub without configured Pages derives from any token: 15 digits."""
    digest = hashlib.blake2b(token.encode(), digest_size=8).digest()
    return str(10**14 + int.from_bytes(digest, "big") % (9 * 10**14))


def _sign(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _unparsable() -> Refusal:
    return Refusal(code=190, message="Invalid OAuth access token - Cannot parse access token")
