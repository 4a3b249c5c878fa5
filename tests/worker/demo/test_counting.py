"""The report counts what arrived against what was asked for, and misses nothing."""

from typing import Any

import msgspec
import pytest

from producer import batch
from worker.demo import Expected, Report, count
from worker.stub import Delivery, Request

PAGE = "1"
CLEAN = Report(
    enqueued=3,
    sent=3,
    refused=0,
    requests=2,
    batches=1,
    mean_batch_size=2.0,
    seconds=2.0,
    messages_a_second=2,
    conversations=1,
    out_of_order=0,
    lost=0,
    duplicates=0,
)


def expected_texts(texts: str, psid: str = "ann") -> Expected:
    """Returns what a person is to get: one text a letter."""
    expected = Expected()
    for text in texts:
        add(expected, batch.send_text(psid, text))
    return expected


def add(expected: Expected, command: Any) -> None:  # noqa: ANN401 (any command)
    """Notes a command for the one Page."""
    expected.add(PAGE, command)


def arrivals(texts: str, psid: str = "ann", page: str = PAGE) -> list[Delivery]:
    """Returns a ledger in which these texts arrived, one a second."""
    return [
        Delivery(
            number, page, psid, "message", f'{{"text":"{text}"}}', None, "m", 0.0, float(number), 1, 0, 1
        )
        for number, text in enumerate(texts, start=1)
    ]


REQUESTS = [
    Request(1, 1, "POST", "/v4.0/", 0.0, 0.0, parts=2),
    Request(2, 1, "POST", "/v4.0/me/messages", 0.0, 0.0),
]

CASES: dict[str, tuple[str, str, dict[str, object], bool]] = {
    "as it was asked for": ("abc", "abc", {}, True),
    "the same text twice, twice": ("aab", "aab", {}, True),
    "one is lost": ("abc", "ac", {"lost": 1}, False),
    "all but one are lost": ("abc", "b", {"lost": 2}, False),
    "the first of two equal ones is lost": ("aab", "ab", {"lost": 1}, False),
    "one came twice": ("abc", "abac", {"duplicates": 1}, False),
    "one came twice, at the end": ("abc", "abca", {"duplicates": 1}, False),
    "two changed places": ("abc", "acb", {"out_of_order": 1}, False),
    "one is lost, two changed places, one came twice": (
        "abcd",
        "acbb",
        {"lost": 1, "duplicates": 1, "out_of_order": 1},
        False,
    ),
    "one that nobody asked for": ("abc", "abcx", {"duplicates": 1}, False),
}


@pytest.mark.parametrize(("asked", "got", "found", "passed"), CASES.values(), ids=CASES)
def test_what_went_wrong_is_counted(asked: str, got: str, found: dict[str, object], *, passed: bool) -> None:
    """Lost, doubled and misplaced messages are counted each by itself, and any of them fails the run."""
    report = count(expected_texts(asked), arrivals(got), REQUESTS, refused=0)
    seconds = float(len(got) - 1)
    speed = round(len(got) / seconds) if seconds else 0
    measured = {"enqueued": len(asked), "sent": len(got), "seconds": seconds, "messages_a_second": speed}
    assert report == msgspec.structs.replace(CLEAN, **{**measured, **found})
    assert (report.passed, report.order_kept) == (passed, not found.get("out_of_order"))


def test_a_refusal_fails_the_run() -> None:
    """A call that the stub answered with an error is counted, and fails the run."""
    report = count(expected_texts("abc"), arrivals("abc"), REQUESTS, refused=1)
    assert (report, report.passed) == (msgspec.structs.replace(CLEAN, refused=1), False)


@pytest.mark.parametrize(("psid", "page"), [("bob", PAGE), ("ann", "2")])
def test_what_reached_another_is_lost_and_doubled(psid: str, page: str) -> None:
    """A message that reached another person, or came from another Page, is lost to one and too much for the other."""
    report = count(expected_texts("a"), arrivals("a", psid, page), REQUESTS, refused=0)
    assert (report.lost, report.duplicates, report.passed) == (1, 1, False)


def test_nothing_sent_is_all_lost() -> None:
    """An empty ledger loses everything and divides by nothing."""
    nothing: dict[str, Any] = {"sent": 0, "lost": 3, "seconds": 0.0, "messages_a_second": 0}
    nothing |= {"requests": 0, "batches": 0, "mean_batch_size": 0.0}
    assert count(expected_texts("abc"), [], [], refused=0) == msgspec.structs.replace(CLEAN, **nothing)


def test_every_kind_of_send_is_compared() -> None:
    """Messages, actions, raw bodies and the parts of a batch are each compared with what the ledger holds."""
    expected = Expected()
    add(expected, batch.send_raw_body({"recipient": {"id": "ann"}, "message": {"text": "a"}}))
    add(expected, batch.typing_on({"user_ref": "bob"}))
    add(expected, batch.send_batch([batch.part(batch.send_text("ann", "b"), name="first")]))
    ledger = [
        *arrivals("ab"),
        Delivery(3, PAGE, "user_ref:bob", "sender_action", "typing_on", None, "", 0.0, 3.0, 2, -1, 1),
    ]
    assert count(expected, ledger, REQUESTS, refused=0) == msgspec.structs.replace(CLEAN, conversations=2)


def test_what_sends_nothing_is_refused() -> None:
    """A command that sends nothing to a person has no place in the count."""
    with pytest.raises(ValueError, match="RawPart sends nothing to a person"):
        add(Expected(), batch.send_batch([{"method": "GET", "relative_url": "me"}]))
