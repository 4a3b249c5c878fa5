"""A producer, lanes and a deliverer around a far end that answers what a test says."""

import json
import threading
from collections.abc import Callable, Sequence

import redis

from producer import Producer
from producer.commands import TYPES
from worker.call.graph.answers import Answer, Answered
from worker.call.graph.signing import Signed
from worker.config.pages import Page, Pages
from worker.config.settings import Settings
from worker.deliver import Deliverer
from worker.engine.chunk import Chunk
from worker.engine.lanes import Lanes
from worker.settle.settlements import Schedule
from worker.take.circuit import Circuit

PAGES = Pages({"P1": Page("P1", "SECRET-TOKEN")}, {})
SETTINGS = Settings(rates=dict.fromkeys(("text", "media", "profile", "other")))
SUCCESS = Answered(200, b'{"recipient_id":"1","message_id":"m"}')


class FakeGraph:
    """Answers every call with `answer`, or each with its own of a list, and keeps what it was asked."""

    def __init__(self, answer: Answer | list[Answer] | Exception) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def outgoing(self, calls: Sequence[Signed]) -> list[Signed]:
        """Encodes nothing."""
        return list(calls)

    def answers(self, calls: Sequence[Signed], *, guard: Callable[[], bool] | None = None) -> list[Answer]:
        """Keeps the calls and answers each the same."""
        assert guard is not None
        self.asked += [json.dumps(call.call.body) for call in calls]
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer if isinstance(self.answer, list) else [self.answer] * len(calls)


class House:
    """A producer, lanes and a deliverer on one server."""

    def __init__(self, server: "redis.Redis", answer: Answer | list[Answer] | Exception = SUCCESS) -> None:
        self.producer = Producer.on(server, page="P1")
        self.server = server
        self.lanes = Lanes(server)
        self.profile = PAGES.profile(SETTINGS, tuple(TYPES))
        self.lanes.hello("w", self.profile, b"{}")
        self.graph = FakeGraph(answer)
        self.stopping = threading.Event()
        self.alive = True
        self._token = 0

    def take(self) -> Chunk:
        """Returns the next chunk."""
        self._token += 1
        chunk = self.lanes.take("w", self._token, self.profile).chunk
        assert chunk is not None
        return chunk

    def deliver(
        self,
        chunk: Chunk,
        pages: Pages = PAGES,
        schedule: Schedule | None = None,
        circuit: Circuit | None = None,
    ) -> None:
        """Delivers it."""
        Deliverer(
            circuit=circuit,
            lanes=self.lanes,
            graph=self.graph,
            pages=lambda: pages,
            schedule=schedule or Schedule((1_000,)),
            may_begin=lambda _: self.alive,
            stopping=self.stopping,
            chance=lambda: 0.5,
        ).deliver(chunk)
