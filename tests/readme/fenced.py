"""The documents' fenced blocks, each with its document, section and language."""

import re
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]
DOCUMENTS = tuple(
    ROOT / each
    for each in (
        "README.md",
        "producer/README.md",
        "deploy/README.md",
        "worker/README.md",
        "worker/engine/scripts/README.md",
        "tests/README.md",
    )
)


class Block(msgspec.Struct, frozen=True):
    """One fenced block; `line` is that of its first line in its document, `place` its number in all of them."""

    document: str
    place: int
    section: str
    language: str
    text: str
    line: int

    @property
    def name(self) -> str:
        """The block as a test's id names it."""
        return f"{self.document}, {self.section}, line {self.line}"

    @property
    def is_pytest(self) -> bool:
        """Tells whether the block is a file of tests."""
        return self.language == "python" and re.search(r"^def test_", self.text, re.MULTILINE) is not None

    @property
    def file(self) -> str | None:
        """The name of the file that the block's first line says it is, or None."""
        found = re.match(r"# (\S+\.\w+)\n", self.text)
        return found and found[1]


def all_blocks() -> list[Block]:
    """Returns every block of the documents from top to bottom, in the order in which a reader meets them."""
    found: list[Block] = []
    for document in DOCUMENTS:
        found += _blocks_in(document, len(found))
    return found


def all_text() -> str:
    """Returns the text of all documents."""
    return "\n".join(each.read_text("utf-8") for each in DOCUMENTS)


def _blocks_in(document: Path, before: int) -> list[Block]:
    name = str(document.relative_to(ROOT))
    found: list[Block] = []
    section, language, lines = "", None, list[str]()
    for number, line in enumerate(document.read_text("utf-8").splitlines(keepends=True), start=1):
        if language is None and line.startswith("```"):
            language, lines = line[3:].strip(), []
        elif language is None:
            heading = re.match(r"##+ (.*)", line)
            section = heading[1] if heading else section
        elif line.startswith("```"):
            first = number - len(lines)
            found.append(Block(name, before + len(found), section, language, "".join(lines), first))
            language = None
        else:
            lines.append(line)
    assert language is None, f"the last block of {section} in {name} is not closed"
    return found


def blocks_of(section: str, language: str) -> list[Block]:
    """Returns the blocks of one section in one language; there is at least one."""
    found = [each for each in all_blocks() if (each.section, each.language) == (section, language)]
    assert found, f"there is no block of {language} under {section}"
    return found


def commands_of(block: Block) -> list[str]:
    """Returns the lines of a block of the console, each one command."""
    return [line for line in block.text.replace("\\\n", " ").splitlines() if line.split("#")[0].strip()]
