"""Commands that came by the door go on the queue of their Page, as any producer's do."""

from collections.abc import Sequence

from producer import AsyncProducer
from producer.commands import Command


class Entry(AsyncProducer):
    """A producer of commands that are made already."""

    async def put(self, command: Command) -> str:
        """Enqueues a command; returns the id of its ticket.

        Raises:
            InvalidCommandError: it is not of the form that Meta documents.
            QueueFullError: Redis or the Page's queue takes no more.
            QueueUnavailableError: Redis was not reached.
        """
        ticket = await self._run(lambda: command, (), {})
        return ticket.id

    async def put_all(self, commands: Sequence[Command]) -> list[str]:
        """Enqueues commands of one Page in their order; returns the ids of their tickets. Raises what `put` raises."""
        return [await self.put(command) for command in commands]
