"""Whether workers pace a Page by one rate: two forms of it are counted apart, and let through the sum of both."""

from collections.abc import Mapping, Sequence
from typing import Final, cast

import redis

from producer.store.keys import Keys
from worker.engine.knowledge import Profile

PAGES_MAX: Final = 1_000
OTHERS_MAX: Final = 20
FORMS: Final = {"g", "w"}


def forms_of(rates: str) -> dict[str, str]:
    """Returns the form of each limit, of rates as scripts read them: `g` by the second, `w` a window, `off`."""
    return {name: form for name, form, *_ in (each.split(":") for each in rates.split(",") if ":" in each)}


def effective(rates: str, entry: str) -> str:
    """Returns the rates that a worker has for a Page: later ones go before the default."""
    return ",".join(filter(None, (rates, entry.split(";", 2)[-1])))


def counted_apart(pages: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Returns the limits that workers give in both forms, by Page; of each Page the rates of every worker are given."""
    found: dict[str, list[str]] = {}
    for page, texts in pages.items():
        forms = [forms_of(text) for text in texts]
        names = {name for each in forms for name in each}
        apart = sorted(name for name in names if {each.get(name) for each in forms} >= FORMS)
        if apart:
            found[page] = apart
    return found


def apart_from_others(client: "redis.Redis", keys: Keys, profile: Profile) -> dict[str, list[str]]:
    """Returns the limits of a worker's Pages that another worker gives in the other form, by Page.

    It looks at 1,000 Pages, and at 20 kinds of other workers.

    Raises:
        redis.RedisError: the server was not reached.
    """
    digests = set(cast("list[bytes]", client.hvals(keys.of("workers")))) - {profile.digest.encode()}
    flat = profile.fields()
    mine = dict(zip(flat[::2], flat[1::2], strict=True))
    pages = sorted(profile.pages)[:PAGES_MAX]
    texts = {page: [effective(mine["@rates"], mine[page])] for page in pages}
    for digest in sorted(digests)[:OTHERS_MAX]:
        key = keys.of(f"profile:{digest.decode()}")
        rates, *entries = cast("list[bytes | None]", client.hmget(key, ["@rates", *pages]))
        for page, entry in zip(pages, entries, strict=True):
            if entry is not None:
                texts[page].append(effective((rates or b"").decode(), entry.decode()))
    return counted_apart(texts)
