"""`outbound recipient`: whom a Page cannot reach, and how that is forgotten."""

import os

import click
import msgspec

from producer.errors import InvalidCommandError
from producer.people.opting import OptOut, opting_in, opting_out
from producer.store.steps import take
from worker.cli.installation import installation
from worker.cli.screen import print_json
from worker.cli.verb import Verb, VerbGroup
from worker.operations import recipients
from worker.operations.recipients import Remembered
from worker.operations.scopes import page_scope


class Told(msgspec.Struct, frozen=True):
    """What `--json` prints; `remembered` and `opted_out` are null for somebody to whom messages are sent."""

    page: str
    recipient: str
    remembered: Remembered | None
    opted_out: str | None


class Forgotten(msgspec.Struct, frozen=True):
    """What `forget --json` prints; `forgotten` is what was remembered, null when it was nothing."""

    page: str
    recipient: str
    forgotten: Remembered | None


@click.group(
    "recipient",
    cls=VerbGroup,
    examples=(
        "outbound recipient show 1895382890692545 1254459154682919",
        "outbound recipient forget 1895382890692545 1254459154682919",
    ),
)
def verb() -> None:
    """People to whom a Page's messages are refused without a call, for a time.

    Graph said that they have blocked the Page, or that there is no such person.
    """


@verb.command(
    "show", cls=Verb, examples=("outbound recipient show 1895382890692545 1254459154682919 --json",)
)
@click.argument("page", metavar="[PAGE]")
@click.argument("psid", metavar="PSID", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def show(page: str, psid: str | None, *, as_json: bool) -> None:
    """Say what is remembered of a person."""
    page, psid = _person(page, psid)
    place = installation()
    found = recipients.show(place.client, place.keys, page, psid)
    opted = recipients.opted_out(place.client, place.keys, page, psid)
    if as_json:
        print_json(Told(page, psid, found, opted))
        return
    if opted is not None:
        click.echo(f"opted out of {opted}: refused without a call until they opt in")
    if found is None and opted is None:
        click.echo("nothing is remembered: messages to this person are sent")
    elif found is not None:
        click.echo(
            f"{found.fact} when last tried; refused without a call until {found.until:%Y-%m-%d %H:%M} UTC"
        )


@verb.command("forget", cls=Verb, examples=("outbound recipient forget 1895382890692545 1254459154682919",))
@click.argument("page", metavar="[PAGE]")
@click.argument("psid", metavar="PSID", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def forget(page: str, psid: str | None, *, as_json: bool) -> None:
    """Forget it, so that the next message is sent."""
    page, psid = _person(page, psid)
    place = installation()
    before = recipients.show(place.client, place.keys, page, psid)
    stood = recipients.forget(place.client, place.keys, page, psid)
    if as_json:
        print_json(Forgotten(page, psid, before if stood else None))
        return
    click.echo("forgotten: the next message is sent" if stood else "nothing was remembered")


@verb.command("opt-out", cls=Verb, examples=("outbound recipient opt-out 1895382890692545 1254459154682919",))
@click.argument("page", metavar="[PAGE]")
@click.argument("psid", metavar="PSID", required=False)
@click.option("--everything", is_flag=True, help="Answers too, not only broadcasts and bulk.")
def opt_out(page: str, psid: str | None, *, everything: bool) -> None:
    """Send a person no more broadcasts and bulk, until they opt in."""
    page, psid = _person(page, psid)
    place = installation()
    of: OptOut = "everything" if everything else "bulk"
    take(opting_out(place.keys, page, psid, of), place.client)
    click.echo(f"opted out of {of}: what waits for them is refused when its turn comes")


@verb.command("opt-in", cls=Verb, examples=("outbound recipient opt-in 1895382890692545 1254459154682919",))
@click.argument("page", metavar="[PAGE]")
@click.argument("psid", metavar="PSID", required=False)
def opt_in(page: str, psid: str | None) -> None:
    """Send to a person again who had opted out."""
    page, psid = _person(page, psid)
    place = installation()
    stood = take(opting_in(place.keys, page, psid), place.client)
    click.echo("opted in: the next message is sent" if stood else "they had not opted out")


def _person(page: str, psid: str | None) -> tuple[str, str]:
    """Returns Page and PSID; a PSID alone is of `OUTBOUND_PAGE`."""
    if psid is None:
        page, psid = os.environ.get("OUTBOUND_PAGE", ""), page
    if not page:
        raise click.UsageError("no Page is named: put it first, or set OUTBOUND_PAGE")
    page_scope(page)
    _check(psid)
    return page, psid


def _check(psid: str) -> None:
    if not psid.strip():
        raise InvalidCommandError("PSID", "must not be empty")
