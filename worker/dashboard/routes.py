"""Every question and act of the page, by method and path, and what each needs: one table."""

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Annotated, Any, Final, Literal

import msgspec
import redis

from producer.errors import InvalidCommandError
from producer.store.keys import Keys
from worker.dashboard import letters
from worker.dashboard.acting import Acting, Hold, Id, Letters, Release, Steer, Told
from worker.dashboard.causes import read_causes
from worker.dashboard.guard import Guard
from worker.dashboard.page_lanes import Only, PagesAsked, Sort
from worker.dashboard.reading import Ask, Reader
from worker.dashboard.telling import explained
from worker.dashboard.waits import read_later
from worker.operations.acts import NOT_NOTED, latest_acts, note

Query = Mapping[str, str]
Needs = Literal["nothing", "reading", "session"]

TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
SEARCH_CHARS_MAX: Final = 100
ACTS_SHOWN_MAX: Final = 50


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Asks for the content of one dead letter."""

    id: Id


class LiveQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds of what a query may ask for."""

    search: Annotated[str, msgspec.Meta(max_length=SEARCH_CHARS_MAX)] = ""
    only: Only = ""
    sort: Sort = ""
    offset: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 25
    holds: Annotated[int, msgspec.Meta(ge=1, le=200)] = 20
    broadcasts: Annotated[int, msgspec.Meta(ge=1, le=200)] = 10


class Route(msgspec.Struct, frozen=True):
    """What answers a path: `asks` is the type of a body, None for a question without one."""

    needs: Needs
    answer: Callable[..., object]
    asks: type[Any] | None = None


class Static(msgspec.Struct, frozen=True):
    """A file of the page."""

    body: bytes
    content_type: str


class Routes:
    """The routes over one installation."""

    def __init__(self, client: "redis.Redis", keys: Keys, guard: Guard, *, timeout_ms: int) -> None:
        self.name = keys.prefix
        self.reader = Reader(client, keys, timeout_ms=timeout_ms)
        self._client = client
        self._keys = keys
        self._guard = guard
        self._timeout_ms = timeout_ms
        act = Acting(client, keys)
        self._static = _read_static()
        self._table: dict[tuple[str, str], Route] = {
            ("GET", "/api/live"): Route("reading", self._live),
            ("GET", "/api/dead"): Route("reading", self._dead),
            ("GET", "/api/dead/chosen"): Route("reading", self._chosen),
            ("GET", "/api/dead/letter"): Route("reading", self._letter),
            ("GET", "/api/explain"): Route("reading", self._explain),
            ("GET", "/api/dead/causes"): Route("reading", self._causes),
            ("GET", "/api/hour"): Route("reading", self._hour),
            ("GET", "/api/later"): Route("reading", self._later),
            ("GET", "/api/acts"): Route("reading", self._acts),
            ("POST", "/api/dead/content"): Route("session", self._content, Content),
            ("POST", "/api/dead/replay"): Route("session", self._changing("replay", act.replay), Letters),
            ("POST", "/api/dead/drop"): Route("session", self._changing("drop", act.drop), Letters),
            ("POST", "/api/hold"): Route("session", self._changing("hold", act.hold), Hold),
            ("POST", "/api/hold/release"): Route("session", self._changing("release", act.release), Release),
            ("POST", "/api/broadcast/pause"): Route("session", self._changing("pause", act.pause), Steer),
            ("POST", "/api/broadcast/resume"): Route("session", self._changing("resume", act.resume), Steer),
            ("POST", "/api/broadcast/cancel"): Route("session", self._changing("cancel", act.cancel), Steer),
        }

    def route(self, method: str, path: str) -> Route | None:
        """Returns what answers a method and path, or None."""
        return self._table.get((method, path))

    def methods(self, path: str) -> list[str]:
        """Returns the methods that a path knows."""
        if path in self._static:
            return ["GET"]
        return sorted(method for method, each in self._table if each == path)

    def static(self, path: str) -> Static | None:
        """Returns a file of the page."""
        return self._static.get(path)

    def _live(self, query: Query) -> object:
        asked = _checked(query, LiveQuery)
        return self.reader.live(
            Ask(
                pages=PagesAsked(
                    search=asked.search.strip(),
                    only=asked.only,
                    sort=asked.sort,
                    offset=asked.offset,
                    limit=asked.limit,
                ),
                holds_max=asked.holds,
                broadcasts_max=asked.broadcasts,
            )
        )

    def _dead(self, query: Query) -> object:
        return letters.listed(self._client, self._keys, query)

    def _chosen(self, query: Query) -> object:
        return letters.chosen(self._client, self._keys, query)

    def _letter(self, query: Query) -> object:
        return letters.shown(self._client, self._keys, query.get("id", ""), with_content=False)

    def _explain(self, query: Query) -> object:
        return explained(self._client, self._keys, query.get("id", "").strip(), timeout_ms=self._timeout_ms)

    def _causes(self, query: Query) -> object:
        return read_causes(self._client, self._keys, query)

    def _hour(self, _query: Query) -> object:
        return self.reader.pulse.hour()

    def _later(self, _query: Query) -> object:
        return read_later(self._client, self._keys)

    def _acts(self, _query: Query) -> object:
        return latest_acts(self._client, self._keys, limit=ACTS_SHOWN_MAX)

    def _content(self, asked: Content, _who: str) -> object:
        return letters.shown(self._client, self._keys, asked.id, with_content=True)

    def _changing(self, name: str, act: Callable[[Any], Told]) -> Callable[[Any, str], object]:
        """Returns an act that is noted with the name of who did it, and makes the next reading a new one."""

        def changed(asked: Any, who: str) -> object:  # noqa: ANN401 (a body of this act)
            told = act(asked)
            self.reader.forget()
            noted = note(
                self._client, self._keys, who=who, by="page", act=name, on=asked.named, told=told.sentence
            )
            return told if noted else Told(f"{told.sentence}; {NOT_NOTED}")

        return changed


def _checked(query: Query, form: type[LiveQuery]) -> LiveQuery:
    try:
        return msgspec.convert(dict(query), form, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidCommandError("query", str(error)) from None


def _read_static() -> dict[str, Static]:
    found: dict[str, Static] = {}
    for each in files("worker.dashboard").joinpath("static").iterdir():
        kind = TYPES.get(each.name.rpartition(".")[2])
        if kind is not None:
            path = "/" if each.name == "index.html" else f"/static/{each.name}"
            found[path] = Static(each.read_bytes(), kind)
    return found
