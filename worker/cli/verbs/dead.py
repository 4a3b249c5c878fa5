"""`outbound dead`: dead letters, found by their marks, shown, replayed and dropped."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final, TypeVar

import click
import msgspec
from rich.table import Table

from worker.cli.durations import seconds_up_to
from worker.cli.failing import REFUSED, Refusal
from worker.cli.installation import Installation, installation
from worker.cli.noting import noted
from worker.cli.overview_view import span
from worker.cli.screen import notice, print_json, print_whole, result_console
from worker.cli.verb import Verb, VerbGroup
from worker.cli.verbs.explain import attempt_line
from worker.operations import dead_letters
from worker.operations.acts import listed
from worker.operations.dead_letters import WHY_LEFT, Done, Place, Shown, told_of
from worker.operations.letters import AGE_S_MAX, Letter, Which

HANDFUL: Final = 10
LIMIT_MAX: Final = 10_000_000
REASON_CHARS: Final = 80

Wrapped = TypeVar("Wrapped", bound=Callable[..., Any])


class Listed(msgspec.Struct, frozen=True):
    """What `dead list --json` prints; `dropped` counts those that were too many or too old, since the beginning."""

    letters: list[Letter]
    kept: int
    dropped: int


@click.group(
    "dead",
    cls=VerbGroup,
    examples=(
        "outbound dead list --class exhausted --newer 1h",
        "outbound dead replay --page 1895382890692545 --yes",
    ),
)
def verb() -> None:
    """Dead letters: commands that used up their attempts, or were refused for what can be mended."""


def _filters(function: Wrapped) -> Wrapped:
    age = seconds_up_to(AGE_S_MAX)
    for option in (
        click.option("--newer", "younger_than_s", callback=age, metavar="AGE", help="Ended after it, as 2h."),
        click.option("--older", "older_than_s", callback=age, metavar="AGE", help="Ended before it, as 7d."),
        click.option("--broadcast", metavar="ID", help="Of one broadcast."),
        click.option("--code", type=int, metavar="N", help="Graph's error code."),
        click.option("--class", "kind", metavar="CLASS", help="An outcome, a verdict's row, or a type."),
        click.option("--page", metavar="PAGE", help="Of one Page."),
    ):
        function = option(function)
    return function


@verb.command(
    "list", cls=Verb, examples=("outbound dead list --code 613", "outbound dead list --json | jq .kept")
)
@_filters
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Most letters.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_(limit: int, *, as_json: bool, **marks: Any) -> None:  # noqa: ANN401 (the fields of Which, as click names them)
    """List dead letters, the newest first; no text of any message is shown."""
    place = installation()
    letters, more = _found(place, Which(**marks), limit)
    totals = dead_letters.totals(place.client, place.keys)
    if as_json:
        print_json(Listed(letters, totals.kept, totals.dropped))
        return
    if letters:
        print_whole(result_console(), _table(letters, datetime.now(UTC)))
    kept = f"{totals.kept:,} kept" + (
        f", {totals.dropped:,} dropped as too many or too old" if totals.dropped else ""
    )
    if letters:
        click.echo("… and more (--limit)" if more else f"dead letters: {kept}")
    else:
        click.echo(f"no dead letter has these marks ({kept})" if totals.kept else f"no dead letters ({kept})")


def _found(place: Installation, which: Which, limit: int) -> tuple[list[Letter], bool]:
    letters: list[Letter] = []
    after: Place | None = None
    while True:
        found = dead_letters.find(place.client, place.keys, which, limit=limit - len(letters), after=after)
        letters += found.letters
        after = found.next
        if after is None or len(letters) >= limit:
            return letters, after is not None


def _table(letters: Iterable[Letter], now: datetime) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for column in ("id", "ended", "page", "type", "outcome", "attempts", "code", "reason"):
        right = column in {"attempts", "code"}
        table.add_column(column, justify="right" if right else "left", no_wrap=True)
    for letter in letters:
        reason = letter.reason or "its outcome is no longer kept"
        code = letter.answer.get("code")
        table.add_row(
            letter.id,
            f"{span(max(0.0, (now - letter.at).total_seconds()))} ago",
            letter.page,
            letter.type,
            letter.outcome or "?",
            str(letter.attempts),
            "" if code is None else str(code),
            reason if len(reason) <= REASON_CHARS else f"{reason[: REASON_CHARS - 1]}…",
        )
    return table


@verb.command("show", cls=Verb, examples=("outbound dead show 1k7p0u2m8q4ds6vbt2ah --show-content --json",))
@click.argument("command_id", metavar="ID")
@click.option("--show-content", is_flag=True, help="Also the recipient, and the command with its text.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def show(command_id: str, *, show_content: bool, as_json: bool) -> None:
    """Show one dead letter with its attempts and Graph's fbtrace_id."""
    place = installation()
    shown = dead_letters.show(place.client, place.keys, command_id, with_content=show_content)
    if shown is None:
        elsewhere = f"`outbound explain {command_id}` says where the command is"
        raise Refusal(f"there is no dead letter with the id {command_id}: {elsewhere}", REFUSED)
    if as_json:
        print_json(shown)
        return
    for line in _lines(shown):
        click.echo(line)


