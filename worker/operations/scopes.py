"""Scopes of holds: what an operator names (`1895/text/bulk`, a broadcast's id), and what lies in Redis."""

from typing import Final, cast

import redis

from producer.envelope import PAGE_CHARS_MAX
from producer.errors import BroadcastError, InvalidCommandError
from producer.keys import CLASSES, PRIORITIES, Keys

LANE_PARTS: Final = 3
_CLASS_NAMES: Final = {letter: name for name, letter in CLASSES.items()}
_PRIORITY_NAMES: Final = {letter: name for name, letter in PRIORITIES.items()}


def page_scope(page: str) -> str:
    """Returns the scope of a whole Page; raises `InvalidCommandError` for what is no Page id."""
    return f"page:{_checked(page, 'page')}"


def app_scope(app: str) -> str:
    """Returns the scope of all Pages of one app; raises `InvalidCommandError` for what is no app id."""
    return f"app:{_checked(app, 'app')}"


def lane_scope(text: str) -> str:
    """Returns the scope of a lane named `<page>/<class>/<priority>`, such as `1895/text/bulk`, with its broadcasts.

    Raises:
        InvalidCommandError: says which classes and priorities there are.
    """
    parts = text.split("/")
    if len(parts) != LANE_PARTS or parts[1] not in CLASSES or parts[2] not in PRIORITIES:
        raise InvalidCommandError(
            "lane", f"must be PAGE/CLASS/PRIORITY: {', '.join(CLASSES)}; {' or '.join(PRIORITIES)}"
        )
    return f"lane:{_checked(parts[0], 'lane')}/{CLASSES[parts[1]]}/{PRIORITIES[parts[2]]}"


def broadcast_scope(client: "redis.Redis", keys: Keys, broadcast_id: str) -> str:
    """Returns the scope of a broadcast's own lane.

    Raises:
        BroadcastError: there is none of this id.
    """
    head = cast("bytes | None", client.hget(keys.of(f"broadcast:{broadcast_id}"), "head"))
    if head is None:
        raise BroadcastError(f"there is no broadcast {broadcast_id}")
    page, rate_class = head.decode().split("|", 2)[:2]
    return f"lane:{page}/{rate_class}/b/{broadcast_id}"


def lane_of(name: str) -> str:
    """Returns a lane as people name it: `P1/t/b/sale` is `P1/text/bulk, broadcast sale`."""
    page, rate_class, priority, *broadcast = name.split("/", 3)
    lane = f"{page}/{_CLASS_NAMES.get(rate_class, rate_class)}/{_PRIORITY_NAMES.get(priority, priority)}"
    return f"{lane}, broadcast {broadcast[0]}" if broadcast else lane


def described(scope: str) -> str:
    """Returns a scope as people name it: `Page 1895`, `lane 1895/text/bulk`, `broadcast sale`, `app 7`."""
    kind, _, name = scope.partition(":")
    if kind != "lane":
        return f"{'Page' if kind == 'page' else kind} {name}"
    if name.count("/") < LANE_PARTS - 1:
        return f"lane {name}"
    return f"lane {lane_of(name)}"


def _checked(text: str, what: str) -> str:
    if not 0 < len(text) <= PAGE_CHARS_MAX or not all(c.isalnum() or c in "_-." for c in text):
        raise InvalidCommandError(
            what, f"must be an id: at most {PAGE_CHARS_MAX} letters, digits, '_', '-' or '.'"
        )
    return text
