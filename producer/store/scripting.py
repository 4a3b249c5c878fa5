"""Lua scripts by name: loaded once from the package, run by their hash, sent again to a server that forgot them."""

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Final

import redis

from producer.store.wire import Reply, Wire

USES: Final = "-- uses: "
PACKAGE: Final = "producer.scripts"


@cache
def source_of(name: str, package: str = PACKAGE) -> str:
    """Returns a script's text behind the shared parts that it needs, each once, behind those that it needs itself.

    A script's or part's first line may name parts: of its own package, or else of the producer's.

    Raises:
        FileNotFoundError: there is no such script, or no such part.
    """
    found: dict[str, str] = {}
    _gather(name, package, found)
    return "\n".join(found.values())


def _gather(name: str, package: str, found: dict[str, str]) -> None:
    text = _text_of(name, package)
    first, _, _ = text.partition("\n")
    for part in first.removeprefix(USES).split() if first.startswith(USES) else ():
        if part not in found:
            _gather(part, package, found)
    found[name] = text


def _text_of(name: str, package: str) -> str:
    file = resources.files(package).joinpath(f"{name}.lua")
    if package != PACKAGE and not file.is_file():
        file = resources.files(PACKAGE).joinpath(f"{name}.lua")
    return file.read_text("utf-8")


class Script:
    """One script, ready to run on any client."""

    def __init__(self, name: str, package: str = PACKAGE) -> None:
        self.name = name
        self.source = source_of(name, package)
        self.sha = hashlib.sha1(self.source.encode(), usedforsecurity=False).hexdigest()

    def run(
        self, client: "redis.Redis | Wire", prefix: str, arguments: Iterable[str | bytes | int]
    ) -> object:
        """Runs the script on the keys of `prefix` and returns its answer.

        Raises:
            redis.RedisError: the server was not reached, or refused.
        """
        values = (prefix, *arguments)
        try:
            return client.evalsha(self.sha, 1, *values)
        except redis.exceptions.NoScriptError:
            return client.eval(self.source, 1, *values)

    def send(self, wire: Wire, prefix: str, arguments: Iterable[str | bytes | int]) -> "Running":
        """Sends the script on its way to the keys of `prefix`."""
        values = (prefix, *arguments)
        return Running(self, wire, values, wire.send(self.sha, 1, *values))


class Running:
    """A script on its way."""

    is_answered: Final = False

    def __init__(
        self, script: Script, wire: Wire, values: tuple[str | bytes | int, ...], reply: Reply
    ) -> None:
        self._script = script
        self._wire = wire
        self._values = values
        self._reply = reply

    def finish(self) -> object:
        """Returns the script's answer.

        Raises:
            redis.RedisError: the server was not reached, or refused.
        """
        try:
            return self._reply.read()
        except redis.exceptions.NoScriptError:
            return self._wire.eval(self._script.source, 1, *self._values)

    def abandon(self) -> None:
        """Leaves the answer unread."""
        self._reply.abandon()
