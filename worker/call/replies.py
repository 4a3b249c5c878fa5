"""Answers become what the methods give back: the reply as the reference client unwraps it."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from producer.commands.broadcasts import GetBroadcastMessagesSent
from producer.commands.handover import GetSecondaryReceivers, GetThreadOwner
from producer.commands.insights import GetInsight, GetInsights
from producer.commands.pages import (
    DebugToken,
    GetMessageTags,
    GetMessagingFeatureReview,
    GetPageSubscription,
    GetSubscriptions,
)
from producer.commands.parts import BatchItem, Command, Part, RawPart
from producer.commands.personas import GetAllPersonas
from producer.commands.profile import GetMessengerProfile, GetProfileProperty, GetUserMenu

# Of these properties the value is given, of the others the object that holds it, as the reference client does.
_BARE_PROPERTIES: Final = frozenset(
    {"get_started", "persistent_menu", "greeting", "whitelisted_domains", "ice_breakers", "commands"}
)
_OK: Final = 200
_STEP: Final = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")
_DIGITS_MAX: Final = 9  # of a place in a list: no answer is so long


def unwrap(command: Command, body: object) -> object:
    """Returns what the method of `command` gives back for Graph's parsed answer `body`.

    What is absent is None; a body without the expected members is None too, never an exception.
    """
    if isinstance(command, GetProfileProperty):
        first = _first(body)
        if command.property == "ice_breakers" and isinstance(first, dict) and "call_to_actions" in first:
            return _data(body)  # one entry for each locale, without the property's own name
        return _member(first, command.property) if command.property in _BARE_PROPERTIES else first
    if isinstance(command, RawPart):
        return _picked(command, body)
    pick = _PICKS.get(type(command))
    return body if pick is None else pick(body)


def is_reshaped(command: Command) -> bool:
    """Tells whether the method of `command` gives back something else than Graph's answer as it is."""
    if isinstance(command, RawPart):
        return "responseAccessPath" in command.part
    return isinstance(command, GetProfileProperty) or type(command) in _PICKS


def next_cursor(command: Command, body: object, seen: Sequence[str] = ()) -> str | None:
    """Returns the cursor of the page that `get_all_personas` reads next, or None when this was the last.

    `seen` holds the cursors read so far; one that comes again ends the reading.
    """
    if not isinstance(command, GetAllPersonas):
        return None
    after = _member(_member(_member(body, "paging"), "cursors"), "after")
    if not isinstance(after, str) or not after or after == command.cursor or after in seen:
        return None
    return after


def unwrap_parts(parts: Sequence[BatchItem], answers: Sequence[object]) -> list[dict[str, object] | None]:
    """Returns code, headers and parsed body of each part, in their order; null stays None.

    The body of a part that succeeded is what its method gives back; that of a failed one holds Graph's error.
    """
    return [unwrap_part(part, answer) for part, answer in zip(parts, answers, strict=True)]


def unwrap_part(item: BatchItem, answer: object) -> dict[str, object] | None:
    """Returns the answer to one part with its body parsed; a body that is no JSON stays text."""
    if not isinstance(answer, dict):
        return None
    result: dict[str, object] = dict(answer)
    body = parsed(answer.get("body"))
    if answer.get("code") == _OK:
        command = item.command if isinstance(item, Part) else item
        body = unwrap(command, body)
    result["body"] = body
    return result


def parsed(body: object) -> object:
    """Returns the JSON value of a part's body, or the text itself when it is no JSON."""
    if not isinstance(body, str):
        return body
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return body


def _picked(command: RawPart, body: object) -> object:
    path = command.part.get("responseAccessPath")
    if not isinstance(path, str):
        return body
    for name, index in _STEP.findall(path):
        body = _member(body, name) if name else _item(body, index)
    return body


def _page_subscription(body: object) -> object:
    subscriptions = _member(body, "data")
    if not isinstance(subscriptions, list):
        return None
    return next((each for each in subscriptions if _member(each, "object") == "page"), None)


def _first(body: object) -> object:
    return _item(_member(body, "data"), "0")


def _item(value: object, index: str) -> object:
    if not isinstance(value, list) or len(index) > _DIGITS_MAX or int(index) >= len(value):
        return None
    found: object = value[int(index)]
    return found


def _member(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def _data(body: object) -> object:
    return _member(body, "data")


_PICKS: Final[Mapping[type, Callable[[object], object]]] = {
    DebugToken: _data,
    GetSubscriptions: _data,
    GetMessagingFeatureReview: _data,
    GetMessageTags: _data,
    GetMessengerProfile: _data,
    GetBroadcastMessagesSent: _data,
    GetSecondaryReceivers: _data,
    GetInsights: _data,
    GetAllPersonas: _data,
    GetInsight: _first,
    GetPageSubscription: _page_subscription,
    GetUserMenu: lambda body: _member(_first(body), "user_level_persistent_menu"),
    GetThreadOwner: lambda body: _member(_first(body), "thread_owner"),
}
