"""Laws of what the bench writes: spreads, percentiles, steady rates, targets, and both papers."""

from pathlib import Path

import msgspec

from tests.bench import Figure, Results, Section, Series, Spread, Target, spread_of
from tests.bench.broadcaster import Told
from tests.bench.broadcasts import section_of
from tests.bench.report import document_of, markdown_of, write_report
from tests.bench.spread import percentile, steady_rate

RESULTS = Results(
    machine={"cores": "2"},
    versions={"python": "3.11.7"},
    plan="quick",
    seconds=61.4,
    sections=[
        Section(
            "Throughput",
            [
                Figure(
                    key="ours", title="ours", unit="messages/s", spread=Spread(12_345.6, 11_000, 13_000, 3)
                ),
                Figure(
                    key="ratio_batches",
                    title="ours ÷ (c)",
                    unit="times",
                    spread=Spread(0.55, 0.5, 0.7, 3),
                    target=Target("at least", 0.6),
                    note="two cores",
                ),
            ],
            ["Cores are shared."],
        )
    ],
    series=[Series("one worker", "commands waiting", "µs", [(1_000.0, 60.0)])],
)
MARKDOWN = """\
# Benchmark

quick run, 61 s. Median (least to most) of repeats in one run.

Machine: cores 2.

Versions: python 3.11.7.

## Targets

| figure | measured | target | reached |
|---|---|---|---|
| ours ÷ (c) | 0.550 times (0.500 to 0.700) | at least 0.600 | **no** |

## Throughput

| figure | median | least | most | unit | |
|---|--:|--:|--:|---|---|
| ours | 12,346 | 11,000 | 13,000 | messages/s |  |
| ours ÷ (c) | 0.550 | 0.500 | 0.700 | times | two cores |

- Cores are shared.

![throughput.svg](throughput.svg)
"""


def test_spread_is_median_least_most() -> None:
    """A spread tells median, least, most and how many measurements there were, in any order."""
    assert spread_of([5.0, 1.0, 2.0, 4.0]) == Spread(3.0, 1.0, 5.0, 4)


def test_percentile_is_a_measured_value() -> None:
    """A percentile is the nearest rank's own value; the highest share is the greatest one."""
    values = [float(each) for each in range(100, 0, -1)]
    assert [percentile(values, share) for share in (0.0, 0.5, 0.99, 1.0)] == [1.0, 50.0, 99.0, 100.0]


def test_steady_rate_leaves_out_start_and_tail() -> None:
    """The steady rate is that between the first tenth and the last twentieth, whatever start and end took."""
    samples = [(0.0, 0), (9.0, 100), (10.0, 500), (11.0, 900), (30.0, 1_000)]
    assert steady_rate(samples, 1_000) == 400.0


def test_steady_rate_of_too_few_samples_is_that_of_the_whole() -> None:
    """When nothing was seen in between, the rate is that from the beginning to the end."""
    assert steady_rate([(0.0, 0), (0.5, 1_000)], 1_000) == 2_000.0


def test_figures_tell_whether_their_target_is_reached() -> None:
    """A figure's median decides, in the sense of its target; without one there is nothing to reach."""
    spread = Spread(0.6, 0.1, 0.9, 3)
    targets = (Target("at least", 0.6), Target("at least", 0.61), Target("at most", 0.5), None)
    reached = [Figure(key="k", title="t", unit="u", spread=spread, target=each).reached for each in targets]
    assert reached == [True, False, False, None]


def test_markdown_names_all_that_was_measured() -> None:
    """The Markdown paper has machine, versions, targets with their verdict, and each figure with its spread."""
    assert markdown_of(RESULTS, ["throughput.svg"]) == MARKDOWN


def test_papers_are_written_side_by_side(tmp_path: Path) -> None:
    """JSON and Markdown land in the folder, and the JSON tells of each figure whether it reached its target."""
    paths = write_report(RESULTS, tmp_path / "new", [])
    assert [path.name for path in paths] == ["bench.json", "bench.md"]
    assert msgspec.json.decode(paths[0].read_bytes()) == msgspec.json.decode(
        msgspec.json.encode(document_of(RESULTS))
    )
    assert [each["reached"] for each in document_of(RESULTS)["sections"][0]["figures"]] == [None, False]  # type: ignore[index]  # JSON has no types


def test_a_broadcast_is_told_by_the_person() -> None:
    """A million people have their own section: time, bytes a person at rest and at most, and growth of the process."""
    section = section_of(Told(1_000_000, 4.0, 70_000_000, 60_000_000, 151_000_000))
    assert section.title == "Broadcast of a million"
    assert {each.key: (each.spread.median, each.reached) for each in section.figures} == {
        "broadcast_seconds": (4.0, None),
        "broadcast_bytes": (60.0, True),
        "broadcast_bytes_adding": (151.0, False),
        "broadcast_resident": (70_000_000 / 1024**2, False),
    }
