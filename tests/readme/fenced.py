"""The README's fenced blocks, each with its section and language."""

import re
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"


class Block(msgspec.Struct, frozen=True):
    """One fenced block; `line` is that of its first line in the README."""

    section: str
    language: str
    text: str
    line: int

    @property
    def name(self) -> str:
        """The block as a test's id names it."""
        return f"{self.section}, line {self.line}"

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
    """Returns every block of the README from top to bottom."""
    found: list[Block] = []
    section, language, lines = "", None, list[str]()
    for number, line in enumerate(README.read_text("utf-8").splitlines(keepends=True), start=1):
        if language is None and line.startswith("```"):
            language, lines = line[3:].strip(), []
        elif language is None:
            heading = re.match(r"##+ (.*)", line)
            section = heading[1] if heading else section
        elif line.startswith("```"):
            found.append(Block(section, language, "".join(lines), number - len(lines)))
            language = None
        else:
            lines.append(line)
    assert language is None, f"the last block of {section} is not closed"
    return found


def blocks_of(section: str, language: str) -> list[Block]:
    """Returns the blocks of one section in one language; there is at least one."""
    found = [each for each in all_blocks() if (each.section, each.language) == (section, language)]
    assert found, f"there is no block of {language} under {section}"
    return found


def commands_of(block: Block) -> list[str]:
    """Returns the lines of a block of the console, each one command."""
    return [line for line in block.text.replace("\\\n", " ").splitlines() if line.split("#")[0].strip()]
