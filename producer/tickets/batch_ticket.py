"""The ticket of an explicit batch."""

from typing import cast

import redis

from producer.commands.results import PartReply
from producer.store.keys import Keys
from producer.store.steps import take
from producer.tickets.batch_inquiry import BatchInquiry
from producer.tickets.ticket import RESULT_TIMEOUT_S, Outcome, Ticket


class BatchTicket(Ticket[list[PartReply | None]]):
    """The ticket of a batch: `parts` holds a ticket for each part."""

    def __init__(
        self, batch_id: str, client: "redis.Redis", keys: Keys, inquiry: BatchInquiry | None = None
    ) -> None:
        super().__init__(batch_id, client, keys)
        self._inquiry: BatchInquiry = inquiry or BatchInquiry(batch_id, keys)
        self.parts: tuple[Ticket[object], ...] = tuple(
            Ticket(each.id, client, keys, each) for each in self._inquiry.parts
        )

    def outcome(self) -> Outcome | None:
        """Returns how the batch ended, or None while a part is on its way.

        Its `name` is `sent` when every part was, else that of the first part that was not. `reply` is a list with
        `code` and `body` for each part.
        """
        return super().outcome()

    def cancel(self) -> bool:
        """Ends every part that no worker has yet, the last first; True only if surely no part was or will be sent.

        False leaves those cancelled that could be: `parts` tell which. Linked parts end together.

        Raises:
            QueueUnavailableError: Redis was not reached; cancelling again is safe.
        """
        return super().cancel()

    def result(self, timeout_s: float = RESULT_TIMEOUT_S) -> list[PartReply | None]:
        """Returns `code`, `headers` and parsed `body` of each part, as the direct client does, once all have ended.

        A part that failed is a value in the list; one of which nobody knows what became is None. One that ended
        without a request, such as an expired one, has the code None.

        Raises:
            OutcomeTimeoutError: not all have ended within `timeout_s` seconds.
            QueueUnavailableError: Redis was not reached.
        """
        return cast("list[PartReply | None]", take(self._inquiry.result(timeout_s), self._client))
