"""Lua scripts by name: loaded once from the package, run by their hash, sent again to a server that forgot them."""

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Final

import redis

USES: Final = "-- uses: "


@cache
def source_of(name: str, package: str = "producer.scripts") -> str:
    """Returns a script's text behind the shared parts that its first line names.

    Raises:
        FileNotFoundError: the package has no such script.
    """
    text = resources.files(package).joinpath(f"{name}.lua").read_text("utf-8")
    first, _, _ = text.partition("\n")
    if not first.startswith(USES):
        return text
    shared = [source_of(each) for each in first.removeprefix(USES).split()]
    return "\n".join([*shared, text])


class Script:
    """One script, ready to run on any client."""

    def __init__(self, name: str, package: str = "producer.scripts") -> None:
        self.name = name
        self.source = source_of(name, package)
        self.sha = hashlib.sha1(self.source.encode(), usedforsecurity=False).hexdigest()

    def run(self, client: "redis.Redis", prefix: str, arguments: Iterable[str | bytes | int]) -> object:
        """Runs the script on the keys of `prefix` and returns its answer.

        Raises:
            redis.RedisError: the server was not reached, or refused.
        """
        values = (prefix, *arguments)
        try:
            return client.evalsha(self.sha, 1, *values)
        except redis.exceptions.NoScriptError:
            return client.eval(self.source, 1, *values)
