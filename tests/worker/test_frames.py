"""Between the actor and Graph's socket there is little to read: five calls, the actor itself among them."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, MethodType

import redis

from tests.worker.house import PAGES, House
from worker.call.graph.client import GraphClient
from worker.config.settings import read_settings
from worker.deliver import Deliverer
from worker.main import build
from worker.settle.settlements import Schedule
from worker.stub import GraphStub
from worker.take.broker import ACTOR


@contextmanager
def frames_to(function: str) -> Iterator[list[list[str]]]:
    """Notes, for each call of a function that is written in C, which of ours lead to it, the outermost first."""
    found: list[list[str]] = []

    def look(frame: FrameType, event: str, called: object) -> None:
        if event == "c_call" and getattr(called, "__name__", "") == function:
            names: list[str] = []
            at: FrameType | None = frame
            while at is not None:
                if "/worker/" in at.f_code.co_filename and "/tests/" not in at.f_code.co_filename:
                    names.append(at.f_code.co_qualname)
                at = at.f_back
            found.append(names[::-1])

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        yield found
    finally:
        sys.setprofile(before)


def test_the_actor_is_five_frames_from_graphs_socket(server: "redis.Redis") -> None:
    """`deliver`, the call, the requests, the request, the exchange; and nothing else sends to Graph."""
    house = House(server)
    with GraphStub() as stub:
        graph = GraphClient(origin=stub.origin, version="4.0")
        deliverer = Deliverer(
            lanes=house.lanes,
            graph=graph,
            pages=lambda: PAGES,
            schedule=Schedule((1_000,)),
            may_begin=lambda _: True,
            stopping=threading.Event(),
        )
        ticket = house.producer.send_text("7", "x")
        chunk = house.take()
        with frames_to("sendall") as found:
            deliverer.deliver(chunk)
        graph.close()
    ended = ticket.outcome()
    assert ended is not None
    assert [names for names in found if names[-1] == "Direct.exchange"] == [
        [
            "Deliverer.deliver",
            "Deliverer._called",
            "GraphClient.answers",
            "GraphClient.answer",
            "Direct.exchange",
        ]
    ]


def test_the_actor_is_the_pipe_itself() -> None:
    """What Dramatiq calls is `deliver`, with nothing between."""
    broker = build(read_settings({}))
    actor = broker.get_actor(ACTOR).fn
    assert isinstance(actor, MethodType)
    assert actor.__func__ is Deliverer.deliver
    broker.close()
