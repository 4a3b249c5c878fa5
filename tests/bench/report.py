"""A run's results on paper: JSON for programs, Markdown for people."""

from pathlib import Path
from typing import Final

import msgspec

from tests.bench.figures import Figure, Results, Section

JSON_NAME: Final = "bench.json"
MARKDOWN_NAME: Final = "bench.md"
WHOLE_FROM: Final = 100.0
TENTHS_FROM: Final = 10.0
REACHED: Final = {True: "yes", False: "**no**", None: ""}


def write_report(results: Results, folder: Path, plots: list[Path]) -> list[Path]:
    """Writes both papers into `folder`, which is made when it is not there; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    as_json, as_markdown = folder / JSON_NAME, folder / MARKDOWN_NAME
    document = msgspec.json.format(msgspec.json.encode(document_of(results)), indent=2)
    as_json.write_bytes(document + b"\n")
    as_markdown.write_text(markdown_of(results, [path.name for path in plots]), "utf-8")
    return [as_json, as_markdown]


def document_of(results: Results) -> dict[str, object]:
    """Returns the results as JSON holds them, each figure with whether its target is reached."""
    document: dict[str, object] = msgspec.to_builtins(results)
    document["sections"] = [
        {
            "title": section.title,
            "figures": [
                {**msgspec.to_builtins(figure), "reached": figure.reached} for figure in section.figures
            ],
            "remarks": section.remarks,
        }
        for section in results.sections
    ]
    return document


def markdown_of(results: Results, plots: list[str] | None = None) -> str:
    """Returns the results as Markdown: machine and versions, what was aimed at, then each section's table."""
    lines = ["# Benchmark", ""]
    lines += [
        f"{results.plan} run, {results.seconds:,.0f} s. Median (least to most) of repeats in one run.",
        "",
    ]
    for title, facts in (("Machine", results.machine), ("Versions", results.versions)):
        lines += [f"{title}: " + ", ".join(f"{name} {value}" for name, value in facts.items()) + ".", ""]
    lines += _targets(results)
    for section in results.sections:
        lines += _section(section)
    lines += [f"![{name}]({name})" for name in plots or []]
    return "\n".join(lines).rstrip() + "\n"


def shown(value: float) -> str:
    """Returns a number with about three significant digits."""
    if abs(value) >= WHOLE_FROM:
        return f"{value:,.0f}"
    return (
        f"{value:.1f}" if abs(value) >= TENTHS_FROM else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"
    )


def _targets(results: Results) -> list[str]:
    aimed = [each for section in results.sections for each in section.figures if each.target is not None]
    if not aimed:
        return []
    rows = [
        f"| {each.title} | {_value(each)} | {_target(each)} | {REACHED[each.reached]} |" for each in aimed
    ]
    return ["## Targets", "", "| figure | measured | target | reached |", "|---|---|---|---|", *rows, ""]


def _section(section: Section) -> list[str]:
    lines = [
        f"## {section.title}",
        "",
        "| figure | median | least | most | unit | |",
        "|---|--:|--:|--:|---|---|",
    ]
    for each in section.figures:
        spread = each.spread
        numbers = " | ".join(shown(value) for value in (spread.median, spread.least, spread.most))
        lines.append(f"| {each.title} | {numbers} | {each.unit} | {each.note} |")
    return [*lines, "", *(f"- {remark}" for remark in section.remarks), *([""] if section.remarks else [])]


def _value(figure: Figure) -> str:
    spread = figure.spread
    return f"{shown(spread.median)} {figure.unit} ({shown(spread.least)} to {shown(spread.most)})"


def _target(figure: Figure) -> str:
    return "" if figure.target is None else f"{figure.target.sense} {shown(figure.target.bound)}"
