"""Holds by hand: a Page, lane, broadcast or app that is not taken from, until a time or until it is released."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final, cast, get_args

import msgspec
import redis

from producer.errors import InvalidCommandError
from producer.store.keys import Keys
from producer.store.scripting import Script
from worker.engine.chunk import HoldKind
from worker.operations.attempts import instant
from worker.operations.scopes import page_of
from worker.operations.serving import Served, beats, served_by

HOLDS_MAX: Final = 1_000
REASON_CHARS_MAX: Final = 300
SECONDS_MAX: Final = 366 * 24 * 3600
READ: Final = 500
READ_MAX: Final = 10_000
KINDS: Final[tuple[HoldKind, ...]] = get_args(HoldKind)


class HoldSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A scope that is not taken from until `until`, or with None until it is released.

    `kind` is `hand`, `throttle`, `token` (of the token `for_token` only) or `trouble` (somebody has to mend it). Holds
    of several kinds, and for several tokens, can stand for one scope.
    `repeats` counts how often a hold whose time Meta had not named came again soon after, each time twice as long.
    `for_token` is the fingerprint of the only token that it holds, or None when it holds any.
    """

    scope: str
    reason: str
    since: datetime
    until: datetime | None
    repeats: int
    for_token: str | None
    kind: HoldKind


def list_holds(client: "redis.Redis", keys: Keys, *, limit: int = HOLDS_MAX) -> list[HoldSeen]:
    """Returns at most `limit` of the holds that have not ended, by scope; those of one scope by their beginning.

    A hold for a token that no worker has any more, while one has another of its Page, holds nothing: it is left out.
    Of more than 10,000 scopes as many are looked at, picked by chance.

    Raises:
        redis.RedisError: the server was not reached.
    """
    now_ms = _now_ms(client)
    standing = [
        seen
        for scope, value in _entries(client, keys)
        for seen in holds_in(scope, value)
        if stands(seen, now_ms)
    ]
    return sorted(
        islice(_uncured(client, keys, standing), limit), key=lambda seen: (seen.scope, seen.since, seen.kind)
    )


def _uncured(client: "redis.Redis", keys: Keys, standing: Sequence[HoldSeen]) -> Iterator[HoldSeen]:
    pages = {seen.scope: page_of(seen.scope) for seen in standing if seen.for_token}
    served: dict[str, Served] = {}
    if pages:
        digests = {beat.digest for beat in beats(client, keys)}
        served = served_by(client, keys, digests, sorted({page for page in pages.values() if page}))
    for seen in standing:
        here = served.get(pages.get(seen.scope) or "")
        if seen.for_token is None or here is None or seen.for_token in here.fingerprints:
            yield seen


def hold(client: "redis.Redis", keys: Keys, scope: str, *, for_s: float | None, reason: str) -> HoldSeen:
    """Holds a scope (`worker.operations.scopes`), and returns what stands now: a longer hold by hand stays as it is.

    What holds the scope for another reason goes on beside it.

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
    seen = by_hand(client, keys, scope)
    if seen is None:
        raise InvalidCommandError("scope", "was released by somebody else at the same moment")
    return seen


def by_hand(client: "redis.Redis", keys: Keys, scope: str) -> HoldSeen | None:
    """Returns the hold by hand that stands for a scope, or None.

    Raises:
        redis.RedisError: the server was not reached.
    """
    value = cast("bytes | None", client.hget(keys.of("hold"), scope))
    now_ms = _now_ms(client)
    found = (seen for seen in holds_in(scope, value or b"") if seen.kind == "hand" and stands(seen, now_ms))
    return next(found, None)


def release(client: "redis.Redis", keys: Keys, scope: str, *, kind: HoldKind | None = None) -> bool:
    """Releases a scope, which then comes back gently; False when it was not held.

    Args:
        client: of the server.
        keys: of the installation.
        scope: `page:…`, `lane:…` or `app:…`.
        kind: only what holds it for this reason; None for all that holds it.

    Raises:
        redis.RedisError: the server was not reached; releasing again is safe.
    """
    value = cast("bytes | None", client.hget(keys.of("hold"), scope))
    now_ms = _now_ms(client)
    stood = any(stands(seen, now_ms) and kind in {None, seen.kind} for seen in holds_in(scope, value or b""))
    asleep = list(_pages_asleep(client, keys)) if scope.startswith("app:") else []
    _script().run(client, keys.prefix, ("release", scope, kind or "", "", ""))
    for start in range(0, len(asleep), READ):
        _script().run(client, keys.prefix, ("rouse", "", "", "", "", *asleep[start : start + READ]))
    return stood


def holds_in(scope: str, value: bytes) -> list[HoldSeen]:
    """Returns an entry of `hold` (`scripts/holding.lua`) in the form for people, without what is none."""
    found = [_hold_of(scope, line) for line in value.split(b"\n")]
    return [seen for seen in found if seen is not None]


def stands(seen: HoldSeen, now_ms: int) -> bool:
    """Tells whether a hold has not ended."""
    return seen.until is None or seen.until.timestamp() * 1000 > now_ms


def latest(found: Iterable[HoldSeen]) -> HoldSeen | None:
    """Returns the hold that ends last, or None when there is none."""
    return max(found, key=lambda seen: seen.until.timestamp() if seen.until else float("inf"), default=None)


def _hold_of(scope: str, line: bytes) -> HoldSeen | None:
    parts = line.split(b"|", 4)
    try:
        until_text, token, since_text, repeats, rest = parts
        until_ms, since_ms, times = int(until_text), int(since_text), int(repeats)
    except ValueError:
        return None
    kind, reason = _kind_of(rest, of_token=bool(token))
    return HoldSeen(
        scope=scope,
        reason=_reason(reason),
        since=instant(since_ms),
        until=instant(until_ms) if until_ms else None,
        repeats=times,
        for_token=token.decode() or None,
        kind=kind,
    )


def _kind_of(rest: bytes, *, of_token: bool) -> tuple[HoldKind, bytes]:
    """Returns kind and reason; a hold of an older worker's has no kind, and its reason alone."""
    name, _, reason = rest.partition(b"|")
    for kind in KINDS:
        if name == kind.encode():
            return kind, reason
    return ("token" if of_token else "trouble"), rest


def _script() -> Script:
    return Script("hold")


def _now_ms(client: "redis.Redis") -> int:
    seconds, microseconds = client.time()
    return seconds * 1000 + microseconds // 1000


def _entries(client: "redis.Redis", keys: Keys) -> list[tuple[str, bytes]]:
    if client.hlen(keys.of("hold")) <= READ_MAX:
        found = cast("dict[bytes, bytes]", client.hgetall(keys.of("hold")))
    else:
        flat = cast("list[bytes]", client.hrandfield(keys.of("hold"), READ_MAX, withvalues=True))
        found = dict(zip(flat[::2], flat[1::2], strict=True))
    return sorted((scope.decode(), value) for scope, value in found.items())


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
