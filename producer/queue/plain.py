"""Plain texts, the commonest commands: they are checked and become envelopes in one step, for half the cost."""

from producer import limits
from producer.commands import Command, SendMessage, encode
from producer.queue.envelope import (
    SHORT_TEXT,
    Delivery,
    fixed_line,
    is_plain_person,
    shortened,
    times_of,
)
from producer.queue.routing import REFERENCE, route
from producer.store.record import COMMONEST, PEOPLE_AT

_SOMEBODY = SendMessage(recipient="1", message={"text": "x"})


class PlainTexts:
    """Makes envelopes of plain texts under the same options.

    Args:
        delivery: the options, checked.
    """

    __slots__ = ("_due", "_expires", "_head", "_tail")

    def __init__(self, delivery: Delivery) -> None:
        fields = fixed_line(route(_SOMEBODY), COMMONEST, delivery).split("|")
        self._head = "|".join((*fields[:PEOPLE_AT], ""))
        self._tail = "|".join(("", *fields[PEOPLE_AT + 1 :]))
        self._due, self._expires = times_of(delivery)

    def arguments_of(self, command_id: str, command: Command) -> list[str | bytes] | None:
        """Returns the arguments of a text without options that keeps to Meta's bounds; None for any other command.

        What it returns is what `envelope.arguments_of` returns; what it does not take is for the checks to judge.
        """
        if type(command) is not SendMessage:
            return None
        person, message = command.recipient, command.message
        if type(person) is not str or not is_plain_person(person) or type(message) is not dict:
            return None
        text = message.get("text")
        if type(text) is not str or not 0 < len(text) <= limits.TEXT_CHARACTERS_MAX or REFERENCE in text:
            return None
        body = shortened(encode(command), person)
        if not body.startswith(SHORT_TEXT):  # it says more than that
            return None
        return [command_id, f"{self._head}{person}{self._tail}", self._due, self._expires, body]
