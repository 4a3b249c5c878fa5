"""The operators' verbs against a real server: what they say, what they do, and with which code they exit."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
from click.testing import CliRunner

from producer import Producer, batch
from worker.cli.program import program
from worker.cli.verb import VerbGroup
from worker.cli.verbs import dead, page, recipient
from worker.lanes import Hold, Lanes, Settlement
from worker.profile import KnownPage, Profile

PAGE = "1895"
PROFILE = Profile(rates={"text": None}, types=("send_message",), pages={PAGE: KnownPage("app", "f")})
GROUPS: dict[str, VerbGroup] = {"dead": dead.verb, "page": page.verb, "recipient": recipient.verb}
SUBVERBS = [f"{name} {each}" for name, group in GROUPS.items() for each in group.commands]
REFUSED = (
    b'{"reason":"Too many calls.","answer":{"row":"throttled","code":613,"status":400,"fbtrace_id":"Fb1"}}'
)

Outbound = Callable[..., Any]


@pytest.fixture
def lanes(valkey: "redis.Redis") -> Lanes:
    """The lanes of the server, with a worker that holds a token for one Page."""
    lanes = Lanes(valkey)
    lanes.hello("w", PROFILE, b'{"host":"vm","pid":7}')
    return lanes


@pytest.fixture
def producer(valkey: "redis.Redis") -> Producer:
    """A producer of that Page."""
    return Producer.on(valkey, page=PAGE)


def bury(lanes: Lanes, producer: Producer, number: int = 1, outcome: Any = "exhausted") -> list[str]:  # noqa: ANN401 (an outcome's name)
    """Makes dead letters, and returns their ids in the order in which they ended."""
    tickets = [
        producer.with_options(at_most_once=True).send_text(f"p{n}", "secret words") for n in range(number)
    ]
    left = number
    while left:
        chunk = lanes.take("w", left, PROFILE).chunk
        assert chunk is not None
        lanes.begin(chunk)
        lanes.settle(chunk, [Settlement(each.id, outcome, "ad", 0, REFUSED) for each in chunk.commands])
        left -= len(chunk.commands)
    return [ticket.id for ticket in tickets]


# --- usage


@pytest.mark.parametrize("name", SUBVERBS)
def test_the_help_of_a_verb_of_a_verb_fits_a_screen(name: str) -> None:
    """At most 24 lines, with an example."""
    shown = CliRunner(env={"COLUMNS": "80"}).invoke(program, [*name.split(), "--help"])
    assert (shown.exit_code, "Example" in shown.output) == (0, True)
    assert len(shown.output.splitlines()) <= 24, shown.output


@pytest.mark.parametrize("name", SUBVERBS)
def test_its_examples_are_right_usage(name: str) -> None:
    """Every example calls this verb, and is parsed without an error."""
    group, verb = name.split()
    command = GROUPS[group].commands[verb]
    for example in getattr(command, "examples", ()):
        call = re.fullmatch(rf"outbound {name}(.*?)( \| jq .*)?", example)
        assert call is not None, example
        command.make_context(verb, call[1].split())


WRONG = {
    "a verb that a group does not have": (
        ["dead", "repaly"],
        "there is no verb 'repaly': did you mean replay?",
        "outbound dead list --class exhausted --newer 1h",
        "outbound dead",
    ),
    "nothing to replay": (
        ["dead", "replay"],
        "name ids, or give marks such as --page, or --all: one of these",
        "outbound dead replay 1k7p0u2m8q4ds6vbt2ah",
        "outbound dead replay",
    ),
    "ids and marks": (
        ["dead", "drop", "x", "--code", "2"],
        "name ids, or give marks such as --page, or --all: one of these",
        "outbound dead drop --older 30d --yes",
        "outbound dead drop",
    ),
    "nothing to hold": (
        ["page", "hold"],
        "name one of PAGE, --lane, --app and --broadcast",
        "outbound page hold 1895382890692545 --for 30m",
        "outbound page hold",
    ),
    "a file without a message": (
        ["broadcast", "people.csv", "--dry-run"],
        "a file of people needs --message; without it, give a broadcast's ID alone",
        "outbound broadcast people.csv --message sale.json --page 18953 --id sale",
        "outbound broadcast",
    ),
    "what is no id": (
        ["explain", "a b"],
        "ID must be the id that `outbound send` or a producer gave",
        "outbound explain 1k7p0u2m8q4ds6vbt2ah",
        "outbound explain",
    ),
}


@pytest.mark.parametrize(("words", "sentence", "right", "where"), WRONG.values(), ids=WRONG)
def test_wrong_usage_says_the_right_one(
    outbound: Outbound, words: list[str], sentence: str, right: str, where: str
) -> None:
    """Wrong usage exits with 2, and says what is wrong, a right example, and where the help is."""
    ran = outbound(*words)
    lines = [f"outbound: {sentence}", f"  right: {right}", f"  help:  {where} --help"]
    assert (ran.code, ran.out, ran.err.splitlines()) == (2, "", lines)


# --- explain, cancel


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
    assert outbound("cancel", "none").code == 1


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


# --- dead


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
    assert ("fbtrace_id Fb1" in plain, "secret" in plain, "p0" in plain) == (True, False, False)
    assert whole.splitlines()[-2] == "  recipient p0"
    assert "secret words" in whole.splitlines()[-1]
    assert outbound("dead", "show", "none").code == 1


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


# --- page, recipient


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
    assert held == f"{name} is held until released: new menu\n"
    shown = json.loads(outbound("page", "list", "--json").out)
    assert [(each["scope"], each["reason"], each["until"]) for each in shown] == [(scope, "new menu", None)]
    assert name in outbound("page", "list").out
    assert (outbound("page", "release", *words).code, outbound("page", "release", *words).code) == (0, 1)
    assert valkey.hlen("outbound:hold") == 0


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


# --- broadcast


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with people and a message, in which the command runs."""
    rows = ["name,psid", *(f"n{n},{1000 + n}" for n in range(20)), "again,1003", "nobody,"]
    (tmp_path / "people.csv").write_text("\ufeff" + "\n".join(rows) + "\n")
    (tmp_path / "sale.json").write_text('{"text": "The sale ends tonight."}')
    monkeypatch.chdir(tmp_path)
    return tmp_path


