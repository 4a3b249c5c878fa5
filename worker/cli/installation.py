"""The installation that the environment names: its settings, its Redis, its keys."""

import os

import msgspec
import redis

from producer import Producer
from producer.keys import Keys
from producer.queue import Queue, connect
from producer.ticket import Ticket
from worker.settings import Settings, read_settings


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


def installation() -> Installation:
    """Returns the installation of this environment.

    Raises:
        SettingsError: a setting is wrong, in a sentence.
    """
    settings = read_settings(os.environ)
    return Installation(settings, connect(settings.redis_url), Keys(settings.key_prefix))
