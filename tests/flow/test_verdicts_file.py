"""An operator's row changes what becomes of a command whose answer the stub of Graph gives."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import dramatiq
import pytest
import redis

from producer import Producer
from producer.store.keys import Keys
from tests.running import ticket_of, wait_until
from tests.verdict_rows import ROWS
from worker.config.settings import read_settings
from worker.main import build
from worker.operations import dead_letters, holds
from worker.stub import Fault, GraphStub

KEYS: Final = Keys("outbound")
SETTINGS: Final = {
    "OUTBOUND_PAGES": '{"P1": {"access_token": "TOKEN-P1"}, "P2": {"access_token": "TOKEN-P2"}}',
    "OUTBOUND_RETRY_SCHEDULE": "1s",
}


@contextmanager
def _worker(settings: Mapping[str, str]) -> Iterator[None]:
    broker = build(read_settings(settings), threads=2)
    worker = dramatiq.Worker(broker, worker_timeout=100, worker_threads=2)
    worker.start()
    try:
        yield
    finally:
        worker.stop()
        broker.close()


@pytest.fixture
def stub() -> Iterator[GraphStub]:
    """A stub that answers P1 with an error of the table's row, and P2 with one that an operator's row is for."""
    with GraphStub() as running:
        running.faults.add(Fault(action="error", code=10, subcode=2018278, page="P1"))
        running.faults.add(Fault(action="error", code=551, subcode=99, page="P2"))
        yield running


def _send(valkey: "redis.Redis") -> tuple[str, str]:
    """Sends a message to one person of each Page."""
    producer = Producer.on(valkey, page="P1")
    tickets = (producer.send_text("7", "x"), producer.for_page("P2").send_text("7", "x"))
    first, second = (ticket_of(each).id for each in tickets)
    return first, second


def _became(valkey: "redis.Redis", ids: tuple[str, str]) -> tuple[list[str | None], list[str], list[str]]:
    """Returns how the commands ended, which of them are dead letters, and what is held for which reason."""
    producer = Producer.on(valkey, page="P1")
    outcomes = [producer.ticket(each).outcome() for each in ids]
    return (
        [each.name if each is not None else None for each in outcomes],
        list(dead_letters.ids_of(valkey, KEYS)),
        [f"{each.scope}: {each.reason}" for each in holds.list_holds(valkey, KEYS)],
    )


def test_an_operator_s_rows_decide(
    valkey: "redis.Redis", valkey_url: str, stub: GraphStub, tmp_path: Path
) -> None:
    """With the file a refusal is kept for replay and a refusal becomes a throttle; without it both only end."""
    path = tmp_path / "verdicts.toml"
    path.write_text(ROWS, "utf-8")
    plain = {**SETTINGS, "OUTBOUND_REDIS_URL": valkey_url, "OUTBOUND_GRAPH_ORIGIN": stub.origin}
    with _worker(plain):
        ids = _send(valkey)
        wait_until(lambda: _became(valkey, ids)[0] == ["refused"] * 2, within_s=10, why="both are refused")
        assert _became(valkey, ids) == (["refused", "refused"], [], [])
    valkey.flushall()
    with _worker({**plain, "OUTBOUND_VERDICTS_FILE": str(path)}):
        ids = _send(valkey)
        wait_until(lambda: _became(valkey, ids)[2], within_s=10, why="the Page is held")
        wait_until(lambda: _became(valkey, ids)[1], within_s=10, why="a letter is kept")
        assert _became(valkey, ids) == (["refused", None], [ids[0]], ["page:P2: Our gateway is busy."])
