"""A file is queued line by line, and at every moment it is known exactly how far it came."""

import io
import json
from collections.abc import Iterable, Sequence
from typing import cast

import pytest
import redis

from producer.commands import SendMessage, decode
from producer.errors import QueueFullError, QueueUnavailableError
from producer.queue.envelope import Delivery
from producer.store.intake import Arguments
from producer.store.queue import Queue
from worker.engine.chunk import taken_of
from worker.operations.intake import ROUND, BadLine, LineRefusedError, Progress, enqueue_lines, new_run

PAGE = "1895382890692545"
DEFAULTS = Delivery(page=PAGE)


def line(text: str, psid: str = "1") -> str:
    """Returns a line that sends a text."""
    return json.dumps({"method": "send_text", "args": [psid, text]})


def source(lines: Iterable[str]) -> io.BytesIO:
    """Returns lines as a file."""
    return io.BytesIO("".join(f"{each}\n" for each in lines).encode())


def queued_texts(server: "redis.Redis") -> list[str]:
    """Returns the texts on the queue, by their ids."""
    found = cast("dict[bytes, bytes]", server.hgetall("outbound:commands"))
    bodies = [taken_of(key, found[key]).body for key in sorted(found)]
    commands = [decode("send_message", body) for body in bodies]
    return [str(command.message["text"]) for command in commands if isinstance(command, SendMessage)]


class Flaky(Queue):
    """A queue whose connection breaks at one round trip, before the server sees it or after."""

    def __init__(self, client: "redis.Redis", *, breaks_at: int, after: bool) -> None:
        super().__init__(client)
        self.left = breaks_at
        self.after = after

    def put(self, commands: Iterable[Arguments], *, and_more: int = 0) -> int:
        """Puts the commands, or fails when it is time."""
        self.left -= 1
        if self.left:
            return super().put(commands, and_more=and_more)
        if self.after:
            super().put(commands, and_more=and_more)
        raise QueueUnavailableError("Redis was not reached")


def test_every_line_is_queued_in_its_order(server: "redis.Redis") -> None:
    """All lines of a file are queued, empty ones skipped, and ids sort in the order of the lines."""
    texts = [str(number) for number in range(2 * ROUND + 7)]
    lines = ["\ufeff" + line("first"), "", "   ", *map(line, texts)]
    progress = Progress(new_run())
    enqueue_lines(source(lines), Queue(server), DEFAULTS, progress)
    size = len("".join(f"{each}\n" for each in lines).encode())
    expected = Progress(progress.run, len(lines) + 1, len(texts) + 1, 0, size)
    assert (progress, queued_texts(server)) == (expected, ["first", *texts])


def test_a_line_may_be_a_batch_of_ten_thousand(server: "redis.Redis") -> None:
    """More parts than one script takes are one line all the same, which goes on where it broke off."""
    parts = [{"method": "send_text", "args": [str(n), str(n)]} for n in range(10_000)]
    lines = [line("first"), json.dumps({"method": "send_batch", "args": [parts]}), line("last")]
    progress = Progress(new_run())
    with pytest.raises(QueueUnavailableError):
        enqueue_lines(source(lines), Flaky(server, breaks_at=4, after=True), DEFAULTS, progress)
    assert (progress.next_line, progress.commands, server.hlen("outbound:commands")) == (1, 0, 4_000)
    enqueue_lines(source(lines), Queue(server), DEFAULTS, progress)
    assert (progress.next_line, progress.commands) == (4, 10_002)
    assert sorted(queued_texts(server)) == sorted(["first", *map(str, range(10_000)), "last"])


def test_a_bad_line_stops_the_run_right_before_it(server: "redis.Redis") -> None:
    """What stands before a bad line is queued, the line and all behind it are not."""
    lines = [line("a"), line("b"), line("x" * 2001), line("c")]
    progress = Progress(new_run())
    with pytest.raises(LineRefusedError, match=r"^line 3: message\.text: at most 2000 characters$"):
        enqueue_lines(source(lines), Queue(server), DEFAULTS, progress)
    assert (progress.next_line, progress.commands, queued_texts(server)) == (3, 2, ["a", "b"])


