"""`send`, `enqueue` and `ticket` against a real server, and against one that is not there."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
import redis

from worker.cli.verbs.ticket import PLACES
from worker.engine.chunk import Settlement
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes

PAGE = "1895382890692545"
PSID = "1254459154682919"
NO_WORKER = "outbound: queued, but no worker is running: start one with `outbound worker`\n"
DOWN = "redis://127.0.0.1:1/0"

Outbound = Callable[..., Any]


@pytest.fixture
def lanes(valkey: "redis.Redis") -> Lanes:
    """The lanes of the server, with a worker that is known there and holds a token for one Page."""
    lanes = Lanes(valkey)
    lanes.hello("w", PROFILE, b"{}")
    return lanes


PROFILE = Profile(rates={}, types=("send_message",), pages={PAGE: KnownPage()})


def settle_all(lanes: Lanes, action: Any, detail: bytes) -> None:  # noqa: ANN401 (an action's name)
    """Takes what waits and ends it."""
    chunk = lanes.take("w", 1, PROFILE).chunk
    assert chunk is not None
    assert lanes.begin(chunk)
    lanes.settle(chunk, [Settlement(each.id, action, "a", 0, detail) for each in chunk.commands])


@pytest.mark.parametrize("words", [(PAGE, PSID, "Hello!"), (PSID, "Hello!", "--page", PAGE)])
def test_send_prints_the_id(outbound: Outbound, valkey: "redis.Redis", words: tuple[str, ...]) -> None:
    """`send` queues one message for the Page that is named either way, and prints the id that the queue knows."""
    ran = outbound("send", *words)
    known = [key.decode() for key in cast("list[bytes]", valkey.hkeys("outbound:commands"))]
    assert (ran.code, ran.out.splitlines(), ran.err) == (0, known, NO_WORKER)
    assert valkey.hgetall("outbound:depth") == {PAGE.encode(): b"1"}


def test_send_takes_the_page_of_the_environment(
    outbound: Outbound, valkey: "redis.Redis", environment: pytest.MonkeyPatch
) -> None:
    """Without a Page on the command line it is that of OUTBOUND_PAGE."""
    environment.setenv("OUTBOUND_PAGE", "77")
    assert outbound("send", PSID, "Hello!", "--bulk").code == 0
    assert valkey.exists("outbound:lane:77/t/b") == 1


@pytest.mark.usefixtures("lanes")
def test_send_warns_only_when_nobody_serves_the_page(outbound: Outbound) -> None:
    """A running worker with the Page's token is no warning; for another Page it says what to do."""
    warning = "outbound: queued, but no running worker holds a token for Page 77: add it to the Pages file\n"
    assert [outbound("send", page, PSID, "Hello!").err for page in (PAGE, "77")] == ["", warning]


def test_a_silent_worker_serves_no_page(outbound: Outbound, lanes: Lanes) -> None:
    """A worker whose heartbeat is older than the time-out is as good as none."""
    lanes.client.zadd("outbound:beats", {"w": 1})
    assert outbound("send", PAGE, PSID, "Hello!").err == NO_WORKER


def test_send_json_is_one_document(outbound: Outbound) -> None:
    """`--json` prints the id, the Page, the warning, and no outcome when it did not wait."""
    ran = outbound("send", PAGE, PSID, "Hello!", "--json")
    document = json.loads(ran.out)
    assert re.fullmatch("[0-9a-v]{20}", document.pop("id"))
    warning = "no worker is running: start one with `outbound worker`"
    assert document == {"page": PAGE, "warning": warning, "outcome": None}


def test_send_takes_any_command(outbound: Outbound, valkey: "redis.Redis") -> None:
    """`--command` queues whatever a line of `enqueue` can be, batches too."""
    parts = [{"method": "send_text", "args": [PSID, text]} for text in "ab"]
    ran = outbound("send", "--page", PAGE, "--command", json.dumps({"method": "send_batch", "args": [parts]}))
    assert (ran.code, valkey.hlen("outbound:commands")) == (0, 2)
    assert re.fullmatch(r"[0-9a-v]{20}x2\n", ran.out)


