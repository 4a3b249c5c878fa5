"""The lanes that Pages can have, those of their broadcasts included, and in which order they empty."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, cast

import msgspec
import redis

from producer.broadcasts.steps import lane_of
from producer.store.keys import CLASSES, PRIORITIES, Keys

BROADCASTS_MAX: Final = 1_000
PERSON: Final = b"@"


class Place(msgspec.Struct, frozen=True):
    """A lane by its parts, and its name in Redis; `created_ms` is when its broadcast began, 0 for no broadcast's."""

    page: str
    rate_class: str
    priority: str
    broadcast: str | None
    name: str
    created_ms: int = 0


def places_of(client: "redis.Redis", keys: Keys, pages: Sequence[str]) -> list[Place]:
    """Returns the lanes of these Pages, in their order, whether or not anything is in them.

    Of broadcasts, the latest 1,000 are looked at.

    Raises:
        redis.RedisError: the server was not reached.
    """
    places = [
        place_for(page, rate_class, priority)
        for page in pages
        for priority in PRIORITIES
        for rate_class in CLASSES
    ]
    if pages:
        places += _of_broadcasts(client, keys, set(pages))
    order = {page: index for index, page in enumerate(pages)}
    return sorted(places, key=lambda place: order[place.page])


def place_for(page: str, rate_class: str, priority: str) -> Place:
    """Returns a Page's own lane of a class and a priority."""
    return Place(page, rate_class, priority, None, f"{page}/{CLASSES[rate_class]}/{PRIORITIES[priority]}")


def _of_broadcasts(client: "redis.Redis", keys: Keys, wanted: set[str]) -> list[Place]:
    ids = cast("list[bytes]", client.zrange(keys.of("broadcasts"), 0, BROADCASTS_MAX - 1, desc=True))
    with client.pipeline(transaction=False) as pipe:
        for each in ids:
            pipe.hmget(keys.of(f"broadcast:{each.decode()}"), ["head", "created_ms"])
        answers = cast("list[list[bytes | None]]", pipe.execute())
    names = {letter: name for name, letter in CLASSES.items()}
    found = []
    for each, (head, created_ms) in zip(ids, answers, strict=True):
        page, rate_class = (*(head or b"").decode().split("|", 2), "")[:2]
        if head is not None and page in wanted and rate_class in names:
            broadcast = each.decode()
            name = lane_of(head, broadcast)
            found.append(Place(page, names[rate_class], "bulk", broadcast, name, int(created_ms or 0)))
    return found


def calls_before_empty(waiting: Mapping[Place, int]) -> dict[Place, int]:
    """Returns the calls until each lane is empty: interactive goes before bulk, and bulk lanes go in turn."""
    rivals: defaultdict[tuple[str, str], list[tuple[Place, int]]] = defaultdict(list)
    for place, number in waiting.items():
        rivals[place.page, place.rate_class].append((place, number))
    calls = {}
    for place, own in waiting.items():
        calls[place] = own
        if place.priority == "bulk":
            calls[place] += sum(
                number if each.priority == "interactive" else min(own, number)
                for each, number in rivals[place.page, place.rate_class]
                if each != place
            )
    return calls
