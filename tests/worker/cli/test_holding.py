"""`outbound page` and `outbound recipient` against a real server: what is held and remembered, and let go."""

import json

import pytest
import redis

from producer import Producer
from tests.worker.cli.operated import PAGE, PROFILE, Outbound
from worker.engine.chunk import Hold, Settlement
from worker.engine.lanes import Lanes


@pytest.mark.parametrize(
    ("words", "name", "scope"),
    [
        ((PAGE,), f"Page {PAGE}", f"page:{PAGE}"),
        (("--lane", f"{PAGE}/text/bulk"), f"lane {PAGE}/text/bulk", f"lane:{PAGE}/t/b"),
        (("--app", "app"), "app app", "app:app"),
    ],
)
def test_a_hold_is_made_listed_and_released(
    outbound: Outbound, valkey: "redis.Redis", words: tuple[str, ...], name: str, scope: str
) -> None:
    """For a time or until it is released; releasing what is not held exits with 1."""
    assert outbound("page", "list").out == "nothing is held\n"
    assert (
        outbound("page", "hold", *words, "--for", "30m").out
        == f"{name} is held for 30 min 0 s: held by hand\n"
    )
    held = outbound("page", "hold", *words, "--reason", "new menu").out
    assert held == (
        f"{name} is held until released: new menu\n  this replaces the hold by hand for 30 min 0 s: held by hand\n"
    )
    shown = json.loads(outbound("page", "list", "--json").out)
    assert [(each["scope"], each["reason"], each["until"]) for each in shown] == [(scope, "new menu", None)]
    assert name in outbound("page", "list").out
    assert (outbound("page", "release", *words).code, outbound("page", "release", *words).code) == (0, 1)
    assert valkey.hlen("outbound:hold") == 0


def test_a_second_hold_by_hand_says_what_becomes_of_the_first(outbound: Outbound) -> None:
    """One that lasts longer stays with its reason, and whoever comes second is told so; else it is replaced."""
    first = json.loads(outbound("page", "hold", PAGE, "--for", "30m", "--reason", "new menu", "--json").out)
    shorter = outbound("page", "hold", PAGE, "--for", "1m", "--reason", "mine")
    stays = "  a hold by hand that was there before ends no earlier: it stays as it is; release it first to change it"
    assert shorter.out.splitlines() == [f"Page {PAGE} is held for 30 min 0 s: new menu", stays]
    told = json.loads(outbound("page", "hold", PAGE, "--reason", "mine", "--json").out)
    assert (first["replaced"], told["reason"], told["replaced"]["reason"]) == (None, "mine", "new menu")
    again = json.loads(outbound("page", "hold", PAGE, "--reason", "yours", "--json").out)
    assert (again["reason"], again["replaced"], again["since"]) == ("mine", None, told["since"])


@pytest.mark.usefixtures("lanes")
@pytest.mark.parametrize(
    ("words", "stranger"),
    [
        ((PAGE,), None),
        (("--lane", f"{PAGE}/text/bulk"), None),
        (("--app", "other"), None),
        (("18959",), "18959"),
        (("--lane", "18959/text"), "18959"),
    ],
    ids=["a Page", "a lane", "an app", "a Page that nobody knows", "a lane of such a Page"],
)
def test_a_page_that_no_worker_knows_is_held_with_a_warning(
    outbound: Outbound, words: tuple[str, ...], stranger: str | None
) -> None:
    """Most often its id is mistyped: standard error says so, and the exit code is 0."""
    ran = outbound("page", "hold", *words)
    warning = f"outbound: warning: no worker alive knows Page {stranger}: check its id\n" if stranger else ""
    assert (ran.code, ran.err, "is held until released" in ran.out) == (0, warning, True)


def test_a_release_is_told_as_json(outbound: Outbound) -> None:
    """Whether it was held, and what still holds it; the exit code is the same."""
    lane = ("--lane", f"{PAGE}/text/bulk")
    for words in (lane, ("--lane", f"{PAGE}/text")):
        outbound("page", "hold", *words)
    first, second = (outbound("page", "release", *lane, "--json") for _ in range(2))
    scope, around = f"lane:{PAGE}/t/b", f"lane:{PAGE}/t"
    assert (first.code, json.loads(first.out)) == (
        0,
        {"scope": scope, "released": True, "still_held_by": around},
    )
    assert (second.code, json.loads(second.out)) == (
        1,
        {"scope": scope, "released": False, "still_held_by": around},
    )


