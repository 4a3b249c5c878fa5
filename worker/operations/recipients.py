"""What is remembered of people: whom a Page cannot reach, why, and for how long."""

from datetime import datetime
from typing import cast

import msgspec
import redis

from producer.queue.envelope import person_key
from producer.store.keys import Keys
from worker.operations.attempts import instant


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """A person to whom the Page's messages are refused until `until`, without a call of Graph; `fact` says why."""

    page: str
    person: str
    fact: str
    until: datetime


def show(client: "redis.Redis", keys: Keys, page: str, person: str) -> Remembered | None:
    """Returns what is remembered of one person, or None when messages to them are sent.

    Raises:
        redis.RedisError: the server was not reached.
    """
    value = cast("bytes | None", client.hget(keys.of(f"gone:{page}"), person_key(person)))
    until_text, _, fact = (value or b"").partition(b"|")
    seconds, microseconds = client.time()
    if not until_text.isdigit() or int(until_text) <= seconds * 1000 + microseconds // 1000:
        return None
    return Remembered(page=page, person=person, fact=fact.decode(), until=instant(int(until_text)))


def opted_out(client: "redis.Redis", keys: Keys, page: str, person: str) -> str | None:
    """Returns what a person opted out of, `bulk` or `everything`, or None.

    Raises:
        redis.RedisError: the server was not reached.
    """
    value = cast("bytes | None", client.hget(keys.of(f"opted:{page}"), person_key(person)))
    return None if value is None else value.decode(errors="replace")


def forget(client: "redis.Redis", keys: Keys, page: str, person: str) -> bool:
    """Forgets what is remembered of one person, so that the next message is sent; False when it was nothing.

    Raises:
        redis.RedisError: the server was not reached.
    """
    stood = show(client, keys, page, person) is not None
    client.hdel(keys.of(f"gone:{page}"), person_key(person))
    return stood