def _lines(shown: Shown) -> Iterable[str]:
    letter = shown.letter
    broadcast = (
        f", broadcast {letter.broadcast}" if letter.broadcast and "broadcast" not in letter.lane else ""
    )
    yield f"{letter.id}: {letter.outcome or 'its outcome is no longer kept'} at {letter.at:%Y-%m-%d %H:%M:%S} UTC"
    where = [f"Page {letter.page}", letter.type, f"lane {letter.lane}{broadcast}" if letter.lane else ""]
    yield "  " + ", ".join(each for each in where if each)
    counted = "1 attempt" if letter.attempts == 1 else f"{letter.attempts} attempts"
    doubt = "; it may have arrived: replaying it wants --doubtful" if letter.doubtful else ""
    yield f"  after {counted}: {letter.reason or 'no reason is kept'}{doubt}"
    for attempt in shown.history:
        yield f"  {attempt.at:%Y-%m-%d %H:%M:%S}: {attempt_line(attempt)}"
    if shown.recipient is not None:
        yield f"  recipient {shown.recipient}"
    if shown.content is not None:
        yield f"  {msgspec.json.encode(shown.content).decode()}"


def _chosen(function: Wrapped) -> Wrapped:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print one JSON document."),
        click.option("--yes", is_flag=True, help=f"Also when they are more than {HANDFUL}."),
        click.option("--limit", type=click.IntRange(1, LIMIT_MAX), help="At most so many, the oldest."),
        click.option("--all", "everything", is_flag=True, help="All that there are."),
    ):
        function = option(function)
    return click.argument("ids", metavar="[ID]...", nargs=-1)(_filters(function))


@verb.command(
    "replay",
    cls=Verb,
    examples=(
        "outbound dead replay 1k7p0u2m8q4ds6vbt2ah",
        "outbound dead replay --code 2 --older 5m --yes",
    ),
)
@_chosen
@click.option("--doubtful", is_flag=True, help="Also what may have arrived already.")
def replay(
    ids: tuple[str, ...],
    limit: int | None,
    *,
    everything: bool,
    yes: bool,
    doubtful: bool,
    as_json: bool,
    **marks: Any,  # noqa: ANN401 (the fields of Which, as click names them)
) -> int:
    """Put dead letters back on the queue: the same ids, behind what waits now, at the Page's rate."""
    place = installation()
    chosen = _select(place, ids, Which(**marks), limit, everything=everything, yes=yes, what="replay")
    done = dead_letters.replay(place.client, place.keys, chosen, doubtful=doubtful)
    noted(place, "replay", _named(ids, Which(**marks)), told_of(done, "replayed"))
    return _report(done, "replayed", as_json=as_json)


@verb.command("drop", cls=Verb, examples=("outbound dead drop --older 30d --yes",))
@_chosen
def drop(
    ids: tuple[str, ...],
    limit: int | None,
    *,
    everything: bool,
    yes: bool,
    as_json: bool,
    **marks: Any,  # noqa: ANN401 (the fields of Which, as click names them)
) -> int:
    """Drop dead letters for good."""
    place = installation()
    chosen = _select(place, ids, Which(**marks), limit, everything=everything, yes=yes, what="drop")
    done = dead_letters.drop(place.client, place.keys, chosen)
    noted(place, "drop", _named(ids, Which(**marks)), told_of(done, "dropped"))
    return _report(done, "dropped", as_json=as_json)


def _named(ids: tuple[str, ...], which: Which) -> str:
    """Returns which dead letters were meant, for the log of acts."""
    if ids:
        return f"dead letters {listed(list(ids))}"
    marks = {name: value for name, value in msgspec.structs.asdict(which).items() if value is not None}
    return "dead letters " + (", ".join(f"{name} {value}" for name, value in marks.items()) or "all")


def _select(
    place: Installation,
    ids: tuple[str, ...],
    which: Which,
    limit: int | None,
    *,
    everything: bool,
    yes: bool,
    what: str,
) -> Iterable[str]:
    filtered = which != dead_letters.ANY
    if sum((bool(ids), filtered, everything)) != 1:
        raise click.UsageError("name ids, or give marks such as --page, or --all: one of these")
    if ids:
        return dead_letters.in_order(place.client, place.keys, ids)
    if not yes:
        few = list(islice(dead_letters.ids_of(place.client, place.keys, which), HANDFUL + 1))
        if len(few[:limit]) <= HANDFUL:
            return few[:limit]
        raise Refusal(
            f"these are more than {HANDFUL} dead letters: look at them with `outbound dead list`, "
            f"then {what} them with --yes"
        )
    return islice(dead_letters.ids_of(place.client, place.keys, which), limit)


def _report(done: Done, participle: str, *, as_json: bool) -> int:
    if as_json:
        print_json(done)
    else:
        click.echo(f"{done.done:,} {participle}")
        for why, number in sorted(done.left.items()):
            advice = " (--doubtful replays them)" if why == "doubtful" else ""
            notice(f"{number:,} left alone: {WHY_LEFT[why]}{advice}")
    return REFUSED if done.left else 0
