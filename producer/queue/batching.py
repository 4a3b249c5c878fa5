"""An explicit batch on the queue: each part travels by itself, under one ticket; linked parts stay together."""

import re
from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from producer.commands import BatchItem, Command, Part, RawPart, SendBatch
from producer.commands.codec import json_of
from producer.errors import InvalidCommandError

LINKED_MAX: Final = 50
# Names of parts from whose answers something is taken.
_TAKEN_FROM: Final = re.compile(r"\{result=([^:}]+):")


class Share(msgspec.Struct, frozen=True):
    """One envelope of a batch: its id, its command, and the places of its parts in the batch."""

    id: str
    command: Command
    places: tuple[int, ...]


def _linked_places(parts: Sequence[BatchItem]) -> list[int]:
    """Returns the places of parts that are named, wait for others, or take something from a part that is there.

    A text that looks like a reference and names no part is a text.
    """
    names = {name for item in parts if (name := _name_of(item)) is not None}
    return [place for place, item in enumerate(parts) if _is_linked(item, names)]


def _is_linked(item: BatchItem, names: Collection[str]) -> bool:
    if _name_of(item) is not None or _waits(item):
        return True
    command = item.command if isinstance(item, Part) else item
    return bool(names) and any(name in names for name in _TAKEN_FROM.findall(json_of(command).decode()))


def _name_of(item: BatchItem) -> str | None:
    name = (
        item.name if isinstance(item, Part) else item.part.get("name") if isinstance(item, RawPart) else None
    )
    return None if name is None else str(name)


def _waits(item: BatchItem) -> bool:
    if isinstance(item, Part):
        return item.depends_on is not None
    return isinstance(item, RawPart) and "depends_on" in item.part


def shares_of(command: SendBatch, base: str) -> tuple[str, list[Share]]:
    """Returns the ticket's id for a batch, and the envelopes that it becomes.

    Raises:
        InvalidCommandError: more than 50 parts are linked to one another.
    """
    linked = _linked_places(command.parts)
    if len(linked) > LINKED_MAX:
        raise InvalidCommandError(
            "parts", f"at most {LINKED_MAX} parts may be linked by name, {len(linked)} are"
        )
    shares = [
        Share(f"{base}.{place}", _alone(item, command), (place,))
        for place, item in enumerate(command.parts)
        if place not in linked
    ]
    if linked:
        whole = SendBatch(
            parts=[command.parts[place] for place in linked],
            include_headers=command.include_headers,
            access_token=command.access_token,
        )
        shares.append(Share(f"{base}.{linked[0]}", whole, tuple(linked)))
        shares.sort(key=lambda share: share.places)  # to one person they leave in the order of the parts
    total = f"{base}x{len(command.parts)}" + "".join(f"_{place}" for place in linked)
    return total + ("n" if command.include_headers is False else ""), shares


def _alone(item: BatchItem, whole: SendBatch) -> Command:
    """Returns the command of a part that travels by itself, with the token of the batch where it has none."""
    single = item.command if isinstance(item, Part) else item
    if whole.access_token is None or single.access_token is not None:
        return single
    return msgspec.structs.replace(single, access_token=whole.access_token)
