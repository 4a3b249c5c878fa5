"""A first reading of speed: one worker process of ours and one of stock Dramatiq, on the same servers in one run."""

import os
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from producer import Producer, batch
from tests.running import ROOT, Running, Valkey, settings_of, worker_child
from worker.stub import StubProcess

pytestmark = [pytest.mark.alone, pytest.mark.process, pytest.mark.long]

IS_LONG = bool(os.environ.get("LONG_TESTS"))
OURS = 200_000 if IS_LONG else 40_000
THEIRS = 10_000 if IS_LONG else 2_000
RATIO_MIN = 20.0
ROUNDS = 4
PAGES = tuple(str(100_000_000_000_001 + each) for each in range(5))
POLL_S = 0.02


def rate_of(stub: StubProcess, messages: int) -> float:
    """Returns the messages a second that reach the stub, from the first of so many to the last."""
    start = stub.stats().deliveries
    first: tuple[float, int] | None = None
    while True:
        now, delivered = time.perf_counter(), stub.stats().deliveries - start
        if first is None and delivered:
            first = now, delivered
        if first is not None and delivered >= messages:
            return (delivered - first[1]) / (now - first[0])
        time.sleep(POLL_S)


def rate_with(stub: StubProcess, messages: int, start: Callable[[], Running]) -> float:
    """Returns the rate at which a worker process works off what waits for it."""
    with start():
        return rate_of(stub, messages)


def enqueue_theirs(settings: dict[str, str]) -> None:
    """Puts the messages of stock Dramatiq on its queue, one `send` each."""
    subprocess.run(  # noqa: S603 - our own interpreter with fixed arguments
        [sys.executable, "-m", "tests.bench.plain_dramatiq", str(THEIRS)],
        env={**os.environ, **settings},
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def one_round() -> tuple[float, float]:
    """Returns the messages a second of our worker process, and of the plain actor, one after the other."""
    with Valkey() as valkey, StubProcess(ledger=False) as stub:
        theirs = {"REDIS_URL": valkey.url.replace("/0", "/1"), "GRAPH_URL": f"{stub.origin}/v4.0"}
        enqueue_theirs(theirs)
        command = ("dramatiq", "tests.bench.plain_dramatiq", "--processes", "1", "--threads", "8")
        plain = rate_with(stub, THEIRS, lambda: Running(command, theirs))

        ours = settings_of(
            valkey.url, stub.origin, {page: f"TOKEN-{page}" for page in PAGES}, rate_text="off"
        )
        producer = Producer.connect(valkey.url)
        for page in PAGES:
            texts = (
                batch.send_text(str(10**16 + each), f"Hello {each}") for each in range(OURS // len(PAGES))
            )
            producer.for_page(page).send_many(texts)
        producer.close()
        return rate_with(stub, OURS, lambda: worker_child(ours)), plain


def test_one_process_is_twenty_times_a_plain_actor() -> None:
    """One worker process delivers twenty times the texts a second that a plain Dramatiq actor does.

    The best of a few rounds counts: whatever else this machine does can only take from it. How many a second that are
    says more of the machine than of the worker, so that only the ratio is held.
    """
    shown = []
    for _ in range(ROUNDS):
        ours, plain = one_round()
        shown.append(f"ours {ours:,.0f}/s, plain Dramatiq {plain:,.0f}/s, ratio {ours / plain:.1f}\n")
        sys.stdout.write(shown[-1])
        if ours / plain >= RATIO_MIN:
            return
    pytest.fail("".join(shown), pytrace=False)
