"""`outbound cancel`: ends a command before it is sent, and promises no more than is true."""

import click
import msgspec

from worker.cli.failing import REFUSED, Refusal
from worker.cli.installation import Installation, installation
from worker.cli.noting import noted
from worker.cli.screen import print_json
from worker.cli.telling import sentence_of
from worker.cli.verb import Verb
from worker.operations.explaining import COMMAND_ID, Explanation, explain


class Cancelled(msgspec.Struct, frozen=True):
    """What `--json` prints: `why` says why a command that was not cancelled could not be."""

    id: str
    cancelled: bool
    why: str | None


@click.command("cancel", cls=Verb, examples=("outbound cancel 1k7p0u2m8q4ds6vbt2ah",))
@click.argument("command_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def verb(command_id: str, *, as_json: bool) -> int:
    """End a command that no worker has yet; of an explicit batch or a sequence, each part.

    Exit code: 0 it will surely not be sent, 1 that cannot be promised, 75 Redis away.
    """
    if COMMAND_ID.fullmatch(command_id) is None:
        raise click.UsageError("ID must be the id that `outbound send` or a producer gave")
    place = installation()
    before = _look(place, command_id)
    if not before.known:
        hours = place.settings.outcome_retention_ms // 3_600_000
        raise Refusal(
            f"no command with the id {command_id} is known: check the id; outcomes are kept for {hours} hours, "
            "and a broadcast is ended with `outbound broadcast ID --cancel`",
            REFUSED,
        )
    # the last first: the steps of a sequence may end with the one before them
    results = [_cancel(place, each) for each in reversed(before.parts or [before])][::-1]
    left = [each.why for each in results if each.why is not None]
    noted(
        place, "cancel", command_id, f"not cancelled: {left[0]}" if left else "cancelled: it will not be sent"
    )
    if as_json:
        print_json(results if before.parts else results[0])
    else:
        for each in results:
            ended = "cancelled: it will not be sent" if each.why is None else f"not cancelled: {each.why}"
            click.echo(f"{each.id}: {ended}")
    return 0 if all(each.cancelled for each in results) else REFUSED


def _look(place: Installation, command_id: str) -> Explanation:
    return explain(place.client, place.keys, command_id, timeout_ms=place.settings.heartbeat_timeout_ms)


def _cancel(place: Installation, told: Explanation) -> Cancelled:
    if told.place == "not made":
        broadcast = told.id.rpartition(":")[0]
        why = f"it is not taken yet; `outbound broadcast {broadcast} --cancel` ends its whole broadcast"
        return Cancelled(told.id, cancelled=False, why=why)
    if place.ticket(told.id).cancel():
        return Cancelled(told.id, cancelled=True, why=None)
    after = _look(place, told.id)
    why = after.state if after.outcome is None else f"it had ended: {sentence_of(after.outcome)}"
    if after.outcome is not None and told.outcome is None and after.outcome.name == "unknown":
        why = "an earlier attempt may have arrived; it is not tried again"
    return Cancelled(told.id, cancelled=False, why=why)
