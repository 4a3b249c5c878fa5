"""A call is one Graph API request that a command needs: method, path, parameters, and which token it goes with."""

from typing import Final, Literal, TypeAlias

import msgspec

from producer.commands.fields import Platform
from producer.commands.secrets import Secret

Method: TypeAlias = Literal["GET", "POST", "DELETE"]
Body: TypeAlias = dict[str, object]
# The configuration of a Page knows these; a literal comes with the command, a secret is known by name.
Source: TypeAlias = Literal["page_token", "app_token", "app_secret", "verify_token", "literal", "secret"]


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """Where a token or secret comes from; `value` is the literal itself, or a secret's name, and is never shown."""

    source: Source
    value: str = ""

    def __repr__(self) -> str:
        return f"Token(source={self.source!r})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [("source", self.source)]


PAGE_TOKEN: Final = Token(source="page_token")
APP_TOKEN: Final = Token(source="app_token")
APP_SECRET: Final = Token(source="app_secret")


class Fill(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter whose value only the caller of Graph knows: it goes into the query or the body under `name`."""

    place: Literal["query", "body"]
    name: str
    token: Token


class FilePart(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a multipart request."""

    name: str
    filename: str
    content_type: str
    content: bytes

    def __repr__(self) -> str:
        return f"FilePart(name={self.name!r}, filename={self.filename!r}, <{len(self.content)} bytes>)"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [("name", self.name), ("filename", self.filename)]


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request to Graph, but for origin, version, token and proof.

    `path` has neither a leading slash nor a version, and its ids are percent-encoded; `query` is not encoded yet.
    `body` keeps the order of the reference client. With `files` the request is multipart: see `multipart_fields`.
    `place` says where the token goes. `fill` names parameters that are
    secrets of the worker. `proof_secret` asks for a proof by this app secret even when the client makes none. In a
    batch, `relative_url` and `form` stand for path, query and body when a raw part gave them as text.
    """

    method: Method
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Body | None = None
    files: tuple[FilePart, ...] = ()
    token: Token = PAGE_TOKEN
    place: Literal["query", "body", "both"] = "query"
    fill: tuple[Fill, ...] = ()
    proof_secret: Token | None = None
    relative_url: str | None = None
    form: str | None = None

    def __repr__(self) -> str:
        return f"Call({self.method} {self.path})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [("method", self.method), ("path", self.path)]


class CallContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a call may need beside its command: app id, Graph version as (major, minor), the account's platform."""

    app_id: str | None = None
    version: tuple[int, int] = (4, 0)
    platform: Platform = "messenger"

    @property
    def is_instagram(self) -> bool:
        """Tells whether the account is one on Instagram."""
        return self.platform == "instagram"

    def platform_of(self, given: str | None) -> str | None:
        """Returns the `platform` that a call names: what is given, else Instagram's for an account there, else none."""
        return given or ("instagram" if self.is_instagram else None)


NO_CONTEXT: Final = CallContext()


def token_of(override: str | Secret | None) -> Token:
    """Returns the token of a command: the Page's own unless the command brings or names another."""
    if override is None:
        return PAGE_TOKEN
    if isinstance(override, Secret):
        return Token(source="secret", value=override.secret)
    return Token(source="literal", value=override)
