"""Runs the demo: starts everything, enqueues the input, waits until it has been sent, and counts."""

import contextlib
import signal
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from types import FrameType
from typing import Final, NoReturn

import msgspec

from producer import Producer
from producer.commands import Command
from producer.errors import OutboundError
from producer.queue.envelope import Delivery
from producer.store.keys import Keys
from producer.store.queue import Queue, connect
from worker.demo import campaign
from worker.demo.counting import Expected, Report, count
from worker.demo.servers import (
    Redis,
    WorkerProcess,
    check_packages,
    redis_server,
    stub_of_graph,
    worker_for,
)
from worker.operations.intake import Progress, enqueue_lines, new_run
from worker.operations.lines import parse_line
from worker.stub import StubProcess

ROUND: Final = 2_500
POLL_S: Final = 0.1
STALLED_S: Final = 30.0
TERMINATED: Final = 143


class DemoFailedError(OutboundError):
    """The demo did not come to its end; the message has the last words of the process that failed."""


class Demo(msgspec.Struct):
    """One run, and how far it has come: `enqueued` commands of `expected`, `sent` by the stub's ledger."""

    messages: int
    on_progress: Callable[["Demo"], None]
    expected: int = 0
    enqueued: int = 0
    sent: int = 0
    redis: str = ""
    graph: str = ""

    def run(self, environ: Mapping[str, str]) -> Report:
        """Runs it and returns what it came to; whatever happens, everything that it started has ended then.

        Args:
            environ: `OUTBOUND_REDIS_URL` names a running server to use instead of an embedded one.

        Raises:
            MissingPackageError: a package of the extra `testing` is missing.
            DemoFailedError: a process did not start, or ended on the way.
            redis.RedisError: the named server was not reached.
        """
        check_packages(environ)
        with _ends_on_sigterm(), redis_server(environ) as server, _started_stub() as stub:
            self.redis = "an embedded Valkey" if server.embedded else "the Redis of OUTBOUND_REDIS_URL"
            self.graph = stub.origin
            with worker_for(server, stub.origin, campaign.PAGES) as running:
                expected = self._enqueue(server, stub, running)
                self._wait(server, stub, running)
            stats = stub.stats()
            return count(expected, stub.ledger, stub.requests, refused=stats.errors)

    def _enqueue(self, server: Redis, stub: StubProcess, running: WorkerProcess) -> Expected:
        expected = Expected()
        self.expected = self.messages + _examples(expected)
        client = connect(server.url)
        queue = Queue(client, prefix=server.prefix)
        progress = Progress(new_run())
        with campaign.open_examples() as source:
            enqueue_lines(source, queue, Delivery(page=campaign.PAGES[0]), progress)
        self.enqueued = progress.commands
        producer = Producer.on(client, prefix=server.prefix).with_options(priority="bulk", ordered=True)
        source_texts = campaign.texts(self.messages)
        while round_ := list(islice(source_texts, ROUND)):
            for page, commands in _by_page(round_, expected).items():
                self.enqueued += producer.for_page(page).send_many(commands)
            self._look(stub, running)
        client.close()
        return expected

    def _wait(self, server: Redis, stub: StubProcess, running: WorkerProcess) -> None:
        """Returns once every command has ended, or nothing has been sent for half a minute."""
        client, keys = connect(server.url), Keys(server.prefix)
        moved_at, before = time.monotonic(), -1
        while client.hlen(keys.of("commands")) and time.monotonic() - moved_at < STALLED_S:
            self._look(stub, running)
            if self.sent != before:
                moved_at, before = time.monotonic(), self.sent
            time.sleep(POLL_S)
        self._look(stub, running)
        client.close()

    def _look(self, stub: StubProcess, running: WorkerProcess) -> None:
        if running.has_ended():
            raise DemoFailedError(f"the worker has ended:\n{running.last_words()}")
        self.sent = stub.stats().deliveries
        self.on_progress(self)


def _examples(expected: Expected) -> int:
    """Notes what the examples ask for, and returns how many sends they are."""
    page = campaign.PAGES[0]
    with campaign.open_examples() as source:
        for line in source:
            expected.add(page, parse_line(line, Delivery(page=page)).command)
    return expected.total


def _by_page(texts: Iterable[campaign.Text], expected: Expected) -> dict[str, list[Command]]:
    found: defaultdict[str, list[Command]] = defaultdict(list)
    for text in texts:
        command = text.command
        expected.add(text.page, command)
        found[text.page].append(command)
    return found


@contextlib.contextmanager
def _started_stub() -> Iterator[StubProcess]:
    try:
        with stub_of_graph(campaign.PAGES) as stub:
            yield stub
    except (RuntimeError, OSError) as error:
        raise DemoFailedError(f"the stub of Graph failed: {error}") from error


@contextlib.contextmanager
def _ends_on_sigterm() -> Iterator[None]:
    """Makes SIGTERM end the block as an exception does, so that all that was started is ended."""

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
