"""Verbs of verbs: their examples are right, and wrong usage is answered with the right one."""

import re

import pytest

from tests.worker.cli.operated import Outbound
from worker.cli.verb import VerbGroup
from worker.cli.verbs import dead, page, recipient

GROUPS: dict[str, VerbGroup] = {"dead": dead.verb, "page": page.verb, "recipient": recipient.verb}
SUBVERBS = [f"{name} {each}" for name, group in GROUPS.items() for each in group.commands]


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
        "outbound dead replay 1k7p0u2m8q4ds6vbt2ah",
        "outbound dead replay",
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
    "a broadcast that is to be paused and cancelled": (
        ["broadcast", "sale", "--pause", "--cancel"],
        "--cancel ends it for good: leave --pause and --resume away",
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


def test_a_psid_alone_is_of_the_page_of_the_environment(
    outbound: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`OUTBOUND_PAGE` names the Page; without it the sentence says so."""
    assert "set OUTBOUND_PAGE" in outbound("recipient", "show", "7").err
    monkeypatch.setenv("OUTBOUND_PAGE", "1")
    assert outbound("recipient", "show", "7").out.startswith("nothing is remembered")
