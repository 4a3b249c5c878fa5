"""`outbound stub`: the stub of Graph in the foreground, or its self-test."""

import os
import signal
from typing import Final

import click
import msgspec

from worker.cli import INTERRUPTED
from worker.cli.failing import REFUSED, Refusal
from worker.cli.screen import notice, print_json
from worker.cli.verb import Verb
from worker.stub import ParserMissingError, StubOptions, self_test, serve

LATENCY_MS_MAX: Final = 600_000
SELF_TEST_S_MAX: Final = 60


@click.command(
    "stub",
    cls=Verb,
    examples=(
        "outbound stub --port 8099 --latency-ms 120",
        "OUTBOUND_GRAPH_ORIGIN=http://127.0.0.1:8099 outbound worker",
        "outbound stub --self-test",
    ),
)
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Port; a free one unless given.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--latency-ms", type=click.FloatRange(0, LATENCY_MS_MAX), default=0.0, help="Time before each answer."
)
@click.option("--self-test", "tested", is_flag=True, help="Measure batch parts a second, and exit.")
@click.option(
    "--seconds", type=click.FloatRange(0.1, SELF_TEST_S_MAX), default=3.0, help="Length of the self-test."
)
@click.option("--json", "as_json", is_flag=True, help="Print the self-test as one JSON document.")
def verb(port: int, host: str, latency_ms: float, seconds: float, *, tested: bool, as_json: bool) -> int:
    """Run a stub of Graph; GET /stub/ledger shows what it delivered.

    It takes any token; one of the form TOKEN-<page> is that Page's.

    Exit code: 0 after SIGTERM, 130 after Ctrl-C; of the self-test 0 it is fast enough, 1 it is not.
    """
    try:
        if tested:
            return _test(seconds, as_json=as_json)
        served = serve(StubOptions(host=host, port=port, latency_ms=latency_ms), ready=_announce)
    except ParserMissingError as error:
        raise Refusal(str(error)) from None
    except OSError as error:
        # asyncio's own text of a taken port repeats the address
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise Refusal(f"the stub cannot listen on {host}:{port}: {why}; try --port 0") from None
    notice(
        f"the stub has stopped: {served.stats.requests:,} requests, {served.stats.deliveries:,} messages delivered"
    )
    return INTERRUPTED if served.ended_by == signal.SIGINT else 0


def _announce(origin: str) -> None:
    click.echo(origin)
    notice(f"the stub of Graph listens; start a worker with OUTBOUND_GRAPH_ORIGIN={origin} outbound worker")


def _test(seconds: float, *, as_json: bool) -> int:
    try:
        figures = self_test(seconds)
    except RuntimeError as error:
        raise Refusal(str(error)) from None
    if as_json:
        print_json(figures)
    else:
        for name, value in msgspec.to_builtins(figures).items():
            shown = (
                f"{value:,.1f}"
                if isinstance(value, float)
                else f"{value:,}"
                if value != bool(value)
                else value
            )
            click.echo(f"{name:<16} {shown}")
    return 0 if figures.passed else REFUSED
