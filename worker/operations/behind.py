"""How many commands of a Page wait behind earlier ones of their conversations: counted, or reckoned from a part."""

from collections.abc import Mapping
from typing import Final, cast

import redis

from producer.store.keys import PRIORITIES, Keys

# Of all Pages together so many conversations are looked at, of each Page at least a few.
LOOKED_AT_MAX: Final = 2_000
LOOKED_AT_MIN: Final = 10


def read_behind(client: "redis.Redis", keys: Keys, rest: Mapping[str, int]) -> dict[tuple[str, str], int]:
    """Returns how many commands wait behind others, by Page and priority; of many conversations by their mean length.

    Args:
        client: of the server.
        keys: of the installation.
        rest: of each Page that is asked for, how many of its commands are in no lane; more cannot wait.

    Raises:
        redis.RedisError: the server was not reached.
    """
    asked = [(page, name) for page, number in rest.items() if number > 0 for name in PRIORITIES]
    with client.pipeline(transaction=False) as pipe:
        for page, name in asked:
            pipe.scard(keys.of(f"busy:{PRIORITIES[name]}:{page}"))
        sizes = cast("list[int]", pipe.execute())
    heads = {place: size for place, size in zip(asked, sizes, strict=True) if size}
    people = _people(client, keys, heads)
    with client.pipeline(transaction=False) as pipe:
        for (page, name), those in people.items():
            for person in those:
                pipe.llen(keys.of(f"conversation:{page}/{person}/{PRIORITIES[name]}"))
        lengths = iter(cast("list[int]", pipe.execute()))
    found: dict[tuple[str, str], int] = {}
    for (page, name), those in people.items():
        waiting = sum(next(lengths) for _ in those)
        whole = round(waiting * heads[page, name] / len(those)) if those else 0
        found[page, name] = min(whole, rest[page])
    return {place: number for place, number in found.items() if number}


def _people(
    client: "redis.Redis", keys: Keys, heads: Mapping[tuple[str, str], int]
) -> dict[tuple[str, str], list[str]]:
    """Returns people who have a head, the same ones whenever nothing has changed."""
    most = max(LOOKED_AT_MIN, LOOKED_AT_MAX // max(1, len(heads)))
    with client.pipeline(transaction=False) as pipe:
        for page, name in heads:
            pipe.sscan(keys.of(f"busy:{PRIORITIES[name]}:{page}"), 0, count=most)
        answers = cast("list[tuple[int, list[bytes]]]", pipe.execute())
    return {
        place: [person.decode(errors="replace") for person in found[:most]]
        for place, (_, found) in zip(heads, answers, strict=True)
    }
