"""One command as it was enqueued, with what a test may ask of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from producer.commands import Command, Part, SendBatch, SendMessage, tag_of
from producer.messages.builders import plain
from producer.queue.envelope import Delivery, Priority


class Enqueued(msgspec.Struct, frozen=True, kw_only=True):
    """A command with its Page and delivery options.

    `batch` is the ticket of the explicit batch that it is a part of, `sequence` that of the sequence that it is a step
    of, `broadcast` the id of its broadcast.
    """

    id: str
    command: Command
    page: str
    priority: Priority
    ordered: bool
    at_most_once: bool
    send_at: datetime | float | None = None
    expires_in: timedelta | float | None = None
    idempotency_key: str | None = None
    batch: str | None = None
    broadcast: str | None = None
    sequence: str | None = None

    @property
    def type(self) -> str:
        """The command's type, such as `send_message`."""
        return tag_of(self.command)

    @property
    def recipient(self) -> object:
        """The PSID or recipient object; None for a command to nobody."""
        return plain(getattr(self.command, "recipient", None))

    @property
    def message(self) -> Mapping[str, object] | None:
        """The `message` object; None for a command without one."""
        return self.command.message if isinstance(self.command, SendMessage) else None

    @property
    def text(self) -> str | None:
        """The message's text; None for a message without one."""
        text = (self.message or {}).get("text")
        return text if isinstance(text, str) else None

    def facts(self) -> dict[str, object]:
        """Returns everything that a test may name: the command's own fields and options, Page and delivery options."""
        fields = {name: getattr(self.command, name) for name in self.command.__struct_fields__}
        extra = fields.pop("extra", None)
        options = {name: getattr(self, name) for name in self.__struct_fields__ if name != "id"}
        own = {"type": self.type, "recipient": self.recipient, "message": self.message, "text": self.text}
        return {**fields, **(extra if isinstance(extra, dict) else {}), **options, **own}

    def __str__(self) -> str:
        whom = "" if self.recipient is None else f" to {self.recipient}"
        return f"{self.type}{whom} on Page {self.page}: {self._said()}{self._options()}"

    def _said(self) -> str:
        message = dict(self.message or {})
        if isinstance(self.command, SendMessage) and set(message) == {"text"}:
            return f"text={self.text!r}"
        return f"message={message!r}" if message else repr(self.command)

    def _options(self) -> str:
        delivery = Delivery(page=self.page)
        told: list[str] = [self.priority] if self.priority != delivery.priority else []
        told += ["at most once"] if self.at_most_once else []
        for name in ("send_at", "expires_in", "idempotency_key", "batch", "broadcast", "sequence"):
            value = getattr(self, name)
            told += [f"{name}={value!r}"] if value is not None else []
        return f" ({', '.join(told)})" if told else ""


def enqueued(ticket: str, command: Command, delivery: Delivery) -> list[Enqueued]:
    """Returns what a command under `ticket` is for a test: itself, or the parts of an explicit batch one by one."""
    if not isinstance(command, SendBatch):
        return [_one(ticket, command, delivery, None, None)]
    base = ticket.partition("x")[0]
    return [
        _one(f"{base}.{place}", each.command if isinstance(each, Part) else each, delivery, ticket, None)
        for place, each in enumerate(command.parts)
    ]


def of_broadcast(broadcast: str, place: int, command: Command, delivery: Delivery) -> Enqueued:
    """Returns the command that one person of a broadcast gets."""
    return _one(f"{broadcast}:{place}", command, delivery, None, broadcast)


def of_sequence(ticket: str, steps: Sequence[Command], delivery: Delivery) -> list[Enqueued]:
    """Returns the steps of a sequence under `ticket`, one by one."""
    base = ticket.partition("y")[0]
    ordered = msgspec.structs.replace(delivery, ordered=True)
    return [
        msgspec.structs.replace(_one(f"{base}.{place}", each, ordered, None, None), sequence=ticket)
        for place, each in enumerate(steps)
    ]


def _one(
    command_id: str, command: Command, delivery: Delivery, batch: str | None, broadcast: str | None
) -> Enqueued:
    return Enqueued(
        id=command_id,
        command=command,
        page=delivery.page,
        priority=delivery.priority,
        ordered=delivery.is_ordered(),
        at_most_once=delivery.at_most_once,
        send_at=delivery.send_at,
        expires_in=delivery.expires_in,
        idempotency_key=delivery.idempotency_key,
        batch=batch,
        broadcast=broadcast,
    )
