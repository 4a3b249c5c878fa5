"""Opt-outs: what people do not want to be sent, until they opt in."""

from typing import Final, Literal, TypeAlias, cast

import redis

from producer.errors import InvalidCommandError
from producer.queue.envelope import person_key
from producer.store.keys import Keys
from producer.store.refusals import unavailable
from producer.store.steps import Call, Steps

OptOut: TypeAlias = Literal["bulk", "everything"]
SCOPES: Final = ("bulk", "everything")


def opting_out(keys: Keys, page: str, psid: str, of: OptOut) -> Steps[None]:
    """Remembers for good what a person does not want."""
    field = opted_field(psid, of)
    try:
        yield Call(("HSET", keys.of(f"opted:{page}"), field, of))
    except redis.RedisError as error:
        raise unavailable(error) from error


def opting_in(keys: Keys, page: str, psid: str) -> Steps[bool]:
    """Forgets it; comes to whether there was an opt-out."""
    field = opted_field(psid)
    try:
        return cast("int", (yield Call(("HDEL", keys.of(f"opted:{page}"), field)))) > 0
    except redis.RedisError as error:
        raise unavailable(error) from error


def opted_field(psid: str, of: OptOut = "bulk") -> str:
    """Returns the name under which a person's opt-out is kept.

    Raises:
        InvalidCommandError: `psid` is no text or is empty, or there is no such scope.
    """
    if not isinstance(psid, str) or not psid.strip():
        raise InvalidCommandError("psid", "must be a person's PSID")
    if of not in SCOPES:
        raise InvalidCommandError("of", "must be 'bulk' (broadcasts too) or 'everything'")
    return person_key(psid)