def test_each_hold_of_a_scope_is_shown_and_can_be_released_alone(
    outbound: Outbound, lanes: Lanes, producer: Producer
) -> None:
    """A throttle, a dead token and a pause stand beside each other in `page list`, `status` and `explain`."""
    ticket = producer.send_text("ann", "x")
    chunk = lanes.take("w", 1, PROFILE).chunk
    assert chunk is not None
    made = [
        Hold(f"page:{PAGE}", 600_000, b'{"reason":"too many calls"}', kind="throttle"),
        Hold(f"page:{PAGE}", None, b'{"reason":"the token is dead"}', "f"),
    ]
    lanes.settle(chunk, [Settlement(each.id, "return") for each in chunk.commands], made)
    outbound("page", "hold", PAGE, "--reason", "new menu")
    shown = json.loads(outbound("page", "list", "--json").out)
    reasons = {"throttle": "too many calls", "token": "the token is dead", "hand": "new menu"}
    assert {each["kind"]: each["reason"] for each in shown} == reasons
    assert [each["kind"] for each in json.loads(outbound("status", "--json").out)["holds"]] == [
        each["kind"] for each in shown
    ]
    for words in (("page", "list"), ("status",), ("explain", ticket.id)):
        assert [reason for reason in reasons.values() if reason not in outbound(*words).out] == []
    assert outbound("page", "release", PAGE, "--kind", "throttle").out == f"Page {PAGE} is released\n"
    assert outbound("page", "release", PAGE, "--kind", "throttle").code == 1
    assert "too many calls" not in outbound("page", "list").out
    assert outbound("page", "release", PAGE).code == 0
    assert outbound("page", "list").out == "nothing is held\n"


def test_a_released_lane_that_its_class_holds_says_so(outbound: Outbound) -> None:
    """A throttle holds both priorities of a class: whoever releases one of them is told what to release."""
    outbound("page", "hold", "--lane", f"{PAGE}/text")
    ran = outbound("page", "release", "--lane", f"{PAGE}/text/bulk")
    hint = f"but lane {PAGE}/text is held: `outbound page release --lane {PAGE}/text`"
    assert (ran.code, ran.out) == (1, f"lane {PAGE}/text/bulk was not held, {hint}\n")
    assert outbound("page", "release", "--lane", f"{PAGE}/text").code == 0
    assert outbound("page", "release", "--lane", f"{PAGE}/text/bulk").out == (
        f"lane {PAGE}/text/bulk was not held\n"
    )


def test_a_wrong_lane_is_refused(outbound: Outbound) -> None:
    """The error says which there are."""
    ran = outbound("page", "hold", "--lane", "1895/texts/bulk")
    sentence = (
        "lane: must be PAGE/CLASS/PRIORITY or PAGE/CLASS: text, media, profile, other; interactive or bulk"
    )
    assert (ran.code, ran.err) == (1, f"outbound: {sentence}\n")


def test_a_recipient_is_shown_and_forgotten(outbound: Outbound, valkey: "redis.Redis") -> None:
    """What is remembered of a person is told, and gone when it is forgotten."""
    assert outbound("recipient", "show", PAGE, "ann").out.startswith("nothing is remembered")
    valkey.hset(f"outbound:gone:{PAGE}", "ann", "4000000000000|blocked")
    shown = "blocked when last tried; refused without a call until 2096-10-02 07:06 UTC\n"
    assert outbound("recipient", "show", PAGE, "ann").out == shown
    assert (
        json.loads(outbound("recipient", "show", PAGE, "ann", "--json").out)["remembered"]["fact"]
        == "blocked"
    )
    assert outbound("recipient", "forget", PAGE, "ann").out == "forgotten: the next message is sent\n"
    assert outbound("recipient", "forget", PAGE, "ann").out == "nothing was remembered\n"


def test_what_is_forgotten_is_told_as_json(outbound: Outbound, valkey: "redis.Redis") -> None:
    """What was remembered until now, null when it was nothing."""
    valkey.hset(f"outbound:gone:{PAGE}", "ann", "4000000000000|blocked")
    first, second = (json.loads(outbound("recipient", "forget", PAGE, "ann", "--json").out) for _ in range(2))
    forgotten = {"page": PAGE, "person": "ann", "fact": "blocked", "until": "2096-10-02T07:06:40Z"}
    assert first == {"page": PAGE, "recipient": "ann", "forgotten": forgotten}
    assert second == {"page": PAGE, "recipient": "ann", "forgotten": None}


def test_a_recipient_opts_out_and_in(outbound: Outbound, valkey: "redis.Redis") -> None:
    """Of bulk or of everything; the answer says which, and what it means for what waits."""
    told = "opted out of {}: what waits for them is refused when its turn comes\n"
    assert outbound("recipient", "opt-out", PAGE, "ann").out == told.format("bulk")
    assert outbound("recipient", "opt-out", PAGE, "ann", "--everything").out == told.format("everything")
    assert valkey.hgetall(f"outbound:opted:{PAGE}") == {b"ann": b"everything"}
    shown = "opted out of everything: refused without a call until they opt in\n"
    assert outbound("recipient", "show", PAGE, "ann").out == shown
    assert outbound("recipient", "opt-in", PAGE, "ann").out == "opted in: the next message is sent\n"
    assert outbound("recipient", "opt-in", PAGE, "ann").out == "they had not opted out\n"
