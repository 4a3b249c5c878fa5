"""Law: who opted out is sent nothing of it, at no call, until they opt in."""

from typing import Any

import pytest
import redis

from producer import InvalidCommandError, Producer, messages
from producer.people.opting import OptOut
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes

PROFILE = Profile(rates={"text": None}, types=("send_message",), pages={"P1": KnownPage()})


def _taken(server: "redis.Redis") -> int:
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    chunk = lanes.take("w", 50, PROFILE).chunk
    return len(chunk.commands) if chunk is not None else 0


@pytest.mark.parametrize(
    ("of", "options", "goes"),
    [
        ("bulk", {}, True),
        ("bulk", {"priority": "bulk"}, False),
        ("everything", {}, False),
        ("everything", {"priority": "bulk"}, False),
    ],
)
def test_an_opt_out_holds_for_what_it_names(
    server: "redis.Redis", of: OptOut, options: dict[str, Any], *, goes: bool
) -> None:
    """What waited before and what comes after ends `refused`; answers, too, are stopped by an opt-out of everything."""
    producer = Producer.on(server, page="P1").with_options(**options)
    waited = producer.send_message("1", {"text": "x"}, messaging_type="RESPONSE")
    other = producer.send_text("2", "x")
    producer.opt_out("1", of=of)
    assert _taken(server) == 1 + goes
    outcome = waited.outcome()
    assert (outcome is None) is goes
    assert outcome is None or (outcome.name, outcome.attempts, outcome.reason) == (
        "refused",
        0,
        "the recipient opted out",
    )
    assert other.outcome() is None
    assert [producer.opt_in("1") for _ in range(2)] == [True, False]
    assert server.exists("outbound:opted:P1") == 0


def test_a_broadcast_passes_over_who_opted_out(server: "redis.Redis") -> None:
    """They are counted as refused, all others are sent to."""
    producer = Producer.on(server, page="P1")
    producer.opt_out("2")
    broadcast = producer.broadcast_to(["1", "2", "3"], messages.text("x"))
    assert _taken(server) == 2
    assert server.hgetall(f"outbound:counts:broadcast:{broadcast.id}") == {b"refused": b"1"}


@pytest.mark.parametrize(("psid", "of"), [("", "bulk"), (None, "bulk"), ("1", "all")])
def test_wrong_use_is_a_sentence(server: "redis.Redis", psid: str, of: OptOut) -> None:
    """Nothing is remembered of it."""
    with pytest.raises(InvalidCommandError, match="must be"):
        Producer.on(server, page="P1").opt_out(psid, of=of)
    assert server.keys() == []
