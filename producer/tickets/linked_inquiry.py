"""What the ticket of a linked part asks: its own outcome, or, while it has none, that of the batch it travels in."""

import re
from collections.abc import Sequence
from typing import Final

from producer.store.ids import PATTERN
from producer.store.keys import Keys
from producer.store.steps import Steps
from producer.tickets.inquiry import Inquiry, cancel_all
from producer.tickets.outcome import Outcome, is_split, outcome_of

LINKED_ID: Final = re.compile(rf"({PATTERN}\.[0-9]{{1,5}})\.[0-9]{{1,2}}")


class LinkedInquiry(Inquiry):
    """Asks after a part that travels with those it is linked to: `<id of the batch>.<its place among them>`."""

    def __init__(self, command_id: str, keys: Keys) -> None:
        super().__init__(command_id, keys)
        self.queued_as = command_id.rpartition(".")[0]
        self.asked = (command_id, self.queued_as)

    def told(self, kept: Sequence[bytes | None]) -> Outcome | None:
        """Returns how the part ended; None while it is on its way, also again, as a dead letter that was replayed."""
        own, whole = kept
        if own is not None:
            return outcome_of(own)
        return None if whole is None or is_split(whole) else outcome_of(whole)

    def cancel(self) -> Steps[bool]:
        """Ends the parts that travel together, if no worker has them yet."""
        return (yield from cancel_all((self.queued_as, self.id), self.keys)) > 0


def inquiry_of(command_id: str, keys: Keys) -> Inquiry:
    """Returns what the ticket of one command asks."""
    return (LinkedInquiry if LINKED_ID.fullmatch(command_id) else Inquiry)(command_id, keys)
