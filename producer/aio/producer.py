"""`AsyncProducer`: the vocabulary as commands on the queue, in an event loop; each method awaited is a ticket."""

import asyncio
import os
from collections.abc import AsyncIterable, Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Final, Self, Unpack, cast

import redis.asyncio

from producer.aio.broadcast import AsyncBroadcast
from producer.aio.queue import AsyncQueue, connect
from producer.binding import for_many
from producer.broadcasts.steps import Campaign, id_for
from producer.commands import Command, SendMessage, UploadAttachment
from producer.errors import InvalidCommandError, OutboundError, SendManyError, given
from producer.listening.steps import Learned, learning
from producer.listening.webhook import hear
from producer.messages import Message
from producer.opening import Opened
from producer.people.opting import OptOut, opting_in, opting_out
from producer.queue.accepting import ROUND, Aside, next_round, prepare, without_key
from producer.queue.envelope import Delivery, checked
from producer.queue.sequencing import OnFailure, prepare_sequence
from producer.store.taking import Reader, Source
from producer.tickets.async_ticket import AsyncBatchTicket, AsyncSequenceTicket, AsyncTicket
from producer.tickets.batch_inquiry import BATCH_ID
from producer.tickets.echoes import confirming
from producer.tickets.sequence_inquiry import SEQUENCE_ID
from producer.vocabulary.lifting import Awaited, Make
from producer.vocabulary.methods import Vocabulary
from producer.vocabulary.options import SendOptions
from producer.vocabulary.uploads import BinaryFile

ROUND_BYTES_MAX: Final = 32 * 1024 * 1024


