"""What a path or a part's `relative_url` names: version, node, edge and query."""

import re

import msgspec

from worker.stub.wire import parse_form, unquote

_VERSION = re.compile(r"v\d{1,3}\.\d{1,2}")
_KEPT_MAX = 4_096


class Target(msgspec.Struct, frozen=True):
    """A parsed path: `/v4.0/me/messages?a=b` is version `v4.0`, node `me`, edge `messages`."""

    version: str | None
    node: str
    edge: str
    query: dict[str, str]

    @property
    def path(self) -> str:
        """Returns node and edge without version and query, as faults match them."""
        return f"{self.node}/{self.edge}" if self.edge else self.node


def parse_target(url: str) -> Target:
    """Returns what the path names; slashes at either end and a missing version are fine."""
    path, _, query = url.partition("?")
    segments = [unquote(segment.replace("+", "%2B")) for segment in path.split("/") if segment]
    version = segments.pop(0) if segments and _VERSION.fullmatch(segments[0]) else None
    node = segments[0] if segments else ""
    return Target(version, node, "/".join(segments[1:]), parse_form(query))


class Targets:
    """Remembers parsed paths, since a batch repeats `me/messages` fifty times."""

    def __init__(self) -> None:
        self._kept: dict[str, Target] = {}

    def get(self, url: str) -> Target:
        """Returns the parsed path, from memory when it was seen lately (4,096 are kept)."""
        target = self._kept.get(url)
        if target is None:
            target = parse_target(url)
            if len(self._kept) >= _KEPT_MAX:
                self._kept.clear()
            self._kept[url] = target
        return target
