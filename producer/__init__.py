"""Puts Messenger Platform commands on the queue: `Producer.connect(url, page="…").send_text(psid, "Hello!")`.

PYTEST_DONT_REWRITE: pytest would warn of a run that loaded this package before it found the plugin of the same wheel.
"""

from producer import batch, messages
from producer.aio.broadcast import AsyncBroadcast
from producer.aio.producer import AsyncProducer
from producer.commands.retirement import RetiredCommandError
from producer.commands.secrets import Secret, secret
from producer.errors import (
    BroadcastError,
    EventLoopError,
    IdempotencyError,
    InvalidCommandError,
    NotSentError,
    OutboundError,
    OutcomeTimeoutError,
    QueueFullError,
    QueueUnavailableError,
    RecipientError,
    SendManyError,
    SettingsError,
    SignatureError,
)
from producer.errors.graph import GraphError, NoAnswer
from producer.listening.steps import Learned
from producer.producer import Producer
from producer.tickets.async_ticket import AsyncBatchTicket, AsyncSequenceTicket, AsyncTicket
from producer.tickets.batch_ticket import BatchTicket
from producer.tickets.sequence_ticket import SequenceTicket
from producer.tickets.ticket import Outcome, Ticket

__all__ = [
    "AsyncBatchTicket",
    "AsyncBroadcast",
    "AsyncProducer",
    "AsyncSequenceTicket",
    "AsyncTicket",
    "BatchTicket",
    "BroadcastError",
    "EventLoopError",
    "GraphError",
    "IdempotencyError",
    "InvalidCommandError",
    "Learned",
    "NoAnswer",
    "NotSentError",
    "OutboundError",
    "Outcome",
    "OutcomeTimeoutError",
    "Producer",
    "QueueFullError",
    "QueueUnavailableError",
    "RecipientError",
    "RetiredCommandError",
    "Secret",
    "SendManyError",
    "SequenceTicket",
    "SettingsError",
    "SignatureError",
    "Ticket",
    "batch",
    "messages",
    "secret",
]
