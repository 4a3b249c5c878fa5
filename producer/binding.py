"""A bound view of a producer: the delivery options that its commands have."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypedDict

import msgspec

from producer import batch
from producer.broadcasts.broadcast import PLACEHOLDER
from producer.commands import SendMessage
from producer.errors import InvalidCommandError
from producer.messages import Message, split
from producer.queue.accepting import Terms, admit, without_key
from producer.queue.envelope import Delivery, Priority, checked
from producer.tickets.sequence_inquiry import STEPS_MAX
from producer.vocabulary.options import SendOptions


class Options(TypedDict, total=False):
    """Delivery options of `Producer.with_options`."""

    page: str
    priority: Priority
    send_at: datetime | float | None
    expires_in: timedelta | float | None
    ordered: bool | None
    at_most_once: bool
    idempotency_key: str | None


def bound(delivery: Delivery, options: Options) -> Delivery:
    """Returns `delivery` with other options, once all of them are in their bounds.

    Raises:
        InvalidCommandError: names the option and its bound.
    """
    try:
        changed = msgspec.structs.replace(delivery, **options)
    except TypeError:
        unknown = sorted(set(options) - set(Delivery.__struct_fields__))
        raise InvalidCommandError(", ".join(unknown), "is no delivery option") from None
    return checked(changed) if changed.page else changed


def long_text(psid: str, text: str, options: SendOptions) -> list[SendMessage]:
    """Returns a text of any length as messages to one person; quick replies and metadata go with the last.

    Raises:
        InvalidCommandError: it says nothing, or is longer than 50 messages.
    """
    pieces = split(text) if isinstance(text, str) else []
    if not 0 < len(pieces) <= STEPS_MAX:
        what = f"is longer than {STEPS_MAX} messages" if pieces else "holds no text that can be seen"
        raise InvalidCommandError("text", what)
    before: SendOptions = {**options}
    before.pop("quick_replies", None)
    before.pop("metadata", None)
    *first, last = pieces
    return [
        *(batch.send_text(psid, each, **before) for each in first),
        batch.send_text(psid, last, **options),
    ]


def for_many(
    message: Message | Mapping[str, object], options: SendOptions, delivery: Delivery, terms: Terms
) -> tuple[SendMessage, Delivery]:
    """Returns the command of a broadcast, to nobody yet, and how it is delivered.

    Raises:
        InvalidCommandError: the message is not valid, or `delivery` has an option that no broadcast keeps.
    """
    command = batch.send_message(PLACEHOLDER, message, **options)
    admit(command, terms)
    if delivery.ordered:
        raise InvalidCommandError("ordered", "a broadcast keeps no order: each person gets one message of it")
    return command, without_key(checked(msgspec.structs.replace(delivery, priority="bulk")))
