"""Puts Messenger Platform commands on the queue: `Producer.connect(url, page="…").send_text(psid, "Hello!")`."""

from producer import batch, messages
from producer.batching import BatchTicket
from producer.errors import (
    InvalidCommandError,
    OutboundError,
    OutcomeTimeoutError,
    QueueFullError,
    QueueUnavailableError,
    SendManyError,
    SettingsError,
)
from producer.producer import Producer
from producer.secrets import Secret, secret
from producer.ticket import Outcome, Ticket

__all__ = [
    "BatchTicket",
    "InvalidCommandError",
    "OutboundError",
    "Outcome",
    "OutcomeTimeoutError",
    "Producer",
    "QueueFullError",
    "QueueUnavailableError",
    "Secret",
    "SendManyError",
    "SettingsError",
    "Ticket",
    "batch",
    "messages",
    "secret",
]
