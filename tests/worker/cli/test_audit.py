"""What people do by the command line is in the log of acts, which `outbound audit` shows."""

import json
from collections.abc import Callable

import pytest
import redis

from producer import Producer, messages
from producer.store.keys import Keys
from producer.tickets.ticket import Ticket
from tests.worker.cli.conftest import Ran
from worker.operations.acts import ACTS_MAX, Act, latest_acts, listed, note

KEYS = Keys("outbound")
Run = Callable[..., Ran]


def test_every_acting_verb_is_noted(
    outbound: Run, valkey: "redis.Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who held, released, replayed, dropped, steered or cancelled what is listed, the latest first."""
    monkeypatch.setenv("LOGNAME", "ann")
    producer = Producer.on(valkey, page="1")
    ticket = producer.send_text("7", "Hello!")
    assert isinstance(ticket, Ticket)
    producer.broadcast_to(["8", "9"], messages.text("x"), broadcast_id="sale")
    outbound("page", "hold", "1", "--reason", "new menu")
    outbound("page", "release", "1")
    outbound("dead", "replay", "a", "b", "c", "d")
    outbound("dead", "drop", "--code", "613")
    for act in ("--pause", "--resume", "--cancel"):
        outbound("broadcast", "sale", act)
    outbound("cancel", ticket.id)
    found = latest_acts(valkey, KEYS)
    assert {(each.who.partition("@")[0], each.by) for each in found} == {("ann", "command line")}
    assert [(each.act, each.on, each.told) for each in reversed(found)] == [
        ("hold", "Page 1", "held until released: new menu"),
        ("release", "Page 1", "released"),
        ("replay", "dead letters a, b, c and 1 more", "4 left alone: no dead letter of this id"),
        ("drop", "dead letters code 613", "0 dropped"),
        ("pause", "broadcast sale", "paused"),
        ("resume", "broadcast sale", "it goes on"),
        ("cancel", "broadcast sale", "2 people are not sent to"),
        ("cancel", ticket.id, "cancelled: it will not be sent"),
    ]
    assert [each["act"] for each in json.loads(outbound("audit", "--json", "--limit", "2").out)] == [
        "cancel"
    ] * 2
    assert "Page 1" in outbound("audit").out


def test_nothing_was_done_yet(outbound: Run) -> None:
    """An empty log is said in words."""
    assert (outbound("audit").out, outbound("audit", "--json").out) == ("nobody did anything yet\n", "[]\n")


def _noted(client: "redis.Redis", who: str, told: str = "") -> bool:
    return note(client, KEYS, who=who, by="page", act="hold", on="Page 1", told=told)


def test_the_log_is_bounded(valkey: "redis.Redis") -> None:
    """It keeps the latest 1,000 acts, cuts long words, and leaves out what is no act."""
    valkey.lpush("outbound:acts", *["{}"] * 1_500)
    assert _noted(valkey, "w" * 200, "t" * 2_000)
    assert valkey.llen("outbound:acts") == ACTS_MAX
    (kept,) = latest_acts(valkey, KEYS)
    expected = Act(at=kept.at, who="w" * 80, by="page", act="hold", on="Page 1", told="t" * 600)
    assert kept == expected


def test_a_log_that_cannot_be_written_undoes_nothing(outbound: Run, valkey: "redis.Redis") -> None:
    """What was done is done, and the sentence says that it is not in the log."""
    valkey.set("outbound:acts", "no list")
    ran = outbound("page", "hold", "1")
    assert (ran.code, "Page 1 is held" in ran.out) == (0, True)
    assert "the log of acts could not be written" in ran.err
    assert _noted(valkey, "ann") is False


def test_ids_in_few_words() -> None:
    """Three are named, and more are counted."""
    assert [listed(["a"]), listed(list("abc")), listed(list("abcde"))] == [
        "a",
        "a, b, c",
        "a, b, c and 2 more",
    ]
