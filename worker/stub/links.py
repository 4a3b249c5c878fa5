"""Links between the parts of a batch: names, `depends_on`, and `{result=NAME:$.path}`."""

import random
import re

import msgspec

from worker.stub.refusals import Refusal, invalid
from worker.stub.wire import Part, unquote

_REFERENCE = re.compile(r"\{result=([^:{}]+):(\$[^{}]*)\}")
_STEP = re.compile(r"\.\.?([A-Za-z0-9_\-]+|\*)|\[(\d+|\*|'[^']*')\]")


class Links(msgspec.Struct, frozen=True):
    """Which parts wait for which: `parents` by part, and the parts that somebody waits for."""

    parents: list[list[int]]
    awaited: frozenset[int]
    indices: dict[str, int]


def mentions_links(batch: str) -> bool:
    """Tells whether a batch may have links; False is certain, True is a reason to look."""
    return '"name"' in batch or '"depends_on"' in batch or "result=" in batch or "result%3D" in batch


def find_links(parts: list[Part]) -> Links | Refusal:
    """Returns the links of a batch, or the refusal of the whole batch (HTTP 400).

    Unknown names, names used twice and circles are refused.
    """
    indices: dict[str, int] = {}
    for index, part in enumerate(parts):
        if part.name is not None and indices.setdefault(part.name, index) != index:
            return invalid(f"Duplicate request name: {part.name}")
    parents: list[list[int]] = []
    for part in parts:
        names = _names_of(part)
        for name in names:
            if name not in indices:
                return invalid(f"Unknown request name in batch: {name}")
        parents.append([indices[name] for name in names])
    if _has_circle(parents):
        return invalid("The requests of the batch depend on each other in a circle")
    return Links(parents, frozenset(index for some in parents for index in some), indices)


def _names_of(part: Part) -> list[str]:
    given = part.depends_on or []
    names = given.split(",") if isinstance(given, str) else given
    body = part.body if isinstance(part.body, str) else ""
    referred = _REFERENCE.findall(unquote(part.relative_url)) + _REFERENCE.findall(unquote(body))
    return [name.strip() for name in names if name.strip()] + [name for name, _ in referred]


def _has_circle(parents: list[list[int]]) -> bool:
    waiting = dict(enumerate(parents))
    while waiting:
        free = [index for index, some in waiting.items() if not any(one in waiting for one in some)]
        if not free:
            return True
        for index in free:
            del waiting[index]
    return False


def running_order(count: int, links: Links | None, chance: random.Random | None) -> list[int]:
    """Returns the order in which the parts run: as given or shuffled, and always after their parents."""
    order = list(range(count))
    if chance is not None:
        chance.shuffle(order)
    if links is None:
        return order
    done: dict[int, None] = {}
    for index in order:
        stack = [index]
        while stack:
            ahead = [one for one in links.parents[stack[-1]] if one not in done]
            if ahead:
                stack.extend(ahead)
            else:
                done[stack.pop()] = None
    return list(done)


def fill_in(text: str, links: Links, bodies: list[str | None]) -> str:
    """Returns the text with every reference replaced by values from the named parts' answers.

    Several values are joined by commas; a path that finds nothing gives nothing.
    """

    def value_of(match: re.Match[str]) -> str:
        index = links.indices.get(match[1])
        body = bodies[index] if index is not None else None
        return ",".join(_plain(value) for value in _walk(msgspec.json.decode(body or "null"), match[2]))

    return _REFERENCE.sub(value_of, text)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _walk(value: object, path: str) -> list[object]:
    found: list[object] = [value]
    for step in _STEP.finditer(path):
        name = step[1] if step[1] is not None else step[2].strip("'")
        found = [child for one in found for child in _children(one, name)]
    return found


def _children(value: object, name: str) -> list[object]:
    if isinstance(value, dict):
        return list(value.values()) if name == "*" else [value[name]] if name in value else []
    if isinstance(value, list):
        if name == "*":
            return value
        return [value[int(name)]] if name.isdecimal() and int(name) < len(value) else []
    return []