class AsyncProducer(Opened["redis.asyncio.Redis", AsyncQueue], Vocabulary, Awaited):
    """Puts commands on the queue of one Page; safe to share between the tasks of one event loop.

    Every method of the vocabulary is a coroutine that checks its command, enqueues it and returns an `AsyncTicket`.
    Raises `InvalidCommandError` for what Meta would refuse, `QueueFullError` and `QueueUnavailableError` when Redis
    does not take it. A task that is cancelled while it enqueues leaves its command on the queue whole, or not at all.
    It keeps at most 64 connections; what needs one more waits for it. In another event loop it raises `EventLoopError`,
    until `aclose` has ended it in its own.
    """

    def ticket(self, command_id: str) -> AsyncTicket[object]:
        """Returns the ticket of a command that was enqueued here or in any other process."""
        if BATCH_ID.fullmatch(command_id):
            return AsyncBatchTicket(command_id, self._queue.taker, self._queue.keys)
        if SEQUENCE_ID.fullmatch(command_id):
            return AsyncSequenceTicket(command_id, self._queue.taker, self._queue.keys)
        return AsyncTicket(command_id, self._queue.taker, self._queue.keys)

    async def send_many(
        self, commands: Source[Command], *, on_progress: Callable[[int], object] | None = None
    ) -> int:
        """Enqueues any number of commands in bounded memory, some hundreds in each round trip.

        Cancelled, it leaves the rounds before on the queue, and the one under way whole or not at all; what was read
        beyond is lost. `on_progress` has told of each round that surely is there.

        Args:
            commands: an iterable or an asynchronous one, made with `producer.batch`.
            on_progress: is called with the number enqueued so far after each round trip.

        Returns:
            How many were enqueued.

        Raises:
            InvalidCommandError: `commands` is no iterable.
            SendManyError: says at which command it stopped, and how many before it are on the queue.
        """
        delivery = without_key(checked(self._delivery))
        if not isinstance(commands, Iterable | AsyncIterable):
            raise InvalidCommandError("commands", f"must be an iterable of commands{given(commands)}")
        reader = Reader(commands)
        enqueued = 0
        while True:
            read, problem = await _some(reader)
            enqueued = await self._put_all(read, delivery, enqueued, on_progress)
            if problem is not None:
                raise SendManyError(enqueued, enqueued, str(problem)) from problem
            if not read:
                return enqueued

    async def _put_all(
        self,
        commands: Iterable[Command],
        delivery: Delivery,
        enqueued: int,
        on_progress: Callable[[int], object] | None,
    ) -> int:
        """Enqueues commands that were read, behind `enqueued` others; returns how many these are together."""
        source, ended = iter(commands), False
        while not ended:
            aside = Aside()
            round_ = next_round(aside, source, delivery, self._terms)
            ended = round_.ended
            try:
                for command_id, content in aside.kept:
                    await self._queue.put_bytes(command_id, content)
                if round_.arguments:
                    await self._queue.put_whole(round_.arguments)
            except OutboundError as error:
                raise SendManyError(enqueued, enqueued, str(error)) from error
            enqueued += round_.commands
            if round_.problem is not None:
                raise SendManyError(enqueued, enqueued, str(round_.problem)) from round_.problem
            if round_.arguments and on_progress is not None:
                on_progress(enqueued)
        return enqueued

    async def send_sequence(
        self, psid: str, steps: Iterable[Command], *, on_failure: OnFailure = "stop"
    ) -> AsyncSequenceTicket:
        """Enqueues steps to one person, all or none, that leave in order with nothing of the conversation between them.

        A step that must wait or be tried again keeps those behind it waiting. Commands of another priority, and those
        with `ordered=False`, take no part in the conversation.

        Args:
            psid: the person's PSID.
            steps: 1 to 50 commands to this person, made with `producer.batch`, such as `batch.typing_on(psid)`.
            on_failure: `stop` cancels the steps behind one that was not sent, or of which nobody knows whether it was;
                `continue` sends them all the same.

        Raises:
            InvalidCommandError: names the step or the option; nothing was enqueued.
            IdempotencyError: the idempotency key stands for something else.
            QueueFullError: Redis or the Page's queue takes no more: nothing was enqueued.
            QueueUnavailableError: Redis was not reached.
        """
        ready = prepare_sequence(
            psid, list(steps), delivery=checked(self._delivery), terms=self._terms, on_failure=on_failure
        )
        ticket = await self._queue.accept(ready, self._terms.keep_ms)
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
        """Sends one message to any number of people, as bulk commands under one id, in constant memory.

        The message is stored once; a PSID listed twice is sent to once. A run that was interrupted or cancelled goes on
        where it stopped when it is run again with the same `broadcast_id` and the same list.

        Args:
            recipients: PSIDs, from an iterable or an asynchronous one.
            message: the `message` object, such as `messages.text("…")`.
            broadcast_id: of letters, digits, `-` and `_`; a fresh one when absent.
            on_progress: is called with the number of people read so far after each round trip.
            options: as for `send_message`.

        Raises:
            InvalidCommandError: the message is not valid.
            RecipientError: a recipient is no PSID; says which, and all before it were added. Mended, the same list goes
                on.
            BroadcastError: the list differs from that of the earlier run, or that run was complete or cancelled.
            QueueFullError: Redis or the Page's queue takes no more; run it again later.
            QueueUnavailableError: Redis was not reached; run it again.
        """
        command, delivery = for_many(message, options, self._delivery, self._terms)
        queue = self._queue
        campaign = Campaign(id_for(broadcast_id, recipients), queue.keys, queue.page_queue_max)
        await queue.taker.take(campaign.begin(command, delivery, on_progress), recipients)
        return self.broadcast(campaign.id)

    async def confirm_echo(self, event: object) -> int:
        """Takes what a `message_echoes` webhook brought, and settles as `sent` what was in doubt and is in it.

        Args:
            event: the webhook's whole body, one entry, or one messaging event; anything else is passed over.

        Returns:
            How many commands it settled; what waits for its first attempt, or is on its way now, is left alone.

        Raises:
            QueueUnavailableError: Redis was not reached; the event may be given again.
        """
        return await self._queue.taker.take(confirming(event, self._queue.keys))

    async def receive(
        self, body: object, signature: str | None = None, app_secret: str | None = None
    ) -> Learned:
        """Takes the body of Meta's webhook and learns from it, in one round trip.

        Echoes settle what was in doubt, as with `confirm_echo`. Of a person who wrote, pressed a button or opted in, it
        is forgotten that they could not be reached, and known for seven days when they last wrote. Events of every Page
        are taken, not only of this producer's.

        Args:
            body: as it came, in bytes or text, or decoded; what is no event is passed over and counted.
            signature: the header `X-Hub-Signature-256`; asked for when there is an `app_secret`.
            app_secret: of the app whose webhook this is.

        Raises:
            SignatureError: the signature is missing or wrong; nothing was learned.
            InvalidCommandError: the signature cannot be checked: there is no secret, or `body` was decoded already.
            QueueUnavailableError: Redis was not reached; the body may be given again.
        """
        heard = hear(body, signature, app_secret)
        return await self._queue.taker.take(learning(heard, self._queue.keys))

    async def opt_out(self, psid: str, *, of: OptOut = "bulk") -> None:
        """Sends a person no more broadcasts and bulk, or nothing at all, until they opt in.

        What waits for them, and what is enqueued later, ends `refused` when its turn comes, without a call of Graph.
        What a worker has at this moment may still arrive.

        Args:
            psid: the person's PSID, of this producer's Page.
            of: `bulk`, broadcasts with it, or `everything`, answers with it.

        Raises:
            InvalidCommandError: `psid` or `of` is not valid; nothing is remembered.
            QueueUnavailableError: Redis was not reached.
        """
        await self._queue.taker.take(opting_out(self._queue.keys, checked(self._delivery).page, psid, of))

    async def opt_in(self, psid: str) -> bool:
        """Forgets what a person opted out of, and returns whether there was anything.

        Raises:
            InvalidCommandError: `psid` is not valid.
            QueueUnavailableError: Redis was not reached.
        """
        return await self._queue.taker.take(opting_in(self._queue.keys, checked(self._delivery).page, psid))

    def broadcast(self, broadcast_id: str) -> AsyncBroadcast:
        """Returns a broadcast that was begun in any process: its progress, `pause`, `resume`, `cancel`."""
        return AsyncBroadcast(broadcast_id, self._queue)

    async def aclose(self) -> None:
        """Closes the connections to Redis; a later call opens new ones."""
        await self._queue.taker.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<AsyncProducer for Page {self._delivery.page}>"

    @classmethod
    def _client_of(cls, redis_url: str) -> "redis.asyncio.Redis":
        return connect(redis_url)

    @classmethod
    def _queue_on(cls, client: "redis.asyncio.Redis", prefix: str, page_queue_max: int) -> AsyncQueue:
        return AsyncQueue(client, prefix=prefix, page_queue_max=page_queue_max)

    async def _run(
        self, make: Make, arguments: tuple[Any, ...], options: Mapping[str, Any]
    ) -> AsyncTicket[Any]:
        if any(isinstance(each, os.PathLike | BinaryFile) for each in (*arguments, *options.values())):
            command = await asyncio.to_thread(make, *arguments, **options)  # it reads a file
        else:
            command = make(*arguments, **options)
        delivery = checked(self._delivery)
        ready = prepare(cast("Command", command), delivery, self._terms)
        ticket = await self._queue.accept(ready, self._terms.keep_ms)
        if self._terms.agreement.is_due():
            await self._queue.taker.take(self._terms.agreement.asked(self._queue.keys, self._terms.version))
        return self.ticket(ticket)


async def _some(reader: Reader) -> tuple[list[Command], Exception | None]:
    """Returns the next commands, bounded in number and in the bytes of their uploads, and what the source raised."""
    found: list[Command] = []
    content_bytes = 0
    while len(found) < ROUND and content_bytes < ROUND_BYTES_MAX:
        try:
            one = await reader.one()
        except Exception as error:  # noqa: BLE001 (the caller's iterator may raise anything: what came before counts)
            return found, error
        if not one:
            break
        found += one
        content_bytes += _content_bytes(one[0])
    return found, None


def _content_bytes(command: Any) -> int:  # noqa: ANN401 (whatever the caller's iterator gave)
    if not isinstance(command, SendMessage | UploadAttachment) or command.filedata is None:
        return 0
    return len(command.filedata.content)
