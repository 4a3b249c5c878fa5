"""`AsyncOutbox`: a producer of event loops that keeps what was enqueued in an `Outbox`."""

from typing import Final, NoReturn, Self, cast

import redis.asyncio

from producer.aio.producer import AsyncProducer
from producer.aio.queue import AsyncQueue
from producer.queue.accepting import Terms
from producer.queue.envelope import Delivery
from producer.store.taking import Taker
from producer.testing.kept import Keeps, Kept

_NO_SERVER: Final = 'an outbox has no server to connect to: it is Outbox(page="…").aio'


class KeptAsyncQueue(AsyncQueue):
    """What keeps commands in the place of a server."""

    def __init__(self, kept: Kept) -> None:
        self.taker = Taker(cast("redis.asyncio.Redis", None))  # what is kept asks no server
        self.intake = kept


class AsyncOutbox(Keeps, AsyncProducer):
    """An `AsyncProducer` that keeps commands in an `Outbox`."""

    def __init__(self, kept: Kept, delivery: Delivery, terms: Terms) -> None:
        super().__init__(KeptAsyncQueue(kept), delivery, terms)
        self._kept = kept

    @classmethod
    def connect(cls, *_arguments: object, **_options: object) -> NoReturn:
        """Raises `TypeError`: an outbox has no server."""
        raise TypeError(_NO_SERVER)

    @classmethod
    def on(cls, *_arguments: object, **_options: object) -> NoReturn:
        """Raises `TypeError`: an outbox has no server."""
        raise TypeError(_NO_SERVER)

    async def aclose(self) -> None:
        """Does nothing: there is no connection."""

    def __repr__(self) -> str:
        return f"<AsyncOutbox of {len(self._kept.commands)} commands>"

    def _view(self, delivery: Delivery) -> Self:
        return type(self)(self._kept, delivery, self._terms)
