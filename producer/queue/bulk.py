"""A bulk on its way: each round of commands is put while the next one is made."""

from collections.abc import Callable

from producer.errors import OutboundError, SendManyError
from producer.queue.accepting import Round
from producer.queue.rounds import ROUND_MAX, put_whole
from producer.store.queue import Putting, Queue


class Bulk:
    """Puts rounds of commands; `enqueued` counts the commands that are surely on the queue.

    Args:
        queue: of the installation.
        on_progress: is called with that number after each round.
    """

    def __init__(self, queue: Queue, on_progress: Callable[[int], object] | None) -> None:
        self.enqueued = 0
        self._queue = queue
        self._on_progress = on_progress
        self._posted: tuple[Putting, int] | None = None

    def put(self, round_: Round) -> None:
        """Sends a round on its way, once the one before it is on the queue.

        Raises:
            SendManyError: a round was not accepted.
        """
        self.settle()
        if len(round_.arguments) > ROUND_MAX:  # a batch that is more than one script takes
            self._done(lambda: put_whole(self._queue, round_.arguments), round_.commands)
        elif round_.commands:
            self._posted = self._queue.begin_put(round_.arguments), round_.commands

    def settle(self) -> None:
        """Returns once the round that is on its way is on the queue.

        Raises:
            SendManyError: it was not accepted.
        """
        if self._posted is not None:
            (putting, commands), self._posted = self._posted, None
            self._done(putting.finish, commands)

    def abandon(self) -> None:
        """Leaves the round that is on its way: it may be accepted or not."""
        if self._posted is not None:
            self._posted[0].abandon()
            self._posted = None

    def _done(self, put: Callable[[], object], commands: int) -> None:
        try:
            put()
        except OutboundError as error:
            raise SendManyError(self.enqueued, self.enqueued, str(error)) from error
        self.enqueued += commands
        if self._on_progress is not None:
            self._on_progress(self.enqueued)