def test_send_refuses_what_graph_would(outbound: Outbound, valkey: "redis.Redis") -> None:
    """A text over the limit exits with 1 and says the bound; nothing is queued."""
    ran = outbound("send", PAGE, PSID, "a" * 2001)
    assert (ran.code, ran.out, ran.err) == (1, "", "outbound: message.text: at most 2000 characters\n")
    tagged = {"method": "send_text", "args": [PSID, "a"], "kwargs": {"tag": "ACCOUNT_UPDATE"}}
    ran = outbound("send", "--page", PAGE, "--command", json.dumps(tagged))
    assert (ran.code, ran.out, ran.err.startswith("outbound: tag: refused on every version")) == (1, "", True)
    assert valkey.hlen("outbound:commands") == 0


def test_a_wait_that_is_over_says_how_to_ask_again(outbound: Outbound) -> None:
    """A command that has not ended in time exits with 75; it stays queued."""
    ran = outbound("send", PAGE, PSID, "Hello!", "--wait", "50ms")
    command_id = ran.out.strip()
    sentence = (
        f"outbound: {command_id} has not ended within 0.05 s; it is still on its way: "
        f"ask again with `outbound ticket {command_id}`\n"
    )
    assert (ran.code, ran.err) == (os.EX_TEMPFAIL, NO_WORKER + sentence)


def test_a_ticket_says_where_a_command_is(outbound: Outbound, lanes: Lanes) -> None:
    """A command that has not ended is told by its place, and exits with 75."""
    first, second = (outbound("send", PAGE, PSID, text).out.strip() for text in "ab")
    told = [outbound("ticket", each).out for each in (first, second)]
    lanes.take("w", 1, PROFILE)
    told.append(outbound("ticket", first, "--json").out)
    document = {"id": first, "place": "with a worker", "outcome": None}
    assert told[:2] == [
        "not ended: waiting in its lane\n",
        "not ended: waiting behind an earlier command of its conversation\n",
    ]
    assert (json.loads(told[2]), outbound("ticket", first).code) == (document, os.EX_TEMPFAIL)


ENDS: dict[str, tuple[str, bytes, int, str]] = {
    "sent": (
        "sent",
        b'{"reply":{"message_id":"m_1"}}',
        0,
        'sent after 1 attempt: {"message_id":"m_1"}\n',
    ),
    "refused": (
        "refused",
        b'{"reason":"the person has blocked the Page","answer":{"code":551,"fbtrace_id":"A1"}}',
        1,
        "refused after 1 attempt: the person has blocked the Page (code 551, fbtrace_id A1)\n",
    ),
    "expired": ("expired", b"{}", 1, "expired after 1 attempt: it was not sent within expires_in\n"),
}


@pytest.mark.parametrize(("action", "detail", "code", "sentence"), ENDS.values(), ids=ENDS)
def test_a_ticket_tells_how_a_command_ended(
    outbound: Outbound, lanes: Lanes, action: str, detail: bytes, *, code: int, sentence: str
) -> None:
    """An ended command is told in one line with the reply or the reason; only `sent` exits with 0."""
    command_id = outbound("send", PAGE, PSID, "Hello!").out.strip()
    settle_all(lanes, action, detail)
    ran = outbound("ticket", command_id, "--wait", "1s")
    assert (ran.code, ran.out, ran.err) == (code, sentence, "")


@pytest.mark.usefixtures("lanes")
@pytest.mark.parametrize("command_id", ["1k7p0u2m8q4ds6vbt2ah", "nobody"])
def test_an_unknown_ticket_says_how_long_outcomes_are_kept(outbound: Outbound, command_id: str) -> None:
    """An id that is not known, or no longer, exits with 1 at once, even when asked to wait."""
    ran = outbound("ticket", command_id, "--wait")
    sentence = f"outbound: no command with the id {command_id} is known: outcomes are kept for 48 hours\n"
    assert (ran.code, ran.out, ran.err) == (1, "", sentence)


