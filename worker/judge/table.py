"""The verdict table: rows as data, and the order in which they are tried."""

import hashlib
from collections.abc import Iterable
from typing import Final

import msgspec

from worker.judge.overrides import Changes, changes_of
from worker.judge.reading import GraphError
from worker.judge.row import Row, Situation
from worker.judge.rows import ROWS


class Table:
    """Finds the row for an answer; never changes, and is safe to share between threads.

    Order for an error of Graph's: code and subcode; a number that stands alone; code; the narrowest range of codes;
    `is_transient`; HTTP status; the row for the unknown. An `is_transient` of false outweighs what a status alone
    suggests, a throttle excepted. Of rows for the same codes, an operator's go first.
    """

    def __init__(self, rows: Iterable[Row] = ROWS, *, added: Iterable[Row] = ()) -> None:
        self._given = tuple(rows)
        self._added = tuple(added)
        self.rows: tuple[Row, ...] = (*self._added, *self._given)
        self._by_name = {row.name: row for row in self.rows}
        self._situations = {row.situation: row for row in self.rows if row.situation}
        self._by_type = {row.error_type: row for row in self.rows if row.error_type}
        self._by_code = _index(self.rows, self._added)
        self._ranges = sorted((row for row in self.rows if row.code_range), key=_width)
        self._statuses = sorted((r for r in self.rows if r.statuses and not r.error_type), key=_width)

    def __repr__(self) -> str:
        return f"<Table of {len(self.rows)} rows>"

    @property
    def digest(self) -> str:
        """Twelve characters that are the same for tables with the same rows in the same order, and for no others."""
        return hashlib.sha256(msgspec.json.encode(self.rows)).hexdigest()[:12]

    def row(self, name: str) -> Row:
        """Returns the row of that name.

        Raises:
            KeyError: there is none.
        """
        return self._by_name[name]

    def with_overrides(self, toml_text: str) -> "Table":
        """Returns this table with an operator's rows: new ones, and changes to those that are there.

        `[rows.<name>]` with the name of a row changes the fields that it gives; with a new name it is a row of its own,
        which needs `kind`, `reason`, and one of `codes` (with `subcodes`), `numbers`, `code_range` and `statuses`.

        Raises:
            TableError: one sentence for each mistake, with its path and the values that are allowed.
        """
        changes: Changes = changes_of(toml_text, self._by_name)
        given, added = (
            [changes.changed.get(row.name, row) for row in rows] for rows in (self._given, self._added)
        )
        return Table(given, added=(*changes.added, *added))

    def for_situation(self, situation: Situation) -> Row:
        """Returns the row for what no code decides."""
        return self._situations[situation]

    def for_error(self, error: GraphError, status: int, *, is_send: bool) -> Row:
        """Returns the row for an error of Graph's; there always is one."""
        if error.code is None:
            found = self._by_type.get(error.type)
            if found is not None and _is_within(status, found.statuses):
                return found
        else:
            for row in self._candidates(error.code, error.subcode):
                if row.is_for(is_send=is_send) and _fits(row, error):
                    return row
        if error.is_transient:
            return self.for_situation("error-transient")
        row_by_status = self.for_status(status, is_send=is_send, has_error=True)
        if row_by_status is not None and (error.is_transient is None or row_by_status.kind == "throttled"):
            return row_by_status
        return self.for_situation("error-unknown")

    def for_status(self, status: int, *, is_send: bool, has_error: bool) -> Row | None:
        """Returns the row for an HTTP status, or None; `has_error` tells that Graph itself answered with an error."""
        for row in self._statuses:
            if has_error and row.without_error:
                continue
            if row.is_for(is_send=is_send) and _is_within(status, row.statuses):
                return row
        return None

    def _candidates(self, code: int, subcode: int | None) -> Iterable[Row]:
        if subcode is not None:
            yield from self._by_code.get((code, subcode), ())
            yield from self._by_code.get((None, subcode), ())
        yield from self._by_code.get((code, None), ())
        yield from (row for row in self._ranges if _is_within(code, row.code_range))


def _index(
    rows: tuple[Row, ...], operators: tuple[Row, ...]
) -> dict[tuple[int | None, int | None], tuple[Row, ...]]:
    found: dict[tuple[int | None, int | None], tuple[Row, ...]] = {}
    first = {row.name for row in operators}
    for row in rows:
        for key in row.code_pairs():
            found[key] = (*found.get(key, ()), row)
    return {
        key: tuple(
            sorted(same, key=lambda row: (not row.names_proof, row.name not in first, -row.narrowings))
        )
        for key, same in found.items()
    }


def _fits(row: Row, error: GraphError) -> bool:
    if row.names_proof and not error.names_proof:
        return False
    return row.transient is None or row.transient == error.is_transient


def _is_within(number: int, span: tuple[int, int] | None) -> bool:
    return span is None or span[0] <= number <= span[1]


def _width(row: Row) -> int:
    low, high = row.code_range or row.statuses or (0, 0)
    return high - low


DEFAULT: Final = Table()
