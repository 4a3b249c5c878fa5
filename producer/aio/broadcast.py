"""Broadcasts of an event loop: their progress, paused and cancelled as one."""

from collections.abc import Callable

from producer.broadcasts.steps import Campaign, Progress
from producer.store.taking import Source, Taker


class AsyncBroadcast:
    """One broadcast, by its `id`, from any process."""

    def __init__(self, taker: Taker, campaign: Campaign) -> None:
        self.id = campaign.id
        self._taker = taker
        self._campaign = campaign

    def __repr__(self) -> str:
        return f"<AsyncBroadcast {self.id}>"

    async def progress(self) -> Progress:
        """Returns how far the broadcast is.

        Raises:
            BroadcastError: there is none of this id.
            QueueUnavailableError: Redis was not reached.
        """
        return await self._taker.take(self._campaign.progress())

    async def pause(self, reason: str = "paused by hand") -> bool:
        """Holds the broadcast: what is on its way settles, nobody else is taken until `resume`.

        Returns False, and changes nothing, when nobody is left to be sent to: it is done, or cancelled.
        """
        return await self._taker.take(self._campaign.pause(reason))

    async def resume(self) -> None:
        """Lets a paused broadcast go on, gently."""
        await self._taker.take(self._campaign.resume())

    async def cancel(self) -> int:
        """Ends all of the broadcast that no worker has yet; returns how many people it was that are not sent to.

        What is on its way settles; what waits to be tried again ends when it is due. One that is done stays so: 0.
        """
        return await self._taker.take(self._campaign.cancel())

    async def add(self, recipients: Source[str], on_progress: Callable[[int], object] | None = None) -> int:
        """Adds people, going on where an earlier run over the same list stopped; returns how many were new.

        Raises:
            BroadcastError: the list differs from the one of the earlier run, or the broadcast is closed.
            RecipientError: a recipient is no PSID; all those before it were added.
            Exception: whatever `recipients` raises; all that it gave before were added.
        """
        return await self._taker.take(self._campaign.add(on_progress), recipients)
