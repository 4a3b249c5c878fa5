"""Lists of names arrive as lists: a lone text would be taken apart into its letters."""

from collections.abc import Iterable

from producer.errors import InvalidCommandError


def listed(names: Iterable[str], path: str) -> list[str]:
    """Returns the names as a list; raises `InvalidCommandError` with `path` for a lone text or no list at all."""
    if isinstance(names, str | bytes) or not isinstance(names, Iterable):
        raise InvalidCommandError(path, "must be a list of text")
    return list(names)


def optional_list(names: Iterable[str] | None, path: str) -> list[str] | None:
    """Returns the names as a list, or None for None."""
    return None if names is None else listed(names, path)
