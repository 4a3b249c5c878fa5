"""The people of a broadcast as a table names them: one column of PSIDs, read line by line."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from producer.errors import InvalidCommandError
from producer.queue.envelope import person_key
from worker.cli.rows import Rows

# The column is found by its name, or by being the only one of PSIDs.
FIRST: Final = ""
NAMES: Final = ("psid", "user_id", "recipient_id", "sender_id", "recipient", "sender", "id")
LOOKED_AT: Final = 50
ROUNDED_MIN: Final = 5
LONG: Final = 16
NO_PSID: Final = "is no PSID: ASCII digits, at most 100"
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?[eE][+-]?\d+")
_FRACTION: Final = re.compile(r"\d+[.,]\d+")


class People:
    """The PSIDs of one column of a table, in its order; iterating twice reads it twice.

    Args:
        path: of a file (`worker.cli.rows`).
        column: its name in the first row, or its number from 1; where it is not said it is found by a name such as
            `psid`, or by being the only one of PSIDs. A first row without a PSID is a header. Rows whose column is
            empty are passed over.
        on_bad: is told the line of what is no PSID and why, and the line is passed over; without it the reading stops.
    """

    def __init__(
        self, path: Path, column: str = FIRST, *, on_bad: Callable[[int, str], object] | None = None
    ) -> None:
        self._rows = Rows(path)
        self._column = column
        self._on_bad = on_bad
        self.bad = 0
        self.bytes_total = self._rows.bytes_total

    @property
    def bytes_read(self) -> int:
        """How far the reading is."""
        return self._rows.bytes_read

    def __iter__(self) -> Iterator[str]:
        """Yields each PSID; raises `InvalidCommandError` with the line of what is none, unless they are passed over."""
        self.bad = 0
        rows = iter(self._rows)
        looked_at = list(islice(rows, LOOKED_AT))
        if not looked_at:
            return
        header = None if any(map(_is_psid, looked_at[0][1])) else looked_at[0][1]
        data = looked_at if header is None else looked_at[1:]
        place = self._place(header, [cells for _, cells in data])
        _refuse_rounded([cells[place] for _, cells in data if place < len(cells)])
        for line, cells in (*data, *rows):
            psid = cells[place] if place < len(cells) else ""
            if psid and self._is_good(psid, line):
                yield psid

    def _place(self, header: Sequence[str] | None, data: Sequence[Sequence[str]]) -> int:
        if self._column.isdecimal():
            if self._column == "0":
                raise InvalidCommandError("column", "the first one has the number 1")
            return int(self._column) - 1
        names = [name.casefold() for name in header or ()]
        for wanted in [self._column.casefold()] if self._column else NAMES:
            if wanted in names:
                return names.index(wanted)
        if self._column:
            there = ", ".join(header)[:200] if header else "no names"
            raise InvalidCommandError(
                "column", f"there is none of this name in the first line; it has {there}"
            )
        return _only_one(data)

    def _is_good(self, psid: str, line: int) -> bool:
        if _is_psid(psid) and person_key(psid) == psid:
            return True
        why = _why_not(psid)
        if self._on_bad is None:
            raise InvalidCommandError(f"line {line}", why)
        self.bad += 1
        self._on_bad(line, why)
        return False


def _is_psid(cell: str) -> bool:
    return cell.isascii() and cell.isdigit()


def _only_one(data: Sequence[Sequence[str]]) -> int:
    """Returns the place of the only column with PSIDs; the first when none has any, so that its cells are named."""
    places = sorted({place for cells in data for place, cell in enumerate(cells) if _is_psid(cell)})
    if len(places) > 1:
        columns = ", ".join(str(place + 1) for place in places)
        raise InvalidCommandError("column", f"several could be of PSIDs ({columns}): say which by --column")
    return places[0] if places else 0


def _why_not(cell: str) -> str:
    if _NUMBER.fullmatch(cell):
        return (
            "is a number that a spreadsheet has shortened; format the column as text there, and export anew"
        )
    if _FRACTION.fullmatch(cell):
        return "is a number with a fraction: format the column as text in the spreadsheet, and export anew"
    if cell.isdigit():
        return "has digits of another script: a PSID has ASCII digits"
    return NO_PSID


def _refuse_rounded(cells: Sequence[str]) -> None:
    """Raises when long ids all end in 0, as a spreadsheet leaves them that took them for numbers of 15 digits."""
    long = [cell for cell in cells if _is_psid(cell) and len(cell) >= LONG]
    if len(long) >= ROUNDED_MIN and all(cell.endswith("0") for cell in long):
        raise InvalidCommandError("column", ROUNDED)


def is_rounded(psids: Sequence[str]) -> bool:
    """Tells whether a few ids look as if a spreadsheet had rounded them: with so few it may be chance."""
    long = [each for each in psids if len(each) >= LONG]
    return 1 < len(long) == len(psids) and all(each.endswith("0") for each in long)


ROUNDED: Final = (
    "all ids end in 0: a spreadsheet took them for numbers and rounded them, and would reach strangers; "
    "format the column as text before the ids are put in, and export anew"
)
