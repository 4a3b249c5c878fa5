"""`outbound dashboard`: one page for a browser, until Ctrl-C."""

import os
import signal
from typing import Final

import click
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from worker.cli import INTERRUPTED
from worker.cli.failing import Refusal
from worker.cli.installation import Installation, installation
from worker.cli.screen import notice
from worker.cli.signals import stopped_by_signals
from worker.cli.verb import Verb
from worker.config.secret_files import DASHBOARD_READ_TOKEN, DASHBOARD_TOKEN, secret_of
from worker.dashboard.guard import Guard
from worker.dashboard.routes import Routes
from worker.dashboard.server import Dashboard

PORT_DEFAULT: Final = 8765
# A page that is looked at every second must not wait as long as a worker does.
CONNECT_S: Final = 2.0
ANSWER_S: Final = 2.0


@click.command(
    "dashboard",
    cls=Verb,
    examples=("outbound dashboard", "OUTBOUND_DASHBOARD_TOKEN=… outbound dashboard --port 9000"),
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=PORT_DEFAULT,
    show_default=True,
    help="Port; 0 takes a free one.",
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address; any but loopback wants a token."
)
@click.option(
    "--allow-host", "names", multiple=True, metavar="NAME", help="Name by which browsers may find it."
)
def verb(port: int, host: str, names: tuple[str, ...]) -> int:
    """Show an installation in a browser: what waits, holds, broadcasts, dead letters, live.

    It only shows, unless OUTBOUND_DASHBOARD_TOKEN (or its _FILE) is set: who signs in
    with it can act; with OUTBOUND_DASHBOARD_READ_TOKEN, only look.
    Exit code: 0 after SIGTERM, 130 after Ctrl-C, 1 the address is taken, 78 a setting
    is wrong.
    """
    token, read_token = (secret_of(name, os.environ) for name in (DASHBOARD_TOKEN, DASHBOARD_READ_TOKEN))
    guard = Guard(token, read_token=read_token, host=host, names=names)
    place = _impatient(installation())
    routes = Routes(place.client, place.keys, guard, timeout_ms=place.settings.heartbeat_timeout_ms)
    try:
        server = Dashboard(host, port, guard=guard, routes=routes, report=notice)
    except OSError as error:
        raise Refusal(
            f"the dashboard cannot listen on {host}:{port}: {error.strerror or error}; try --port 0"
        ) from None
    with stopped_by_signals() as (stopped, signals):
        server.start()
        click.echo(server.origin)
        notice("Ctrl-C stops it; " + _described(guard))
        stopped.wait()
        server.close()
    notice("the dashboard has stopped")
    return INTERRUPTED if signals[:1] == [signal.SIGINT] else 0


def _impatient(place: Installation) -> Installation:
    """Returns the installation with a client that gives up early: the page tells of it, and asks again.

    A connection that was closed is opened once more; a server that hangs is not asked twice.
    """
    place.client.connection_pool.connection_kwargs.update(
        socket_connect_timeout=CONNECT_S,
        socket_timeout=ANSWER_S,
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )
    return place


def _described(guard: Guard) -> str:
    if not guard.can_act:
        return f"it only shows: set {DASHBOARD_TOKEN} to act"
    return "who signs in with the token can act"
