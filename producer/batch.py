"""The vocabulary as parts for `send_batch([...])`: `batch.send_text(psid, "Hello!")` returns the command itself.

A part can be linked: `name=` lets others wait for it, `depends_on=` names the one that must succeed first, and
`omit_response_on_success=False` shows the answer of a part that others depend on. A command whose method has a `name`
of its own (`create_label`, `create_persona`) is linked by `part(command, name=…)`.
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, cast

import msgspec

from producer.commands.command import CommandOf
from producer.commands.labels import GetAssociatedLabels
from producer.commands.parts import Part, Single
from producer.commands.profile import GetUserProfile
from producer.errors import InvalidCommandError, given
from producer.vocabulary import Vocabulary

Reply = TypeVar("Reply")
_LINKS: Final = ("name", "depends_on", "omit_response_on_success")


def part(
    command: Single,
    *,
    name: str | None = None,
    depends_on: str | None = None,
    omit_response_on_success: bool | None = None,
) -> Part:
    """Returns `command` linked to other parts of its batch."""
    if not isinstance(command, Single):
        raise InvalidCommandError("", f"must be a command that a batch can hold{given(command)}")
    return Part(
        command=command, name=name, depends_on=depends_on, omit_response_on_success=omit_response_on_success
    )


def __getattr__(name: str) -> Callable[..., object]:
    if name in _method_names():
        return _function(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({"part", *_method_names()})


class _Commands(Vocabulary):
    """The executor that does nothing: a method returns its command."""

    __slots__ = ()

    def _submit(self, command: CommandOf[Reply]) -> Reply:
        # The reference client's parts ask for no fields of their own.
        if isinstance(command, GetUserProfile | GetAssociatedLabels) and command.fields is None:
            return cast("Reply", msgspec.structs.replace(command, fields=[]))
        return cast("Reply", command)

    def send_request(self, body: Mapping[str, object]) -> object:
        """Posts `body` to the Send API as it is; the reference client's other name of `send_raw_body`."""
        return self.send_raw_body(body)


@functools.cache
def _method_names() -> frozenset[str]:
    return frozenset(name for name in dir(_Commands) if not name.startswith("_"))


@functools.cache
def _function(name: str) -> Callable[..., object]:
    method = getattr(_Commands(), name)
    links = () if "name" in inspect.signature(method).parameters else _LINKS

    @functools.wraps(method)
    def linked(*args: object, **options: object) -> object:
        if not options:
            return method(*args)
        given: dict[str, Any] = {link: options.pop(link) for link in links if link in options}
        command = method(*args, **options)
        return part(command, **given) if given else command

    return linked
