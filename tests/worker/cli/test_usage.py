"""Help fits a screen, examples are right, and wrong usage is answered with the right one."""

import importlib
import os
import pty
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
import redis
from click.testing import CliRunner

from worker.cli import main
from worker.cli.program import VERBS, program
from worker.cli.verb import Verb, examples_of

SCREEN_LINES = 24 - 2  # the line that asked for it stands above, and the next prompt below
SCREEN_COLUMNS = 80


def verb_of(name: str) -> Verb:
    """Returns a verb by its name."""
    verb: Verb = importlib.import_module(f"worker.cli.verbs.{name}").verb
    return verb


def paths() -> list[str]:
    """Returns the program, every verb, and every verb of a verb."""
    verbs: dict[str, click.Command] = {name: verb_of(name) for name in VERBS}
    groups = {name: verb for name, verb in verbs.items() if isinstance(verb, click.Group)}
    return ["", *VERBS, *(f"{name} {each}" for name, group in groups.items() for each in group.commands)]


@pytest.mark.parametrize("path", paths())
@pytest.mark.parametrize("columns", [SCREEN_COLUMNS, 250])
def test_help_fits_a_screen_and_has_an_example(path: str, columns: int) -> None:
    """The help of the program and of every verb has an example, and stays on a screen of 24 lines and 80 columns."""
    shown = CliRunner(env={"COLUMNS": str(columns)}).invoke(program, [*path.split(), "--help"])
    lines = shown.output.splitlines()
    assert (shown.exit_code, "Example" in shown.output) == (0, True)
    assert len(lines) <= SCREEN_LINES, shown.output
    assert [line for line in lines if len(line) > SCREEN_COLUMNS] == []


@pytest.mark.parametrize("name", VERBS)
def test_examples_are_right_usage(name: str) -> None:
    """Every example of a verb that calls this verb is parsed without an error."""
    calls = [re.search(rf"outbound {name}(.*?)( \| jq .*)?$", example) for example in verb_of(name).examples]
    arguments = [shlex.split(call[1]) for call in calls if call is not None]
    for words in arguments:
        verb_of(name).make_context(name, ["-" if word.endswith(".jsonl") else word for word in words])
    assert arguments != []


