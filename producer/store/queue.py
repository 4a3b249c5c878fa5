"""A queue on one server, asked by threads: the client, and the way on which scripts go."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from producer.errors import SettingsError
from producer.store.intake import PAGE_QUEUE_MAX, Arguments, Intake
from producer.store.keys import PREFIX_DEFAULT, Keys
from producer.store.steps import Result, Steps, take
from producer.store.wire import Wire

CONNECT_TIMEOUT_S: Final = 5.0
ANSWER_TIMEOUT_S: Final = 10.0
TRIES_AGAIN: Final = 3
URL_INVALID: Final = (
    "the Redis URL is not valid: its form is redis://user:password@host:6379/0, "
    "with / as %2F, # as %23 and ? as %3F in a password"
)


def connect(redis_url: str) -> "redis.Redis":
    """Returns a client of a Redis or Valkey server, with time-outs on everything; connects when it is first used.

    Raises:
        SettingsError: the URL is none of Redis.
    """
    if not redis_url.startswith(("redis://", "rediss://", "unix://")):
        raise SettingsError("the Redis URL must begin with redis://, rediss:// or unix://")
    try:
        client = redis.Redis.from_url(
            redis_url,
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            socket_timeout=ANSWER_TIMEOUT_S,
            retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), TRIES_AGAIN),
        )
        client.connection_pool.connection_class(**client.connection_pool.connection_kwargs)
    except (ValueError, TypeError):  # whose text may show a part of the password
        raise SettingsError(URL_INVALID) from None
    return client


class Queue:
    """One installation's queue on one server; safe to share between threads, and after a fork."""

    def __init__(
        self, client: "redis.Redis", *, prefix: str = PREFIX_DEFAULT, page_queue_max: int = PAGE_QUEUE_MAX
    ) -> None:
        self.client = client
        self.wire = Wire(client)
        self.keys = Keys(prefix)
        self.intake = Intake(self.keys, page_queue_max)

    def take(self, steps: Steps[Result], source: Iterator[Any] | None = None) -> Result:
        """Takes steps in this thread, and returns what they come to; see `producer.store.steps.take`."""
        return take(steps, self.client, source, wire=self.wire)

    def put(self, commands: Iterable[Arguments], *, and_more: int = 0) -> int:
        """Accepts commands, all or none, and returns how many were new; see `Intake.put`."""
        return self.take(self.intake.put(commands, and_more=and_more))

    def close(self) -> None:
        """Closes the connections; a later call opens new ones."""
        self.wire.close()
        self.client.close()
