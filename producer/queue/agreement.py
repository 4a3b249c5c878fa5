"""Whether workers call the version of the Graph API that a producer checks its commands against; told once."""

import logging
import time
from collections.abc import Iterable
from typing import Final, cast

import msgspec
import redis

from producer.store.keys import Keys
from producer.store.steps import Call, Steps
from producer.versions import Version

AGAIN_S: Final = 60.0

log = logging.getLogger("outbound.producer")


class _Settings(msgspec.Struct, frozen=True):
    graph_version: str | None = None


class _About(msgspec.Struct, frozen=True):
    settings: _Settings = _Settings()


class Agreement:
    """Asks once what the workers of an installation call; while none is there, once a minute."""

    def __init__(self) -> None:
        self._due_at = 0.0

    def is_due(self) -> bool:
        """Tells whether it is time to ask."""
        return time.monotonic() >= self._due_at

    def asked(self, keys: Keys, version: Version) -> Steps[None]:
        """Asks, and warns in the log when no worker calls `version`; whatever goes wrong, commands are enqueued."""
        self._due_at = time.monotonic() + AGAIN_S
        try:
            told = yield Call(("HVALS", keys.of("workers:info")))
        except redis.RedisError:
            return
        theirs = set(_versions(cast("list[bytes]", told)))
        if not theirs:
            return
        self._due_at = float("inf")
        if f"{version[0]}.{version[1]}" not in theirs:
            log.warning(
                "workers call Graph v%s, this producer checks for v%d.%d: give it graph_version=%r, or set "
                "OUTBOUND_GRAPH_VERSION where they start",
                ", v".join(sorted(theirs)),
                *version,
                max(theirs),
            )


def _versions(told: Iterable[bytes]) -> Iterable[str]:
    for each in told:
        try:
            version = msgspec.json.decode(each, type=_About).settings.graph_version
        except (msgspec.MsgspecError, ValueError):
            continue
        if version is not None:
            yield version.removeprefix("v")
