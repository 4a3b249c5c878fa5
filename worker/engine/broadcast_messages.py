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
        self._kept: OrderedDict[str, tuple[SendMessage | None, str]] = OrderedDict()

    def body_for(self, broadcast: str, person: str) -> bytes:
        """Returns the encoded command that sends the broadcast's message to one person; nothing when it is gone."""
        template, _ = self._template(broadcast)
        if template is None:
            return b""
        return encode(msgspec.structs.replace(template, recipient=person))

    def trace_of(self, broadcast: str) -> str:
        """Returns the `traceparent` of whoever began the broadcast, or ''."""
        return self._template(broadcast)[1]

    def _template(self, broadcast: str) -> tuple[SendMessage | None, str]:
        with self._lock:
            if broadcast in self._kept:
                self._kept.move_to_end(broadcast)
                return self._kept[broadcast]
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
            self._kept[broadcast] = template, trace
            while len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)
        return template, trace
