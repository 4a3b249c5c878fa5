"""How a producer is made and bound, and what it asks in steps: the same for threads and for event loops."""

import abc
from collections.abc import Callable, Iterable
from typing import Final, Generic, Protocol, Self, TypeVar, Unpack

from producer.binding import Options, bound
from producer.broadcasts.steps import Campaign
from producer.commands import Command
from producer.errors import InvalidCommandError
from producer.listening.steps import Learned, learning
from producer.listening.webhook import Heard
from producer.people.opting import OptOut, opting_in, opting_out
from producer.queue.accepting import DAY_MS, Terms, enqueue, terms_of, without_key
from producer.queue.bulk import enqueue_many
from producer.queue.envelope import Delivery, checked
from producer.queue.sequencing import OnFailure, prepare_sequence
from producer.store.intake import PAGE_QUEUE_MAX, Intake
from producer.store.keys import PREFIX_DEFAULT
from producer.store.steps import Steps
from producer.tickets.batch_inquiry import BATCH_ID, BatchInquiry
from producer.tickets.echoes import confirming
from producer.tickets.inquiry import Inquiry
from producer.tickets.sequence_inquiry import SEQUENCE_ID, SequenceInquiry
from producer.versions import NEWEST

DAY_S: Final = DAY_MS / 1000


class Place(Protocol):
    """Where a producer puts its commands."""

    intake: Intake


RedisClient = TypeVar("RedisClient")
QueueOf = TypeVar("QueueOf", bound=Place)


class Opened(abc.ABC, Generic[RedisClient, QueueOf]):
    """A producer on a queue, with the Page and the options that its commands have; views of it share the queue."""

    def __init__(self, queue: QueueOf, delivery: Delivery, terms: Terms | None = None) -> None:
        self._queue = queue
        self._delivery = delivery
        self._terms = terms or Terms()

    @classmethod
    def connect(
        cls,
        redis_url: str = "redis://127.0.0.1:6379/0",
        *,
        page: str = "",
        prefix: str = PREFIX_DEFAULT,
        page_queue_max: int = PAGE_QUEUE_MAX,
        graph_version: str = NEWEST,
        allow_retired: bool = False,
        idempotency_retention_s: float = DAY_S,
    ) -> Self:
        """Returns a producer for `page` on the server at `redis_url`; connects when it is first used.

        Args:
            redis_url: `redis://`, `rediss://` or `unix://`.
            page: the Page's id; `for_page` names another.
            prefix: of all keys, so that two installations can share a server.
            page_queue_max: most commands that may wait for one Page.
            graph_version: that of the workers; commands that Meta removed before it are refused.
            allow_retired: true to queue such commands all the same.
            idempotency_retention_s: how long an `idempotency_key` stands for its command, at most 30 days.

        Raises:
            SettingsError: the URL is none of Redis, or an argument is out of its bounds.
        """
        return cls.on(
            cls._client_of(redis_url),
            page=page,
            prefix=prefix,
            page_queue_max=page_queue_max,
            graph_version=graph_version,
            allow_retired=allow_retired,
            idempotency_retention_s=idempotency_retention_s,
        )

    @classmethod
    def on(
        cls,
        client: RedisClient,
        *,
        page: str = "",
        prefix: str = PREFIX_DEFAULT,
        page_queue_max: int = PAGE_QUEUE_MAX,
        graph_version: str = NEWEST,
        allow_retired: bool = False,
        idempotency_retention_s: float = DAY_S,
    ) -> Self:
        """Returns a producer on a client that the caller made, such as one of fakeredis.

        `client` is a `redis.Redis`, of an event loop a `redis.asyncio.Redis`; the options are those of `connect`.

        Raises:
            SettingsError: an argument is out of its bounds.
        """
        terms = terms_of(
            graph_version, allow_retired=allow_retired, idempotency_retention_s=idempotency_retention_s
        )
        return cls(cls._queue_on(client, prefix, page_queue_max), Delivery(page=page), terms)

    def for_page(self, page: str) -> Self:
        """Returns the same producer, bound to another Page."""
        return self.with_options(page=page)

    def with_options(self, **options: Unpack[Options]) -> Self:
        """Returns the same producer with other delivery options.

        Args:
            options: `page`; `priority`, `interactive` (default) or `bulk`; `send_at`, a datetime with its time zone or
                seconds since 1970; `expires_in`, a timedelta or seconds, after which the command is not sent any more;
                `ordered`, to keep the order to each person (default for `interactive`); `at_most_once`, never to send
                again what may have arrived; `idempotency_key`, of 1 to 200 characters: a second command under the same
                key is not enqueued, the first one's ticket comes back, and `IdempotencyError` when it differs.

        Raises:
            InvalidCommandError: names the option and its bound.
        """
        return self._view(bound(self._delivery, options))

    def _one(self, command: Command) -> Steps[str]:
        """Enqueues one checked command; comes to the id of its ticket."""
        return enqueue(self._queue.intake, command, checked(self._delivery), self._terms)

    def _many(self, on_progress: Callable[[int], object] | None) -> Steps[int]:
        """Enqueues all commands that are read; comes to how many."""
        delivery = without_key(checked(self._delivery))
        return enqueue_many(self._queue.intake, delivery, self._terms, on_progress)

    def _sequence(self, psid: str, steps: Iterable[Command], on_failure: OnFailure) -> Steps[str]:
        """Enqueues the steps of a sequence; comes to the id of its ticket."""
        delivery = checked(self._delivery)
        ready = prepare_sequence(psid, steps, delivery=delivery, terms=self._terms, on_failure=on_failure)
        return self._queue.intake.accept(ready, self._terms.keep_ms)

    def _inquiry(self, command_id: str) -> Inquiry:
        """Returns what the ticket of a command asks."""
        if not isinstance(command_id, str) or not command_id.isprintable():
            raise InvalidCommandError("id", "is no ticket of a command")
        keys = self._queue.intake.keys
        if BATCH_ID.fullmatch(command_id):
            return BatchInquiry(command_id, keys)
        if SEQUENCE_ID.fullmatch(command_id):
            return SequenceInquiry(command_id, keys)
        return Inquiry(command_id, keys)

    def _campaign(self, broadcast_id: str) -> Campaign:
        """Returns what a broadcast asks."""
        return Campaign(broadcast_id, self._queue.intake.keys, self._queue.intake.page_queue_max)

    def _confirming(self, event: object) -> Steps[int]:
        """Settles what the echoes of `event` prove; comes to how many commands that changed."""
        return confirming(event, self._queue.intake.keys)

    def _learning(self, heard: Heard) -> Steps[Learned]:
        """Learns what a webhook's body says; comes to what that changed."""
        return learning(heard, self._queue.intake.keys)

    def _opting_out(self, psid: str, of: OptOut) -> Steps[None]:
        """Remembers what a person of this Page does not want."""
        return opting_out(self._queue.intake.keys, checked(self._delivery).page, psid, of)

    def _opting_in(self, psid: str) -> Steps[bool]:
        """Forgets it; comes to whether there was anything."""
        return opting_in(self._queue.intake.keys, checked(self._delivery).page, psid)

    def _view(self, delivery: Delivery) -> Self:
        return type(self)(self._queue, delivery, self._terms)

    @classmethod
    @abc.abstractmethod
    def _client_of(cls, redis_url: str) -> RedisClient:
        """Returns a client of the server at `redis_url`, or raises `SettingsError`."""

    @classmethod
    @abc.abstractmethod
    def _queue_on(cls, client: RedisClient, prefix: str, page_queue_max: int) -> QueueOf:
        """Returns the queue's writing side on a client."""
