"""A function that builds a command becomes a method of each executor: it is queued, awaited, or called at once.

What the method gives follows from the executor, and arguments, options and replies from the function: type checkers and
editors see them with no stub.
"""

import functools
import inspect
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Generic, ParamSpec, TypeVar, cast, overload

from producer.commands.command import CommandOf
from producer.commands.parts import SendBatch
from producer.commands.results import PartReply
from producer.tickets.async_ticket import AsyncBatchTicket, AsyncTicket
from producer.tickets.batch_ticket import BatchTicket
from producer.tickets.ticket import Ticket

P = ParamSpec("P")
Reply = TypeVar("Reply")
Given = TypeVar("Given")

Make = Callable[..., CommandOf[Any]]


class Executor:
    """Does what it is for with the command that a function builds."""

    def _run(self, make: Make, arguments: tuple[Any, ...], options: Mapping[str, Any]) -> object:
        raise NotImplementedError


class Queued(Executor):
    """An executor whose methods return tickets."""


class Awaited(Executor):
    """An executor whose methods are coroutines that return tickets."""


class Called(Executor):
    """An executor whose methods return the reply."""


class Lifted(Generic[P, Reply]):
    """A method of every executor."""

    @overload
    def __get__(self, at: Queued, kind: object = None, /) -> Callable[P, Ticket[Reply]]: ...
    @overload
    def __get__(
        self, at: Awaited, kind: object = None, /
    ) -> Callable[P, Coroutine[object, object, AsyncTicket[Reply]]]: ...
    @overload
    def __get__(self, at: Called, kind: object = None, /) -> Callable[P, Reply]: ...
    @overload
    def __get__(self, at: None, kind: object = None, /) -> Callable[..., Any]: ...
    def __get__(self, at: object, kind: object = None, /) -> Any:
        """Is never run: at run time a lifted function is a plain method."""
        raise NotImplementedError


class LiftedBatch(Generic[P]):
    """A method of every executor whose ticket has parts."""

    @overload
    def __get__(self, at: Queued, kind: object = None, /) -> Callable[P, BatchTicket]: ...
    @overload
    def __get__(
        self, at: Awaited, kind: object = None, /
    ) -> Callable[P, Coroutine[object, object, AsyncBatchTicket]]: ...
    @overload
    def __get__(self, at: Called, kind: object = None, /) -> Callable[P, list[PartReply | None]]: ...
    @overload
    def __get__(self, at: None, kind: object = None, /) -> Callable[..., Any]: ...
    def __get__(self, at: object, kind: object = None, /) -> Any:
        """Is never run."""
        raise NotImplementedError


def lifted(make: Callable[P, CommandOf[Reply]]) -> Lifted[P, Reply]:
    """Returns a function of the vocabulary as a method of whatever executor it stands in."""
    return cast("Lifted[P, Reply]", _method(make))


def lifted_batch(make: Callable[P, SendBatch]) -> LiftedBatch[P]:
    """Returns the function that builds a batch as such a method."""
    return cast("LiftedBatch[P]", _method(make))


def _method(make: Make) -> Callable[..., object]:
    def method(self: Executor, /, *args: object, **options: object) -> object:
        return self._run(make, args, options)

    functools.update_wrapper(method, make)
    vars(method).pop("__wrapped__")  # whose signature lacks `self`
    shown = inspect.signature(make)
    method.__signature__ = shown.replace(  # type: ignore[attr-defined]  # inspect's own protocol
        parameters=[inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY), *shown.parameters.values()]
    )
    return method
