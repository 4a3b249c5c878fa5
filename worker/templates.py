"""Messages of broadcasts: read once a process, and made into the command of each person who is taken."""

import threading
from collections import OrderedDict
from typing import Final, cast

import msgspec
import redis

from producer.commands import SendMessage, decode, encode
from producer.errors import InvalidCommandError
from producer.keys import Keys

KEPT_MAX: Final = 256


class Templates:
    """The messages of the broadcasts that this process sends for, at most 256 at a time."""

    def __init__(self, client: "redis.Redis", prefix: str) -> None:
        self._client = client
        self._keys = Keys(prefix)
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, SendMessage | None] = OrderedDict()

    def body_for(self, broadcast: str, person: str) -> bytes:
        """Returns the encoded command that sends the broadcast's message to one person; nothing when it is gone."""
        template = self._template(broadcast)
        if template is None:
            return b""
        return encode(msgspec.structs.replace(template, recipient=person))

    def _template(self, broadcast: str) -> SendMessage | None:
        with self._lock:
            if broadcast in self._kept:
                self._kept.move_to_end(broadcast)
                return self._kept[broadcast]
        body = cast("bytes | None", self._client.hget(self._keys.of(f"broadcast:{broadcast}"), "body"))
        if body is None:
            return None
        try:
            command = decode("send_message", body)
        except InvalidCommandError:
            return None
        template = command if isinstance(command, SendMessage) else None
        with self._lock:
            self._kept[broadcast] = template
            while len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)
        return template
