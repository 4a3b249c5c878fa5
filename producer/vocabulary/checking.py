"""Every method builds one command, which is checked once, whatever is done with it."""

from typing import TypeVar, cast

from producer.commands.admission import check
from producer.commands.parts import Command

Checked = TypeVar("Checked")


def checked(command: Checked) -> Checked:
    """Returns a command that Meta would take for its form; raises `InvalidCommandError` with the path and the bound."""
    check(cast("Command", command))
    return command
