"""Rows of a file as spreadsheets write it: by comma, semicolon or tab, in UTF-8 or UTF-16, with or without BOM."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from producer.errors import InvalidCommandError

SEPARATORS: Final = ",;\t"
_BOMS: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
# Cells are small; what is larger is a quote that was never closed.
CELL_CHARACTERS_MAX: Final = 4_096
ROW_LINES_MAX: Final = 20


class Rows:
    """The filled rows of a file, each with the number of its line; iterating twice reads it twice.

    `bytes_read` says how far the reading is.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.bytes_read = 0
        self.bytes_total = path.stat().st_size

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Yields line and cells, without the white space around them.

        Raises:
            InvalidCommandError: names the line that is none of a table, and why.
        """
        self.bytes_read = 0
        encoding = self._encoding()
        width = 2 if encoding == "utf-16" else 1
        with self._path.open(encoding=encoding, newline="") as source:
            try:
                yield from _rows_of(self._counted(source, width))
            except UnicodeError:
                raise InvalidCommandError("file", "is not UTF-8: export the table as «CSV UTF-8»") from None

    def _counted(self, source: IO[str], width: int) -> Iterator[str]:
        for line in source:
            self.bytes_read += len(line.encode("utf-8", "replace")) if width == 1 else width * len(line)
            yield line

    def _encoding(self) -> str:
        with self._path.open("rb") as source:
            head = source.read(4)
        return next((name for bom, name in _BOMS if head.startswith(bom)), "utf-8")


def _rows_of(lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    """Yields the rows behind what comes before the first filled line: blank ones, and `sep=;` of a spreadsheet."""
    separator = ""
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text.startswith("sep="):
            separator = text[4:5]
        elif text:
            yield from _cells(number, [line], lines, separator or _separator_of(line))
            return


def _separator_of(line: str) -> str:
    return max(SEPARATORS, key=line.count)


def _cells(
    first: int, head: list[str], rest: Iterator[str], separator: str
) -> Iterator[tuple[int, list[str]]]:
    def lines() -> Iterator[str]:
        yield from head
        yield from rest

    reader = csv.reader(lines(), delimiter=separator, strict=True)
    begun = 0
    try:
        for row in reader:
            line = first + begun
            if reader.line_num - begun > ROW_LINES_MAX or any(
                len(cell) > CELL_CHARACTERS_MAX for cell in row
            ):
                raise InvalidCommandError(f"line {line}", UNCLOSED)
            begun = reader.line_num
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield line, cells
    except csv.Error:
        raise InvalidCommandError(f"line {first + begun}", UNCLOSED) from None


UNCLOSED: Final = "opens a quote that is never closed: close it, or take it away"
