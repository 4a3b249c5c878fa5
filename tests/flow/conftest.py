"""A flow test's house: Valkey, the stub of Graph, and a worker under Dramatiq's own command line, each a process."""

from collections.abc import Iterator

import msgspec
import pytest

from producer import Producer
from tests.running import Running, Valkey, names_of, plain_dramatiq, settings_of, wait_until
from worker.stub import StubProcess

PAGES = ("P1", "P2", "P3")


class House(msgspec.Struct, frozen=True):
    """What a flow test talks to."""

    valkey: Valkey
    stub: StubProcess
    worker: Running
    producer: Producer


@pytest.fixture(scope="module")
def shared_house() -> Iterator[House]:
    """One house for all tests of a module."""
    with Valkey() as valkey, valkey.client() as client, StubProcess() as stub:
        tokens = {page: f"TOKEN-{page}" for page in PAGES}
        settings = settings_of(
            valkey.url, stub.origin, tokens, rate_text="off", retry_schedule="200ms,200ms,200ms,200ms,200ms"
        )
        with plain_dramatiq(settings) as worker:
            wait_until(lambda: names_of(client), within_s=20, why="the worker says hello")
            producer = Producer.connect(valkey.url, page=PAGES[0])
            yield House(valkey, stub, worker, producer)
            producer.close()


@pytest.fixture
def house(shared_house: House) -> House:
    """The house with an empty ledger and without faults."""
    shared_house.stub.clear()
    shared_house.stub.faults.clear()
    return shared_house
