"""The Pages that this worker sends for: their tokens, apps and rates, read again when their file changes."""

import difflib
import json
import threading
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from producer.commands import TYPES
from producer.errors import SettingsError
from worker.config.credentials import Keyring, NamedSecret
from worker.config.durations import rate_of
from worker.config.settings import Settings
from worker.engine.knowledge import KnownPage, Profile, Rate, fingerprint_of

RATE_FIELDS: Final = {
    "rate_text": "text",
    "rate_media": "media",
    "rate_profile": "profile",
    "rate_other": "other",
    "rate_private_reply": "private_reply",
    "rate_user_menu": "user_menu",
}


class Page(msgspec.Struct, frozen=True):
    """One Page with its secrets; its repr shows the id only."""

    id: str
    access_token: str
    app_id: str | None = None
    app_secret: str | None = None
    rates: Mapping[str, Rate | None] = {}
    verify_token: str | None = None

    def __repr__(self) -> str:
        return f"<Page {self.id}>"

    @property
    def app(self) -> str:
        """The app under whose token this Page's calls may share a batch with other Pages, or ''."""
        return self.app_id if self.app_id and self.app_secret else ""

    @property
    def fingerprint(self) -> str:
        """What tells this token from another, and nobody what it is."""
        return fingerprint_of(self.access_token, self.app_secret)


class Pages(msgspec.Struct, frozen=True):
    """All Pages and named secrets of one reading of the configuration."""

    by_id: Mapping[str, Page] = {}
    secrets: Mapping[str, NamedSecret] = {}
    timed_proof: bool = False

    def __repr__(self) -> str:
        return f"<{len(self.by_id)} Pages>"

    def keyring(self, page: Page) -> Keyring:
        """Returns all that the calls of a Page may be signed and filled with."""
        return Keyring(
            page.access_token,
            page.app_id,
            page.app_secret,
            page.verify_token,
            self.secrets,
            timed=self.timed_proof,
        )

    def profile(self, settings: Settings, types: tuple[str, ...]) -> Profile:
        """Returns what a worker with these Pages makes known to others; no token is in it."""
        known = {page.id: KnownPage(page.app, page.fingerprint, page.rates) for page in self.by_id.values()}
        return Profile(rates=settings.rates, types=types, pages=known)


class _PageEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    access_token: str
    app_id: str | None = None
    app_secret: str | None = None
    verify_token: str | None = None
    rate_text: str | None = None
    rate_media: str | None = None
    rate_profile: str | None = None
    rate_other: str | None = None
    rate_private_reply: str | None = None
    rate_user_menu: str | None = None


class _SecretEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    value: str
    methods: Annotated[list[str], Meta(min_length=1, max_length=100)] | None = None


class _PagesDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    app_id: str | None = None
    app_secret: str | None = None
    verify_token: str | None = None
    pages: dict[str, _PageEntry] = {}
    secrets: dict[str, str | _SecretEntry] = {}


def _page_of(page_id: str, entry: _PageEntry, document: _PagesDocument, burst_ms: int) -> Page:
    if not entry.access_token.strip():
        raise ValueError(f"pages.{page_id}.access_token is empty")
    rates: dict[str, Rate | None] = {}
    for field, name in RATE_FIELDS.items():
        text: str | None = getattr(entry, field)
        if text is not None:
            try:
                rates[name] = rate_of(text, burst_ms=burst_ms)
            except ValueError as error:
                raise ValueError(f"pages.{page_id}.{field}: {error}") from None
    return Page(
        page_id,
        entry.access_token,
        entry.app_id or document.app_id,
        entry.app_secret or document.app_secret,
        rates,
        entry.verify_token or document.verify_token,
    )


def _secret_of(name: str, entry: str | _SecretEntry) -> NamedSecret:
    if isinstance(entry, str):
        return NamedSecret(entry)
    for method in entry.methods or ():
        if method not in TYPES:
            near = difflib.get_close_matches(method, TYPES, 1)
            hint = (
                f"; did you mean {near[0]}?" if near else ": those are types as `outbound explain` shows them"
            )
            raise ValueError(f"secrets.{name}.methods: there is no command {method}{hint}")
    return NamedSecret(entry.value, None if entry.methods is None else frozenset(entry.methods))


def read_pages(data: object, source: str, *, burst_ms: int = 1_000, timed_proof: bool = False) -> Pages:
    """Returns the Pages of a decoded document; `source` names it in errors.

    Raises:
        SettingsError: names what is wrong and where, never a token.
    """
    try:
        document = msgspec.convert(data, _PagesDocument)
        by_id = {page: _page_of(page, entry, document, burst_ms) for page, entry in document.pages.items()}
        secrets = {name: _secret_of(name, entry) for name, entry in document.secrets.items()}
    except (msgspec.ValidationError, ValueError) as error:
        raise SettingsError(f"{source}: {error}") from None
    return Pages(by_id, secrets, timed_proof)


class PagesSource:
    """The configured Pages: `current` is always the last reading that was valid."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self.problem: str | None = None
        self.current = self._read()

    def _read(self) -> Pages:
        settings = self._settings
        if settings.pages_file is not None:
            self._stamp = self._stat()
            return self._read_file(Path(settings.pages_file))
        if settings.pages is not None:
            try:
                entries = json.loads(settings.pages)
            except ValueError:
                raise SettingsError(
                    'OUTBOUND_PAGES must be JSON: {"<page_id>": {"access_token": "…"}}'
                ) from None
            return read_pages(
                {"pages": entries},
                "OUTBOUND_PAGES",
                burst_ms=settings.burst_ms,
                timed_proof=settings.timed_proof,
            )
        return Pages()

    def _read_file(self, path: Path) -> Pages:
        try:
            data = tomllib.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            raise SettingsError(f"OUTBOUND_PAGES_FILE: there is no file {path}") from None
        except OSError as error:
            raise SettingsError(f"OUTBOUND_PAGES_FILE: {path} cannot be read: {error.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            raise SettingsError(
                f'OUTBOUND_PAGES_FILE: {path} is no TOML; its form is [pages.<page_id>] access_token = "…"'
            ) from None
        return read_pages(
            data, str(path), burst_ms=self._settings.burst_ms, timed_proof=self._settings.timed_proof
        )

    def _stat(self) -> tuple[int, int, int] | None:
        try:
            found = Path(self._settings.pages_file or "").stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def refresh(self) -> bool:
        """Reads the file again when it has changed; True when `current` is new.

        A file that became invalid or vanished leaves `current` as it was, and `problem` says why.
        """
        if self._settings.pages_file is None:
            return False
        with self._lock:
            stamp = self._stat()
            if stamp == self._stamp:
                return False
            self._stamp = stamp
            try:
                self.current = self._read_file(Path(self._settings.pages_file))
            except SettingsError as error:
                self.problem = str(error)
                return False
            self.problem = None
            return True
