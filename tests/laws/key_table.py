"""The table of keys in `producer.store.keys`, read so that a test can hold what lies in Redis, and the code, to it."""

import re
from typing import Final, cast

import msgspec
import redis

from producer.store import keys
from tests.laws.engine import PREFIX

TYPES: Final = {"string": "string", "list": "list", "set": "set", "hash": "hash", "sorted set": "zset"}


class Row(msgspec.Struct, frozen=True):
    """One key of the table: its name, with `<…>` for what varies, and its type."""

    name: str
    type: str

    @property
    def fixed(self) -> tuple[str, ...]:
        """The parts of its name that do not vary, but separators."""
        return tuple(each for each in re.split(r"\[?/?<[^>]*>\]?", self.name) if len(each) > 1)

    def describes(self, name: str) -> bool:
        """Tells whether a key without its prefix is this one."""
        parts = re.split(r"(\[/<[^>]*>\]|<[^>]*>)", self.name)
        pattern = "".join(
            "(/.+)?" if part.startswith("[") else ".+" if part.startswith("<") else re.escape(part)
            for part in parts
        )
        return re.fullmatch(pattern, name) is not None


def rows() -> list[Row]:
    """Returns the table, a row for each name; a row that lists as many types as names gives each its own."""
    found: list[Row] = []
    for line in (keys.__doc__ or "").splitlines():
        cells = [each.strip() for each in line.split("|")]
        names = re.findall(r"`([^`]+)`", cells[1]) if line.startswith("| `") else []
        types = [TYPES[each.strip()] for each in cells[2].split(",")] if names else []
        found += map(Row, names, types * len(names) if len(types) == 1 else types)
    return found


def strangers(client: "redis.Redis") -> list[tuple[str, str]]:
    """Returns the keys under the prefix that the table does not describe, with their types."""
    table = rows()
    found: list[tuple[str, str]] = []
    for key in cast("list[bytes]", client.keys(f"{PREFIX}:*")):
        name, kind = key.decode().removeprefix(f"{PREFIX}:"), cast("bytes", client.type(key)).decode()
        if not any(row.type == kind and row.describes(name) for row in table):
            found.append((name, kind))
    return found
