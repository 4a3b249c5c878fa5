"""`AsyncOutbox`: a producer of event loops that keeps what was enqueued in an `Outbox`."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NoReturn, Self, Unpack, cast

import redis.asyncio

from producer.aio.broadcast import AsyncBroadcast
from producer.aio.producer import AsyncProducer
from producer.binding import for_many
from producer.broadcasts.steps import id_for
from producer.commands import Command
from producer.listening.steps import Learned
from producer.listening.webhook import hear
from producer.messages import Message
from producer.people.opting import OptOut, opted_field
from producer.queue.accepting import Terms, without_key
from producer.queue.envelope import Delivery, checked
from producer.queue.sequencing import OnFailure
from producer.store.taking import Source, Taker
from producer.testing.kept import Kept, KeptBatch, KeptCampaign, KeptSequence
from producer.tickets.async_ticket import AsyncBatchTicket, AsyncSequenceTicket, AsyncTicket
from producer.vocabulary.lifting import Make
from producer.vocabulary.options import SendOptions

# Steps of an outbox ask no server.
_NO_TAKER: Final = Taker(cast("redis.asyncio.Redis", None))
_NO_SERVER: Final = 'an outbox has no server to connect to: it is Outbox(page="…").aio'


class AsyncOutbox(AsyncProducer):
    """An `AsyncProducer` that keeps commands in an `Outbox`."""

    def __init__(self, kept: Kept, delivery: Delivery, terms: Terms) -> None:
        self._kept = kept
        self._delivery = delivery
        self._terms = terms

    @classmethod
    def connect(cls, *_arguments: object, **_options: object) -> NoReturn:
        """Raises `TypeError`: an outbox has no server."""
        raise TypeError(_NO_SERVER)

    @classmethod
    def on(cls, *_arguments: object, **_options: object) -> NoReturn:
        """Raises `TypeError`: an outbox has no server."""
        raise TypeError(_NO_SERVER)

    def ticket(self, command_id: str) -> AsyncTicket[object]:
        """Returns the ticket of a command of this outbox."""
        inquiry = self._kept.inquiry(command_id)
        if isinstance(inquiry, KeptBatch):
            return AsyncBatchTicket(command_id, _NO_TAKER, inquiry.keys, inquiry)
        if isinstance(inquiry, KeptSequence):
            return AsyncSequenceTicket(command_id, _NO_TAKER, inquiry.keys, inquiry)
        return AsyncTicket(command_id, _NO_TAKER, inquiry.keys, inquiry)

    async def send_many(
        self, commands: Source[Command], *, on_progress: Callable[[int], object] | None = None
    ) -> int:
        """Keeps all commands; raises `SendManyError` as a producer does."""
        steps = self._kept.add_many(without_key(checked(self._delivery)), self._terms, on_progress)
        return await _NO_TAKER.take(steps, commands)

    async def send_sequence(
        self, psid: str, steps: Iterable[Command], *, on_failure: OnFailure = "stop"
    ) -> AsyncSequenceTicket:
        """Keeps the steps, in order, each with its `sequence`."""
        ticket = self._kept.add_sequence(psid, list(steps), on_failure, checked(self._delivery), self._terms)
        return cast("AsyncSequenceTicket", self.ticket(ticket))

    async def broadcast_to(
        self,
        recipients: Source[str],
        message: Message | Mapping[str, object],
        *,
        broadcast_id: str | None = None,
        on_progress: Callable[[int], object] | None = None,
        **options: Unpack[SendOptions],
    ) -> AsyncBroadcast:
        """Keeps one command for each person, of priority `bulk`, each with its `broadcast`."""
        command, delivery = for_many(message, options, self._delivery, self._terms)
        campaign = KeptCampaign(id_for(broadcast_id, recipients), self._kept)
        await _NO_TAKER.take(campaign.begin(command, delivery, on_progress), recipients)
        return self.broadcast(campaign.id)

    def broadcast(self, broadcast_id: str) -> AsyncBroadcast:
        """Returns a broadcast of this outbox."""
        return _KeptAsyncBroadcast(KeptCampaign(broadcast_id, self._kept))

    async def confirm_echo(self, event: object) -> int:
        """Turns `unknown` commands of which the event has an echo into `sent`; returns how many."""
        return self._kept.confirm(event)

    async def receive(
        self, body: object, signature: str | None = None, app_secret: str | None = None
    ) -> Learned:
        """Takes a webhook's body as a producer does; `people` are counted, and nothing is remembered of them."""
        return self._kept.learn(hear(body, signature, app_secret))

    async def opt_out(self, psid: str, *, of: OptOut = "bulk") -> None:
        """Remembers it; what was enqueued here ends as the test says."""
        self._kept.opted[checked(self._delivery).page, opted_field(psid, of)] = of

    async def opt_in(self, psid: str) -> bool:
        """Forgets it, and returns whether there was anything."""
        return self._kept.opted.pop((checked(self._delivery).page, opted_field(psid)), None) is not None

    async def aclose(self) -> None:
        """Does nothing: there is no connection."""

    def __repr__(self) -> str:
        return f"<AsyncOutbox of {len(self._kept.commands)} commands>"

    def _view(self, delivery: Delivery) -> Self:
        return type(self)(self._kept, delivery, self._terms)

    async def _run(
        self, make: Make, arguments: tuple[Any, ...], options: Mapping[str, Any]
    ) -> AsyncTicket[Any]:
        command = cast("Command", make(*arguments, **options))
        return self.ticket(self._kept.add(command, checked(self._delivery), self._terms))


class _KeptAsyncBroadcast(AsyncBroadcast):
    def __init__(self, campaign: KeptCampaign) -> None:
        self.id = campaign.id
        self._taker = _NO_TAKER
        self._campaign = campaign
