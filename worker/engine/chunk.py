"""What a worker takes: commands in the form in which it handles them, and the chunk in which they come."""

from typing import Final

import msgspec

from producer.queue.envelope import COMMONEST, lengthened
from producer.tracing.mark import MARK, without_trace

DIGITS_MAX: Final = 16  # of a time in ms or a count: what has more was damaged


class Taken(msgspec.Struct, frozen=True):
    """One command that this worker took. Its repr shows the id and the type only."""

    id: str
    page: str
    rate_class: str
    priority: str
    type: str
    attempts: int
    flags: str
    options: str
    enqueued_ms: int
    expires_ms: int | None
    body: bytes
    broadcast: str = ""
    person: str = ""
    trace: str = ""

    def __repr__(self) -> str:
        return f"<{self.type} {self.id}>"

    @property
    def lane(self) -> str:
        """The lane that this command was taken from, without a broadcast's part."""
        return f"{self.page}/{self.rate_class}/{self.priority}"

    @property
    def is_scheduled(self) -> bool:
        """Tells whether this command was enqueued for a later time: how long it lay there says nothing."""
        return "l" in self.options

    @property
    def at_most_once(self) -> bool:
        """Tells whether this command is never sent again by itself once Graph may have seen it."""
        return "m" in self.options

    @property
    def is_send(self) -> bool:
        """Tells whether a person would see this command twice if it were repeated."""
        return "s" in self.options


class Chunk(msgspec.Struct, frozen=True):
    """The commands that one worker thread takes together. Its repr shows ids only."""

    worker: str
    token: int
    commands: tuple[Taken, ...]

    def __repr__(self) -> str:
        return f"Chunk({self.worker}#{self.token}: {', '.join(each.id for each in self.commands)})"

    __str__ = __repr__


def taken_of(command_id: bytes, record: bytes) -> Taken:
    """Returns a record in the form in which a worker handles it.

    Raises:
        ValueError: the record is damaged.
    """
    state, fixed, body = record.split(b"\n", 2)
    attempts, _, flags, _, _ = state[1:].split(b";") if len(state) > 1 else (b"0", b"0", b"", b"", b"0")
    trace, body = without_trace(body) if body[:1] == MARK else ("", body)
    page, rate_class, priority, broadcast, person, kind, _, _, options, enqueued, expires = (
        fixed.decode().split("|")
    )
    if max(len(attempts), len(enqueued), len(expires)) > DIGITS_MAX:
        raise ValueError("a number of the record is too long")
    return Taken(
        command_id.decode(),
        page,
        rate_class,
        priority,
        kind or COMMONEST,
        int(attempts),
        flags.decode(),
        options,
        int(enqueued),
        int(expires) if expires else None,
        lengthened(body, person),
        broadcast,
        person,
        trace,
    )
