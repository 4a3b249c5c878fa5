"""The installation that the environment names: its settings, its Redis, its keys."""

import os
from typing import Final

import msgspec
import redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from producer import Producer
from producer.commands import Command
from producer.opening import DAY_S
from producer.queue.accepting import admit, terms_of
from producer.store.keys import Keys
from producer.store.queue import Queue, connect
from producer.tickets.ticket import Ticket
from worker.config.settings import Settings, read_settings

CONNECT_S: Final = 3.0
ANSWER_S: Final = 5.0
CONNECTS_AGAIN: Final = 3


class Installation(msgspec.Struct, frozen=True):
    """One installation on one Redis; nothing is connected before it is used."""

    settings: Settings
    client: "redis.Redis"
    keys: Keys

    @property
    def queue(self) -> Queue:
        """The queue's writing side."""
        return Queue(self.client, prefix=self.keys.prefix)

    def ticket(self, command_id: str) -> Ticket[object]:
        """Returns the ticket of a command.

        Raises:
            InvalidCommandError: the id is none of a ticket's.
        """
        return Producer.on(self.client, prefix=self.keys.prefix).ticket(command_id)

    def admit(self, command: Command) -> None:
        """Raises `InvalidCommandError` for what a producer would refuse that means the workers' version of Graph."""
        admit(
            command, terms_of(self.settings.graph_version, allow_retired=False, idempotency_retention_s=DAY_S)
        )


def installation(*, patient: bool = False) -> Installation:
    """Returns the installation of this environment; who asks it is told within seconds that Redis hangs.

    A connection that broke is opened again, but a server that does not answer is not asked twice.

    Args:
        patient: ask again for a minute, as a producer does: for what must not break off, or be accepted twice.

    Raises:
        SettingsError: a setting is wrong, in a sentence.
    """
    settings = read_settings(os.environ)
    client = connect(settings.redis_url)
    if not patient:
        backoff = ExponentialBackoff(cap=1.0, base=0.05)
        client.connection_pool.connection_kwargs.update(
            socket_connect_timeout=CONNECT_S,
            socket_timeout=ANSWER_S,
            retry=Retry(backoff, CONNECTS_AGAIN, supported_errors=(redis.ConnectionError,)),
        )
    return Installation(settings, client, Keys(settings.key_prefix))
