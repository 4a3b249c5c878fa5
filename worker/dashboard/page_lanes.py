"""Pages with their lanes, as many as one screen shows: found among all, and read in a few round trips."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, cast

import msgspec
import redis

from producer.store.keys import Keys
from worker.dashboard.page_rates import PageRates
from worker.operations.holds import HoldSeen
from worker.operations.installation import Snapshot
from worker.operations.lanes import LaneSeen, read_lanes
from worker.operations.scopes import page_of
from worker.operations.serving import served_by

PAGES_SHOWN_MAX: Final = 100
SERVED_READ_MAX: Final = 10_000

Only = Literal["", "held", "waiting"]
Sort = Literal["", "page", "held"]


class PageShown(msgspec.Struct, frozen=True, kw_only=True):
    """One Page: the commands that have not ended, what it sends a second, and its lanes that are not empty.

    `sent_per_s` is None before the second reading.
    """

    page: str
    not_ended: int
    served: bool
    sent_per_s: float | None = None
    lanes: Sequence[LaneSeen]


class PagesShown(msgspec.Struct, frozen=True, kw_only=True):
    """A screen of Pages out of `matching`; `total` counts all that have commands or a worker with their token."""

    rows: list[PageShown]
    offset: int
    matching: int
    total: int


class PagesAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Which Pages a screen shows.

    `search` is a part of their ids; `only` those that are held or without a token, or those with something to do;
    `sort` by what there is to do, by id, or those first that are held.
    """

    search: str = ""
    only: Only = ""
    sort: Sort = ""
    offset: int = 0
    limit: int = 25


def read_pages(
    client: "redis.Redis",
    keys: Keys,
    whole: Snapshot,
    asked: PagesAsked,
    *,
    holds: Sequence[HoldSeen] = (),
    rates: PageRates | None = None,
) -> PagesShown:
    """Returns a screen of Pages, those with most to do first unless it is asked for otherwise.

    Args:
        client: of the server.
        keys: of the installation.
        whole: the snapshot.
        asked: which Pages.
        holds: those that hold something.
        rates: what remembers earlier readings of Pages.

    Raises:
        redis.RedisError: the server was not reached.
    """
    served = _served(client, keys, whole.digests)
    everything = dict.fromkeys(served, 0) | dict(whole.depth)
    held = _held(client, keys, whole, holds, served) if "held" in {asked.only, asked.sort} else set()
    matching = _sorted(
        (page for page in everything if _fits(page, asked, everything, held)), asked, everything, held
    )
    start = min(asked.offset, max(0, (len(matching) - 1) // asked.limit * asked.limit))
    pages = matching[start : start + min(asked.limit, PAGES_SHOWN_MAX)]
    lanes = read_lanes(client, keys, whole, pages)
    sent = rates.read(pages) if rates is not None else {}
    return PagesShown(
        rows=[
            PageShown(
                page=page,
                not_ended=everything[page],
                served=page in lanes.served,
                sent_per_s=sent.get(page),
                lanes=lanes.by_page[page],
            )
            for page in pages
        ],
        offset=start,
        matching=len(matching),
        total=len(everything),
    )


def _fits(page: str, asked: PagesAsked, depth: Mapping[str, int], held: set[str]) -> bool:
    return (
        asked.search in page
        and (asked.only != "held" or page in held)
        and (asked.only != "waiting" or depth[page] > 0)
    )


def _sorted(pages: Iterable[str], asked: PagesAsked, depth: Mapping[str, int], held: set[str]) -> list[str]:
    if asked.sort == "page":
        return sorted(pages)
    return sorted(pages, key=lambda page: (asked.sort == "held" and page not in held, -depth[page], page))


def _held(
    client: "redis.Redis", keys: Keys, whole: Snapshot, holds: Sequence[HoldSeen], served: Sequence[str]
) -> set[str]:
    """Returns the Pages of which something is held, and those that no running worker has a token for."""
    found = {page for hold in holds if (page := page_of(hold.scope)) is not None} | set(whole.unserved)
    apps = {hold.scope.partition(":")[2] for hold in holds if hold.scope.startswith("app:")}
    if apps:
        known = served_by(client, keys, whole.digests, served)
        found |= {page for page, here in known.items() if here.app in apps}
    return found


def _served(client: "redis.Redis", keys: Keys, digests: Sequence[str]) -> list[str]:
    """Returns the Pages that running workers have a token for, at most 10,000 of each kind of worker."""
    names: set[str] = set()
    for digest in digests:
        key = keys.of(f"profile:{digest}")
        if client.hlen(key) <= SERVED_READ_MAX:
            names.update(name.decode(errors="replace") for name in cast("list[bytes]", client.hkeys(key)))
    return [name for name in names if not name.startswith("@")]
