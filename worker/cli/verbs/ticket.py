"""`outbound ticket`: what became of one command."""

import os
from typing import Final

import click
import msgspec

from producer.errors import OutcomeTimeoutError
from producer.tickets.ticket import Outcome
from worker.cli.durations import seconds_up_to
from worker.cli.failing import REFUSED, Refusal
from worker.cli.installation import Installation, installation
from worker.cli.screen import print_json
from worker.cli.telling import exit_code_of, sentence_of
from worker.cli.verb import Verb
from worker.operations.explaining import COMMAND_ID

WAIT_DEFAULT: Final = "30s"
WAIT_MAX_S: Final = 3_600
# The first letter of a command's record says where it is.
PLACES: Final = {
    "L": "waiting in its lane",
    "W": "waiting behind an earlier command of its conversation",
    "S": "scheduled for later",
    "R": "to be tried again later",
    "P": "parked: no running worker knows its type",
    "E": "awaiting its echo",
    "T": "with a worker",
}


class Told(msgspec.Struct, frozen=True):
    """What `--json` prints: `place` says where a command is that has not ended."""

    id: str
    place: str | None
    outcome: Outcome | None


@click.command(
    "ticket",
    cls=Verb,
    examples=(
        "outbound ticket 1k7p0u2m8q4ds6vbt2ah",
        "outbound ticket 1k7p0u2m8q4ds6vbt2ah --wait 1m --json",
    ),
)
@click.argument("command_id", metavar="ID")
@click.option(
    "--wait",
    "wait_s",
    callback=seconds_up_to(WAIT_MAX_S),
    metavar="DURATION",
    is_flag=False,
    flag_value=WAIT_DEFAULT,
    default="0",
    help=f"Wait until it has ended, {WAIT_DEFAULT} unless given.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def verb(command_id: str, wait_s: float, *, as_json: bool) -> int:
    """Say what became of one command, by the id that `send` printed.

    Exit code: 0 sent, 1 ended otherwise or not known, 75 not ended yet or Redis away.
    """
    if COMMAND_ID.fullmatch(command_id) is None:
        raise click.UsageError("ID must be the id that `outbound send` or a producer gave")
    place = installation()
    outcome = _outcome(place, command_id, wait_s)
    where = None if outcome is not None else _where(place, command_id)
    if outcome is None and where is None:
        raise Refusal(
            f"no command with the id {command_id} is known: outcomes are kept for "
            f"{place.settings.outcome_retention_ms // 3_600_000} hours",
            REFUSED,
        )
    if as_json:
        print_json(Told(command_id, where, outcome))
    else:
        click.echo(sentence_of(outcome) if outcome is not None else f"not ended: {where}")
    return exit_code_of(outcome) if outcome is not None else os.EX_TEMPFAIL


def _outcome(place: Installation, command_id: str, wait_s: float) -> Outcome | None:
    ticket = place.ticket(command_id)
    found = ticket.outcome()
    if found is not None or not wait_s or _where(place, command_id) is None:
        return found
    try:
        return ticket.wait(wait_s)
    except OutcomeTimeoutError:
        return None


def _where(place: Installation, command_id: str) -> str | None:
    ticket = place.ticket(command_id)
    ids = [part.id for part in getattr(ticket, "parts", ())] or [command_id]
    for each in dict.fromkeys(ids):
        record = place.client.hget(place.keys.of("commands"), each)
        if isinstance(record, bytes):
            return PLACES.get(record[:1].decode(), "on its way")
    return None
