"""The table of keys and the code agree: no key is named that it lacks, and it has none that nothing writes."""

import ast
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Final

import pytest

import producer
import worker
from producer.store.scripting import USES
from tests.laws.key_table import Row, rows

FOLDERS: Final = [Path(str(resources.files(each))) for each in (producer, worker)]
SCRIPTS: Final = sorted(file for folder in FOLDERS for file in folder.rglob("*.lua"))
MODULES: Final = sorted(file for folder in FOLDERS for file in folder.rglob("*.py"))
NAMED: Final = re.compile(r"\bP \.\. '([^']+)'")  # the beginning of a key's name in a script
WRITTEN: Final = re.compile(
    r"'(?:SET|HSET|HSETNX|HINCRBY|INCR|SADD|ZADD|RPUSH|LPUSH|RENAME)'"
    r"|^ *(?:local .* =|return) |sleep_while_held|later\(|\{ 'counts'"
)
CHANGED: Final = re.compile(
    r"call\('(?:SET|H?DEL|HSET|HSETNX|HINCRBY|INCR|[SZ]ADD|[SZL]REM|[LR]PUSH|[LRS]POP|ZPOPMIN|LTRIM|UNLINK|PEXPIRE|PERSIST)'"
    r", P \.\. '([^']+)'"
)
HANDBOOK: Final = Path(str(resources.files(worker))) / "engine/scripts/README.md"
SIGNALS: Final = (
    "halt:",
    "wake:",
    "blob:",
    "waiters",
    "acts",
)  # what Python writes, or has `signal.lua` write


def code(file: Path) -> Iterator[str]:
    """Returns the lines of a script without its comments."""
    return (line.partition(" -- ")[0] for line in file.read_text("utf-8").splitlines() if line[:2] != "--")


def named() -> dict[str, str]:
    """Returns how names of keys begin in scripts, and in what Python asks of `Keys.of`, each with a place."""
    found = {name: file.name for file in SCRIPTS for line in code(file) for name in NAMED.findall(line)}
    for file in MODULES:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "of":
                first = node.args[0] if node.args else None
                text = first.values[0] if isinstance(first, ast.JoinedStr) else first
                if "keys" in ast.unparse(node.func.value) and isinstance(text, ast.Constant):
                    found[str(text.value)] = file.name
    return found


def test_every_key_that_code_names_is_in_the_table() -> None:
    """In scripts and in Python, however the name goes on."""
    table = rows()
    unknown = {
        name: place
        for name, place in named().items()
        if not any(row.name.startswith(name) or row.describes(name) for row in table)
    }
    assert len(named()) > 50
    assert unknown == {"none": "lanes.lua"}  # deleted before it is written: there never is one


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in rows()])
def test_every_row_of_the_table_is_written(row: Row) -> None:
    """By a script, or by Python."""
    lines = [line for file in SCRIPTS for line in code(file) if WRITTEN.search(line)]
    beginning, *others = row.fixed
    by_script = any(f"'{beginning}" in line and all(each in line for each in others) for line in lines)
    assert by_script or beginning in SIGNALS


def test_the_scripts_handbook_says_who_uses_and_writes_what() -> None:
    """Its table has each file once, with its `-- uses:` line and no fewer keys than its text writes to."""
    told = {
        name: (uses.strip(), {each.strip() for each in keys.split(",")})
        for name, uses, keys in re.findall(
            r"^\| `(\w+)\.lua` \|([^|]*)\|([^|]*)\|$", HANDBOOK.read_text("utf-8"), re.MULTILINE
        )
    }
    heads = {name: name.partition(":<")[0] for name in (row.name for row in rows())}
    assert sorted(told) == sorted(file.stem for file in SCRIPTS)
    for file in SCRIPTS:
        uses, keys = told[file.stem]
        text = file.read_text("utf-8")
        first, _, _ = text.partition("\n")
        assert uses == (first.removeprefix(USES) if first.startswith(USES) else "")
        assert keys - {""} <= set(heads.values())
        written = {name.rstrip(":").removesuffix(":broadcast") for name in CHANGED.findall(text)} - {"none"}
        assert written <= keys, file.name
