"""A queue on one server, asked by an event loop through `redis.asyncio`."""

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff

from producer.store.intake import PAGE_QUEUE_MAX, Intake
from producer.store.keys import PREFIX_DEFAULT, Keys
from producer.store.queue import ANSWER_TIMEOUT_S, CONNECT_TIMEOUT_S, TRIES_AGAIN
from producer.store.queue import connect as checked_url
from producer.store.taking import Taker


def connect(redis_url: str) -> "redis.asyncio.Redis":
    """Returns a client with time-outs on everything; connects when it is first used.

    Raises:
        SettingsError: the URL is none of Redis.
    """
    checked_url(redis_url).close()
    return redis.asyncio.Redis.from_url(
        redis_url,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        socket_timeout=ANSWER_TIMEOUT_S,
        retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), TRIES_AGAIN),
    )


class AsyncQueue:
    """One installation's queue on one server; safe to share between the tasks of one event loop."""

    def __init__(
        self,
        client: "redis.asyncio.Redis",
        *,
        prefix: str = PREFIX_DEFAULT,
        page_queue_max: int = PAGE_QUEUE_MAX,
    ) -> None:
        self.taker = Taker(client)
        self.intake = Intake(Keys(prefix), page_queue_max)
