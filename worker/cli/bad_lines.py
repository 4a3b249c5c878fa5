"""Bad lines of a file are told as they come; after twenty only their number is told at the end."""

from typing import Final

from worker.cli.screen import notice

SHOWN_MAX: Final = 20


class BadLines:
    """Says which lines are bad, and why."""

    def __init__(self) -> None:
        self._told = 0

    def tell(self, number: int, problem: str) -> None:
        """Says it of one line, unless twenty were told before."""
        self._told += 1
        if self._told <= SHOWN_MAX:
            notice(f"line {number}: {problem}")
        elif self._told == SHOWN_MAX + 1:
            notice("more lines are bad; their number comes at the end")


def counted(number: int, noun: str) -> str:
    """Returns a number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def left_out(number: int) -> str:
    """Returns the end of a sentence about a file: how many bad lines were passed over."""
    return f", {counted(number, 'bad line')} left out" if number else ""
