"""`Outbox`: a producer without Redis that keeps what was enqueued, checked as for Redis, and tells it readably."""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from typing import Any, Final, NoReturn, Self, Unpack, cast

import redis

from producer.binding import for_many
from producer.broadcasts.broadcast import Broadcast
from producer.broadcasts.steps import id_for
from producer.commands import TYPES, Command
from producer.errors import OutboundError
from producer.listening.steps import Learned
from producer.listening.webhook import hear
from producer.messages import Message
from producer.people.opting import OptOut, opted_field
from producer.producer import Producer
from producer.queue.accepting import terms_of, without_key
from producer.queue.envelope import Delivery, checked
from producer.queue.sequencing import OnFailure
from producer.store.steps import take
from producer.testing.async_outbox import AsyncOutbox
from producer.testing.enqueued import Enqueued
from producer.testing.kept import Kept, KeptBatch, KeptCampaign, KeptSequence
from producer.testing.matching import check_names, listing, matches, nearest, told
from producer.tickets.async_ticket import AsyncTicket
from producer.tickets.batch_ticket import BatchTicket
from producer.tickets.outcome import OutcomeName
from producer.tickets.sequence_ticket import SequenceTicket
from producer.tickets.ticket import Ticket
from producer.versions import NEWEST
from producer.vocabulary.lifting import Make
from producer.vocabulary.options import SendOptions

# Steps of an outbox ask no server.
_NO_CLIENT: Final = cast("redis.Redis", None)
_NO_SERVER: Final = 'an outbox has no server to connect to: it is made with Outbox(page="…")'


class Outbox(Producer):
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
        self._delivery = Delivery(page=page)
        self._terms = terms_of(graph_version, allow_retired=allow_retired, idempotency_retention_s=1)

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

    def ticket(self, command_id: str) -> Ticket[object]:
        """Returns the ticket of a command of this outbox."""
        inquiry = self._kept.inquiry(command_id)
        if isinstance(inquiry, KeptBatch):
            return BatchTicket(command_id, _NO_CLIENT, inquiry.keys, inquiry)
        if isinstance(inquiry, KeptSequence):
            return SequenceTicket(command_id, _NO_CLIENT, inquiry.keys, inquiry)
        return Ticket(command_id, _NO_CLIENT, inquiry.keys, inquiry)

    def send_many(
        self, commands: Iterable[Command], *, on_progress: Callable[[int], object] | None = None
    ) -> int:
        """Keeps all commands; raises `SendManyError` as a producer does."""
        steps = self._kept.add_many(without_key(checked(self._delivery)), self._terms, on_progress)
        return take(steps, _NO_CLIENT, iter(commands))

    def send_sequence(
        self, psid: str, steps: Iterable[Command], *, on_failure: OnFailure = "stop"
    ) -> SequenceTicket:
        """Keeps the steps, in order, each with its `sequence`."""
        ticket = self._kept.add_sequence(psid, list(steps), on_failure, checked(self._delivery), self._terms)
        return cast("SequenceTicket", self.ticket(ticket))

    def broadcast_to(
        self,
        recipients: Iterable[str],
        message: Message | Mapping[str, object],
        *,
        broadcast_id: str | None = None,
        on_progress: Callable[[int], object] | None = None,
        **options: Unpack[SendOptions],
    ) -> Broadcast:
        """Keeps one command for each person, of priority `bulk`, each with its `broadcast`."""
        command, delivery = for_many(message, options, self._delivery, self._terms)
        campaign = KeptCampaign(id_for(broadcast_id, recipients), self._kept)
        take(campaign.begin(command, delivery, on_progress), _NO_CLIENT, iter(recipients))
        return self.broadcast(campaign.id)

    def broadcast(self, broadcast_id: str) -> Broadcast:
        """Returns a broadcast of this outbox."""
        return _KeptBroadcast(KeptCampaign(broadcast_id, self._kept))

    def confirm_echo(self, event: object) -> int:
        """Turns `unknown` commands of which the event has an echo into `sent`; returns how many."""
        return self._kept.confirm(event)

    def receive(self, body: object, signature: str | None = None, app_secret: str | None = None) -> Learned:
        """Takes a webhook's body as a producer does; `people` are counted, and nothing is remembered of them."""
        return self._kept.learn(hear(body, signature, app_secret))

    def opt_out(self, psid: str, *, of: OptOut = "bulk") -> None:
        """Remembers it; what was enqueued here ends as the test says."""
        self._kept.opted[checked(self._delivery).page, opted_field(psid, of)] = of

    def opt_in(self, psid: str) -> bool:
        """Forgets it, and returns whether there was anything."""
        return self._kept.opted.pop((checked(self._delivery).page, opted_field(psid)), None) is not None

    def close(self) -> None:
        """Does nothing: there is no connection."""

    def __repr__(self) -> str:
        return f"<Outbox of {len(self._kept.commands)} commands>"

    def _view(self, delivery: Delivery) -> Self:
        view = copy(self)
        view._delivery = delivery  # noqa: SLF001 (of its own class)
        return view

    def _run(self, make: Make, arguments: tuple[Any, ...], options: Mapping[str, Any]) -> Ticket[Any]:
        command = cast("Command", make(*arguments, **options))
        return self.ticket(self._kept.add(command, checked(self._delivery), self._terms))


class _KeptBroadcast(Broadcast):
    def __init__(self, campaign: KeptCampaign) -> None:
        self.id = campaign.id
        self._client = _NO_CLIENT
        self._campaign = campaign
