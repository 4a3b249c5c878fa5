"""tests/README.md says which test proves which law, as the tests say it themselves."""

import re

from tests.readme.proofs import FILE, LAW, ROOT, table, with_table


def test_the_table_is_that_of_the_headings() -> None:
    """A new file of tests, or a new heading, is in the table: `python -m tests.readme.proofs` writes it."""
    text = FILE.read_text("utf-8")
    assert text == with_table(text)


def test_every_law_has_a_proof() -> None:
    """Each law that worker/README.md numbers is named by the heading of at least one file of tests."""
    laws = (ROOT / "worker/README.md").read_text("utf-8").partition("## The laws")[2].partition("\n## ")[0]
    numbered = re.findall(r"^(\d+)\. \*\*", laws, re.MULTILINE)
    proved = {number for found in LAW.findall(table()) for number in re.findall(r"\d+", found)}
    assert len(numbered) == 12
    assert set(numbered) <= proved
