"""An operator's rows: a TOML file, checked as a whole and refused with one sentence for each mistake."""

import difflib
import itertools
import re
import tomllib
from collections.abc import Mapping
from typing import Annotated, Final, cast

import msgspec
from msgspec import Meta

from producer.errors import SettingsError
from worker.judge.row import Calls, Row, mistakes_of, unused_fields
from worker.judge.verdict import Kind, RecipientFact, Scope, Then

_Code = Annotated[int, Meta(ge=0, le=2**31 - 1)]
_Codes = Annotated[list[_Code], Meta(min_length=1, max_length=100)]
_Status = Annotated[int, Meta(ge=100, le=599)]
_Seconds = Annotated[float, Meta(gt=0, le=604_800)]
_RELEASED: Final = "until-released"
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NAME_CHARS_MAX: Final = 60

_CODES: Final = "must be a list of 1 to 100 whole numbers from 0 to 2147483647"
_SECONDS: Final = "must be a number of seconds, more than 0 and at most 604800"
# What a field takes, and how a person is told.
_MATCHES: Final[Mapping[str, tuple[object, str]]] = {
    "codes": (_Codes, _CODES),
    "numbers": (_Codes, _CODES),
    "subcodes": (_Codes, _CODES),
    "code_range": (tuple[_Code, _Code], "must be two whole numbers, [from, to], from 0 to 2147483647"),
    "statuses": (tuple[_Status, _Status], "must be two HTTP statuses, [from, to], from 100 to 599"),
    "calls": (Calls, "must be all, sends or others"),
    "transient": (bool, "must be true or false"),
}
_MEANINGS: Final[Mapping[str, tuple[object, str]]] = {
    "kind": (Kind, "must be refused, throttled, retry, unknown or held"),
    "scope": (Scope, "must be call, recipient, lane, page or app"),
    "reason": (
        Annotated[str, Meta(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]+\Z")],
        "must be one line of 1 to 300 characters",
    ),
    "hold_for_s": (_Seconds, f'{_SECONDS}, or "{_RELEASED}"'),
    "delay_s": (_Seconds, _SECONDS),
    "attempts_max": (Annotated[int, Meta(ge=1, le=20)], "must be a whole number of attempts from 1 to 20"),
    "then": (Then, "must be refused, held or unknown"),
    "then_scope": (Scope, "must be lane, page or app"),
    "dead_letter": (bool, "must be true or false"),
    "recipient_fact": (RecipientFact, "must be blocked, unknown or unreachable"),
    "token_mends": (bool, "must be true or false"),
    "alert": (bool, "must be true or false"),
}
_FIELDS: Final = {**_MATCHES, **_MEANINGS}
_ANCHORS: Final = ("codes", "numbers", "code_range", "statuses")
_SPANS: Final = ("code_range", "statuses")


class TableError(SettingsError):
    """An operator's verdict table is wrong; `mistakes` has one sentence for each mistake, with its path."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(mistakes))


class Changes(msgspec.Struct, frozen=True):
    """An operator's rows: those changed, by name, and those added, in the order of the file."""

    changed: Mapping[str, Row]
    added: tuple[Row, ...]


def changes_of(toml_text: str, known: Mapping[str, Row]) -> Changes:
    """Returns the rows that a TOML text changes and adds.

    Raises:
        TableError: names every mistake in the text, each by its path and with what is allowed.
    """
    mistakes: list[str] = []
    changed: dict[str, Row] = {}
    added: list[Row] = []
    for name, entry in _entries_of(toml_text, mistakes).items():
        row = _row_of(name, entry, known.get(name), known, mistakes)
        if row is None:
            continue
        if name in known:
            changed[name] = row
        else:
            added.append(row)
    mistakes += _clashes_of(added)
    if mistakes:
        raise TableError(mistakes)
    return Changes(changed, tuple(added))


def _entries_of(toml_text: str, mistakes: list[str]) -> dict[str, dict[str, object]]:
    try:
        document = tomllib.loads(toml_text)
    except tomllib.TOMLDecodeError as error:
        mistakes.append(f"The text is no TOML: {error}.")
        return {}
    except (ValueError, RecursionError):  # Python's own words are about Python
        mistakes.append("The text has a number of more digits, or is nested deeper, than can be read.")
        return {}
    mistakes += [f"{name}: no such table; allowed: rows.<name>." for name in document if name != "rows"]
    rows = document.get("rows", {})
    if not isinstance(rows, dict):
        mistakes.append("rows: must be tables, [rows.<name>].")
        return {}
    entries: dict[str, dict[str, object]] = {}
    for name, entry in rows.items():
        if not _NAME.fullmatch(name) or len(name) > _NAME_CHARS_MAX:
            mistakes.append(
                f"rows.{name!r}: a name must be 1 to {_NAME_CHARS_MAX} small letters, digits and single hyphens."
            )
        elif isinstance(entry, dict):
            entries[name] = entry
        else:
            mistakes.append(f"rows.{name}: must be a table, [rows.{name}].")
    return entries


def _row_of(
    name: str, entry: dict[str, object], old: Row | None, known: Mapping[str, Row], mistakes: list[str]
) -> Row | None:
    before = len(mistakes)
    fields = _fields_of(name, entry, mistakes)
    if old is None:
        mistakes += _mistakes_of_new(name, entry, known)
    else:
        mistakes += [
            f"rows.{name}.{field}: the row is there, and what it is for cannot be changed; "
            "give a row of a new name these codes."
            for field in entry
            if field in _MATCHES
        ]
    if len(mistakes) > before:
        return None
    row = _joined(name, fields, old)
    mistakes += [f"rows.{name}.{field}: {problem}." for field, problem in mistakes_of(row)]
    return row if len(mistakes) == before else None


def _fields_of(name: str, entry: dict[str, object], mistakes: list[str]) -> dict[str, object]:
    fields: dict[str, object] = {}
    for field, value in entry.items():
        if field not in _FIELDS:
            near = difflib.get_close_matches(field, _FIELDS, 1)
            hint = f"did you mean {near[0]}?" if near else f"allowed: {', '.join(_FIELDS)}."
            mistakes.append(f"rows.{name}.{field}: no such field; {hint}")
            continue
        if field == "hold_for_s" and value == _RELEASED:
            fields[field] = None
            continue
        kind, allowed = _FIELDS[field]
        try:
            found = cast("object", msgspec.convert(value, kind))
        except msgspec.ValidationError:
            mistakes.append(f"rows.{name}.{field}: {allowed}.")
            continue
        if field in _SPANS and not _is_ascending(found):
            mistakes.append(f"rows.{name}.{field}: must not end before it begins.")
            continue
        fields[field] = tuple(found) if isinstance(found, list) else found
    return fields


def _is_ascending(span: object) -> bool:
    return isinstance(span, tuple) and span[0] <= span[1]


def _mistakes_of_new(name: str, entry: dict[str, object], known: Mapping[str, Row]) -> list[str]:
    near = difflib.get_close_matches(name, known, 1, 0.8)
    hint = f" (did you mean the row {near[0]}?)" if near else ""
    found = [
        f"rows.{name}.{field}: must be given in a new row{hint}."
        for field in ("kind", "reason")
        if field not in entry
    ]
    anchors = [field for field in _ANCHORS if field in entry]
    if len(anchors) != 1:
        found.append(
            f"rows.{name}: a new row must have exactly one of codes, numbers, code_range and statuses{hint}."
        )
    if "subcodes" in entry and "codes" not in entry:
        found.append(f"rows.{name}.subcodes: goes only with codes.")
    if "transient" in entry and "statuses" in entry:
        found.append(f"rows.{name}.transient: goes with codes, numbers or code_range, not with statuses.")
    return found


def _joined(name: str, fields: dict[str, object], old: Row | None) -> Row:
    if old is None:
        return msgspec.convert({"name": name, **fields}, Row)
    row: Row = msgspec.structs.replace(old, **fields)
    # A new kind takes over only what it has a use for; what the operator gave stays, and is refused if useless.
    inherited = [field for field in unused_fields(row) if field not in fields] if row.kind != old.kind else []
    defaults = msgspec.structs.asdict(Row(name="", kind="refused", reason=""))
    return msgspec.structs.replace(row, **{field: defaults[field] for field in inherited})


def _clashes_of(rows: list[Row]) -> list[str]:
    return [
        f"rows.{second.name}: answers to the same errors as rows.{first.name}; keep one of them."
        for first, second in itertools.combinations(rows, 2)
        if first.meets(second) and _share_codes(first, second)
    ]


def _share_codes(first: Row, second: Row) -> bool:
    same_codes = not set(first.code_pairs()).isdisjoint(second.code_pairs())
    same_range = first.code_range is not None and first.code_range == second.code_range
    same_statuses = first.statuses is not None and first.statuses == second.statuses
    return same_codes or same_range or same_statuses
