"""Who may come in: whoever brings a Page's token, its app's own, or a door key with the Page that it is for."""

import hashlib
import hmac
import secrets
from typing import Final

import msgspec

from worker.config.pages import Page, Pages
from worker.door.refusing import RefusedError, no_token, wrong_token

SEPARATOR: Final = "@"


class Caller(msgspec.Struct, frozen=True):
    """A Page for which a caller may ask, and as what: as the Page, or as its app. Its repr shows the Page only."""

    known: Page
    brought: str
    is_app: bool = False

    def __repr__(self) -> str:
        return f"<Caller for {self.known.id}>"

    @property
    def page(self) -> str:
        """The Page's id."""
        return self.known.id

    def is_own(self, token: str) -> bool:
        """Tells whether a token is that of the Page itself, or the key that stands for it here."""
        given = token.encode("utf-8", "replace")
        stands = (self.known.access_token, self.brought)
        return any(hmac.compare_digest(given, each.encode("utf-8", "replace")) for each in stands)

    def is_shown_by(self, text: bytes) -> bool:
        """Tells whether a text holds what the caller brought, or the key in it."""
        key = self.brought.rpartition(SEPARATOR)[0] or self.brought
        return key.encode("utf-8", "replace") in text

    def is_verify_token(self, text: str) -> bool:
        """Tells whether a text is the verify token that the Page's workers know."""
        return self.known.verify_token is not None and hmac.compare_digest(
            text.encode(), self.known.verify_token.encode()
        )


class Doorkeeper:
    """Knows callers by what they bring; made anew when the Pages have changed.

    What was brought is looked up by a digest under a key of this process, so that nobody learns from the time it takes.
    """

    def __init__(self, pages: Pages) -> None:
        self._salt = secrets.token_bytes(32)
        self._pages = pages.by_id
        self._tokens: dict[bytes, tuple[Page, bool]] = {}
        self._keys: dict[bytes, frozenset[str]] = {}
        for page in pages.by_id.values():
            if page.app:
                self._tokens.setdefault(self._digest(f"{page.app_id}|{page.app_secret}"), (page, True))
        for page in pages.by_id.values():
            self._tokens[self._digest(page.access_token)] = (page, False)
        for key in pages.door_keys.values():
            self._keys[self._digest(key.key)] = frozenset(key.pages)

    def caller(self, brought: str, path: str) -> Caller:
        """Returns who brings a token or a key; a key alone is for the only Page it has, or for the one in the path.

        Raises:
            RefusedError: nothing was brought, nobody is known by it, or its key is not for that Page.
        """
        if not brought:
            raise RefusedError(no_token())
        found = self._tokens.get(self._digest(brought))
        if found is not None:
            return Caller(found[0], brought, is_app=found[1])
        key, mark, page = brought.rpartition(SEPARATOR)
        allowed = self._keys.get(self._digest(key if mark else brought))
        chosen = page if mark else _only(allowed, path)
        if allowed is None or chosen not in allowed or chosen not in self._pages:
            raise RefusedError(wrong_token())
        return Caller(self._pages[chosen], brought)

    def inspecting(self, caller: Caller, token: str) -> Caller:
        """Returns whose token is inspected by a caller: its own, or one of a Page of its app.

        Raises:
            RefusedError: the token is not known, or none of the caller's.
        """
        other = self.caller(token, "")
        of_the_app = caller.is_app and other.known.app == caller.known.app
        if not of_the_app and other.page != caller.page:
            raise RefusedError(wrong_token())
        return other

    def _digest(self, text: str) -> bytes:
        return hmac.new(self._salt, text.encode("utf-8", "replace"), hashlib.sha256).digest()


def _only(allowed: frozenset[str] | None, path: str) -> str:
    if allowed is None:
        return ""
    first = path.partition("/")[0]
    return next(iter(allowed)) if len(allowed) == 1 else first
