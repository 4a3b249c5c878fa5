"""What a worker process counts of a chunk."""

import pytest
from prometheus_client import CollectorRegistry

from worker.config.pages import Page, Pages
from worker.engine.chunk import Settlement, Taken
from worker.judge import Verdict
from worker.metrics.recording import CODES_MAX, PAGES_MAX, Recorder

NOW_MS = 1_700_000_000_000
TWO = Pages({"P1": Page("P1", "SECRET"), "P2": Page("P2", "SECRET")})


class House:
    """A recorder on a registry of its own, at one moment."""

    def __init__(self, pages: Pages = TWO) -> None:
        self.registry = CollectorRegistry()
        self.recorder = Recorder(self.registry, lambda: pages, clock_ms=lambda: NOW_MS)

    def samples(self, name: str) -> dict[tuple[str, ...], float]:
        """Returns the samples of one name that are not zero, by their labels' values in the order of their names."""
        return {
            tuple(value for _, value in sorted(sample.labels.items())): sample.value
            for metric in self.registry.collect()
            for sample in metric.samples
            if sample.name == name and sample.value
        }


def taken(page: str = "P1", priority: str = "i", age_ms: int = 40, options: str = "s") -> Taken:
    """Returns a command of some Page that was enqueued so long ago."""
    return Taken("id", page, "t", priority, "send_message", 0, "", options, NOW_MS - age_ms, None, b"")


def verdict(code: int | None = None) -> Verdict:
    """Returns a success, or a refusal with a code."""
    return Verdict(kind="refused" if code else "sent", scope="call", reason="", row="r", code=code)


def test_outcomes_are_counted_by_page_and_class() -> None:
    """What ended counts under its outcome; what comes again counts as a retry, under what was done with it."""
    house = House()
    actions = ["sent", "sent", "quarantine", "unknown", "retry", "return"]
    pages = ["P1", "P1", "P1", "P2", "P1", "P2"]
    settlements = [Settlement("id", action) for action in actions]  # type: ignore[arg-type]  # literals in a list
    house.recorder.settled([taken(page) for page in pages], settlements, [])
    assert house.samples("outbound_commands_total") == {
        ("sent", "P1", "text"): 2,
        ("refused", "P1", "text"): 1,
        ("unknown", "P2", "text"): 1,
    }
    assert house.samples("outbound_retries_total") == {("retry", "text"): 1, ("return", "text"): 1}


def test_zero_is_told_as_zero() -> None:
    """Of each Page and class nothing was sent yet, and nothing put back: a rate over time sees the first of each."""
    told = {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for metric in House().registry.collect()
        for sample in metric.samples
        if sample.name in {"outbound_commands_total", "outbound_retries_total"}
    }
    classes = ("text", "media", "profile", "other")
    ended = {
        ("outbound_commands_total", outcome, page, each): 0
        for outcome in ("sent", "refused")
        for page in ("P1", "P2")
        for each in classes
    }
    back = {
        ("outbound_retries_total", action, each): 0
        for action in ("retry", "await", "return")
        for each in classes
    }
    assert told == ended | back


def test_the_age_of_what_ended_falls_into_one_bucket() -> None:
    """End-to-end latency counts what ended, by priority; neither what comes again nor what was scheduled."""
    house = House()
    chunk = [taken(age_ms=40), taken(age_ms=200), taken(age_ms=200), taken(priority="b", age_ms=3_600_000)]
    chunk += [taken(age_ms=86_400_000, options="sl"), taken(age_ms=600_000)]
    settlements = [Settlement("id", "sent")] * 5 + [Settlement("id", "retry")]
    house.recorder.settled(chunk, settlements, [])
    buckets = house.samples("outbound_delivery_seconds_bucket")
    assert house.samples("outbound_delivery_seconds_count") == {("interactive",): 3, ("bulk",): 1}
    assert house.samples("outbound_delivery_seconds_sum") == {("interactive",): 0.44, ("bulk",): 3_600}
    assert [buckets[le, "interactive"] for le in ("0.05", "0.1", "0.25", "+Inf")] == [1, 1, 3, 3]
    assert (buckets["3600.0", "bulk"], ("900.0", "bulk") in buckets) == (1, False)


@pytest.mark.parametrize("age_ms", [-5_000, 0])
def test_a_clock_that_is_behind_gives_no_negative_age(age_ms: int) -> None:
    """The server's clock and this machine's differ a little: that is no time at all."""
    house = House()
    house.recorder.settled([taken(age_ms=age_ms)], [Settlement("id", "sent")], [])
    assert house.samples("outbound_delivery_seconds_sum") == {}
    assert house.samples("outbound_delivery_seconds_count") == {("interactive",): 1}


def test_verdicts_are_counted_by_code() -> None:
    """A success has no code; of more codes than anybody reads the rest is `other`."""
    house = House()
    house.recorder.settled([], [], [verdict(), verdict(), verdict(551)])
    assert house.samples("outbound_verdicts_total") == {("none", "sent"): 2, ("551", "refused"): 1}
    house.recorder.settled([], [], [verdict(code) for code in range(1, CODES_MAX + 100)])
    found = house.samples("outbound_verdicts_total")
    assert len(found) == CODES_MAX + 2
    assert found["other", "refused"] == 100


def test_the_first_pages_of_the_configuration_have_a_label_of_their_own() -> None:
    """With more than 500 Pages the others count together, whichever of them sends first."""
    pages = Pages({f"P{n}": Page(f"P{n}", "SECRET") for n in range(PAGES_MAX + 2)})
    house = House(pages)
    last = [f"P{PAGES_MAX - 1}", f"P{PAGES_MAX}", f"P{PAGES_MAX + 1}"]
    house.recorder.settled([taken(page) for page in last], [Settlement("id", "sent")] * 3, [])
    assert house.samples("outbound_commands_total") == {
        ("sent", f"P{PAGES_MAX - 1}", "text"): 1,
        ("sent", "other", "text"): 2,
    }


def test_calls_are_counted_with_their_size() -> None:
    """A call's latency and the number of its commands are seen."""
    house = House()
    house.recorder.called(50, 0.2)
    house.recorder.called(1, 70.0)
    sizes, calls = (
        house.samples("outbound_batch_commands_bucket"),
        house.samples("outbound_call_seconds_bucket"),
    )
    assert (sizes["1.0",], sizes["40.0",], sizes["50.0",]) == (1, 1, 2)
    assert (calls["0.25",], calls["60.0",], calls["+Inf",]) == (1, 1, 2)


def test_what_is_under_way_and_what_failed_is_seen() -> None:
    """Chunks in flight go up and down; an answer that Redis did not give counts under its step."""
    house = House()
    for _ in range(3):
        house.recorder.chunk_begun()
    house.recorder.chunk_ended()
    house.recorder.redis_failed("take")
    assert house.samples("outbound_chunks_in_flight") == {(): 2}
    assert house.samples("outbound_redis_errors_total") == {("take",): 1}
