"""Tables of people as spreadsheets and databases really write them: read, or refused in a sentence that says why."""

from pathlib import Path

import pytest

from producer.errors import InvalidCommandError
from worker.cli.people import ROUNDED, People, is_rounded

ONE, TWO = "2345678901234561", "2345678901234562"
BOTH = [ONE, TWO]
TAKEN: dict[str, tuple[bytes, list[str]]] = {
    "one column": (f"{ONE}\n{TWO}\n".encode(), BOTH),
    "a header": (f"psid\n{ONE}\n{TWO}\n".encode(), BOTH),
    "semicolons": (f"psid;name\n{ONE};Ada\n{TWO};Bob\n".encode(), BOTH),
    "tabs": (f"name\tpsid\nAda\t{ONE}\nBob\t{TWO}\n".encode(), BOTH),
    "a line of a spreadsheet's": (f"sep=;\nname;psid\nAda, B.;{ONE}\n".encode(), [ONE]),
    "names first": (f"first_name,psid\nAda,{ONE}\nBob,{TWO}\n".encode(), BOTH),
    "the only column of PSIDs": (f"Vorname,Messenger\nAda,{ONE}\nBob,{TWO}\n".encode(), BOTH),
    "no header, names first": (f"Ada,{ONE}\nBob,{TWO}\n".encode(), BOTH),
    "a blank first line": (f"\n\r\npsid\n{ONE}\n".encode(), [ONE]),
    "blank lines between": (f"psid\n{ONE}\n\n,\n{TWO}\n".encode(), BOTH),
    "line ends of Windows": (f"psid,name\r\n{ONE},Ada\r\n".encode(), [ONE]),
    "a BOM": (f"\ufeffpsid\n{ONE}\n".encode(), [ONE]),
    "UTF-16": (f"psid;name\n{ONE};Ada\n".encode("utf-16"), [ONE]),
    "quoted cells": (f'"psid","name"\n"{ONE}","Ada, ""B"""\n'.encode(), [ONE]),
    "nothing": (b"", []),
    "a header alone": (b"psid,name\n", []),
}


@pytest.mark.parametrize(("content", "psids"), TAKEN.values(), ids=TAKEN)
def test_a_table_is_read(content: bytes, psids: list[str], tmp_path: Path) -> None:
    """Separators, headers, byte order marks and blank lines are told by looking."""
    file = tmp_path / "people.csv"
    file.write_bytes(content)
    people = People(file)
    assert list(people) == list(people) == psids
    assert people.bytes_total == len(content)


REFUSED = {
    "an unclosed quote": (
        f'psid,name\n{ONE},"Ada\n{TWO},Bob\n',
        "line 2: opens a quote that is never closed",
    ),
    "a shortened number": (
        "psid;name\n2,34568E+15;Ada\n",
        "line 2: is a number that a spreadsheet has shortened",
    ),
    "a fraction": ("psid\n2345678901234561.0\n", "line 2: is a number with a fraction"),
    "other digits": (
        "psid\n" + "".join(chr(0x0660 + n) for n in range(1, 10)) + "\n",
        "line 2: has digits of another script",
    ),
    "nulls": ("psid\nNULL\nnan\n", "line 2: is no PSID"),
    "two columns": (f"a,b\n{ONE},{TWO}\n", "column: several could be of PSIDs (1, 2): say which by --column"),
    "rounded ids": ("psid\n" + "".join(f"23456789012345{n}0\n" for n in range(11, 16)), f"column: {ROUNDED}"),
    "a line below blank ones": (f"\n\npsid\n{ONE}\n\nx\n", "line 6: is no PSID"),
}


@pytest.mark.parametrize(("text", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_table_that_would_reach_nobody_or_strangers_is_refused(
    text: str, sentence: str, tmp_path: Path
) -> None:
    """The sentence names the line, and what the spreadsheet did."""
    file = tmp_path / "people.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(InvalidCommandError) as told:
        list(People(file))
    assert str(told.value).startswith(sentence)


def test_a_file_of_another_encoding_is_refused(tmp_path: Path) -> None:
    """A spreadsheet's old CSV is told how it is to be exported."""
    file = tmp_path / "people.csv"
    file.write_bytes(f"psid;Straße\n{ONE};Köln\n".encode("latin-1"))
    with pytest.raises(InvalidCommandError, match="is not UTF-8"):
        list(People(file))


def test_a_few_ids_that_look_rounded_are_only_told() -> None:
    """Of two ids that end in 0 one cannot know; one id, or shorter ones, say nothing."""
    assert is_rounded(["2345678901234570", "3345678901234580"])
    assert not is_rounded(["2345678901234570"])
    assert not is_rounded(["10", "20"])