def write(folder: Path, *lines: str) -> str:
    """Writes a file of lines and returns its path."""
    path = folder / "commands.jsonl"
    path.write_text("".join(f"{each}\n" for each in lines))
    return str(path)


def text_line(text: str) -> str:
    """Returns a line that sends a text."""
    return json.dumps({"method": "send_text", "args": [PSID, text]})


def test_enqueue_counts(outbound: Outbound, tmp_path: Path) -> None:
    """A good file exits with 0 and says how many commands it was."""
    ran = outbound("enqueue", write(tmp_path, text_line("a"), "", text_line("b")), "--page", PAGE)
    assert (ran.code, ran.out, ran.err) == (0, "2 commands enqueued\n", "")


def test_enqueue_stops_at_a_bad_line_and_says_how_to_go_on(
    outbound: Outbound, valkey: "redis.Redis", tmp_path: Path
) -> None:
    """A bad line exits with 1; the words that it gives go on exactly there once the line is mended."""
    path = write(tmp_path, text_line("a"), "{}", text_line("b"))
    ran = outbound("enqueue", path, "--page", PAGE)
    found = re.fullmatch(
        r"outbound: line 2: type: is missing: .*; 1 command from before line 2 on the queue; "
        r"mend it, then: outbound (enqueue \S+ --from-line 2 --run [0-9a-v]{13}); "
        r"or leave bad lines out with --skip-bad\n",
        ran.err,
    )
    assert found is not None, ran.err
    assert (ran.code, ran.out, valkey.hlen("outbound:commands")) == (1, "", 1)
    write(tmp_path, text_line("a"), text_line("mended"), text_line("b"))
    again = outbound(*found[1].split(), "--page", PAGE)
    assert (again.code, again.out, valkey.hlen("outbound:commands")) == (0, "2 commands enqueued\n", 3)


def test_enqueue_can_leave_bad_lines_out(outbound: Outbound, tmp_path: Path) -> None:
    """With --skip-bad the good lines go on, each bad one is told, and the exit code is still 1."""
    ran = outbound(
        "enqueue", write(tmp_path, text_line("a"), "{", text_line("b")), "--page", PAGE, "--skip-bad"
    )
    sentence = "outbound: line 2: is no JSON: Input data was truncated\n"
    assert (ran.code, ran.out, ran.err) == (1, "2 commands enqueued, 1 bad line left out\n", sentence)


def test_enqueue_json_is_one_document(outbound: Outbound, tmp_path: Path) -> None:
    """`--json` says how far a run came and why it stopped."""
    ran = outbound("enqueue", write(tmp_path, text_line("a"), "{"), "--page", PAGE, "--json")
    document = json.loads(ran.out)
    assert ran.err == f"outbound: {document.pop('stopped')}\n"
    assert re.fullmatch("[0-9a-v]{13}", document.pop("run"))
    assert document == {"commands": 1, "bad_lines": 0, "next_line": 2}


def test_enqueue_reads_standard_input(
    outbound_process: Outbound, valkey: "redis.Redis", valkey_url: str
) -> None:
    """`-` is standard input."""
    settings = {"OUTBOUND_REDIS_URL": valkey_url, "OUTBOUND_PAGE": PAGE}
    ran = outbound_process("enqueue", "-", settings=settings, text=text_line("a") + "\n")
    assert (ran.code, ran.out, ran.err, valkey.hlen("outbound:commands")) == (
        0,
        "1 command enqueued\n",
        "",
        1,
    )


