"""Echoes: Meta's webhook tells what was sent; a command that was in doubt is then known to have been sent."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, cast

import msgspec
import redis

from producer.limits import BROADCAST_ID_CHARACTERS_MAX
from producer.store.ids import PATTERN
from producer.store.keys import Keys
from producer.store.policy import of_the_workers
from producer.store.refusals import unavailable
from producer.store.scripting import Script
from producer.store.steps import Run, Steps

# A broadcast's id may have letters of any script.
COMMAND_ID: Final = re.compile(rf"{PATTERN}(\.[0-9]+){{0,2}}|[\w-]{{1,{BROADCAST_ID_CHARACTERS_MAX}}}:[0-9]+")


def echoes_in(event: object) -> Iterator[tuple[str, dict[str, object]]]:
    """Yields command id and reply of every echo in a webhook's body, an entry, or a single messaging event."""
    if not isinstance(event, Mapping):
        return
    for name in ("entry", "messaging"):
        inner = event.get(name)
        if isinstance(inner, list):
            for each in inner:
                yield from echoes_in(each)
            return
    message, recipient = event.get("message"), event.get("recipient")
    if not isinstance(message, Mapping) or not message.get("is_echo"):
        return
    metadata = message.get("metadata")
    if isinstance(metadata, str) and COMMAND_ID.fullmatch(metadata):
        psid = recipient.get("id") if isinstance(recipient, Mapping) else None
        yield metadata, {"recipient_id": psid, "message_id": message.get("mid")}


def confirming(event: object, keys: Keys) -> Steps[int]:
    """Settles as `sent` what the echoes of `event` prove, and comes to how many commands that changed."""
    found = list(echoes_in(event))
    if not found:
        return 0
    return (yield from proving(found, (), keys))


def proving(
    echoes: Sequence[tuple[str, dict[str, object]]], people: Iterable[tuple[str, str, int]], keys: Keys
) -> Steps[int]:
    """Settles what echoes prove, and remembers of people (Page, person, when in ms) that they wrote."""
    arguments: list[str | bytes | int] = [of_the_workers(), "", len(echoes)]
    for command_id, reply in echoes:
        arguments += (command_id, msgspec.json.encode({"reply": reply}))
    arguments += chain.from_iterable(people)
    try:
        answer = yield Run(Script("confirm"), keys.prefix, tuple(arguments))
    except redis.RedisError as error:
        raise unavailable(error) from error
    return cast("int", answer)
