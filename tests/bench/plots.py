"""The plots of a run as SVG: throughput, latency, growth. They need matplotlib, which is in the extra `bench`."""

import importlib
import importlib.util
from pathlib import Path
from typing import Any, Final

from tests.bench.figures import Results, Series

SIZE: Final = (8.0, 4.0)
BARS: Final = ("dramatiq", "celery", "posts", "batches", "ours")
LATENCY_X: Final = "ms from the call to its arrival at Graph"
MARGIN: Final = 0.15


def can_draw() -> bool:
    """Tells whether matplotlib is installed."""
    return importlib.util.find_spec("matplotlib") is not None


def draw(results: Results, folder: Path) -> list[Path]:
    """Writes one SVG for each thing measured into `folder` and returns their paths; none without matplotlib."""
    if not can_draw():
        return []
    folder.mkdir(parents=True, exist_ok=True)
    paths = [_throughput(results, folder / "throughput.svg")]
    by_axis: dict[str, list[Series]] = {}
    for each in results.series:
        by_axis.setdefault(each.x, []).append(each)
    for axis, lines in by_axis.items():
        name = "latency" if axis == LATENCY_X else f"growth-{axis.replace(' ', '-')}".lower()
        paths.append(_lines(lines, folder / f"{name}.svg", logarithmic=axis != LATENCY_X))
    return paths


def _figure() -> Any:  # noqa: ANN401 (matplotlib may not be installed, and is not looked at by types)
    # the object-oriented way: no backend is chosen, no global figure kept
    return importlib.import_module("matplotlib.figure").Figure(figsize=SIZE, layout="constrained")


def _throughput(results: Results, path: Path) -> Path:
    found = {each.key: each for section in results.sections for each in section.figures}
    bars = [found[key] for key in BARS if key in found]
    figure = _figure()
    axes = figure.subplots()
    middles = [each.spread.median for each in bars]
    spans = [
        [each.spread.median - each.spread.least for each in bars],
        [each.spread.most - each.spread.median for each in bars],
    ]
    drawn = axes.barh(
        [each.title.partition(", one")[0] for each in bars], middles, xerr=spans, color="#4477aa"
    )
    axes.bar_label(drawn, [f"{value:,.0f}" for value in middles], padding=4)
    axes.margins(x=MARGIN)
    axes.set_xlabel("messages a second")
    figure.savefig(path)
    return path


def _lines(lines: list[Series], path: Path, *, logarithmic: bool) -> Path:
    figure = _figure()
    axes = figure.subplots()
    for each in lines:
        axes.plot(*zip(*each.points, strict=True), marker="." if logarithmic else None, label=each.name)
    if logarithmic:
        axes.set_xscale("log")
        axes.set_ylim(bottom=0)
    axes.set_xlabel(lines[0].x)
    axes.set_ylabel(lines[0].y)
    axes.legend()
    axes.grid(visible=True, alpha=0.3)
    figure.savefig(path)
    return path
