"""The pure function from a command to its call: the only place that knows endpoints."""

from collections.abc import Callable, Mapping
from typing import Final, cast

from producer.commands.parts import Command, Part, RawPart
from producer.errors import InvalidCommandError
from worker.call.endpoints import (
    apps,
    broadcasts,
    handover,
    labels,
    marketing,
    pages,
    personas,
    profile,
    sends,
    upkeep,
    uploads,
)
from worker.call.endpoints.call import NO_CONTEXT, Call, CallContext
from worker.call.endpoints.parts import Link

_CALLS: Final = cast(
    "Mapping[type, Callable[[Command, CallContext], Call]]",
    {
        **sends.CALLS,
        **uploads.CALLS,
        **profile.CALLS,
        **labels.CALLS,
        **broadcasts.CALLS,
        **pages.CALLS,
        **handover.CALLS,
        **apps.CALLS,
        **personas.CALLS,
        **upkeep.CALLS,
        **marketing.CALLS,
    },
)


def call_for(command: Command, context: CallContext = NO_CONTEXT) -> Call:
    """Returns the one call that `command` needs; looks at nothing else.

    Raises `InvalidCommandError` for a batch, which is many calls, and when the context lacks an app id that the
    command needs.
    """
    make = _CALLS.get(type(command))
    if make is None:
        raise InvalidCommandError("", "is a batch: make a call for each of its parts")
    return make(command, context)


def part_call(item: object, context: CallContext = NO_CONTEXT) -> tuple[Call, Link | None]:
    """Returns the call of one part of an explicit batch, and its links to others."""
    if isinstance(item, Part):
        link = Link(
            name=item.name,
            depends_on=item.depends_on,
            omit_response_on_success=item.omit_response_on_success,
        )
        return call_for(item.command, context), link
    if isinstance(item, RawPart):
        rest = {name: value for name, value in item.part.items() if name not in _RAW_MEMBERS}
        return call_for(item, context), Link(extra=rest) if rest else None
    return call_for(cast("Command", item), context), None


_RAW_MEMBERS: Final = frozenset({"method", "relative_url", "body", "responseAccessPath"})
