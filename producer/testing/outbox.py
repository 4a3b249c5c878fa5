"""`Outbox`: a producer without Redis that keeps what was enqueued, checked as for Redis, and tells it readably."""

from copy import copy
from typing import Final, NoReturn, Self, cast

import msgspec
import redis

from producer.commands import TYPES
from producer.errors import OutboundError
from producer.producer import Producer
from producer.queue.accepting import terms_of
from producer.queue.envelope import Delivery
from producer.store.queue import Queue
from producer.testing.async_outbox import AsyncOutbox
from producer.testing.enqueued import Enqueued
from producer.testing.kept import Keeps, Kept
from producer.testing.matching import check_names, listing, matches, nearest, told
from producer.tickets.async_ticket import AsyncTicket
from producer.tickets.outcome import OutcomeName
from producer.tickets.ticket import Ticket
from producer.versions import NEWEST

_NO_SERVER: Final = 'an outbox has no server to connect to: it is made with Outbox(page="…")'


class KeptQueue(Queue):
    """What keeps commands in the place of a server."""

    def __init__(self, kept: Kept) -> None:
        super().__init__(cast("redis.Redis", None))  # what is kept asks no server
        self.intake = kept


class Outbox(Keeps, Producer):
    """A `Producer` that keeps commands instead of enqueueing them, and asserts what was enqueued.

    What Redis would not be given is refused here too. Nothing ends by itself: `reply_to` and `end` say what tickets
    answer. `aio` is an `AsyncProducer` that keeps into the same outbox.
    """

    def __init__(
        self,
        page: str = "",
        *,
        graph_version: str = NEWEST,
        allow_retired: bool = False,
    ) -> None:
        self._kept = Kept()
        terms = terms_of(graph_version, allow_retired=allow_retired, idempotency_retention_s=1)
        # there are no workers to agree with
        terms = msgspec.structs.replace(terms, agreement=None)
        super().__init__(KeptQueue(self._kept), Delivery(page=page), terms)

    @classmethod
    def connect(cls, *_arguments: object, **_options: object) -> NoReturn:
        """Raises `TypeError`: an outbox has no server."""
        raise TypeError(_NO_SERVER)

    @classmethod
    def on(cls, *_arguments: object, **_options: object) -> NoReturn:
        """Raises `TypeError`: an outbox has no server."""
        raise TypeError(_NO_SERVER)

    @property
    def commands(self) -> tuple[Enqueued, ...]:
        """Everything that was enqueued, in order; a batch, a sequence and a broadcast as their single commands."""
        return tuple(self._kept.commands)

    @property
    def aio(self) -> "AsyncOutbox":
        """The same outbox for a service that awaits its sends."""
        return AsyncOutbox(self._kept, self._delivery, self._terms)

    def sent(self, **criteria: object) -> list[Enqueued]:
        """Returns the commands that have every value that is named, in order; see `assert_sent`."""
        check_names(criteria, self._kept.commands)
        return [each for each in self._kept.commands if matches(each, criteria)]

    def texts(self, **criteria: object) -> list[str]:
        """Returns the texts of the messages that have every value that is named, in order."""
        return [each.text for each in self.sent(**criteria) if each.text is not None]

    def assert_sent(self, *, times: int | None = None, **criteria: object) -> Enqueued:
        """Returns the first command that has every value that is named.

        Args:
            times: exactly how many there must be; at least one when absent.
            criteria: `page`, `recipient`, `text`, `message`, `type`, a delivery option, `broadcast`, `batch`,
                `sequence`, or a field or option of the command, such as `tag`. A compiled pattern is searched for.

        Raises:
            AssertionError: tells what was enqueued, and in what the nearest differs.
            TypeError: no command could have what is named.
        """
        __tracebackhide__ = True
        found = self.sent(**criteria)
        if found and times in {None, len(found)}:
            return found[0]
        everything = self._kept.commands
        if not found:
            parts = [f"no command was enqueued with {told(criteria)}", listing(everything)]
            raise AssertionError("\n\n".join([*parts, nearest(everything, criteria)]).rstrip())
        wrong = f"{len(found)} commands were enqueued with {told(criteria)}, not {times}"
        raise AssertionError(f"{wrong}\n\n{listing(everything)}")

    def assert_not_sent(self, **criteria: object) -> None:
        """Raises `AssertionError` when there is a command that has every value that is named; all without criteria."""
        __tracebackhide__ = True
        if self.sent(**criteria):
            raise AssertionError(f"enqueued with {told(criteria)}\n\n{listing(self.sent(**criteria))}")

    def only(self, **criteria: object) -> Enqueued:
        """Returns the one command that was enqueued; fails when there is none, or more, or it has other values."""
        __tracebackhide__ = True
        if len(self._kept.commands) != 1:
            raise AssertionError(f"not just one command\n\n{listing(self._kept.commands)}")
        return self.assert_sent(times=1, **criteria)

    def reply_to(self, command_type: str, reply: object) -> None:
        """Lets each command of a type, such as `get_user_profile`, that is enqueued from now on end with this reply.

        Raises:
            ValueError: there is no such type.
        """
        if command_type not in TYPES:
            raise ValueError(f"{command_type!r} is no type of a command: {', '.join(sorted(TYPES))}")
        self._kept.replies[command_type] = reply

    def end(
        self,
        ticket: "Ticket[object] | AsyncTicket[object] | Enqueued | str",
        name: OutcomeName = "sent",
        *,
        reply: object = None,
        reason: str | None = None,
        answer: dict[str, object] | None = None,
    ) -> None:
        """Gives a command its outcome, such as `refused` with Graph's `answer` (`status`, `code`, `message`)."""
        command_id = ticket if isinstance(ticket, str) else ticket.id
        self._kept.end(command_id, name, reply=reply, reason=reason, answer=answer)

    def fail(self, error: OutboundError | None) -> None:
        """Lets everything that is enqueued from now on fail with `error`, as when Redis is away; None ends that."""
        self._kept.failure = error

    def clear(self) -> None:
        """Forgets what was enqueued; `reply_to` and `fail` stay."""
        self._kept.clear()

    def close(self) -> None:
        """Does nothing: there is no connection."""

    def __repr__(self) -> str:
        return f"<Outbox of {len(self._kept.commands)} commands>"

    def _view(self, delivery: Delivery) -> Self:
        view = copy(self)
        view._delivery = delivery  # noqa: SLF001 (of its own class)
        return view
