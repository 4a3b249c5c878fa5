"""Tickets of an event loop: ask at any moment, from any process, what became of a command."""

from collections.abc import Generator
from typing import Any, Generic, TypeVar, cast

from producer.commands.results import PartReply
from producer.store.keys import Keys
from producer.store.taking import Taker
from producer.tickets.batch_inquiry import BatchInquiry
from producer.tickets.inquiry import Inquiry
from producer.tickets.linked_inquiry import inquiry_of
from producer.tickets.sequence_inquiry import SequenceInquiry
from producer.tickets.ticket import RESULT_TIMEOUT_S, Outcome

Reply_co = TypeVar("Reply_co", covariant=True)


class AsyncTicket(Generic[Reply_co]):
    """One accepted command, by its `id`; valid in any process for as long as outcomes are kept.

    `await ticket` is `await ticket.result()`. `Reply_co` is the type of what the same method gives back when it is
    called directly.
    """

    def __init__(self, command_id: str, taker: Taker, keys: Keys, inquiry: Inquiry | None = None) -> None:
        self.id = command_id
        self._taker = taker
        self._inquiry = inquiry or inquiry_of(command_id, keys)

    def __repr__(self) -> str:
        return f"<AsyncTicket {self.id}>"

    def __await__(self) -> Generator[Any, None, Reply_co]:
        return self.result().__await__()

    async def outcome(self) -> Outcome | None:
        """Returns how the command ended, or None while it is on its way (or its outcome is no longer kept).

        Raises:
            QueueUnavailableError: Redis was not reached.
        """
        return await self._taker.take(self._inquiry.outcome())

    async def cancel(self) -> bool:
        """Ends the command if no worker has it yet; True only if it will surely not be sent.

        False when it has ended already, when a worker has it at this moment, or when an earlier attempt may have
        arrived: that one is not tried again, and ends `unknown`.

        Raises:
            QueueUnavailableError: Redis was not reached; cancelling again is safe.
        """
        return await self._taker.take(self._inquiry.cancel())

    async def result(self, timeout_s: float = RESULT_TIMEOUT_S) -> Reply_co:
        """Returns what the method gives back when it is called directly, or raises what it would raise.

        Tokens that Graph puts into a reply, such as those of `paging.next`, are taken out. The result of a batch is a
        list of `code`, `headers` and parsed `body` of each part, in which a part that failed is a value.

        Args:
            timeout_s: how long to wait for the command to end.

        Raises:
            GraphError: Graph refused it, on the last attempt.
            NoAnswer: it may have been sent, and no answer came.
            NotSentError: it expired, was cancelled, or could not be made into a request.
            OutcomeTimeoutError: it has not ended within `timeout_s` seconds; it is still on its way.
            QueueUnavailableError: Redis was not reached.
        """
        return cast("Reply_co", await self._taker.take(self._inquiry.result(timeout_s)))

    async def wait(self, timeout_s: float) -> Outcome:
        """Returns how the command ended, waiting up to `timeout_s` seconds for it.

        Raises:
            OutcomeTimeoutError: it has not ended yet.
            QueueUnavailableError: Redis was not reached.
        """
        return await self._taker.take(self._inquiry.wait(timeout_s))


class AsyncBatchTicket(AsyncTicket[list[PartReply | None]]):
    """The ticket of a batch: `parts` holds a ticket for each part; linked parts are cancelled together.

    `cancel` ends every part that no worker has yet, and is True only if surely no part was or will be sent.
    """

    def __init__(self, batch_id: str, taker: Taker, keys: Keys, inquiry: BatchInquiry | None = None) -> None:
        inquiry = inquiry or BatchInquiry(batch_id, keys)
        super().__init__(batch_id, taker, keys, inquiry)
        self.parts: tuple[AsyncTicket[object], ...] = tuple(
            AsyncTicket(each.id, taker, keys, each) for each in inquiry.parts
        )


class AsyncSequenceTicket(AsyncTicket[list[object]]):
    """The ticket of a sequence: `steps` holds a ticket for each step, in order.

    Its `outcome` is that of the first step that was not sent, `sent` when every step was. `cancel` ends every step that
    no worker has yet, and is True only if surely no step was or will be sent.
    """

    def __init__(
        self, sequence_id: str, taker: Taker, keys: Keys, inquiry: SequenceInquiry | None = None
    ) -> None:
        super().__init__(sequence_id, taker, keys)
        self._inquiry: SequenceInquiry = inquiry or SequenceInquiry(sequence_id, keys)
        self.steps: tuple[AsyncTicket[object], ...] = tuple(
            AsyncTicket(each.id, taker, keys, each) for each in self._inquiry.parts
        )

    async def outcomes(self) -> list[Outcome | None]:
        """Returns how each step ended, in order; None for one that is on its way.

        Raises:
            QueueUnavailableError: Redis was not reached.
        """
        return await self._taker.take(self._inquiry.outcomes())
