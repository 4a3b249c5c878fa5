"""An explicit batch of any length becomes requests of at most 50 parts, in order, linked parts together."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from producer.commands import BatchItem, Part, RawPart
from producer.errors import InvalidCommandError

BATCH_MAX: Final = 50
_REFERENCE: Final = re.compile(rb"\{result=([^:}]+)")


def slices_of(parts: Sequence[BatchItem]) -> list[Sequence[BatchItem]]:
    """Returns the parts of each request, as few as keep linked parts in one.

    Raises:
        InvalidCommandError: more than 50 parts hang together.
    """
    spans = list(_spans(parts)) if len(parts) > BATCH_MAX else []
    found: list[Sequence[BatchItem]] = []
    start = 0
    while start < len(parts):
        end = min(start + BATCH_MAX, len(parts))
        while end > start and (cut := [first for first, last in spans if first < end <= last]):
            end = min(cut)
        if end == start:
            raise InvalidCommandError(
                f"parts[{start}]",
                f"is linked over more than {BATCH_MAX} parts, which go in one request at most",
            )
        found.append(parts[start:end])
        start = end
    return found


def links_of(parts: Sequence[BatchItem]) -> list[tuple[int, ...]]:
    """Returns, for each part, the places of the others that it waits for or takes something from."""
    names = {name: place for place, item in enumerate(parts) if (name := _name_of(item)) is not None}
    return [
        tuple(sorted({names[each] for each in _parents_of(item) if names.get(each, place) != place}))
        for place, item in enumerate(parts)
    ]


def refers(item: BatchItem) -> bool:
    """Tells whether a part takes something from the answer to another."""
    return _REFERENCE.search(msgspec.json.encode(item)) is not None


def _spans(parts: Sequence[BatchItem]) -> Iterator[tuple[int, int]]:
    """Yields the places of both ends of every link."""
    for place, others in enumerate(links_of(parts)):
        for other in others:
            yield min(place, other), max(place, other)


def _name_of(item: BatchItem) -> str | None:
    name = item.name if isinstance(item, Part) else None
    if isinstance(item, RawPart):
        return found if isinstance(found := item.part.get("name"), str) else None
    return name


def _parents_of(item: BatchItem) -> Iterator[str]:
    parent: object = item.depends_on if isinstance(item, Part) else None
    if isinstance(item, RawPart):
        parent = item.part.get("depends_on")
    if isinstance(parent, str):
        yield parent
    for name in _REFERENCE.findall(msgspec.json.encode(item)):
        yield name.decode()
