"""An explicit batch on the queue: each part travels by itself, under one ticket; linked parts stay together."""

from typing import Final

import msgspec

from producer.commands import BatchItem, Command, Part, RawPart, SendBatch
from producer.errors import InvalidCommandError

LINKED_MAX: Final = 50
REFERENCE: Final = b"{result="


class Share(msgspec.Struct, frozen=True):
    """One envelope of a batch: its id, its command, and the places of its parts in the batch."""

    id: str
    command: Command
    places: tuple[int, ...]


def _is_linked(item: object) -> bool:
    if isinstance(item, Part):
        return item.name is not None or item.depends_on is not None or _refers(item.command)
    if isinstance(item, RawPart):
        return "name" in item.part or "depends_on" in item.part or _refers(item)
    return _refers(item)


def _refers(item: object) -> bool:
    return REFERENCE in msgspec.json.encode(item)


def shares_of(command: SendBatch, base: str) -> tuple[str, list[Share]]:
    """Returns the ticket's id for a batch, and the envelopes that it becomes.

    Raises:
        InvalidCommandError: more than 50 parts are linked to one another.
    """
    linked = [place for place, item in enumerate(command.parts) if _is_linked(item)]
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
