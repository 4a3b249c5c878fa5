"""Parts of Dramatiq that bring pitfalls, and that stay unused here: its middleware, its queues, its global state."""

import inspect
import threading

import dramatiq
import pytest
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Middleware

from tests.running import settings_of
from worker.config.settings import read_settings
from worker.main import build
from worker.take.broker import ACTOR, QUEUE, LaneBroker

HOOKS_OF_THE_PROCESS = {"before_worker_boot", "before_worker_shutdown", "after_worker_shutdown"}


def built(pages: int = 1) -> LaneBroker:
    """Returns a worker's broker for so many Pages, not started; its servers are not there."""
    tokens = {f"P{number}": f"TOKEN-P{number}" for number in range(pages)}
    return build(read_settings(settings_of("redis://127.0.0.1:9/0", "http://127.0.0.1:9", tokens)))


def hooks_of(middleware: Middleware) -> set[str]:
    """Returns the hooks that a middleware has of its own."""
    return {name for name in vars(type(middleware)) if name.startswith(("before_", "after_"))}


def test_no_part_of_dramatiq_interferes_with_a_call() -> None:
    """No middleware of Dramatiq's own is there: none retries, limits the time, cancels, counts a group or measures."""
    modules = [type(each).__module__ for each in built().middleware]
    assert modules == ["worker.take.broker"]


def test_no_hook_sees_a_message() -> None:
    """The one middleware starts and stops threads: what Dramatiq would swallow in it decides on no message."""
    assert [hooks_of(each) for each in built().middleware] == [HOOKS_OF_THE_PROCESS]


def test_the_one_actor_is_an_ordinary_function() -> None:
    """Chunks are delivered by a function that runs to its end in a thread; there is no event loop to be cancelled."""
    broker = built()
    assert set(broker.get_declared_actors()) == {ACTOR}
    assert not inspect.iscoroutinefunction(broker.get_actor(ACTOR).fn)


def test_a_page_costs_no_queue() -> None:
    """A thousand Pages have the same one queue as one Page, and its one consumer thread."""
    broker = built(pages=1_000)
    worker = dramatiq.Worker(broker, worker_threads=1)
    worker.start()
    try:
        consumers = [each for each in threading.enumerate() if type(each).__name__ == "ConsumerThread"]
        assert (broker.get_declared_queues(), len(consumers)) == ({QUEUE}, 1)
    finally:
        worker.stop()
        broker.close()


@pytest.mark.parametrize("own", [StubBroker(middleware=[])], ids=["a host's own broker"])
def test_a_hosts_own_dramatiq_is_left_alone(own: StubBroker) -> None:
    """A worker that is built beside a host's own actors changes neither its broker nor its encoder."""
    encoder = dramatiq.get_encoder()
    dramatiq.set_broker(own)
    built()
    assert dramatiq.get_broker() is own
    assert dramatiq.get_encoder() is encoder