WRONG: dict[str, tuple[list[str], str]] = {
    "a word like no verb": (
        ["frobnicate"],
        "there is no verb 'frobnicate': there are demo, worker, send, enqueue, status, ticket, explain, cancel, dead",
    ),
    "an option with two letters swapped": (
        ["status", "--wacth"],
        "No such option '--wacth'. Did you mean '--watch'?",
    ),
    "an option without its value": (["status", "--rows"], "'--rows' wants a value behind it"),
    "a word for a number": (
        ["status", "--rows", "many"],
        "Invalid value for '--rows': 'many' is no whole number",
    ),
    "a number out of its range": (
        ["worker", "--threads", "0"],
        "Invalid value for '--threads': 0 is not from 1 to 256",
    ),
    "a missing argument": (["ticket"], "'ID' is missing"),
    "a word too many": (["cancel", "1", "2"], "'2' is more than it takes"),
    "no words at all": (["send"], "send takes [PAGE] PSID TEXT, not 0 of them: name whom, and what"),
    "a text without quotation marks": (
        ["send", "1", "2", "Hello", "you"],
        "send takes [PAGE] PSID TEXT, not 4 of them: put TEXT into quotation marks",
    ),
    "no Page": (["send", "2", "Hello"], "no Page is named: put it first, or use --page or OUTBOUND_PAGE"),
    "a command beside words": (
        ["send", "2", "Hello", "--command", "{}"],
        "--command holds the whole command: give no PSID and TEXT beside it",
    ),
    "a duration without a unit that exists": (
        ["ticket", "1", "--wait", "3y"],
        "'3y': a duration is a number and a unit, such as 500ms, 10s, 2m or 1h",
    ),
    "a duration over the bound": (["ticket", "1", "--wait", "2h"], "'2h' is longer than 3600 seconds"),
    "a file that is not there": (["enqueue", "no-such.jsonl"], "File 'no-such.jsonl' does not exist"),
    "a run that is none": (
        ["enqueue", "-", "--run", "7"],
        "--run takes the 13 characters that a run printed when it broke off",
    ),
    "watching as JSON": (
        ["status", "--watch", "--json"],
        "--watch is for people and --json for programs: use one of them",
    ),
}


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(("arguments", "sentence"), WRONG.values(), ids=WRONG)
def test_wrong_usage_says_the_right_one(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong usage exits with 2 and says what is wrong, a right example, and where the help is."""
    code = main(arguments)
    first, example, where = capsys.readouterr().err.splitlines()
    verb = arguments[0] if arguments[0] in VERBS else ""
    right = verb_of(verb).examples[0] if verb else "outbound demo"
    assert (code, example, where) == (2, f"  right: {right}", f"  help:  {f'outbound {verb}'.strip()} --help")
    assert first.startswith("outbound: ")
    assert sentence in first


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("words", "right", "where"),
    [
        (
            ["sned", "18953", "12544", "Hello!"],
            'outbound send 1895382890692545 1254459154682919 "Hello!" --wait',
            "outbound send",
        ),
        (["satus"], "outbound status --watch", "outbound status"),
        (["dead", "repaly"], "outbound dead replay 1k7p0u2m8q4ds6vbt2ah", "outbound dead replay"),
        (
            ["pgae", "hold", "1"],
            'outbound page hold 1895382890692545 --for 30m --reason "new menu"',
            "outbound page",
        ),
    ],
    ids=["send", "status", "a verb of a verb", "a verb with verbs"],
)
def test_the_right_line_is_that_of_the_verb_that_is_meant(
    words: list[str], right: str, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A verb with two letters swapped is answered with the nearest verb, its example and its help."""
    assert main(words) == 2
    first, example, helped = capsys.readouterr().err.splitlines()
    assert first.endswith(f"did you mean {where.rsplit(maxsplit=1)[-1]}?")
    assert (example, helped) == (f"  right: {right}", f"  help:  {where} --help")


@pytest.mark.usefixtures("environment")
def test_no_verb_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    """`outbound` alone shows the help and is no error."""
    assert main([]) == 0
    captured = capsys.readouterr()
    assert "Verbs:" in captured.out + captured.err


@pytest.mark.parametrize(("settings", "has_colours"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_no_color_is_honoured(settings: dict[str, str], has_colours: bool, valkey_url: str) -> None:
    """On a terminal a table has colours, and with NO_COLOR set it has none."""
    kept = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    ours, theirs = pty.openpty()
    environment = kept | {"OUTBOUND_REDIS_URL": valkey_url, "TERM": "xterm-256color"} | settings
    command = [sys.executable, "-m", "worker.cli", "status"]
    subprocess.run(command, env=environment, stdout=theirs, stderr=theirs, timeout=60, check=True)  # noqa: S603 (our own module)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:
        pass  # a terminal whose other side is closed ends so
    os.close(ours)
    assert b"no worker is running" in shown
    assert (b"\x1b[1;31m" in shown) is has_colours


def test_piped_output_is_plain(outbound: Callable[..., Any], valkey: "redis.Redis") -> None:
    """Into a file goes plain text: no escape codes, and no blanks at the ends of lines."""
    valkey.hset("outbound:hold", "page:77", '0||1|0|{"reason":"its token is dead"}')
    for page in ("77", "1895382890692545"):
        outbound("send", page, "2", "Hello!")
    shown = outbound("status").out
    assert "held until released: its token is dead" in shown
    assert "\x1b" not in shown
    assert [line for line in shown.splitlines() if line != line.rstrip()] == []


def test_a_reader_that_goes_ends_quietly(valkey_url: str) -> None:
    """`outbound … | head` ends without a word when the reader has seen enough."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "worker.cli", "status", "--json"]
    environment = dict(os.environ) | {"OUTBOUND_REDIS_URL": valkey_url}
    done = subprocess.run(  # noqa: S603 (our own module)
        command, env=environment, stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_missing_package_is_named(tmp_path: Path, outbound_process: Callable[..., Any]) -> None:
    """Without the extra `worker` the command line says which package is missing and how to get it."""
    (tmp_path / "click.py").write_text("raise ModuleNotFoundError(\"No module named 'click'\", name='click')")
    ran = outbound_process("status", settings={"PYTHONPATH": f"{tmp_path}{os.pathsep}{Path.cwd()}"})
    sentence = 'outbound: the package click is missing: pip install "messenger-outbound[worker]"\n'
    assert (ran.code, ran.out, ran.err) == (os.EX_CONFIG, "", sentence)


def test_a_defect_is_one_sentence(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error that nobody foresaw is one sentence, and a traceback only with OUTBOUND_LOG_LEVEL=debug."""

    def fail() -> None:
        raise ZeroDivisionError("by zero")

    broken = click.Command("broken", callback=fail)
    environment.setitem(VERBS, "status", "broken")
    environment.setattr(importlib.import_module("worker.cli.verbs.status"), "verb", broken)
    sentence = (
        "outbound: this should not have happened: ZeroDivisionError: by zero "
        "(OUTBOUND_LOG_LEVEL=debug shows where)\n"
    )
    assert (main(["status"]), capsys.readouterr().err) == (os.EX_SOFTWARE, sentence)
    environment.setenv("OUTBOUND_LOG_LEVEL", "debug")
    main(["status"])
    assert capsys.readouterr().err.startswith("Traceback")


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("arguments", "sentence", "path"),
    [
        pytest.param(
            ["dead", "frob"],
            "there is no verb 'frob': there are list, show, replay, drop",
            "dead",
            id="no verb",
        ),
        pytest.param(["dead", "show"], "'ID' is missing", "dead show", id="a missing argument"),
        pytest.param(
            ["page", "hold", "1", "--for"], "'--for' wants a value behind it", "page hold", id="no value"
        ),
    ],
)
def test_wrong_usage_of_a_verb_of_a_verb_says_the_right_one(
    arguments: list[str], sentence: str, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example and the help are those of the inner verb."""
    assert main(arguments) == 2
    first, example, where = capsys.readouterr().err.splitlines()
    outer, _, inner = path.partition(" ")
    command: click.Command = verb_of(outer)
    if inner and isinstance(command, click.Group):
        command = command.commands[inner]
    right = f"  right: {examples_of(command)[0]}"
    assert (first, example, where) == (f"outbound: {sentence}", right, f"  help:  outbound {path} --help")


PIPED: dict[str, tuple[str, ...]] = {
    "status": ("status",),
    "dead list": ("dead", "list"),
    "page list": ("page", "list"),
    "recipient show": ("recipient", "show", "77", "5"),
    "doctor": ("doctor", "--offline"),
    "help": ("--help",),
}


@pytest.mark.parametrize("arguments", PIPED.values(), ids=PIPED)
def test_every_table_is_plain_in_a_file(
    arguments: tuple[str, ...], outbound: Callable[..., Any], valkey: "redis.Redis"
) -> None:
    """What goes to a file has no escape codes, no drawn boxes and no bars that grep would trip over."""
    valkey.hset("outbound:hold", "page:77", '0||1|0|{"reason":"its token is dead"}')
    outbound("send", "77", "5", "Hello!")
    ran = outbound(*arguments)
    written = ran.out + ran.err
    assert written.strip()
    assert re.findall("[\x1b\r\u2500-\u259f]", written) == []
