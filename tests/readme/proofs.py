"""`python -m tests.readme.proofs` writes which test proves which law into tests/README.md, from the tests' headings."""

import ast
import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
FILE: Final = ROOT / "tests/README.md"
FOLDERS: Final = ("laws", "crash", "limits", "flow", "chaos", "pitfalls")
BEGIN, END = "<!-- proofs -->\n", "<!-- end of proofs -->\n"
LAW: Final = re.compile(r"\b[Ll]aws? (\d+(?:(?:, | and )\d+)*)")


def heading_of(file: Path) -> str:
    """Returns the first sentence of a file of tests, which states what it proves."""
    text = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
    return text.partition("\n")[0]


def table() -> str:
    """Returns the table of tests/README.md, by law: files that name no law come last."""
    rows: list[tuple[int, str]] = []
    for file in sorted(each for folder in FOLDERS for each in (ROOT / "tests" / folder).glob("test_*.py")):
        heading = heading_of(file)
        laws = [int(number) for found in LAW.findall(heading) for number in re.findall(r"\d+", found)]
        named = ", ".join(str(law) for law in laws) or ("all" if "All laws" in heading else "")
        rows.append((min(laws, default=99), f"| {named} | `{file.relative_to(ROOT)}` | {heading} |"))
    return "\n".join(["| law | file | what it proves |", "|---|---|---|", *(row for _, row in sorted(rows))])


def with_table(text: str) -> str:
    """Returns the document with its table as the tests' headings are now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    FILE.write_text(with_table(FILE.read_text("utf-8")), "utf-8")
