"""How much each Page sends, from what was counted of it at two readings."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, cast

import redis

from producer.store.keys import Keys

PAGES_MAX: Final = 2_000
APART_MS: Final = 5_000
FORGET_MS: Final = 30_000

Reading = tuple[int, int]


class PageRates:
    """Remembers two readings of each Page that was looked at lately, at most 2,000."""

    def __init__(self, client: "redis.Redis", keys: Keys) -> None:
        self._client = client
        self._keys = keys
        self._lock = threading.Lock()
        self._readings: OrderedDict[str, tuple[Reading, Reading]] = OrderedDict()

    def read(self, pages: Sequence[str]) -> dict[str, float | None]:
        """Returns what each of these Pages sent a second in the last five to ten seconds; None at its first reading.

        Raises:
            redis.RedisError: the server was not reached.
        """
        with self._client.pipeline(transaction=False) as pipe:
            pipe.time()
            for page in pages:
                pipe.hget(self._keys.of(f"counts:{page}"), "sent")
            (seconds, microseconds), *counts = pipe.execute()
        at_ms = seconds * 1000 + microseconds // 1000
        numbers = [int(each or 0) for each in cast("list[bytes | None]", counts)]
        with self._lock:
            return {page: self._rate(page, (at_ms, sent)) for page, sent in zip(pages, numbers, strict=True)}

    def _rate(self, page: str, now: Reading) -> float | None:
        older, newer = self._readings.get(page, (now, now))
        if now[0] - newer[0] > FORGET_MS:
            older = newer = now
        elif now[0] - newer[0] >= APART_MS:
            older, newer = newer, now
        self._readings[page] = older, newer
        self._readings.move_to_end(page)
        while len(self._readings) > PAGES_MAX:
            self._readings.popitem(last=False)
        span_ms = now[0] - older[0]
        return max(0, now[1] - older[1]) / span_ms * 1000 if span_ms > 0 else None
