"""`outbound broadcast` against a real server: a file of people is sent to, and a broadcast is steered by its id."""

import json
from pathlib import Path

import pytest
import redis

from tests.worker.cli.operated import PAGE, PROFILE, Outbound
from worker.engine.chunk import Settlement
from worker.engine.lanes import Lanes


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


@pytest.mark.usefixtures("files", "lanes")
def test_a_broadcast_that_is_not_there_is_answered_with_those_that_are(outbound: Outbound) -> None:
    """The sentence names the latest, and how one is begun."""
    begin = "`outbound broadcast FILE --message FILE --page PAGE --id nosuch` begins it\n"
    none = outbound("broadcast", "nosuch", "--pause")
    assert (none.code, none.err) == (1, f"outbound: there is no broadcast nosuch, nor any other; {begin}")
    for each in ("a", "b", "c", "d"):
        outbound(*SEND, "--column", "psid", "--id", each)
    none = outbound("broadcast", "nosuch")
    assert (none.code, none.err) == (
        1,
        f"outbound: there is no broadcast nosuch; the latest are d, c, b; {begin}",
    )


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("act", ["--pause", "--resume", "--cancel"])
def test_a_broadcast_that_is_done_stays_done(outbound: Outbound, lanes: Lanes, act: str) -> None:
    """There is nothing to pause, resume or cancel: the answer says so, the exit code is 1, and its state stays."""
    outbound(*SEND, "--column", "psid", "--id", "sale")
    chunk = lanes.take("w", 1, PROFILE).chunk
    assert chunk is not None
    lanes.settle(chunk, [Settlement(each.id, "sent", "a", 0, b'{"reply":{}}') for each in chunk.commands])
    ran = outbound("broadcast", "sale", act)
    verb = act.removeprefix("--")
    assert (ran.code, ran.out.splitlines()[0]) == (1, f"nothing to {verb}: nobody is left to be sent to")
    # a rate since its beginning would fall with each look
    assert ran.out.splitlines()[1:] == [
        f"broadcast sale of Page {PAGE}: done; 20 of 20 people (100%)",
        "  sent 20",
    ]
    as_json = outbound("broadcast", "sale", act, "--json")
    told = json.loads(as_json.out)
    assert (as_json.code, told["state"], told["paused"]) == (1, "complete", False)
    assert outbound("page", "list").out == "nothing is held\n"


@pytest.mark.usefixtures("files", "lanes")
def test_a_cancelled_broadcast_cannot_be_paused(outbound: Outbound) -> None:
    """A hold would keep what comes back from ending; cancelled again it is cancelled."""
    outbound(*SEND, "--column", "psid", "--id", "sale")
    outbound("broadcast", "sale", "--cancel")
    paused, again = outbound("broadcast", "sale", "--pause"), outbound("broadcast", "sale", "--cancel")
    assert (paused.code, paused.out.splitlines()[0]) == (1, "nothing to pause: nobody is left to be sent to")
    assert (again.code, again.out.splitlines()[0]) == (0, "0 people are not sent to")
    assert outbound("page", "list").out == "nothing is held\n"


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
        "outbound: line 1124: is no PSID: ASCII digits, at most 100; 1,120 people are added; "
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
    what = "is no PSID: ASCII digits, at most 100"
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
    retired = outbound(*SEND, "--column", "psid", "--dry-run")  # it refuses what the run would refuse
    assert (retired.code, retired.err.startswith("outbound: tag: refused on every version")) == (1, True)
    bad = outbound(*SEND, "--column", "psid", "--id", "my sale", "--dry-run")
    assert (bad.code, bad.err.startswith("outbound: broadcast_id: must be letters")) == (1, True)
    (files / "sale.json").write_text('{"text": "Another"}')
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


@pytest.mark.usefixtures("files", "lanes")
def test_all_broadcasts_are_listed(outbound: Outbound) -> None:
    """`--list` shows each as it tells of itself, with its whole id, and stands alone."""
    assert outbound("broadcast", "--list").out == "there is no broadcast\n"
    outbound(*SEND, "--column", "psid", "--id", "sale")
    outbound(*SEND, "--column", "psid", "--id", "autumn")
    shown = {outbound("broadcast", name).out for name in ("sale", "autumn")}
    lines = outbound("broadcast", "--list").out.splitlines(keepends=True)
    assert {"".join(lines[:2]), "".join(lines[2:])} == shown
    listed = json.loads(outbound("broadcast", "--list", "--json").out)
    assert ({each["id"] for each in listed["broadcasts"]}, listed["total"]) == ({"sale", "autumn"}, 2)
    assert outbound("broadcast", "sale", "--list").code == 2
    assert outbound("broadcast").code == 2
