"""Law 11: a conversation whose head was lost goes on, however long the queue is, and no other is disturbed."""

import pytest
import redis

from tests.laws.damage import audit, damage
from tests.laws.engine import Engine, Spec
from tests.laws.store import read

LONG = 1_200  # more commands than one script may touch
RETRY_MS = 60_000


def crowd(engine: Engine) -> None:
    """Makes a long queue in which a head is in every state, with one that waits behind each."""
    engine.enqueue(*(Spec(id=f"{what}0", people=what) for what in ("taken", "retry", "echo")))
    for action in ("retry", "await"):
        chunk = engine.take(limit=1)
        engine.settle(chunk, "retry" if action == "retry" else "await", delay_ms=RETRY_MS)
    engine.take(limit=1)
    engine.enqueue(Spec(id="parked0", people="parked", type="newer"), Spec(id="bad", people="bad"))
    engine.enqueue(Spec(id="both0", people="taken,lane7"))
    engine.enqueue(*(Spec(id=f"lane{i}", people=f"lane{i}") for i in range(LONG)))
    engine.enqueue(Spec(id="bulk0", people="bulk", priority="b"), Spec(id="page0", people="page", page="P2"))
    behind = ("taken", "retry", "echo", "parked", "bad", "lane3", "lane1199")
    engine.enqueue(*(Spec(id=f"{who}-next", people=who) for who in behind))


def states(engine: Engine) -> dict[str, str]:
    """Returns the state of each command by its id."""
    return {command_id: record.state for command_id, record in read(engine.client).commands.items()}


@pytest.mark.parametrize("found", ["in its lane", "when it is due"])
def test_the_one_conversation_that_lost_its_head_goes_on(engine: Engine, found: str) -> None:
    """Among more commands than one script may touch the successor leaves, and everybody else waits as before."""
    if found == "when it is due":
        engine.enqueue(Spec(id="bad", people="bad"))
        engine.settle(engine.take(), "retry", delay_ms=1)
    crowd(engine)
    damage(engine, "bad", "all of it")
    engine.send(limit=3)
    engine.advance(1)
    assert engine.outcome("bad") == "refused"
    before = states(engine)
    assert before["bad-next"] == "W"
    steps = audit(engine)
    assert states(engine) == before | {"bad-next": "L"}
    assert steps > 3
    assert sorted(engine.send(limit=1) + engine.send(limit=1)) == ["bad-next", "page0"]


def test_a_lively_queue_keeps_its_order_while_it_is_looked_at(engine: Engine) -> None:
    """Heads come and go between the steps: nobody of another conversation leaves before those in front of them."""
    engine.enqueue(Spec(id="bad", people="bad"), Spec(id="next", people="bad"))
    people = [f"u{i}" for i in range(LONG)]
    engine.enqueue(*(Spec(id=f"{who}.{n}", people=who) for n in range(2) for who in people))
    damage(engine, "bad", "all of it")
    sent: list[str] = []
    number = iter(range(2, 10_000))

    def meanwhile() -> None:
        sent.extend(engine.send(limit=40))
        later = next(number)
        engine.enqueue(*(Spec(id=f"{who}.{later}", people=who) for who in people[:40]))
        engine.take(limit=5)  # stays with the worker

    sent += engine.send(limit=1)
    audit(engine, meanwhile=meanwhile)
    engine.lanes.goodbye("w1", now_ms=engine.now)
    engine.hello("w1")
    while some := engine.send():
        sent += some
    assert "next" in sent
    by_person: dict[str, list[int]] = {}
    for each in sent:
        who, _, n = each.partition(".")
        by_person.setdefault(who, []).append(int(n or 0))
    assert {who: numbers for who, numbers in by_person.items() if numbers != sorted(numbers)} == {}


@pytest.mark.parametrize("why", ["its head ended meanwhile", "another server's cursors led here"])
def test_a_suspect_that_may_have_a_head_is_left_alone(engine: Engine, why: str) -> None:
    """What no scan has seen proves nothing when the conversation moved on, or when the server was restarted."""
    crowd(engine)
    damage(engine, "bad", "all of it")
    engine.send(limit=3)
    engine.advance(1)
    engine.client.hset(engine.key("audit:at"), "phase", "judge")
    engine.client.hset(engine.key("audit:judged"), "P1/lane1199/i", "~1")
    if why != "its head ended meanwhile":
        engine.client.lpush(engine.key("conversation:P1/lane1199/i"), "~1")
        engine.client.hset(engine.key("audit:at"), "run", "another")
    before = states(engine)
    audit(engine)
    assert states(engine) == before | {"bad-next": "L"}


def test_one_step_holds_the_server_for_a_moment(valkey: "redis.Redis") -> None:
    """Among 30,000 commands no step takes the server 50 ms, on a machine that has other work, too."""
    engine = Engine(valkey)
    engine.hello("w1")
    engine.enqueue(Spec(id="bad", people="bad"), Spec(id="next", people="bad"))
    engine.enqueue(*(Spec(id=f"c{i}", people=f"u{i}") for i in range(30_000)))
    damage(engine, "bad", "all of it")
    engine.send(limit=1)
    valkey.config_set("slowlog-log-slower-than", 50_000)
    valkey.slowlog_reset()
    audit(engine)
    assert valkey.slowlog_get() == []
    assert states(engine)["next"] == "L"
