"""A call gets its token, its proof and its secret parameters here, for the worker and for the direct client alike."""

from typing import Final

import msgspec

from producer.errors import InvalidCommandError
from worker.call.endpoints import PAGE_TOKEN, Call, Link, Token, filled
from worker.config.credentials import Credentials, Keyring

_APP: Final = "is needed for this call: configure the app's id and secret, or give what it asks for here"


class MissingSecretError(InvalidCommandError):
    """The call needs an app or a named secret that is not configured; the message names it."""


class Signed(msgspec.Struct, frozen=True):
    """A call with what it is signed with, and its links when it is part of an explicit batch.

    `filled` holds the secret parameters that were put into the call, so that they can be masked. Its repr shows the
    method and the path only.
    """

    call: Call
    credentials: Credentials
    link: Link | None = None
    filled: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<{self.call.method} {self.call.path}>"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every text of this call that nobody may read."""
        return self.credentials.secrets + self.filled


def signed(
    call: Call,
    keyring: Keyring,
    link: Link | None = None,
    *,
    own: Credentials | None = None,
    method: str = "",
) -> Signed:
    """Returns the call, signed with what it asks for.

    Args:
        call: the call, with the secrets that it still lacks.
        keyring: what is known.
        link: of a part of an explicit batch.
        own: `keyring.credentials()`, made once for all calls of a Page.
        method: the type of the command that the call is of, by which a named secret goes into it or not.

    Raises:
        MissingSecretError: the keyring lacks it, or it does not go into such a command.
    """
    if call.token is PAGE_TOKEN and call.proof_secret is None and not call.fill:
        return Signed(call, own or keyring.credentials(), link)
    token = text_of(call.token, keyring, method)
    secret = None if call.proof_secret is None else text_of(call.proof_secret, keyring, method)
    credentials = Credentials(
        token or "",
        keyring.app_id,
        keyring.app_secret,
        keyring.proves,
        keyring.timed,
        secret,
        keyring.origin,
    )
    if not call.fill:
        return Signed(call, credentials, link)
    values = {fill: text_of(fill.token, keyring, method) for fill in call.fill}
    by_token = {fill.token: value for fill, value in values.items()}
    known = tuple(value for value in values.values() if value)
    return Signed(filled(call, by_token.__getitem__), credentials, link, known)


def text_of(token: Token, keyring: Keyring, method: str = "") -> str | None:
    """Returns the text of a token or secret; None for a verify token that is not configured.

    Raises:
        MissingSecretError: any other that is not configured, or does not go into commands of the type `method`.
    """
    match token.source:
        case "page_token":
            return keyring.access_token
        case "literal":
            return token.value
        case "verify_token":
            return keyring.verify_token
        case "secret" if token.value in keyring.secrets:
            found = keyring.secrets[token.value]
            if not found.goes_into(method):
                raise MissingSecretError(
                    "",
                    f"the secret named {token.value!r} does not go into {method}: in the Pages file, "
                    f'[secrets] {token.value} = {{ value = "…", methods = ["{method}"] }} lets it',
                )
            return found.value
        case "secret":
            raise MissingSecretError(
                "", f"no secret named {token.value!r} is configured: add it to [secrets] of the Pages file"
            )
        case "app_secret" | "app_token":
            return _app_text(token, keyring)


def _app_text(token: Token, keyring: Keyring) -> str:
    if token.source == "app_token" and not keyring.app_id:
        raise MissingSecretError("app_id", _APP)
    if not keyring.app_secret:
        raise MissingSecretError("app_secret", _APP)
    return f"{keyring.app_id}|{keyring.app_secret}" if token.source == "app_token" else keyring.app_secret
