"""What becomes of a command is the executor's: it is queued, put into a batch, or called at once."""

import abc
from typing import TypeVar, cast

from producer.commands.admission import check
from producer.commands.command import CommandOf
from producer.commands.parts import Command

Reply = TypeVar("Reply")


class Submitting(abc.ABC):
    """The ground of the vocabulary: every method builds one command, which is checked once and submitted."""

    __slots__ = ()

    @abc.abstractmethod
    def _submit(self, command: CommandOf[Reply]) -> Reply:
        """Does what this executor does with a checked command.

        Executors return what they are for (a ticket, the command, the reply); their stubs say so to type checkers.
        """

    def _run(self, command: CommandOf[Reply]) -> Reply:
        check(cast("Command", command))
        return self._submit(command)
