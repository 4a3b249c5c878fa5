"""The Pages whose commands wait for a token: no running worker has one that is not held."""

from typing import Final, cast

import redis

from producer.store.keys import Keys

UNSERVED_MAX: Final = 1_000


def unserved_pages(client: "redis.Redis", keys: Keys) -> list[str]:
    """Returns the Pages with commands that wait for a worker with a living token, sorted; of more than 1,000 as many.

    Redis remembers such a Page until a worker comes with its token; one whose commands have all ended is left out.

    Raises:
        redis.RedisError: the server was not reached.
    """
    pages = cast("list[bytes]", client.srandmember(keys.of("unserved"), UNSERVED_MAX))
    if not pages:
        return []
    depths = cast("list[bytes | None]", client.hmget(keys.of("depth"), [page.decode() for page in pages]))
    return sorted(page.decode() for page, depth in zip(pages, depths, strict=True) if depth is not None)