def test_bad_lines_are_left_out_when_asked(server: "redis.Redis") -> None:
    """With somebody to tell of bad lines, the good ones go on."""
    told: list[BadLine] = []
    progress = Progress(new_run())
    lines = ["{", line("a"), '{"method": "send_txt"}', line("b")]
    enqueue_lines(source(lines), Queue(server), DEFAULTS, progress, on_bad=told.append)
    problem = "method: is no method of the vocabulary; did you mean send_text?"
    assert told == [BadLine(1, "is no JSON: Input data was truncated"), BadLine(3, problem)]
    assert (progress.next_line, progress.commands, progress.bad) == (5, 2, 2)
    assert queued_texts(server) == ["a", "b"]


@pytest.mark.parametrize("after", [False, True], ids=["request lost", "answer lost"])
@pytest.mark.parametrize("breaks_at", [1, 2, 3])
def test_a_broken_run_goes_on_without_a_double(server: "redis.Redis", breaks_at: int, *, after: bool) -> None:
    """After a lost connection the same run queues every line once, whether the server had seen the round or not."""
    texts = [str(number) for number in range(2 * ROUND + 7)]
    progress = Progress(new_run())
    with pytest.raises(QueueUnavailableError):
        enqueue_lines(
            source(map(line, texts)), Flaky(server, breaks_at=breaks_at, after=after), DEFAULTS, progress
        )
    known = (breaks_at - 1) * ROUND
    assert (progress.next_line, progress.commands) == (known + 1, known)
    enqueue_lines(source(map(line, texts)), Queue(server), DEFAULTS, progress)
    assert queued_texts(server) == texts


def test_a_full_queue_takes_all_of_a_round_or_nothing(server: "redis.Redis") -> None:
    """When a Page's queue is full, the lines of whole rounds before are queued and no others."""
    texts = [str(number) for number in range(2 * ROUND)]
    progress = Progress(new_run())
    with pytest.raises(QueueFullError):
        enqueue_lines(source(map(line, texts)), Queue(server, page_queue_max=ROUND + 10), DEFAULTS, progress)
    assert (progress.next_line, queued_texts(server)) == (ROUND + 1, texts[:ROUND])


def test_a_run_may_begin_in_the_middle(server: "redis.Redis") -> None:
    """Lines before the first one wanted are neither read as commands nor queued."""
    progress = Progress(new_run(), next_line=3)
    enqueue_lines(source(["{", line("a"), line("b")]), Queue(server), DEFAULTS, progress)
    assert (progress.next_line, progress.commands, queued_texts(server)) == (4, 1, ["b"])


def test_progress_is_told_after_each_round(server: "redis.Redis") -> None:
    """Whoever watches a run sees its numbers grow."""
    seen: list[tuple[int, int]] = []
    texts: Sequence[str] = [str(number) for number in range(ROUND + 1)]
    enqueue_lines(
        source(map(line, texts)),
        Queue(server),
        DEFAULTS,
        Progress(new_run()),
        on_progress=lambda now: seen.append((now.commands, now.next_line)),
    )
    assert seen == [(ROUND, ROUND + 1), (ROUND + 1, ROUND + 2)]


def test_a_batch_counts_its_parts(server: "redis.Redis") -> None:
    """An explicit batch is one line, and each of its parts a command."""
    parts = [{"method": "send_text", "args": ["1", text]} for text in "abc"]
    progress = Progress(new_run())
    enqueue_lines(
        source([json.dumps({"method": "send_batch", "args": [parts]})]), Queue(server), DEFAULTS, progress
    )
    assert (progress.commands, progress.next_line, queued_texts(server)) == (3, 2, ["a", "b", "c"])
