"""The ticket of a sequence."""

import redis

from producer.store.keys import Keys
from producer.store.steps import take
from producer.tickets.sequence_inquiry import SequenceInquiry
from producer.tickets.ticket import RESULT_TIMEOUT_S, Outcome, Ticket


class SequenceTicket(Ticket[list[object]]):
    """The ticket of a sequence: `steps` holds a ticket for each step, in order."""

    def __init__(
        self, sequence_id: str, client: "redis.Redis", keys: Keys, inquiry: SequenceInquiry | None = None
    ) -> None:
        super().__init__(sequence_id, client, keys)
        self._inquiry: SequenceInquiry = inquiry or SequenceInquiry(sequence_id, keys)
        self.steps: tuple[Ticket[object], ...] = tuple(
            Ticket(each.id, client, keys, each) for each in self._inquiry.parts
        )

    def outcomes(self) -> list[Outcome | None]:
        """Returns how each step ended, in order; None for one that is on its way.

        Raises:
            QueueUnavailableError: Redis was not reached.
        """
        return take(self._inquiry.outcomes(), self._client)

    def outcome(self) -> Outcome | None:
        """Returns how the sequence ended, or None while a step is on its way.

        Its `name` is `sent` when every step was, else that of the first step that was not. `reply` lists the reply of
        each step, None for one that was not sent.
        """
        return super().outcome()

    def result(self, timeout_s: float = RESULT_TIMEOUT_S) -> list[object]:
        """Returns the replies of all steps, in order, or raises what the first step that was not sent would raise.

        Raises:
            GraphError: Graph refused a step.
            NoAnswer: a step may have been sent, and no answer came.
            NotSentError: a step expired, was cancelled, or could not be made into a request.
            OutcomeTimeoutError: not all have ended within `timeout_s` seconds.
            QueueUnavailableError: Redis was not reached.
        """
        return super().result(timeout_s)

    def cancel(self) -> bool:
        """Ends every step that no worker has yet, the last first; True only if surely no step was or will be sent.

        Raises:
            QueueUnavailableError: Redis was not reached; cancelling again is safe.
        """
        return super().cancel()
