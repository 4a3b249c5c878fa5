"""Holds by hand: a Page, lane, broadcast or app that is not taken from, until a time or until it is released."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, cast

import msgspec
import redis

from producer.errors import InvalidCommandError
from producer.keys import Keys
from producer.scripting import Script
from worker.operations.attempts import instant

HOLDS_MAX: Final = 1_000
REASON_CHARS_MAX: Final = 300
SECONDS_MAX: Final = 366 * 24 * 3600
READ: Final = 500


class HoldSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A scope that is not taken from until `until`, or with None until it is released.

    `repeats` counts how often a hold whose time Meta had not named came again soon after, each time twice as long.
    `for_token` is the fingerprint of the only token that it holds, or None when it holds any.
    """

    scope: str
    reason: str
    since: datetime
    until: datetime | None
    repeats: int
    for_token: str | None


def list_holds(client: "redis.Redis", keys: Keys, *, limit: int = HOLDS_MAX) -> list[HoldSeen]:
    """Returns at most `limit` of the holds that have not ended, by scope.

    Raises:
        redis.RedisError: the server was not reached.
    """
    now_ms = _now_ms(client)
    found: dict[str, HoldSeen] = {}
    for scope, value in _entries(client, keys):
        seen = hold_of(scope, value)
        if seen is not None and _stands(seen, now_ms):
            found[scope] = seen
        if len(found) >= limit:
            break
    return [found[scope] for scope in sorted(found)]


def hold(client: "redis.Redis", keys: Keys, scope: str, *, for_s: float | None, reason: str) -> HoldSeen:
    """Holds a scope (`worker.operations.scopes`) and returns the hold that stands now: a longer one stays as it is.

    Args:
        client: of the server.
        keys: of the installation.
        scope: `page:…`, `lane:…` or `app:…`.
        for_s: seconds, at most 366 days; None until it is released.
        reason: at most 300 characters, for whoever wonders.

    Raises:
        InvalidCommandError: names what is out of its bounds.
        redis.RedisError: the server was not reached; holding again is safe.
    """
    if for_s is not None and not 0 < for_s <= SECONDS_MAX:
        raise InvalidCommandError("for", f"must be more than 0 and at most {SECONDS_MAX} seconds")
    if not 0 < len(reason) <= REASON_CHARS_MAX:
        raise InvalidCommandError("reason", f"must have 1 to {REASON_CHARS_MAX} characters")
    for_ms = "" if for_s is None else max(1, round(for_s * 1000))
    _script().run(
        client,
        keys.prefix,
        ("hold", scope, for_ms, msgspec.json.encode({"reason": reason, "by": "hand"}), ""),
    )
    value = cast("bytes | None", client.hget(keys.of("hold"), scope))
    seen = hold_of(scope, value or b"")
    if seen is None:
        raise InvalidCommandError("scope", "was released by somebody else at the same moment")
    return seen


def release(client: "redis.Redis", keys: Keys, scope: str) -> bool:
    """Releases a scope, which then comes back gently; False when it was not held.

    Raises:
        redis.RedisError: the server was not reached; releasing again is safe.
    """
    value = cast("bytes | None", client.hget(keys.of("hold"), scope))
    seen = hold_of(scope, value or b"")
    stood = seen is not None and _stands(seen, _now_ms(client))
    asleep = list(_pages_asleep(client, keys)) if scope.startswith("app:") else []
    _script().run(client, keys.prefix, ("release", scope, "", "", ""))
    for start in range(0, len(asleep), READ):
        _script().run(client, keys.prefix, ("rouse", "", "", "", "", *asleep[start : start + READ]))
    return stood


def hold_of(scope: str, value: bytes) -> HoldSeen | None:
    """Returns an entry of `hold` in the form for people, or None for what is none."""
    parts = value.split(b"|", 4)
    try:
        until_text, token, since_text, repeats, reason = parts
        until_ms, since_ms, times = int(until_text), int(since_text), int(repeats)
    except ValueError:
        return None
    return HoldSeen(
        scope=scope,
        reason=_reason(reason),
        since=instant(since_ms),
        until=instant(until_ms) if until_ms else None,
        repeats=times,
        for_token=token.decode() or None,
    )


def _script() -> Script:
    return Script("hold")


def _stands(seen: HoldSeen, now_ms: int) -> bool:
    return seen.until is None or seen.until.timestamp() * 1000 > now_ms


def _now_ms(client: "redis.Redis") -> int:
    seconds, microseconds = client.time()
    return seconds * 1000 + microseconds // 1000


def _entries(client: "redis.Redis", keys: Keys) -> Iterator[tuple[str, bytes]]:
    for scope, value in client.hscan_iter(keys.of("hold"), count=READ):
        yield scope.decode(), value


def _pages_asleep(client: "redis.Redis", keys: Keys) -> Iterator[str]:
    """Yields every Page that sleeps; an app's own are not told apart from others."""
    for member, _ in client.zscan_iter(keys.of("asleep"), count=READ):
        if b"/" not in member:
            yield member.decode()


def _reason(text: bytes) -> str:
    try:
        document = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text.decode(errors="replace")
    return str(document.get("reason", "")) if isinstance(document, dict) else str(document)