REFUSALS: dict[str, tuple[list[str], dict[str, str], int, str]] = {
    "Redis down at send": (
        ["send", PAGE, PSID, "Hello!"],
        {"OUTBOUND_REDIS_URL": "redis://user:hush@127.0.0.1:1/0"},
        os.EX_TEMPFAIL,
        r"Redis was not reached: .* \(the address is redis://127\.0\.0\.1:1/0\)",
    ),
    "Redis down at enqueue": (
        ["enqueue", "-", "--page", PAGE],
        {"OUTBOUND_REDIS_URL": DOWN},
        os.EX_TEMPFAIL,
        (
            r"Redis was not reached: .*; 0 commands from before line 1 on the queue, some after it may be too; "
            r"go on with: outbound enqueue - --from-line 1 --run [0-9a-v]{13}"
        ),
    ),
    "Redis down at status": (
        ["status"],
        {"OUTBOUND_REDIS_URL": DOWN},
        os.EX_TEMPFAIL,
        (
            r"Redis was not reached: check that it runs at the address of OUTBOUND_REDIS_URL "
            r"\(the address is redis://127\.0\.0\.1:1/0\)"
        ),
    ),
    "a URL that is none of Redis": (
        ["status"],
        {"OUTBOUND_REDIS_URL": "http://127.0.0.1:6379"},
        os.EX_CONFIG,
        r"OUTBOUND_REDIS_URL must begin with redis://, rediss:// or unix://.*",
    ),
    "a URL with a port that is no number": (
        ["send", PAGE, PSID, "Hello!"],
        {"OUTBOUND_REDIS_URL": "redis://127.0.0.1:port/0"},
        os.EX_CONFIG,
        r"the Redis URL is not valid: .*",
    ),
    "a URL with an option that is none": (
        ["send", PAGE, PSID, "Hello!"],
        {"OUTBOUND_REDIS_URL": "redis://127.0.0.1:1/0?no_such_option=1"},
        os.EX_CONFIG,
        r"the Redis URL is not valid: .*",
    ),
    "a settings typo": (
        ["status"],
        {"OUTBOUND_REDIS_ULR": DOWN},
        os.EX_CONFIG,
        r"OUTBOUND_REDIS_ULR is no setting: did you mean OUTBOUND_REDIS_URL\?",
    ),
    "no Page configured": (
        ["worker"],
        {},
        os.EX_CONFIG,
        r"no Page is configured, so that there is nothing to send for: set OUTBOUND_PAGES_FILE .*",
    ),
    "a Pages file that is not there": (
        ["worker"],
        {"OUTBOUND_PAGES_FILE": "/nowhere/pages.toml"},
        os.EX_CONFIG,
        r"OUTBOUND_PAGES_FILE: there is no file /nowhere/pages\.toml: make it, or unset the setting",
    ),
}


@pytest.mark.parametrize(("arguments", "settings", "code", "sentence"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_wrong_is_one_sentence(
    outbound_process: Outbound, arguments: list[str], settings: dict[str, str], code: int, sentence: str
) -> None:
    """A wrong setting exits with 78, a Redis that is away with 75, each with one sentence and nothing else."""
    ran = outbound_process(*arguments, settings=settings, text=text_line("a") + "\n")
    assert (ran.code, ran.out) == (code, "")
    assert re.fullmatch(f"outbound: {sentence}\n", ran.err), ran.err


def test_a_full_redis_is_said(outbound: Outbound, valkey: "redis.Redis") -> None:
    """At the server's maxmemory `send` exits with 75 and says that nothing was accepted."""
    before = valkey.config_get("maxmemory")["maxmemory"]
    valkey.config_set("maxmemory", 1)
    try:
        ran = outbound("send", PAGE, PSID, "Hello!")
    finally:
        valkey.config_set("maxmemory", str(before))
    assert (ran.code, ran.out) == (os.EX_TEMPFAIL, "")
    assert ran.err.startswith(
        "outbound: Redis is at its maxmemory and takes no more commands: nothing was accepted"
    )


def test_every_place_has_words() -> None:
    """Each letter that a record can begin with is told in words."""
    assert sorted(PLACES) == sorted("LWSRPET")
