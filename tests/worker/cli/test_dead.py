"""`outbound dead` against a real server: what it lists, shows, replays and drops."""

import json

from producer import Producer
from tests.worker.cli.operated import PAGE, PROFILE, Outbound, bury
from worker.engine.lanes import Lanes


def test_dead_letters_are_listed_without_their_text(
    outbound: Outbound, lanes: Lanes, producer: Producer
) -> None:
    """One line a letter, the newest first; marks choose; no text and no recipient."""
    ids = bury(lanes, producer, 2)
    lines = outbound("dead", "list").out.splitlines()
    assert sorted(line.split()[0] for line in lines[1:3]) == sorted(ids)
    assert lines[1].endswith("Too many calls.")
    assert lines[3:] == ["dead letters: 2 kept"]
    assert outbound("dead", "list", "--code", "4").out == "no dead letter has these marks (2 kept)\n"
    assert outbound("dead", "list", "--limit", "1").out.splitlines()[-1] == "… and more (--limit)"
    shown = json.loads(outbound("dead", "list", "--class", "throttled", "--newer", "1h", "--json").out)
    assert (len(shown["letters"]), shown["kept"], shown["dropped"]) == (2, 2, 0)
    assert "secret words" not in outbound("dead", "list", "--json").out


def test_a_text_is_shown_only_when_it_is_asked_for(
    outbound: Outbound, lanes: Lanes, producer: Producer
) -> None:
    """`--show-content` shows the recipient and the command; without it the letter tells neither."""
    (command_id,) = bury(lanes, producer)
    plain, whole = (outbound("dead", "show", command_id, *more).out for more in ((), ("--show-content",)))
    # the id, which tells the time, may hold the same letters
    assert ("fbtrace_id Fb1" in plain, "secret" in plain) == (True, False)
    assert "p0" not in plain.replace(command_id, "")
    assert whole.splitlines()[-2] == "  recipient p0"
    assert "secret words" in whole.splitlines()[-1]
    none = outbound("dead", "show", "none")
    where = "`outbound explain none` says where the command is"
    assert (none.code, none.err) == (1, f"outbound: there is no dead letter with the id none: {where}\n")


def test_dead_letters_are_replayed(outbound: Outbound, lanes: Lanes, producer: Producer) -> None:
    """By id or by marks; a second time there is nothing left."""
    ids = bury(lanes, producer, 3)
    assert outbound("dead", "replay", ids[0]).out == "1 replayed\n"
    assert outbound("dead", "replay", "--page", PAGE).out == "2 replayed\n"
    chunk = lanes.take("w", 100, PROFILE).chunk
    assert chunk is not None
    assert [each.id for each in chunk.commands] == [ids[0], *sorted(ids[1:])]
    again = outbound("dead", "replay", ids[0])
    assert (again.code, again.err) == (1, "outbound: 1 left alone: no dead letter of this id\n")


def test_more_than_a_handful_wants_yes(outbound: Outbound, lanes: Lanes, producer: Producer) -> None:
    """More than ten are replayed or dropped only with --yes, or bounded by --limit."""
    bury(lanes, producer, 11)
    ran = outbound("dead", "drop", "--all")
    sentence = (
        "outbound: these are more than 10 dead letters: look at them with `outbound dead list`, "
        "then drop them with --yes\n"
    )
    assert (ran.code, ran.err) == (1, sentence)
    assert outbound("dead", "drop", "--all", "--limit", "2").out == "2 dropped\n"
    assert json.loads(outbound("dead", "drop", "--all", "--yes", "--json").out) == {"done": 9, "left": {}}


def test_what_may_have_arrived_wants_a_flag(outbound: Outbound, lanes: Lanes, producer: Producer) -> None:
    """An `at_most_once` unknown is left alone, and the answer says which flag replays it."""
    (command_id,) = bury(lanes, producer, outcome="unknown")
    ran = outbound("dead", "replay", command_id)
    sentence = "outbound: 1 left alone: may have arrived already (--doubtful replays them)\n"
    assert (ran.code, ran.out, ran.err) == (1, "0 replayed\n", sentence)
    assert outbound("dead", "replay", command_id, "--doubtful").out == "1 replayed\n"
