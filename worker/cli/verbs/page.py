"""`outbound page`: holds and releases Pages, lanes, broadcasts and apps, and says what is held and why."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import click
import msgspec
from rich.table import Table

from worker.cli.durations import seconds_up_to
from worker.cli.failing import REFUSED
from worker.cli.installation import Installation, installation
from worker.cli.missing import is_known
from worker.cli.noting import noted
from worker.cli.overview_view import span
from worker.cli.screen import notice, print_json, print_whole, result_console
from worker.cli.verb import Verb, VerbGroup
from worker.engine.chunk import HoldKind
from worker.operations import holds
from worker.operations.holds import HOLDS_MAX, KINDS, HoldSeen
from worker.operations.scopes import (
    app_scope,
    broadcast_scope,
    class_scope,
    described,
    lane_scope,
    page_of,
    page_scope,
)

REASON_DEFAULT: Final = "held by hand"
TOKEN_CHARS: Final = 8
STAYS: Final = (
    "a hold by hand that was there before ends no earlier: it stays as it is; release it first to change it"
)


class Held(HoldSeen, frozen=True, kw_only=True):
    """What `page hold --json` prints: what stands now, and the hold by hand that it replaces, or null."""

    replaced: HoldSeen | None


class Released(msgspec.Struct, frozen=True):
    """What `page release --json` prints; `still_held_by` is the scope around it that is held too, or null."""

    scope: str
    released: bool
    still_held_by: str | None


Wrapped = TypeVar("Wrapped", bound=Callable[..., Any])


@click.group(
    "page",
    cls=VerbGroup,
    examples=('outbound page hold 1895382890692545 --for 30m --reason "new menu"', "outbound page list"),
)
def verb() -> None:
    """Hold a Page, lane, broadcast or app: nothing of it is taken, everything waits unharmed.

    Calls in flight finish. What was held comes back gently, not with a burst.
    """


def _target(function: Wrapped) -> Wrapped:
    for option in (
        click.option("--broadcast", metavar="ID", help="A broadcast instead of a Page."),
        click.option("--app", metavar="APP", help="All Pages of an app instead of one Page."),
        click.option(
            "--lane", metavar="LANE", help="A lane, 1895/text/bulk, with its broadcasts; or 1895/text."
        ),
        click.argument("page", metavar="[PAGE]", required=False),
    ):
        function = option(function)
    return function


@verb.command(
    "hold",
    cls=Verb,
    examples=("outbound page hold 1895382890692545 --for 30m", "outbound page hold --lane 18953/text/bulk"),
)
@_target
@click.option(
    "--for",
    "for_s",
    callback=seconds_up_to(holds.SECONDS_MAX),
    metavar="DURATION",
    help="For how long; without it, until it is released.",
)
@click.option("--reason", default=REASON_DEFAULT, metavar="TEXT", help="For whoever wonders.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def hold(for_s: float | None, reason: str, *, as_json: bool, **target: str | None) -> None:
    """Hold it, for a time or until it is released.

    A longer hold by hand that is there stays as it is; what holds it for another reason goes on beside it.
    """
    place = installation()
    scope = _scope(place, **target)
    before = holds.by_hand(place.client, place.keys, scope)
    seen = holds.hold(place.client, place.keys, scope, for_s=for_s, reason=reason)
    noted(place, "hold", described(scope), f"held {_ends(seen, datetime.now(UTC))}: {seen.reason}")
    page = page_of(scope)
    if page and not is_known(place, page):
        notice(f"warning: no worker alive knows Page {page}: check its id")
    if as_json:
        replaced = before if before != seen else None
        print_json(Held(**msgspec.structs.asdict(seen), replaced=replaced))
        return
    now = datetime.now(UTC)
    click.echo(f"{described(scope)} is held {_ends(seen, now)}: {seen.reason}")
    if before == seen:
        click.echo(f"  {STAYS}")
    elif before is not None:
        click.echo(f"  this replaces the hold by hand {_ends(before, now)}: {before.reason}")


@verb.command(
    "release",
    cls=Verb,
    examples=(
        "outbound page release 1895382890692545",
        "outbound page release --lane 18953/text --kind throttle",
    ),
)
@_target
@click.option("--kind", type=click.Choice(KINDS), help="Only what holds it for this reason.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def release(*, kind: HoldKind | None, as_json: bool, **target: str | None) -> int:
    """Release it, whoever holds it. Exit code: 0 released, 1 it was not held."""
    place = installation()
    scope = _scope(place, **target)
    stood = holds.release(place.client, place.keys, scope, kind=kind)
    noted(place, "release", described(scope), "released" if stood else "it was not held")
    around = _still_held_by(place, scope)
    if as_json:
        print_json(Released(scope, stood, around))
    else:
        what = f"{described(scope)} {'is released' if stood else 'was not held'}"
        name = described(around) if around else ""
        click.echo(what + (f", but {name} is held: `outbound page release --{name}`" if around else ""))
    return 0 if stood else REFUSED


@verb.command("list", cls=Verb, examples=("outbound page list --json",))
@click.option("--rows", type=click.IntRange(1, HOLDS_MAX), default=50, show_default=True, help="Most rows.")
@click.option(
    "--json", "as_json", is_flag=True, help=f"Print one JSON document, of at most {HOLDS_MAX:,} holds."
)
def list_(rows: int, *, as_json: bool) -> None:
    """Show what is held, by whom or by which answer of Graph, and until when."""
    place = installation()
    found = holds.list_holds(place.client, place.keys)
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("nothing is held")
        return
    print_whole(result_console(), _table(found[:rows], datetime.now(UTC)))
    if len(found) > rows:
        click.echo(f"… and {len(found) - rows:,} more (--rows)")


def _still_held_by(place: Installation, scope: str) -> str | None:
    """Returns the scope that still holds a lane or broadcast: a throttle holds all lanes of a Page's class."""
    around = class_scope(scope)
    if around is None or all(seen.scope != around for seen in holds.list_holds(place.client, place.keys)):
        return None
    return around


def _table(found: list[HoldSeen], now: datetime) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for column in ("held", "kind", "since", "ends", "repeats", "token", "reason"):
        table.add_column(column, justify="right" if column == "repeats" else "left", no_wrap=True)
    for seen in found:
        since = span(max(0.0, (now - seen.since).total_seconds()))
        token = seen.for_token[:TOKEN_CHARS] if seen.for_token else "any"
        table.add_row(
            described(seen.scope),
            seen.kind,
            f"{since} ago",
            _ends(seen, now),
            str(seen.repeats),
            token,
            seen.reason,
        )
    return table


def _ends(seen: HoldSeen, now: datetime) -> str:
    if seen.until is None:
        return "until released"
    return f"for {span(max(0.0, (seen.until - now).total_seconds()))}"


def _scope(
    place: Installation,
    *,
    page: str | None,
    lane: str | None,
    app: str | None,
    broadcast: str | None,
) -> str:
    match page, lane, app, broadcast:
        case str(), None, None, None:
            return page_scope(page)
        case None, str(), None, None:
            return lane_scope(lane)
        case None, None, str(), None:
            return app_scope(app)
        case None, None, None, str():
            return broadcast_scope(place.client, place.keys, broadcast)
        case _:
            raise click.UsageError("name one of PAGE, --lane, --app and --broadcast")
