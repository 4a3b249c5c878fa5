"""`outbound door`: a server that looks like the Graph API and puts what it is asked on the queue, until Ctrl-C."""

import os
import signal
from typing import Final

import click

from worker.cli import INTERRUPTED
from worker.cli.failing import Refusal
from worker.cli.screen import notice
from worker.cli.signals import stopped_by_signals
from worker.cli.verb import Verb
from worker.config.settings import read_settings
from worker.door.serving import DoorServer

PORT_DEFAULT: Final = 8180


@click.command("door", cls=Verb, examples=("outbound door", "outbound door --host 0.0.0.0 --port 8180"))
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=PORT_DEFAULT,
    show_default=True,
    help="Port; 0 takes a free one.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address; TLS is for a proxy before it.")
def verb(port: int, host: str) -> int:
    """Take Graph API calls of services in any language, and send them through the queue.

    A client's origin is set to this address. It brings its Page's token, or a key of [door.keys] in the
    Pages file, and is answered as Graph answers; 202 with a ticket when that takes longer than it waits.
    Exit code: 0 after SIGTERM, 130 after Ctrl-C, 1 the address is taken, 78 a setting is wrong.
    """
    try:
        server = DoorServer(read_settings(os.environ), host, port)
    except OSError as error:
        raise Refusal(
            f"the door cannot listen on {host}:{port}: {error.strerror or error}; try --port 0"
        ) from None
    with stopped_by_signals() as (stopped, signals):
        server.start()
        click.echo(server.origin)
        notice("Ctrl-C stops it; clients take this address for Graph's origin")
        stopped.wait()
        server.close()
    notice("the door has stopped")
    return INTERRUPTED if signals[:1] == [signal.SIGINT] else 0
