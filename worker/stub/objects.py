"""What Pages own in a stub: labels, personas, broadcasts, profiles, threads."""

from typing import Any

import msgspec

from worker.stub.options import StubOptions


class Thing(msgspec.Struct):
    """An object with an id of its own, such as a label or a persona."""

    id: str
    kind: str
    page: str
    fields: dict[str, Any]


class Objects:
    """Holds every object and every Page's settings in memory."""

    def __init__(self, options: StubOptions) -> None:
        self.app_id = options.app_id
        self.profiles: dict[str, dict[str, Any]] = {}
        self.user_settings: dict[tuple[str, str], Any] = {}
        self.thread_owners: dict[tuple[str, str], str] = {}
        self.labelled: dict[str, set[str]] = {}
        self.subscriptions: dict[str, dict[str, dict[str, Any]]] = {}
        self.nlp: dict[str, dict[str, str]] = {}
        self._things: dict[str, Thing] = {}
        self._ids = 1_000_000_000_000_000

    def new_id(self) -> str:
        """Returns an id of 16 digits that nothing else in this stub has."""
        self._ids += 1
        return str(self._ids)

    def add(self, kind: str, page: str, fields: dict[str, Any]) -> Thing:
        """Keeps a new object."""
        thing = Thing(self.new_id(), kind, page, fields)
        self._things[thing.id] = thing
        return thing

    def find(self, page: str, thing_id: str) -> Thing | None:
        """Returns the Page's object with the id, or None."""
        thing = self._things.get(thing_id)
        return thing if thing is not None and thing.page == page else None

    def remove(self, thing: Thing) -> None:
        """Forgets an object."""
        self._things.pop(thing.id, None)
        self.labelled.pop(thing.id, None)

    def of(self, kind: str, page: str) -> list[Thing]:
        """Returns the Page's objects of a kind, oldest first."""
        return [thing for thing in self._things.values() if thing.kind == kind and thing.page == page]
