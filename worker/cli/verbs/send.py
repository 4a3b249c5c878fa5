"""`outbound send`: queues one message, and waits for its outcome if asked to."""

import os
from typing import Final

import click
import msgspec

from producer.errors import OutcomeTimeoutError
from producer.queue.envelope import Delivery
from producer.store.ids import new_id
from producer.tickets.ticket import Outcome, Ticket
from worker.cli import INTERRUPTED
from worker.cli.durations import seconds_up_to
from worker.cli.failing import Refusal
from worker.cli.installation import installation
from worker.cli.missing import warning_for
from worker.cli.screen import notice, print_json
from worker.cli.telling import exit_code_of, sentence_of
from worker.cli.verb import Verb
from worker.operations.intake import TERMS, prepared
from worker.operations.lines import QueuedLine, parse_line

WAIT_DEFAULT: Final = "30s"
WAIT_MAX_S: Final = 3_600
WORDS_MAX: Final = 3


class Sent(msgspec.Struct, frozen=True):
    """What `--json` prints."""

    id: str
    page: str
    warning: str | None
    outcome: Outcome | None


@click.command(
    "send",
    cls=Verb,
    examples=(
        'outbound send 1895382890692545 1254459154682919 "Hello!" --wait',
        'outbound send 1254459154682919 "Hello!" --page 1895382890692545',
        """outbound send --page 18953 --command '{"method":"typing_on","args":["12544"]}'""",
    ),
)
@click.argument("words", nargs=-1, metavar="[PAGE] PSID TEXT")
@click.option("--page", envvar="OUTBOUND_PAGE", help="Page id, when it is no argument.  [OUTBOUND_PAGE]")
@click.option("--command", "document", metavar="JSON", help="Any command, as a line of `enqueue`.")
@click.option("--bulk", is_flag=True, help="Let messages that people wait for go first.")
@click.option(
    "--wait",
    "wait_s",
    callback=seconds_up_to(WAIT_MAX_S),
    metavar="DURATION",
    is_flag=False,
    flag_value=WAIT_DEFAULT,
    help=f"Wait for the outcome, {WAIT_DEFAULT} unless given.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def verb(
    words: tuple[str, ...],
    page: str | None,
    document: str | None,
    wait_s: float | None,
    *,
    bulk: bool,
    as_json: bool,
) -> int:
    """Queue one message, and print its id.

    Exit code: 0 queued (with --wait: sent), 1 refused, 75 not ended yet or Redis away.
    """
    line = _line_of(words, page or "", document, bulk=bulk)
    place = installation(patient=True)
    place.admit(line.command)
    ready = prepared(line, new_id())
    ticket = place.ticket(place.queue.take(place.queue.intake.accept(ready, TERMS.keep_ms)))
    warning = warning_for(place, line.delivery.page)
    if warning is not None:
        notice(f"queued, but {warning}")
    if not as_json:
        click.echo(ticket.id)
    try:
        outcome = _wait(ticket, wait_s, as_json=as_json) if wait_s is not None else None
    except KeyboardInterrupt:
        stays = f"{ticket.id} stays queued; `outbound ticket {ticket.id}` says what became of it"
        raise Refusal(f"stopped waiting; {stays}", INTERRUPTED) from None
    if as_json:
        print_json(Sent(ticket.id, line.delivery.page, warning, outcome))
    elif outcome is not None:
        click.echo(sentence_of(outcome))
    return 0 if wait_s is None else exit_code_of(outcome)


def _line_of(words: tuple[str, ...], page: str, document: str | None, *, bulk: bool) -> QueuedLine:
    delivery = Delivery(page=page, priority="bulk" if bulk else "interactive")
    if document is not None:
        if words:
            raise click.UsageError("--command holds the whole command: give no PSID and TEXT beside it")
        return parse_line(document, delivery)
    if len(words) == WORDS_MAX:
        delivery = msgspec.structs.replace(delivery, page=words[0])
    elif len(words) != WORDS_MAX - 1:
        short = len(words) < WORDS_MAX - 1
        advice = "name whom, and what" if short else "put TEXT into quotation marks"
        raise click.UsageError(f"send takes [PAGE] PSID TEXT, not {len(words)} of them: {advice}")
    if not delivery.page:
        raise click.UsageError("no Page is named: put it first, or use --page or OUTBOUND_PAGE")
    call = {"method": "send_text", "args": [words[-2], words[-1]]}
    try:
        line = msgspec.json.encode(call)
    except UnicodeEncodeError:
        raise click.UsageError("PSID and TEXT must be UTF-8") from None
    return parse_line(line, delivery)


def _wait(ticket: Ticket[object], wait_s: float, *, as_json: bool) -> Outcome | None:
    try:
        return ticket.wait(wait_s)
    except OutcomeTimeoutError:
        if as_json:
            return None
        raise Refusal(
            f"{ticket.id} has not ended within {wait_s:g} s; it is still on its way: "
            f"ask again with `outbound ticket {ticket.id}`",
            os.EX_TEMPFAIL,
        ) from None
