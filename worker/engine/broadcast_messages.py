"""Messages of broadcasts: read once a process, and made into the command of each person who is taken."""

import threading
from collections import OrderedDict
from typing import Final, cast

import msgspec
import redis

from producer.commands import SendMessage, decode, encode
from producer.errors import InvalidCommandError
from producer.store.keys import Keys
from producer.tracing.mark import without_trace

KEPT_MAX: Final = 256


class Templates:
    """The messages of the broadcasts that this process sends for, at most 256 at a time."""

    def __init__(self, client: "redis.Redis", prefix: str) -> None:
        self._client = client
        self._keys = Keys(prefix)
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int], tuple[SendMessage | None, str]] = OrderedDict()

    def body_for(self, broadcast: str, begun_ms: int, person: str) -> bytes:
        """Returns the encoded command that sends the broadcast's message to one person; nothing when it is gone.

        `begun_ms` is when the broadcast was begun: one that is begun anew under its id may say something else.
        """
        template, _ = self._template(broadcast, begun_ms)
        if template is None:
            return b""
        return encode(msgspec.structs.replace(template, recipient=person))

    def trace_of(self, broadcast: str, begun_ms: int) -> str:
        """Returns the `traceparent` of whoever began the broadcast, or ''."""
        return self._template(broadcast, begun_ms)[1]

    def _template(self, broadcast: str, begun_ms: int) -> tuple[SendMessage | None, str]:
        kept = broadcast, begun_ms
        with self._lock:
            if kept in self._kept:
                self._kept.move_to_end(kept)
                return self._kept[kept]
        body = cast("bytes | None", self._client.hget(self._keys.of(f"broadcast:{broadcast}"), "body"))
        if body is None:
            return None, ""
        trace, body = without_trace(body)
        try:
            command = decode("send_message", body)
        except InvalidCommandError:
            return None, trace
        template = command if isinstance(command, SendMessage) else None
        with self._lock:
            self._kept[kept] = template, trace
            while len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)
        return template, trace
