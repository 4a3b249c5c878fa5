"""`Producer`: the vocabulary as commands on the queue; each method returns a ticket at once."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final, Self, TypedDict, TypeVar, Unpack, cast

import msgspec
import redis

from producer.batching import BatchTicket, shares_of
from producer.commands import Command, CommandOf, SendBatch, check, check_queueable
from producer.envelope import Delivery, Priority, arguments_of, checked
from producer.errors import InvalidCommandError, OutboundError, SendManyError
from producer.ids import new_id
from producer.keys import PREFIX_DEFAULT
from producer.queue import PAGE_QUEUE_MAX, Arguments, Queue, connect
from producer.routing import route
from producer.ticket import Ticket
from producer.vocabulary.queued import QueuedVocabulary

ROUND: Final = 500

Reply = TypeVar("Reply")


class Options(TypedDict, total=False):
    """Delivery options of `Producer.with_options`."""

    page: str
    priority: Priority
    send_at: datetime | float | None
    expires_in: timedelta | float | None
    ordered: bool | None
    at_most_once: bool


class Producer(QueuedVocabulary):
    """Puts commands on the queue of one Page; safe to share between threads, and after a fork.

    Every method of the vocabulary checks its command, enqueues it and returns a `Ticket`. Raises `InvalidCommandError`
    for what Meta would refuse, `QueueFullError` and `QueueUnavailableError` when Redis does not take it.
    """

    def __init__(self, queue: Queue, delivery: Delivery) -> None:
        self._queue = queue
        self._delivery = delivery

    @classmethod
    def connect(
        cls,
        redis_url: str = "redis://127.0.0.1:6379/0",
        *,
        page: str = "",
        prefix: str = PREFIX_DEFAULT,
        page_queue_max: int = PAGE_QUEUE_MAX,
    ) -> Self:
        """Returns a producer for `page` on the server at `redis_url`; connects when it is first used.

        Args:
            redis_url: `redis://`, `rediss://` or `unix://`.
            page: the Page's id; `for_page` names another.
            prefix: of all keys, so that two installations can share a server.
            page_queue_max: most commands that may wait for one Page.

        Raises:
            SettingsError: the URL is none of Redis.
        """
        return cls.on(connect(redis_url), page=page, prefix=prefix, page_queue_max=page_queue_max)

    @classmethod
    def on(
        cls,
        client: "redis.Redis",
        *,
        page: str = "",
        prefix: str = PREFIX_DEFAULT,
        page_queue_max: int = PAGE_QUEUE_MAX,
    ) -> Self:
        """Returns a producer on a client that the caller made, such as one of fakeredis."""
        return cls(Queue(client, prefix=prefix, page_queue_max=page_queue_max), Delivery(page=page))

    def for_page(self, page: str) -> Self:
        """Returns the same producer, bound to another Page."""
        return self.with_options(page=page)

    def with_options(self, **options: Unpack[Options]) -> Self:
        """Returns the same producer with other delivery options.

        Args:
            options: `page`; `priority`, `interactive` (default) or `bulk`; `send_at`, a datetime with its time zone or
                seconds since 1970; `expires_in`, a timedelta or seconds, after which the command is not sent any more;
                `ordered`, to keep the order to each person (default for `interactive`); `at_most_once`, never to send
                again what may have arrived.

        Raises:
            InvalidCommandError: names the option and its bound.
        """
        try:
            delivery = msgspec.structs.replace(self._delivery, **options)
        except TypeError:
            unknown = sorted(set(options) - set(Delivery.__struct_fields__))
            raise InvalidCommandError(", ".join(unknown), "is no delivery option") from None
        if delivery.page:
            checked(delivery)
        return type(self)(self._queue, delivery)

    def ticket(self, command_id: str) -> Ticket[object]:
        """Returns the ticket of a command that was enqueued here or in any other process."""
        if "x" in command_id:
            return BatchTicket(command_id, self._queue.client, self._queue.keys)
        return Ticket(command_id, self._queue.client, self._queue.keys)

    def send_many(
        self, commands: Iterable[Command], *, on_progress: Callable[[int], object] | None = None
    ) -> int:
        """Enqueues any number of commands in constant memory, some hundreds in each round trip.

        Args:
            commands: made with `producer.batch`, such as `batch.send_text(psid, "Hello!")`.
            on_progress: is called with the number enqueued so far after each round trip.

        Returns:
            How many were enqueued.

        Raises:
            SendManyError: says at which command it stopped, and how many before it are on the queue.
        """
        delivery = checked(self._delivery)
        source = iter(commands)
        enqueued = 0
        while True:
            arguments, problem, ended = _next_round(source, delivery)
            try:
                if arguments:
                    self._queue.put(arguments)
            except OutboundError as error:
                raise SendManyError(enqueued, enqueued, str(error)) from error
            enqueued += len(arguments)
            if problem is not None:
                raise SendManyError(enqueued, enqueued, str(problem)) from problem
            if arguments and on_progress is not None:
                on_progress(enqueued)
            if ended:
                return enqueued

    def close(self) -> None:
        """Closes the connections to Redis; a later call opens new ones."""
        self._queue.client.close()

    def __repr__(self) -> str:
        return f"<Producer for Page {self._delivery.page}>"

    def _submit(self, command: CommandOf[Reply]) -> Ticket[Reply]:
        whole = cast("Command", command)
        check_queueable(whole)
        delivery = checked(self._delivery)
        command_id = new_id()
        if isinstance(whole, SendBatch):
            command_id, shares = shares_of(whole, command_id)
            self._queue.put([arguments_of(s.id, s.command, route(s.command), delivery) for s in shares])
        else:
            self._queue.put([arguments_of(command_id, whole, route(whole), delivery)])
        return cast("Ticket[Reply]", self.ticket(command_id))


def _next_round(
    source: Iterator[Command], delivery: Delivery
) -> tuple[list[Arguments], Exception | None, bool]:
    """Returns the next commands as they are accepted, what stopped them if anything did, and whether these are all."""
    arguments: list[Arguments] = []
    while len(arguments) < ROUND:
        try:
            command = next(source)
            check(command)
            check_queueable(command)
            arguments.append(arguments_of(new_id(), command, route(command), delivery))
        except StopIteration:
            return arguments, None, True
        except Exception as error:  # noqa: BLE001 (the caller's iterator may raise anything: what came before it counts)
            return arguments, error, True
    return arguments, None, False