SEND = ("broadcast", "people.csv", "--message", "sale.json", "--page", PAGE)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("column", ["psid", "2"])
def test_a_broadcast_is_sent_to_a_column_of_a_file(
    outbound: Outbound, lanes: Lanes, valkey: "redis.Redis", column: str
) -> None:
    """Everybody of the column once, by its name or its number; then its progress is asked for by its id."""
    rehearsed = outbound(*SEND, "--column", column, "--dry-run")
    text = "all is well: 21 lines with a PSID, 1 of them listed before and left out; nothing was queued\n"
    assert (rehearsed.code, rehearsed.out, valkey.hlen("outbound:depth")) == (0, text, 0)
    ran = outbound(*SEND, "--column", column, "--id", "sale")
    assert (ran.code, ran.out) == (0, "broadcast sale: 20 people; see `outbound broadcast sale`\n")
    chunk = lanes.take("w", 1, PROFILE).chunk
    assert chunk is not None
    assert [each.person for each in chunk.commands] == [str(1000 + n) for n in range(20)]
    lanes.settle(chunk, [Settlement(each.id, "sent", "a", 0, b'{"reply":{}}') for each in chunk.commands])
    told = outbound("broadcast", "sale").out
    assert told.startswith(f"broadcast sale of Page {PAGE}: done; 20 of 20 people (100%)")
    assert told.splitlines()[1] == "  sent 20"
    assert outbound("broadcast", "sale", "--watch").out.splitlines()[1] == "  sent 20"
    assert json.loads(outbound("broadcast", "sale", "--json").out)["added"] == 20


@pytest.mark.usefixtures("files")
def test_a_broadcast_is_paused_resumed_and_cancelled(outbound: Outbound, lanes: Lanes) -> None:
    """By its id; the answer is how far it is."""
    outbound(*SEND, "--column", "psid", "--id", "sale")
    assert ": paused; 0 of 20 people" in outbound("broadcast", "sale", "--pause").out
    assert lanes.take("w", 1, PROFILE).chunk is None
    assert ": on its way; 0 of 20 people" in outbound("broadcast", "sale", "--resume").out
    assert outbound("broadcast", "sale", "--cancel").out.splitlines()[0] == "20 people are not sent to"
    none = outbound("broadcast", "none")
    assert (none.code, none.err) == (
        1,
        "outbound: there is no broadcast none: check its id, or begin it with broadcast_to\n",
    )


