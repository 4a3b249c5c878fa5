"""The Pages that this worker sends for: their tokens, apps and rates, read again when their file changes."""

import difflib
import json
import re
import threading
from collections.abc import Mapping
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from producer.commands import TYPES
from producer.commands.fields import Platform
from producer.errors import SettingsError
from worker.config.credentials import Keyring, NamedSecret
from worker.config.durations import rate_of
from worker.config.endpoint import origin_url, shows_tokens
from worker.config.settings import Settings
from worker.config.toml_file import read_toml, stamp_of
from worker.engine.knowledge import KnownPage, Profile, Rate, fingerprint_of

RATE_FIELDS: Final = {
    "rate_text": "text",
    "rate_media": "media",
    "rate_profile": "profile",
    "rate_other": "other",
    "rate_private_reply": "private_reply",
    "rate_user_menu": "user_menu",
    "rate_marketing": "marketing",
}
# A service's key is made by a generator: 32 characters of 64 kinds are 192 bits.
DOOR_KEY_CHARACTERS_MIN: Final = 32
FILE: Final = "OUTBOUND_PAGES_FILE"
JSON: Final = "OUTBOUND_PAGES"
FORM: Final = '[pages.<page_id>] access_token = "…"'
SENTENCE_CHARS_MAX: Final = 300
# As commands name Pages, and as the scripts' separators allow.
_PAGE_ID: Final = re.compile(r"[\w.-]{1,64}")
# What no token has: control characters, and halves of a pair, which no encoding takes.
_UNFIT: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Page(msgspec.Struct, frozen=True):
    """One Page with its secrets; its repr shows the id only."""

    id: str
    access_token: str
    app_id: str | None = None
    app_secret: str | None = None
    rates: Mapping[str, Rate | None] = {}
    verify_token: str | None = None
    proves: bool = True
    platform: Platform = "messenger"
    origin: str | None = None

    def __repr__(self) -> str:
        return f"<Page {self.id}>"

    @property
    def app(self) -> str:
        """The app under whose token this Page's calls may share a batch with other Pages, or ''."""
        return self.app_id if self.app_id and self.app_secret and self.origin is None else ""

    @property
    def fingerprint(self) -> str:
        """What tells this token from another, and nobody what it is."""
        return fingerprint_of(self.access_token, self.app_secret)


class DoorKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one service brings to the door instead of a token of Meta's, and the Pages for which it may ask."""

    key: Annotated[str, msgspec.Meta(min_length=DOOR_KEY_CHARACTERS_MIN, pattern="^[!-?A-~]+$")]
    pages: Annotated[list[str], msgspec.Meta(min_length=1)]

    def __repr__(self) -> str:
        return "<DoorKey>"


class Pages(msgspec.Struct, frozen=True):
    """All Pages, named secrets and door keys of one reading of the configuration."""

    by_id: Mapping[str, Page] = {}
    secrets: Mapping[str, NamedSecret] = {}
    timed_proof: bool = False
    door_keys: Mapping[str, DoorKey] = {}

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
            proves=page.proves,
            timed=self.timed_proof,
            origin=page.origin,
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
    skip_app_secret_proof: bool | None = None
    platform: Platform = "messenger"
    origin: str | None = None
    rate_text: str | None = None
    rate_media: str | None = None
    rate_profile: str | None = None
    rate_other: str | None = None
    rate_private_reply: str | None = None
    rate_user_menu: str | None = None
    rate_marketing: str | None = None


class _Door(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keys: dict[str, DoorKey] = {}


class _SecretEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    value: str
    methods: Annotated[list[str], Meta(min_length=1, max_length=100)] | None = None


class _PagesDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    app_id: str | None = None
    app_secret: str | None = None
    verify_token: str | None = None
    skip_app_secret_proof: bool = False
    pages: dict[str, _PageEntry] = {}
    secrets: dict[str, str | _SecretEntry] = {}
    door: _Door = _Door()


_OF_ALL: Final = frozenset(_PagesDocument.__struct_fields__)


def document_of(entries: object) -> object:
    """Returns the document that `OUTBOUND_PAGES` stands for.

    It is the file's own form, or Pages by id, with `secrets`, `app_id` and what else is for all of them beside.
    """
    if not isinstance(entries, dict) or "pages" in entries:
        return entries
    for_all = {name: entries[name] for name in _OF_ALL & entries.keys()}
    return {**for_all, "pages": {name: entry for name, entry in entries.items() if name not in for_all}}


def _page_of(page_id: str, entry: _PageEntry, document: _PagesDocument, burst_ms: int) -> Page:
    if not _PAGE_ID.fullmatch(page_id):
        raise ValueError(f"pages.{page_id[:64]!r} is no Page id: at most 64 letters, digits, '_', '-' or '.'")
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
        not (
            document.skip_app_secret_proof
            if entry.skip_app_secret_proof is None
            else entry.skip_app_secret_proof
        ),
        entry.platform,
        None if entry.origin is None else _origin_of(entry.origin, f"pages.{page_id}.origin"),
    )


def _check_texts(document: _PagesDocument) -> None:
    """Raises `ValueError` with the path of a text that goes into calls and is fit for none."""
    places: list[tuple[str, msgspec.Struct]] = [("", document)]
    places += [(f"pages.{page}.", entry) for page, entry in document.pages.items()]
    for path, place in places:
        for name in ("access_token", "app_id", "app_secret", "verify_token"):
            _check_text(path + name, getattr(place, name, None))
    for name, entry in document.secrets.items():
        _check_text("a name in secrets", name)
        _check_text(f"secrets.{name}", entry if isinstance(entry, str) else entry.value)


def _check_text(path: str, text: str | None) -> None:
    if text is not None and _UNFIT.search(text):
        raise ValueError(f"{path} holds a control character")


def _origin_of(text: str, path: str) -> str:
    try:
        origin = origin_url(text)
    except ValueError as error:
        raise ValueError(f"{path} {error}") from None
    if shows_tokens(origin):
        raise ValueError(f"{path} must be https, which shows no token on the way")
    return origin


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
        _check_texts(document)
        secrets = {name: _secret_of(name, entry) for name, entry in document.secrets.items()}
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise SettingsError(f"{source}: {str(error)[:SENTENCE_CHARS_MAX]}") from None
    return Pages(by_id, secrets, timed_proof, document.door.keys)


class PagesSource:
    """The configured Pages: `current` is always the last reading that was valid."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._stamp = stamp_of(settings.pages_file) if settings.pages_file is not None else None
        self.problem: str | None = None
        self.current = self._read()

    def _read(self) -> Pages:
        settings = self._settings
        if settings.pages_file is not None:
            document: object = read_toml(settings.pages_file, FILE, form=FORM)
            source = settings.pages_file
        elif settings.pages is not None:
            document, source = document_of(_decoded(settings.pages)), JSON
        else:
            return Pages()
        return read_pages(document, source, burst_ms=settings.burst_ms, timed_proof=settings.timed_proof)

    def refresh(self) -> bool:
        """Reads the file again when it has changed; True when `current` is new.

        A file that became invalid or vanished leaves `current` as it was, and `problem` says why.
        """
        if self._settings.pages_file is None:
            return False
        with self._lock:
            stamp = stamp_of(self._settings.pages_file)
            if stamp == self._stamp:
                return False
            self._stamp = stamp
            try:
                self.current = self._read()
            except SettingsError as error:
                self.problem = str(error)
                return False
            self.problem = None
            return True


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # a ValueError also for a number of 5,000 digits
        raise SettingsError(f'{JSON} must be JSON: {{"<page_id>": {{"access_token": "…"}}}}') from None
