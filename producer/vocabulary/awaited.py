"""The vocabulary as coroutines: every method builds its command and awaits what is done with it."""

import asyncio
import functools
import inspect
import os
from collections.abc import Callable, Coroutine
from typing import TypeVar

from producer.commands.command import CommandOf
from producer.vocabulary import Vocabulary
from producer.vocabulary.uploads import BinaryFile

Reply = TypeVar("Reply")


class AwaitedVocabulary(Vocabulary):
    """All methods as coroutines, each returning the ticket of its command; an executor defines `_enqueue(command)`.

    A command that Meta would refuse is refused when it is awaited. A path or an open file is read in a thread.
    """

    __slots__ = ()

    def _submit(self, command: CommandOf[Reply]) -> CommandOf[Reply]:  # type: ignore[override]  # it is enqueued later
        return command

    async def _enqueue(self, command: CommandOf[Reply]) -> Reply:
        raise NotImplementedError


def _awaited(method: Callable[..., CommandOf[object]]) -> Callable[..., Coroutine[object, object, object]]:
    @functools.wraps(method)
    async def coroutine(self: AwaitedVocabulary, *args: object, **options: object) -> object:
        if any(isinstance(each, os.PathLike | BinaryFile) for each in (*args, *options.values())):
            command = await asyncio.to_thread(method, self, *args, **options)
        else:
            command = method(self, *args, **options)
        return await self._enqueue(command)

    return coroutine


for _name, _method in inspect.getmembers(Vocabulary, inspect.isfunction):
    if not _name.startswith("_"):
        setattr(AwaitedVocabulary, _name, _awaited(_method))