def test_a_broken_run_goes_on_where_it_stopped(
    outbound: Outbound, files: Path, valkey: "redis.Redis"
) -> None:
    """A line that is no PSID stops the run right before it, with the way to go on; mended, the rest is added."""
    people = files / "people.csv"
    whole = people.read_text()
    many = "".join(f"n,{2000 + n}\n" for n in range(1_100))
    people.write_text(whole + many + "n,not a psid\n")
    ran = outbound(*SEND, "--column", "psid", "--id", "sale")
    again = f"outbound broadcast people.csv --message sale.json --page {PAGE} --column psid --id sale"
    told = (
        "outbound: line 1124: is no PSID: letters and digits, at most 100; 1,120 people are added; "
        f"mend it, then: {again}; or leave bad lines out with --skip-bad\n"
    )
    assert (ran.code, ran.err) == (1, told)
    assert valkey.llen(f"outbound:lane:{PAGE}/t/b/sale") == 1_120
    people.write_text(whole + many + "n,77\n")
    ran = outbound(*SEND, "--column", "psid", "--id", "sale")
    assert (ran.code, ran.out) == (0, "broadcast sale: 1,121 people; see `outbound broadcast sale`\n")
    assert outbound(*SEND, "--column", "psid", "--id", "sale").code == 1


def test_bad_lines_of_a_broadcast_are_left_out_on_demand(
    outbound: Outbound, files: Path, valkey: "redis.Redis"
) -> None:
    """Each is told with its line, they are counted, and a run that stopped at one goes on past it."""
    bad = "n,not a psid\n"
    with (files / "people.csv").open("a") as people:
        people.write(bad + "n,2001\n" + bad * 21 + "n,2002\n")
    stopped = outbound(*SEND, "--column", "psid", "--id", "sale")
    assert "line 24: is no PSID" in stopped.err
    assert "; 20 people are added; mend it, then: " in stopped.err
    assert stopped.code == 1
    rehearsed = outbound(*SEND, "--column", "psid", "--dry-run", "--skip-bad")
    left_out = "23 lines with a PSID, 1 of them listed before and left out, 22 bad lines left out; nothing was queued\n"
    assert (rehearsed.code, rehearsed.out) == (1, left_out)
    ran = outbound(*SEND, "--column", "psid", "--id", "sale", "--skip-bad")
    what = "is no PSID: letters and digits, at most 100"
    told = [f"outbound: line {number}: {what}" for number in (24, *range(26, 45))]
    assert ran.err.splitlines()[:21] == [*told, "outbound: more lines are bad; their number comes at the end"]
    assert (ran.code, ran.out) == (
        1,
        "broadcast sale: 22 people, 22 bad lines left out; see `outbound broadcast sale`\n",
    )
    lane = f"outbound:lane:{PAGE}/t/b/sale"
    assert valkey.lrange(lane, -3, -1) == [b"@1019", b"@2001", b"@2002"]


@pytest.mark.usefixtures("files")
def test_a_broadcast_keeps_its_message_and_page(outbound: Outbound, files: Path) -> None:
    """The same id with another message, another Page or a wrong column is refused."""
    outbound(*SEND, "--column", "psid", "--id", "sale")
    (files / "sale.json").write_text('{"message": {"text": "Another"}, "tag": "ACCOUNT_UPDATE"}')
    other = outbound(*SEND, "--column", "psid", "--id", "sale")
    assert (other.code, other.err) == (
        1,
        "outbound: broadcast sale was begun with another message: use another --id\n",
    )
    elsewhere = outbound(*SEND[:-1], "77", "--column", "psid", "--id", "sale")
    assert "was begun for another Page" in elsewhere.err
    assert "there is none of this name" in outbound(*SEND, "--column", "none", "--dry-run").err


def test_a_traced_broadcast_goes_on_without_its_trace(
    outbound: Outbound, files: Path, valkey: "redis.Redis"
) -> None:
    """The trace that it was begun in is no part of its message."""
    people = files / "people.csv"
    whole = people.read_text()
    people.write_text(whole + "n,not a psid\n")
    assert outbound(*SEND, "--column", "psid", "--id", "sale").code == 1
    body = valkey.hget("outbound:broadcast:sale", "body") or b""
    assert isinstance(body, bytes)
    valkey.hset("outbound:broadcast:sale", "body", b"~00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01\n" + body)
    people.write_text(whole)
    assert outbound(*SEND, "--column", "psid", "--id", "sale").code == 0
