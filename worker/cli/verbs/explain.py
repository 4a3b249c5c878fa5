"""`outbound explain`: where one command is, what it waits for and until when, and what its attempts came to."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import click

from worker.cli.failing import REFUSED, Refusal
from worker.cli.installation import installation
from worker.cli.overview_view import span
from worker.cli.screen import print_json
from worker.cli.telling import sentence_of
from worker.cli.verb import Verb
from worker.operations.attempts import Attempt
from worker.operations.explaining import COMMAND_ID, Explanation, Wait, explain

PARTS_MAX: Final = 50


@click.command(
    "explain",
    cls=Verb,
    examples=(
        "outbound explain 1k7p0u2m8q4ds6vbt2ah",
        "outbound explain sale:17 --json | jq .waits_for",
    ),
)
@click.argument("command_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def verb(command_id: str, *, as_json: bool) -> None:
    """Say where a command is, what it waits for, and when it leaves.

    ID is a ticket's, an explicit batch's, or a broadcast's id, a colon and a number.
    Exit code: 0 it is known, 1 it is not, 75 Redis away.
    """
    if COMMAND_ID.fullmatch(command_id) is None:
        raise click.UsageError("ID must be the id that `outbound send` or a producer gave")
    place = installation()
    told = explain(place.client, place.keys, command_id, timeout_ms=place.settings.heartbeat_timeout_ms)
    if not told.known:
        hours = place.settings.outcome_retention_ms // 3_600_000
        raise Refusal(
            f"no command with the id {command_id} is known: outcomes are kept for {hours} hours", REFUSED
        )
    if as_json:
        print_json(told)
        return
    for line in lines_of(told, datetime.now(UTC)):
        click.echo(line)


def lines_of(told: Explanation, now: datetime) -> Iterator[str]:
    """Yields an explanation line by line."""
    yield f"{told.id}: {told.state}"
    yield from _where(told)
    if told.outcome is not None:
        yield f"  {sentence_of(told.outcome)}"
    if told.is_dead_letter:
        yield _dead_letter(told)
    if told.enqueued_at is not None:
        yield f"  enqueued {_ago(told.enqueued_at, now)}" + _expiry(told.expires_at, now)
    for wait in told.waits_for:
        yield f"  waits for {_wait(wait, now)}"
    if told.eta_s is not None:
        yield "  leaves now" if told.eta_s == 0 else f"  leaves in about {span(told.eta_s)}"
    if told.attempts and told.outcome is None:
        repeated = ", one of which may have arrived" if told.possibly_repeated else ""
        yield f"  attempts so far: {told.attempts}{repeated}"
    for attempt in told.history:
        yield f"  {_ago(attempt.at, now)}: {attempt_line(attempt)}"
    for part in told.parts[:PARTS_MAX]:
        yield from lines_of(part, now)
    if len(told.parts) > PARTS_MAX:
        yield f"… and {len(told.parts) - PARTS_MAX:,} more (--json shows all)"


def _dead_letter(told: Explanation) -> str:
    if not told.readable:
        return f"  a dead letter that cannot be read: send it anew, and `outbound dead drop {told.id}`"
    return f"  a dead letter: `outbound dead show {told.id}`, `outbound dead replay {told.id}`"


def _where(told: Explanation) -> Iterator[str]:
    where = [f"Page {told.page}" if told.page else "", told.type, f"lane {told.lane}" if told.lane else ""]
    if any(where):
        yield "  " + ", ".join(each for each in where if each)


def attempt_line(attempt: Attempt) -> str:
    """Returns why an attempt failed, with Graph's codes."""
    codes = ", ".join(f"{name} {value}" for name, value in attempt.answer.items())
    return f"{attempt.reason or 'no reason is kept'}" + (f" ({codes})" if codes else "")


def _wait(wait: Wait, now: datetime) -> str:
    if wait.until is None:
        ends = ", until it is released" if wait.kind == "hold" else ""
    else:
        ends = f", for {span(max(0.0, (wait.until - now).total_seconds()))}"
    return f"{NOUNS[wait.kind]}: {wait.reason.removesuffix('.')}{ends}"


NOUNS: Final = {
    "hold": "a hold",
    "rate": "its rate",
    "conversation": "its conversation",
    "schedule": "its time",
    "retry": "its next attempt",
    "echo": "its echo",
    "type": "a newer worker",
    "worker": "a worker",
}


def _ago(at: datetime, now: datetime) -> str:
    return f"{span(max(0.0, (now - at).total_seconds()))} ago"


def _expiry(at: datetime | None, now: datetime) -> str:
    if at is None:
        return ""
    return f", expires in {span(max(0.0, (at - now).total_seconds()))}"
