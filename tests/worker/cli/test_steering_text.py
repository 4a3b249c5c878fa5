"""Nothing that the shell prints steers the terminal: reasons, names and ids come from Redis, Graph and files."""

import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
import redis
import structlog

from producer import Producer, Ticket
from producer.store.keys import Keys
from tests.worker.cli.conftest import Ran, clean_environment
from tests.worker.cli.operated import PAGE, PROFILE
from worker.engine.chunk import Settlement
from worker.engine.lanes import Lanes
from worker.observe.logs import configure_logs
from worker.observe.visible import visible
from worker.operations import holds

EVIL = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202eevil\r\x7f"
SHOWN = r"\u001b[2J\u001b]0;owned\u0007\u009b31m\u202eevil\u000d\u007f"
STEERING = ("\x1b", "\x07", "\x9b", "\u202e", "\r", "\x7f")


def test_what_steers_is_shown_as_json_writes_it() -> None:
    """Letters of any script, tabs and line ends stay; a document of JSON stays the same document."""
    assert visible(EVIL) == SHOWN
    plain = "Grüße, שלום, 你好 👩‍👩‍👧\n\tend"
    assert visible(plain) == plain
    document = json.dumps({"reason": EVIL + plain}, ensure_ascii=False)
    assert json.loads(visible(document)) == {"reason": EVIL + plain}


@pytest.fixture
def held(valkey: "redis.Redis", lanes: Lanes, producer: Producer) -> str:
    """An installation in which a hold's reason and those of a dead letter would steer; the dead letter's id."""
    ticket = producer.send_text("7", "Hello!")
    chunk = lanes.take("w", 1, PROFILE).chunk
    assert chunk is not None
    lanes.begin(chunk)
    told = json.dumps({"reason": EVIL, "answer": {"row": EVIL, "code": 613, "fbtrace_id": EVIL}}).encode()
    lanes.settle(chunk, [Settlement(each.id, "exhausted", "ad", 0, told) for each in chunk.commands])
    holds.hold(valkey, Keys(), f"page:{PAGE}", for_s=None, reason="REASON")
    [(name, value)] = cast("dict[bytes, bytes]", valkey.hgetall("outbound:hold")).items()
    valkey.hset("outbound:hold", name.decode(), value.replace(b"REASON", EVIL.encode()))
    assert isinstance(ticket, Ticket)
    return ticket.id


TABLES = ("a table", "dead letters")
VERBS = {
    "a table": ["page", "list"],
    "as JSON": ["page", "list", "--json"],
    "dead letters": ["dead", "list"],
    "a dead letter": ["dead", "show", "{id}"],
    "an outcome": ["ticket", "{id}"],
    "what is explained": ["explain", "{id}"],
    "a usage error": ["page", "hold", EVIL, EVIL, EVIL],
    "a verb that is none": [EVIL],
    "an id that is none": ["ticket", EVIL],
    "a file that is not there": ["enqueue", f"/nowhere/{EVIL}"],
}


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_no_verb_lets_foreign_text_through(held: str, outbound: Callable[..., Ran], verb: list[str]) -> None:
    """What would steer is shown, in tables, sentences and errors."""
    ran = outbound(*(each.format(id=held) if each == "{id}" else each for each in verb))
    written = ran.out + ran.err
    shown = (
        SHOWN,
        repr(EVIL)[1:-1],
        SHOWN.replace(r"\u000d", r"\r"),
    )  # the second as click shows what was typed
    assert any(each in written for each in shown) or verb == VERBS["an id that is none"]
    assert [each for each in STEERING if each in written] == []


@pytest.mark.parametrize("verb", TABLES)
def test_a_terminal_is_steered_by_the_program_alone(held: str, valkey_url: str, verb: str) -> None:
    """Its own colours and bars stay, and nothing of foreign text is among them."""
    command = [sys.executable, "-m", "worker.cli", *(each.format(id=held) for each in VERBS[verb])]
    environ = clean_environment(OUTBOUND_REDIS_URL=valkey_url, TERM="xterm", COLUMNS="300")
    written = on_terminal(command, environ)
    assert "\x1b[1m" in written
    assert SHOWN in written
    assert [each for each in ("\x1b]0;", "\x1b[2J", *STEERING[1:]) if each in written] == []


def into_file(command: list[str], environ: dict[str, str]) -> str:
    """Returns what a command writes into a pipe."""
    done = subprocess.run(command, env=environ, capture_output=True, check=False, timeout=60)  # noqa: S603
    return (done.stdout + done.stderr).decode()


def on_terminal(command: list[str], environ: dict[str, str]) -> str:
    """Returns what a command writes to a terminal; the line ends are the terminal's own."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, env=environ, stdout=theirs, stderr=theirs) as running:  # noqa: S603
        os.close(theirs)
        written = b""
        while True:
            try:
                more = os.read(ours, 65_536)
            except OSError:  # as Linux says that the other side is closed
                break
            if not more:
                break
            written += more
        running.wait(60)
    os.close(ours)
    return written.decode().replace("\r\n", "\n")


def test_a_refused_setting_is_shown_too(tmp_path: Path, valkey_url: str) -> None:
    """A worker's process that starts plainly writes its sentence by another road."""
    path = tmp_path / "\x1b[2J.toml"
    settings = {"OUTBOUND_REDIS_URL": valkey_url, "OUTBOUND_PAGES_FILE": str(path)}
    for module in (("worker.process.child", "1", "1", "1"), ("worker.cli", "worker")):
        written = into_file([sys.executable, "-m", *module], clean_environment(**settings))
        assert "there is no file" in written
        assert r"\u001b[2J" in written
        assert "\x1b" not in written


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        """Says so."""
        return True


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["JSON", "a terminal"])
def test_a_log_steers_nothing_either(stream: io.StringIO) -> None:
    """As JSON it is the same document, on a terminal the text with what would steer shown."""
    configure_logs("info", stream)
    structlog.get_logger("test").info("call.refused", reason=EVIL, answer={"error": EVIL})
    written = stream.getvalue()
    for each in ("\x1b]0;owned", "\x1b[2J", "\x9b", "\u202e", "\r", "\x7f"):
        assert each not in written
    if not stream.isatty():
        assert json.loads(written)["reason"] == EVIL
