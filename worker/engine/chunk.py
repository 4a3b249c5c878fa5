"""What a worker takes and how it settles it, as values: nothing here asks Redis."""

from typing import Final, Literal

import msgspec

from producer.queue.envelope import lengthened
from producer.store.record import AT_MOST_ONCE, BLOB, COMMONEST, REPEATED, SCHEDULED, SEEN, parts_of
from producer.tracing.mark import MARK, without_trace

DIGITS_MAX: Final = 16  # of a time in ms or a count: what has more was damaged

Action = Literal[
    "sent",
    "refused",
    "exhausted",
    "expired",
    "cancelled",
    "unknown",
    "retry",
    "await",
    "return",
    "quarantine",
    "unreadable",
]
HoldKind = Literal["hand", "throttle", "token", "trouble", "probe"]


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
        return SCHEDULED in self.options

    @property
    def at_most_once(self) -> bool:
        """Tells whether this command is never sent again by itself once Graph may have seen it."""
        return AT_MOST_ONCE in self.options

    @property
    def possibly_repeated(self) -> bool:
        """Tells whether an attempt before may have arrived."""
        return REPEATED in self.flags

    @property
    def has_bytes(self) -> bool:
        """Tells whether bytes of an upload travel beside this command."""
        return BLOB in self.options

    @property
    def is_send(self) -> bool:
        """Tells whether a person would see this command twice if it were repeated."""
        return SEEN in self.options


class Chunk(msgspec.Struct, frozen=True):
    """The commands that one worker thread takes together. Its repr shows ids only."""

    worker: str
    token: int
    commands: tuple[Taken, ...]

    def __repr__(self) -> str:
        return f"Chunk({self.worker}#{self.token}: {', '.join(each.id for each in self.commands)})"

    __str__ = __repr__


class Took(msgspec.Struct, frozen=True):
    """What one take brought: a chunk or None, and when it is worth to come again."""

    chunk: Chunk | None
    reaped: bool
    again: bool
    elsewhere: bool
    next_in_s: float


class PartEnd(msgspec.Struct, frozen=True):
    """How one part of a linked batch ended, under an id of its own; with a `line`, that and `body` are its dead letter.

    `recipient_fact` is as in `Settlement`.
    """

    taken: Taken
    action: Action
    detail: bytes
    recipient_fact: str = ""
    line: str = ""
    body: bytes = b""


class Settlement(msgspec.Struct, frozen=True):
    """What becomes of one command of a chunk, and of its parts when it is a linked batch whose request is done.

    `flags`: `a` an attempt was made, `r` possibly repeated, `z` taken alone next, `d` kept as a dead letter.
    `recipient_fact` of a refusal is what to remember of the recipient, and for how many ms: `blocked,86400000`.
    """

    id: str
    action: Action
    flags: str = ""
    delay_ms: int = 0
    detail: bytes = b"{}"
    recipient_fact: str = ""
    parts: tuple[PartEnd, ...] = ()


class Hold(msgspec.Struct, frozen=True):
    """A Page, lane or app that is not taken from, for `for_ms` milliseconds or, with None, until it is released.

    `scope` is `page:<page>`, `lane:<lane>`, `lane:<page>/<class>` for both priorities, or `app:<app>`. A hold with a
    `fingerprint` holds only workers that have the token of that fingerprint. One that `grows` lasts longer each time
    that it repeats within ten minutes. Holds of different `kind`, and for different tokens, stand beside each other.
    """

    scope: str
    for_ms: int | None
    reason: bytes
    fingerprint: str = ""
    grows: bool = False
    kind: HoldKind = "trouble"


class Ticked(msgspec.Struct, frozen=True):
    """What one tick of the timer did.

    `dropped_many` and `dropped_old` are the dead letters that were dropped since this was last told, `unreadable` the
    ids of those whose records cannot be read. `clock_steps` are steps of the server's clock in ms, each told once: less
    than 0 when it was set back.
    """

    kept: bool
    sleep_s: float
    reaped: tuple[tuple[str, int], ...]
    dropped_many: int = 0
    dropped_old: int = 0
    unreadable: tuple[str, ...] = ()
    clock_steps: tuple[int, ...] = ()


def taken_of(command_id: bytes, record: bytes) -> Taken:
    """Returns a record in the form in which a worker handles it.

    Raises:
        ValueError: the record is damaged.
    """
    (attempts, _, flags, _, _), fields, body = parts_of(record)
    trace, body = without_trace(body) if body[:1] == MARK else ("", body)
    page, rate_class, priority, broadcast, person, kind, _, _, options, enqueued, expires = fields
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
