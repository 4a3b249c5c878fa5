"""The people of a broadcast as a CSV file names them: one column, read line by line, with how far the reading is."""

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from producer.errors import InvalidCommandError
from producer.queue.envelope import person_key

FIRST: Final = "1"
NO_PSID: Final = "is no PSID: letters and digits, at most 100"


class People:
    """The PSIDs of one column of a CSV file, in the file's order; iterating twice reads it twice.

    Args:
        path: of a file in UTF-8, separated by commas.
        column: a number from 1, or a name that stands in the first line. With a number, a first line without a digit in
            that column is a header and is passed over. Lines whose column is empty are passed over too.
        on_bad: is told the line of what is no PSID and why, and the line is passed over; without it the reading stops.
    """

    def __init__(
        self, path: Path, column: str = FIRST, *, on_bad: Callable[[int, str], object] | None = None
    ) -> None:
        self._path = path
        self._column = column
        self._on_bad = on_bad
        self.bad = 0
        self.bytes_read = 0
        self.bytes_total = path.stat().st_size

    def __iter__(self) -> Iterator[str]:
        """Yields each PSID; raises `InvalidCommandError` with the line of what is none, unless they are passed over."""
        self.bytes_read = self.bad = 0
        with self._path.open("rb") as source:
            rows = csv.reader(self._lines(source))
            try:
                place = self._place(rows)
                for row in rows:
                    psid = row[place].strip() if place < len(row) else ""
                    is_header = rows.line_num == 1 and not any(c.isdigit() for c in psid)
                    if psid and not is_header and self._is_good(psid, rows.line_num):
                        yield psid
            except (csv.Error, UnicodeDecodeError) as error:
                raise InvalidCommandError(
                    f"line {rows.line_num + 1}", f"is no CSV in UTF-8: {error}"
                ) from None

    def _lines(self, source: Iterable[bytes]) -> Iterator[str]:
        for number, line in enumerate(source):
            self.bytes_read += len(line)
            yield line.decode("utf-8-sig" if number == 0 else "utf-8")

    def _place(self, rows: Iterator[list[str]]) -> int:
        if self._column.isdecimal():
            if self._column == "0":
                raise InvalidCommandError("column", "the first one has the number 1")
            return int(self._column) - 1
        names = [name.strip() for name in next(rows, [])]
        if self._column not in names:
            raise InvalidCommandError(
                "column", f"there is none of this name in the first line; it has {', '.join(names)[:200]}"
            )
        return names.index(self._column)

    def _is_good(self, psid: str, line: int) -> bool:
        if psid.isalnum() and person_key(psid) == psid:
            return True
        if self._on_bad is None:
            raise InvalidCommandError(f"line {line}", NO_PSID)
        self.bad += 1
        self._on_bad(line, NO_PSID)
        return False
