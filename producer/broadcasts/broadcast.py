"""Broadcasts: one message to any number of people, stored once, taken person by person, paused and cancelled as one."""

from collections.abc import Callable, Iterable
from typing import Final

from producer.broadcasts.steps import Campaign, Progress
from producer.commands import SendMessage
from producer.queue.envelope import Delivery
from producer.store.queue import Queue

__all__ = ["ASYNCHRONOUS", "PLACEHOLDER", "Broadcast", "Progress"]

PLACEHOLDER: Final = "0"
ASYNCHRONOUS: Final = "must be an iterable of PSIDs; an asynchronous one is for AsyncProducer"


class Broadcast:
    """One broadcast, by its `id`, from any process; a `campaign` that is given asks in Redis's place."""

    def __init__(self, broadcast_id: str, queue: Queue, campaign: Campaign | None = None) -> None:
        self.id = broadcast_id
        self._queue = queue
        self._campaign = campaign or Campaign(broadcast_id, queue.keys, queue.intake.page_queue_max)

    def __repr__(self) -> str:
        return f"<Broadcast {self.id}>"

    def progress(self) -> Progress:
        """Returns how far the broadcast is.

        Raises:
            BroadcastError: there is none of this id.
            QueueUnavailableError: Redis was not reached.
        """
        return self._queue.take(self._campaign.progress())

    def pause(self, reason: str = "paused by hand") -> bool:
        """Holds the broadcast: what is on its way settles, nobody else is taken until `resume`.

        Returns False, and changes nothing, when nobody is left to be sent to: it is done, or cancelled.
        """
        return self._queue.take(self._campaign.pause(reason))

    def resume(self) -> None:
        """Lets a paused broadcast go on, gently."""
        self._queue.take(self._campaign.resume())

    def cancel(self) -> int:
        """Ends all of the broadcast that no worker has yet; returns how many people it was that are not sent to.

        What is on its way settles; what waits to be tried again ends when it is due. One that is done stays so: 0.
        """
        return self._queue.take(self._campaign.cancel())

    def open(self, command: SendMessage, delivery: Delivery) -> None:
        """Stores the message; a broadcast that is there already stays as it is."""
        self._queue.take(self._campaign.open(command, delivery))

    def add(self, recipients: Iterable[str], on_progress: Callable[[int], object] | None = None) -> int:
        """Adds people, going on where an earlier run over the same list stopped; returns how many were new.

        Raises:
            BroadcastError: the list differs from the one of the earlier run, or the broadcast is closed.
            RecipientError: a recipient is no PSID; all those before it were added.
            Exception: whatever `recipients` raises; all that it gave before were added.
        """
        return self._queue.take(self._campaign.add(on_progress), iter(recipients))
