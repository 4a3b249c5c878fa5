"""What the ticket of a sequence asks: its steps one by one, and what their outcomes come to together."""

import re
from typing import Final

from producer.errors import InvalidCommandError
from producer.store.ids import PATTERN
from producer.store.keys import Keys
from producer.tickets.inquiry import Inquiry
from producer.tickets.joint_inquiry import JointInquiry

STEPS_MAX: Final = 50  # as in scripts/lanes.lua
SEQUENCE_ID: Final = re.compile(rf"({PATTERN})y(\d+)")


class SequenceInquiry(JointInquiry):
    """Asks after a sequence, by its ticket's id; its result is an error when a step was not sent."""

    kind = "send_sequence"

    def __init__(self, sequence_id: str, keys: Keys) -> None:
        match = SEQUENCE_ID.fullmatch(sequence_id)
        if match is None or not 0 < int(match[2]) <= STEPS_MAX:
            raise InvalidCommandError("id", "is no ticket of a sequence")
        steps = tuple(Inquiry(f"{match[1]}.{step}", keys) for step in range(int(match[2])))
        super().__init__(sequence_id, keys, steps)
