"""Where an answer comes from."""

from collections.abc import Sequence
from typing import Final

import msgspec

from producer.commands import Command
from worker.call.graph.signing import Signed

_PART_MARK: Final = "."  # in an id it stands before the place of a part


class Origin(msgspec.Struct, frozen=True):
    """Where an answer comes from: the command, its calls, and its id."""

    command: Command
    calls: Sequence[Signed] = ()
    id: str = ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every text of the calls that nobody may read."""
        return tuple(dict.fromkeys(secret for call in self.calls for secret in call.secrets))

    @property
    def is_part(self) -> bool:
        """Tells whether the command is a part of an explicit batch, by itself."""
        return _PART_MARK in self.id
