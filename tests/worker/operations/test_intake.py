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


def keyed(text: str, key: str) -> str:
    """Returns a line that sends a text under a key."""
    return json.dumps({"method": "send_text", "args": ["1", text], "idempotency_key": key})


def test_a_line_with_a_key_is_queued_once_and_in_its_turn(server: "redis.Redis") -> None:
    """What a key stands for already is left alone, in another run too; lines before it are on the queue before it."""
    lines = [line("a"), keyed("b", "k1"), line("c"), keyed("b", "k1")]
    first, again = Progress(new_run()), Progress(new_run())
    enqueue_lines(source(lines), Queue(server), DEFAULTS, first)
    enqueue_lines(source(lines[1:2]), Queue(server), DEFAULTS, again)
    assert (first.next_line, first.commands, again.next_line) == (5, 4, 2)
    assert sorted(queued_texts(server)) == ["a", "b", "c"]
    [conversation] = cast("list[bytes]", server.keys("outbound:conversation:*"))
    behind = cast("list[bytes]", server.lrange(conversation, 0, -1))  # the first one stands in its lane
    assert [each.startswith(first.run.encode()) for each in behind] == [False, True]


def test_a_key_that_stands_for_another_command_is_a_bad_line(server: "redis.Redis") -> None:
    """It is told with its number like any other, and passed over when asked."""
    told: list[BadLine] = []
    lines = [keyed("a", "k1"), keyed("b", "k1"), line("c")]
    with pytest.raises(
        LineRefusedError, match=r"^line 2: idempotency_key: stands for another command already"
    ):
        enqueue_lines(source(lines), Queue(server), DEFAULTS, Progress(new_run()))
    enqueue_lines(source(lines), Queue(server), DEFAULTS, Progress(new_run()), on_bad=told.append)
    assert [each.number for each in told] == [2]
    assert queued_texts(server) == ["a", "c"]


ODD: dict[str, tuple[bytes, str]] = {
    "an option that there is not": (
        b'{"method":"get_label_details","args":["5"],"kwargs":{"feilds":["name"]}}',
        "get_label_details: Unexpected keyword argument 'feilds'",
    ),
    "no UTF-8": (b'{"method":"send_text","args":["7","\xff"]}', "is no UTF-8"),
    "another encoding": ('{"method":"send_text"}'.encode("utf-16"), "is no UTF-8"),
    "deep": (b"[" * 100_000, "is no JSON: "),
    "a number of 5,000 digits": (b'{"method":"send_text","args":[' + b"9" * 5_000 + b"]}", ""),
    "half of a pair": (b'{"method":"send_text","args":["7","\\ud800"]}', "is no JSON: "),
    "a time without its zone": (
        b'{"method":"send_text","args":["7","a"],"send_at":"2030-01-31T08:00:00"}',
        "send_at: a datetime must carry its time zone, as datetime.now(UTC) does",
    ),
    "a time that is none": (
        b'{"method":"send_text","args":["7","a"],"send_at":"tomorrow"}',
        "send_at: must be a time with its zone, as 2030-01-31T08:00:00Z, or seconds since 1970",
    ),
    "seconds as text": (
        b'{"method":"send_text","args":["7","a"],"expires_in":"60"}',
        "expires_in: must be seconds",
    ),
    "less than no time": (
        b'{"method":"send_text","args":["7","a"],"expires_in":-1}',
        "expires_in: must be more than 0 and at most 31622400 seconds",
    ),
    "an empty key": (
        b'{"method":"send_text","args":["7","a"],"idempotency_key":""}',
        "idempotency_key: must be text of 1 to 200 characters",
    ),
    "a word for a switch": (
        b'{"method":"send_text","args":["7","a"],"at_most_once":"yes"}',
        "at_most_once: must be true or false",
    ),
    "an order of its own": (
        b'{"method":"send_text","args":["7","a"],"ordered":1}',
        "ordered: must be true or false",
    ),
}


@pytest.mark.parametrize(("odd", "says"), ODD.values(), ids=ODD)
def test_whatever_a_line_holds_is_told_by_its_line(valkey: "redis.Redis", odd: bytes, says: str) -> None:
    """No line ends a run otherwise than by its number, and with somebody to tell of bad lines none ends it at all."""
    told: list[BadLine] = []
    file = b"\n".join([line("a").encode(), odd.replace(b"\n", b""), line("b").encode(), b""])
    with pytest.raises(LineRefusedError, match=r"^line 2: ") as caught:
        enqueue_lines(io.BytesIO(file), Queue(valkey), DEFAULTS, Progress(new_run()))
    assert caught.value.line.problem.startswith(says)
    valkey.flushall()
    enqueue_lines(io.BytesIO(file), Queue(valkey), DEFAULTS, Progress(new_run()), on_bad=told.append)
    assert (told, queued_texts(valkey)) == ([BadLine(2, caught.value.line.problem)], ["a", "b"])


def test_a_line_may_hold_the_bytes_of_an_upload(server: "redis.Redis") -> None:
    """They lie beside their command, as a producer lays them."""
    file = {"filename": "a.png", "content_type": "image/png", "size_bytes": 3, "content": "YWJj"}
    upload = {"type": "upload_attachment", "attachment_type": "image", "filedata": file}
    progress = Progress(new_run())
    enqueue_lines(source([json.dumps(upload)]), Queue(server), DEFAULTS, progress)
    [command_id] = cast("list[bytes]", server.hkeys("outbound:commands"))
    assert server.get(f"outbound:blob:{command_id.decode()}") == b"abc"
