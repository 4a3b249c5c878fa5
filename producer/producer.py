"""`Producer`: the vocabulary as commands on the queue; each method returns a ticket at once."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Unpack, cast

import redis

from producer.binding import for_many, long_text
from producer.broadcasts.broadcast import ASYNCHRONOUS, Broadcast
from producer.broadcasts.steps import id_for
from producer.commands import Command
from producer.errors import InvalidCommandError, given
from producer.listening.steps import Learned
from producer.listening.webhook import hear
from producer.messages import Message
from producer.opening import Opened
from producer.people.opting import OptOut
from producer.queue.sequencing import OnFailure
from producer.store.queue import Queue, connect
from producer.store.steps import take
from producer.tickets.batch_inquiry import BatchInquiry
from producer.tickets.batch_ticket import BatchTicket
from producer.tickets.sequence_inquiry import SequenceInquiry
from producer.tickets.sequence_ticket import SequenceTicket
from producer.tickets.ticket import Ticket
from producer.vocabulary.lifting import Make, Queued
from producer.vocabulary.methods import Vocabulary
from producer.vocabulary.options import SendOptions


class Producer(Opened["redis.Redis", Queue], Vocabulary, Queued):
    """Puts commands on the queue of one Page; safe to share between threads, and after a fork.

    Every method of the vocabulary checks its command, enqueues it and returns a `Ticket`. Raises `InvalidCommandError`
    for what Meta would refuse, `QueueFullError` and `QueueUnavailableError` when Redis does not take it.
    """

    def ticket(self, command_id: str) -> Ticket[object]:
        """Returns the ticket of a command that was enqueued here or in any other process."""
        inquiry, client = self._inquiry(command_id), self._queue.client
        if isinstance(inquiry, BatchInquiry):
            return BatchTicket(command_id, client, inquiry.keys, inquiry)
        if isinstance(inquiry, SequenceInquiry):
            return SequenceTicket(command_id, client, inquiry.keys, inquiry)
        return Ticket(command_id, client, inquiry.keys, inquiry)

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
            InvalidCommandError: `commands` is no iterable.
            SendManyError: says at which command it stopped, and how many before it are on the queue.
        """
        if not isinstance(commands, Iterable):
            raise InvalidCommandError("commands", f"must be an iterable of commands{given(commands)}")
        return self._queue.take(self._many(on_progress), iter(commands))

    def send_sequence(
        self, psid: str, steps: Iterable[Command], *, on_failure: OnFailure = "stop"
    ) -> SequenceTicket:
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
        ticket = self._queue.take(self._sequence(psid, steps, on_failure))
        return cast("SequenceTicket", self.ticket(ticket))

    def send_long_text(self, psid: str, text: str, **options: Unpack[SendOptions]) -> SequenceTicket:
        """Sends a text of any length as a sequence of messages, cut where a reader would cut it (`messages.split`).

        Args:
            psid: the person's PSID.
            text: at most 50 messages long.
            options: as for `send_text`; quick replies and metadata go with the last message.

        Raises:
            InvalidCommandError: the text says nothing, or is too long; nothing was enqueued.
            QueueFullError: Redis or the Page's queue takes no more: nothing was enqueued.
            QueueUnavailableError: Redis was not reached.
        """
        return self.send_sequence(psid, long_text(psid, text, options))

    def broadcast_to(
        self,
        recipients: Iterable[str],
        message: Message | Mapping[str, object],
        *,
        broadcast_id: str | None = None,
        on_progress: Callable[[int], object] | None = None,
        **options: Unpack[SendOptions],
    ) -> Broadcast:
        """Sends one message to any number of people, as bulk commands under one id, in constant memory.

        The message is stored once; a PSID listed twice is sent to once. A run that was interrupted goes on where it
        stopped when it is run again with the same `broadcast_id` and the same list.

        Args:
            recipients: PSIDs: a list, a file's lines, a database cursor, a generator.
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
        campaign = self._campaign(id_for(broadcast_id, recipients))
        if not isinstance(recipients, Iterable):
            raise InvalidCommandError("recipients", f"{ASYNCHRONOUS}{given(recipients)}")
        self._queue.take(campaign.begin(command, delivery, on_progress), iter(recipients))
        return Broadcast(campaign.id, self._queue, campaign)

    def confirm_echo(self, event: object) -> int:
        """Takes what a `message_echoes` webhook brought, and settles as `sent` what was in doubt and is in it.

        Args:
            event: the webhook's whole body, one entry, or one messaging event; anything else is passed over.

        Returns:
            How many commands it settled; what waits for its first attempt, or is on its way now, is left alone.

        Raises:
            QueueUnavailableError: Redis was not reached; the event may be given again.
        """
        return self._queue.take(self._confirming(event))

    def receive(self, body: object, signature: str | None = None, app_secret: str | None = None) -> Learned:
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
        return self._queue.take(self._learning(hear(body, signature, app_secret)))

    def opt_out(self, psid: str, *, of: OptOut = "bulk") -> None:
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
        self._queue.take(self._opting_out(psid, of))

    def opt_in(self, psid: str) -> bool:
        """Forgets what a person opted out of, and returns whether there was anything.

        Raises:
            InvalidCommandError: `psid` is not valid.
            QueueUnavailableError: Redis was not reached.
        """
        return self._queue.take(self._opting_in(psid))

    def broadcast(self, broadcast_id: str) -> Broadcast:
        """Returns a broadcast that was begun in any process: its progress, `pause`, `resume`, `cancel`."""
        return Broadcast(broadcast_id, self._queue, self._campaign(broadcast_id))

    def close(self) -> None:
        """Closes the connections to Redis; a later call opens new ones."""
        self._queue.close()

    def __repr__(self) -> str:
        return f"<Producer for Page {self._delivery.page}>"

    @classmethod
    def _client_of(cls, redis_url: str) -> "redis.Redis":
        return connect(redis_url)

    @classmethod
    def _queue_on(cls, client: "redis.Redis", prefix: str, page_queue_max: int) -> Queue:
        return Queue(client, prefix=prefix, page_queue_max=page_queue_max)

    def _run(self, make: Make, arguments: tuple[Any, ...], options: Mapping[str, Any]) -> Ticket[Any]:
        command = cast("Command", make(*arguments, **options))
        return self.ticket(take(self._one(command), self._queue.client, wire=self._queue.wire))
