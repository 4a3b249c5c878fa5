"""Tickets: ask at any moment, from any process, what became of a command."""

from typing import Final, Generic, TypeVar, cast

import redis

from producer.store.keys import Keys
from producer.store.steps import take
from producer.tickets.inquiry import Inquiry
from producer.tickets.linked_inquiry import inquiry_of
from producer.tickets.outcome import Outcome, OutcomeName, outcome_of

__all__ = ["RESULT_TIMEOUT_S", "Outcome", "OutcomeName", "Ticket", "outcome_of"]

Reply_co = TypeVar("Reply_co", covariant=True)

RESULT_TIMEOUT_S: Final = 60.0


class Ticket(Generic[Reply_co]):
    """One accepted command, by its `id`; valid in any process for as long as outcomes are kept.

    `Reply_co` is the type of what the same method gives back when it is called directly. An `inquiry` that is given
    asks in Redis's place, as an outbox's does.
    """

    def __init__(
        self, command_id: str, client: "redis.Redis", keys: Keys, inquiry: Inquiry | None = None
    ) -> None:
        self.id = command_id
        self._client = client
        self._inquiry = inquiry or inquiry_of(command_id, keys)

    def __repr__(self) -> str:
        return f"<Ticket {self.id}>"

    def outcome(self) -> Outcome | None:
        """Returns how the command ended, or None while it is on its way (or its outcome is no longer kept).

        Raises:
            QueueUnavailableError: Redis was not reached.
        """
        return take(self._inquiry.outcome(), self._client)

    def cancel(self) -> bool:
        """Ends the command if no worker has it yet; True only if it will surely not be sent.

        False when it has ended already, when a worker has it at this moment, or when an earlier attempt may have
        arrived: that one is not tried again, and ends `unknown`.

        Raises:
            QueueUnavailableError: Redis was not reached; cancelling again is safe.
        """
        return take(self._inquiry.cancel(), self._client)

    def result(self, timeout_s: float = RESULT_TIMEOUT_S) -> Reply_co:
        """Returns what the method gives back when it is called directly, or raises what it would raise.

        Tokens that Graph puts into a reply, such as those of `paging.next`, are taken out.

        Args:
            timeout_s: how long to wait for the command to end.

        Raises:
            GraphError: Graph refused it, on the last attempt.
            NoAnswer: it may have been sent, and no answer came.
            NotSentError: it expired, was cancelled, or could not be made into a request.
            OutcomeTimeoutError: it has not ended within `timeout_s` seconds; it is still on its way.
            QueueUnavailableError: Redis was not reached.
        """
        return cast("Reply_co", take(self._inquiry.result(timeout_s), self._client))

    def wait(self, timeout_s: float) -> Outcome:
        """Returns how the command ended, waiting up to `timeout_s` seconds for it.

        Raises:
            OutcomeTimeoutError: it has not ended yet.
            QueueUnavailableError: Redis was not reached.
        """
        return take(self._inquiry.wait(timeout_s), self._client)
