"""Scopes of holds: what an operator names (`1895/text/bulk`, a broadcast's id), and what lies in Redis."""

from typing import Final, cast

import redis

from producer.errors import BroadcastError, InvalidCommandError
from producer.queue.envelope import PAGE_CHARS_MAX
from producer.store.keys import CLASSES, PRIORITIES, Keys

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

    `<page>/<class>` are the lanes of both priorities: what a throttle holds.

    Raises:
        InvalidCommandError: says which classes and priorities there are.
    """
    parts = text.split("/")
    if len(parts) not in {LANE_PARTS - 1, LANE_PARTS} or parts[1] not in CLASSES:
        raise _no_lane()
    lanes = f"lane:{_checked(parts[0], 'lane')}/{CLASSES[parts[1]]}"
    if len(parts) < LANE_PARTS:
        return lanes
    if parts[2] not in PRIORITIES:
        raise _no_lane()
    return f"{lanes}/{PRIORITIES[parts[2]]}"


def class_scope(scope: str) -> str | None:
    """Returns the scope of both priorities of a lane's class, which a throttle holds; None for what is no lane's."""
    kind, _, name = scope.partition(":")
    parts = name.split("/", LANE_PARTS)
    return f"lane:{parts[0]}/{parts[1]}" if kind == "lane" and len(parts) >= LANE_PARTS else None


def is_broadcast(scope: str) -> bool:
    """Tells whether a scope is a broadcast's own lane: a hold of it by hand is its pause."""
    kind, _, name = scope.partition(":")
    return kind == "lane" and name.count("/") >= LANE_PARTS


def page_of(scope: str) -> str | None:
    """Returns the Page that a scope is part of; None for an app's."""
    kind, _, name = scope.partition(":")
    return None if kind == "app" else name.split("/", 1)[0]


def _no_lane() -> InvalidCommandError:
    return InvalidCommandError(
        "lane", f"must be PAGE/CLASS/PRIORITY or PAGE/CLASS: {', '.join(CLASSES)}; {' or '.join(PRIORITIES)}"
    )


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
    """Returns a lane as people name it: `P1/t/b/sale` is `P1/text/bulk, broadcast sale`, and `P1/t` is `P1/text`."""
    page, rate_class, *rest = name.split("/", 3)
    lane = f"{page}/{_CLASS_NAMES.get(rate_class, rate_class)}"
    if rest:
        lane += f"/{_PRIORITY_NAMES.get(rest[0], rest[0])}"
    return f"{lane}, broadcast {rest[1]}" if rest[1:] else lane


def described(scope: str) -> str:
    """Returns a scope as people name it: `Page 1895`, `lane 1895/text/bulk`, `app 7`."""
    kind, _, name = scope.partition(":")
    if kind != "lane":
        return f"{'Page' if kind == 'page' else kind} {name}"
    if "/" not in name:
        return f"lane {name}"
    return f"lane {lane_of(name)}"


def _checked(text: str, what: str) -> str:
    if not 0 < len(text) <= PAGE_CHARS_MAX or not all(c.isalnum() or c in "_-." for c in text):
        raise InvalidCommandError(
            what, f"must be an id: at most {PAGE_CHARS_MAX} letters, digits, '_', '-' or '.'"
        )
    return text
