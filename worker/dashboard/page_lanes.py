"""Pages with their lanes, as many as one screen shows: found among all, and read in a few round trips."""

from collections.abc import Sequence
from typing import Final, cast

import msgspec
import redis

from producer.store.keys import Keys
from worker.operations.installation import Snapshot
from worker.operations.lanes import LaneSeen, read_lanes

PAGES_SHOWN_MAX: Final = 100
SERVED_READ_MAX: Final = 10_000


class PageShown(msgspec.Struct, frozen=True, kw_only=True):
    """One Page: the commands that have not ended, and its lanes that are not empty."""

    page: str
    not_ended: int
    served: bool
    lanes: Sequence[LaneSeen]


class PagesShown(msgspec.Struct, frozen=True, kw_only=True):
    """A screen of Pages out of `matching`; `total` counts all that have commands or a worker with their token."""

    rows: list[PageShown]
    offset: int
    matching: int
    total: int


def read_pages(
    client: "redis.Redis", keys: Keys, whole: Snapshot, *, search: str = "", offset: int = 0, limit: int = 25
) -> PagesShown:
    """Returns a screen of the Pages whose id contains `search`, those with most to do first.

    Raises:
        redis.RedisError: the server was not reached.
    """
    everything = dict.fromkeys(_served(client, keys, whole.digests), 0) | dict(whole.depth)
    matching = sorted(
        (page for page in everything if search in page), key=lambda page: (-everything[page], page)
    )
    start = min(offset, max(0, (len(matching) - 1) // limit * limit))
    pages = matching[start : start + min(limit, PAGES_SHOWN_MAX)]
    lanes = read_lanes(client, keys, whole, pages)
    return PagesShown(
        rows=[
            PageShown(
                page=page,
                not_ended=everything[page],
                served=page in lanes.served,
                lanes=lanes.by_page[page],
            )
            for page in pages
        ],
        offset=start,
        matching=len(matching),
        total=len(everything),
    )


def _served(client: "redis.Redis", keys: Keys, digests: Sequence[str]) -> list[str]:
    """Returns the Pages that running workers have a token for, at most 10,000 of each kind of worker."""
    names: set[str] = set()
    for digest in digests:
        key = keys.of(f"profile:{digest}")
        if client.hlen(key) <= SERVED_READ_MAX:
            names.update(name.decode(errors="replace") for name in cast("list[bytes]", client.hkeys(key)))
    return [name for name in names if not name.startswith("@")]
