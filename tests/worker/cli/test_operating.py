"""What becomes of one command, asked and decided by its id: `explain` and `cancel` against a real server."""

import json
import re

from producer import Producer, batch
from tests.worker.cli.operated import PAGE, PROFILE, Outbound, bury
from worker.engine.lanes import Lanes


def test_explain_says_what_a_command_waits_for(outbound: Outbound, lanes: Lanes, producer: Producer) -> None:
    """The state, the lane, the hold and its reason, and no time where nobody can tell."""
    ticket = producer.send_text("ann", "secret words")
    outbound("page", "hold", PAGE, "--reason", "new menu")
    ran = outbound("explain", ticket.id)
    assert lanes.take("w", 1, PROFILE).chunk is None
    lines = ran.out.splitlines()
    assert (ran.code, [line for line in lines if "enqueued" not in line]) == (
        0,
        [
            f"{ticket.id}: waiting in its lane, 0 before it",
            f"  Page {PAGE}, send_message, lane {PAGE}/text/interactive",
            f"  waits for a hold: Page {PAGE} is held: new menu, until it is released",
        ],
    )


def test_a_reason_that_is_a_sentence_goes_on_without_its_full_stop(
    outbound: Outbound, lanes: Lanes, producer: Producer
) -> None:
    """Until when a hold lasts stands behind its reason, not behind the end of a sentence."""
    lanes.hello("w", PROFILE, b"{}")
    ticket = producer.send_text("ann", "x")
    outbound("page", "hold", PAGE, "--reason", "We have a new menu.")
    told = outbound("explain", ticket.id).out.splitlines()
    assert told[-1] == f"  waits for a hold: Page {PAGE} is held: We have a new menu, until it is released"


def test_explain_of_a_dead_letter(outbound: Outbound, lanes: Lanes, producer: Producer) -> None:
    """The outcome, every attempt with Graph's codes, and what can be done."""
    (command_id,) = bury(lanes, producer)
    ran = outbound("explain", command_id)
    assert ran.out.splitlines()[:4] == [
        f"{command_id}: ended exhausted",
        f"  Page {PAGE}, send_message",
        "  exhausted after 1 attempt: Too many calls. (code 613, fbtrace_id Fb1)",
        f"  a dead letter: `outbound dead show {command_id}`, `outbound dead replay {command_id}`",
    ]
    assert "Too many calls. (row throttled, code 613, status 400, fbtrace_id Fb1)" in ran.out.splitlines()[4]
    assert json.loads(outbound("explain", command_id, "--json").out)["place"] == "ended"


def test_explain_of_nobody_s_command(outbound: Outbound) -> None:
    """What is not known is a refusal."""
    ran = outbound("explain", "none")
    sentence = "outbound: no command with the id none is known: outcomes are kept for 48 hours\n"
    assert (ran.code, ran.out, ran.err) == (1, "", sentence)


def test_a_record_that_cannot_be_read_is_told_of(
    outbound: Outbound, lanes: Lanes, producer: Producer
) -> None:
    """Before its turn and after it, whoever asks, cancels, shows or replays it gets a sentence, and what to do."""
    lanes.hello("w", PROFILE, b"{}")
    broken = producer.send_text("ann", "x").id
    lanes.client.hset("outbound:commands", broken, b"\xff\x00 garbage")
    state = "its record in Redis cannot be read: it becomes a dead letter when its turn comes"
    asked, cancelled = outbound("explain", broken), outbound("cancel", broken)
    assert (asked.code, asked.out, asked.err) == (0, f"{broken}: {state}\n", "")
    assert (cancelled.code, cancelled.out) == (1, f"{broken}: not cancelled: {state}\n")
    lanes.take("w", 1, PROFILE)
    shown, replayed = outbound("dead", "show", broken), outbound("dead", "replay", broken)
    assert shown.out.splitlines()[1:] == [
        f"  Page {PAGE}",
        "  after 0 attempts: its record in Redis cannot be read",
    ]
    left = "outbound: 1 left alone: cannot be read: send it anew, and drop the letter\n"
    assert (replayed.code, replayed.out, replayed.err) == (1, "0 replayed\n", left)
    says = f"  a dead letter that cannot be read: send it anew, and `outbound dead drop {broken}`"
    assert says in outbound("explain", broken).out.splitlines()


def test_cancel_promises_no_more_than_is_true(outbound: Outbound, lanes: Lanes, producer: Producer) -> None:
    """What waits is cancelled; what a worker has, what has ended and what nobody knows is not."""
    waits, gone = producer.send_text("ann", "x"), producer.send_text("bob", "x")
    assert outbound("cancel", waits.id).out == f"{waits.id}: cancelled: it will not be sent\n"
    ended = outbound("cancel", waits.id)
    assert (ended.code, ended.out) == (
        1,
        f"{waits.id}: not cancelled: it had ended: cancelled after 0 attempts: it was cancelled\n",
    )
    assert lanes.take("w", 1, PROFILE).chunk is not None
    taken = outbound("cancel", gone.id)
    assert (
        taken.code,
        re.match(rf"{gone.id}: not cancelled: taken \d+ s ago by worker vm \(process 7\)", taken.out)
        is not None,
    ) == (
        1,
        True,
    )
    none = outbound("cancel", "none")
    sentence = (
        "outbound: no command with the id none is known: check the id; outcomes are kept for 48 hours, "
        "and a broadcast is ended with `outbound broadcast ID --cancel`\n"
    )
    assert (none.code, none.out, none.err) == (1, "", sentence)


def test_every_step_of_a_sequence_is_cancelled(outbound: Outbound, producer: Producer) -> None:
    """None of them is sent, though a step that ends ends those behind it: the exit code promises so."""
    ticket = producer.send_sequence("1", [batch.send_text("1", text) for text in "abc"])
    assert outbound("cancel", ticket.id).code == 0
    assert [each and each.reason for each in ticket.outcomes()] == ["it was cancelled"] * 3


def test_every_part_of_a_batch_is_cancelled(outbound: Outbound, producer: Producer) -> None:
    """A batch's ticket stands for all of its parts."""
    ticket = producer.send_batch([batch.send_text("ann", "a"), batch.send_text("bob", "b")])
    ran = outbound("cancel", ticket.id, "--json")
    assert (ran.code, [each["cancelled"] for each in json.loads(ran.out)]) == (0, [True, True])
