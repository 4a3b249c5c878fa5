"""Echoes prove what was sent."""

import pytest
import redis

from producer import InvalidCommandError, Producer
from producer.broadcasts.steps import id_for
from producer.tickets.echoes import echoes_in
from worker.engine.chunk import Action, Settlement
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes

PROFILE = Profile(rates={"text": None}, types=("send_message",), pages={"P1": KnownPage()})


def _echo(command_id: str) -> dict[str, object]:
    event = {
        "sender": {"id": "P1"},
        "recipient": {"id": "1"},
        "message": {"is_echo": True, "app_id": 1, "metadata": command_id, "mid": "m_1"},
    }
    return {"object": "page", "entry": [{"id": "P1", "messaging": [event]}]}


def _attempted(server: "redis.Redis", action: Action, flags: str, *, once: bool) -> str:
    producer = Producer.on(server, page="P1").with_options(at_most_once=once)
    ticket = producer.send_text("1", "x")
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    chunk = lanes.take("w", 1, PROFILE).chunk
    assert chunk is not None
    lanes.settle(chunk, [Settlement(ticket.id, action, flags, 60_000)])
    return ticket.id


@pytest.mark.parametrize(
    ("action", "flags", "once"),
    [
        pytest.param("retry", "ar", False, id="what waits to be tried again"),
        pytest.param("await", "ar", False, id="what awaits its echo"),
        pytest.param("await", "ar", True, id="what awaits it for good"),
        pytest.param("unknown", "ad", True, id="what ended in doubt"),
    ],
)
def test_an_echo_settles_what_was_in_truth_sent(
    server: "redis.Redis", action: Action, flags: str, once: bool
) -> None:
    """It is not sent again, its outcome is `sent` with the reply that the echo stands for, and no dead letter stays."""
    command_id = _attempted(server, action, flags, once=once)
    producer = Producer.on(server, page="P1")
    assert producer.confirm_echo(_echo(command_id)) == 1
    assert producer.confirm_echo(_echo(command_id)) == 0
    outcome = producer.ticket(command_id).outcome()
    assert outcome is not None
    assert (outcome.name, outcome.reply) == ("sent", {"recipient_id": "1", "message_id": "m_1"})
    assert [
        server.hlen("outbound:commands"),
        server.zcard("outbound:dead"),
        server.zcard("outbound:later"),
    ] == [0, 0, 0]


def test_an_echo_of_what_was_never_tried_changes_nothing(server: "redis.Redis") -> None:
    """Whoever forges metadata ends no command that waits for its first attempt."""
    producer = Producer.on(server, page="P1")
    ticket = producer.send_text("1", "x")
    assert producer.confirm_echo(_echo(ticket.id)) == 0
    assert ticket.outcome() is None


@pytest.mark.parametrize(
    "event",
    [None, {}, [], "x", {"entry": 3}, {"message": {"is_echo": True}}, _echo("not an id"), _echo("a|b")],
)
def test_other_events_are_passed_over(server: "redis.Redis", event: object) -> None:
    """The whole webhook body can be given, whatever is in it."""
    assert Producer.on(server, page="P1").confirm_echo(event) == 0


def test_an_awaited_echo_that_does_not_come_ends_in_doubt_or_is_tried_again(server: "redis.Redis") -> None:
    """After its time, what may be repeated is repeated, and what may not ends `unknown`."""
    once = _attempted(server, "await", "ar", once=True)
    lanes = Lanes(server)
    lanes.tick("w", lease_ms=1_000, may_reap=False, now_ms=9_000_000_000_000)
    outcome = Producer.on(server, page="P1").ticket(once).outcome()
    assert outcome is not None
    assert outcome.name == "unknown"
    server.flushall()
    often = _attempted(server, "await", "ar", once=False)
    lanes.tick("w", lease_ms=1_000, may_reap=False, now_ms=9_000_000_000_000)
    assert server.lrange("outbound:lane:P1/t/i", 0, -1) == [often.encode()]


@pytest.mark.parametrize("name", ["été-2026", "распродажа", "x" * 200, "sale_2026"])
def test_an_echo_finds_every_broadcast(name: str) -> None:
    """A broadcast's id may have letters of any script; its people's echoes are known all the same."""
    assert [each for each, _ in echoes_in(_echo(f"{name}:12"))] == [f"{name}:12"]
    assert id_for(name, ["1"]) == name


def test_a_broadcasts_id_has_a_bound() -> None:
    """It must fit into the metadata by which an echo is known."""
    with pytest.raises(InvalidCommandError, match="at most 200 characters"):
        id_for("x" * 201, ["1"])
