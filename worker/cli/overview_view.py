"""An overview as tables."""

from collections.abc import Sequence
from datetime import datetime
from textwrap import shorten
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from worker.cli.screen import PLAIN_WIDTH
from worker.operations.lanes import LaneSeen
from worker.operations.overview import Overview
from worker.operations.scopes import described

MINUTE_S: Final = 60
HOUR_S: Final = 3_600
DAY_S: Final = 86_400
WIDE: Final = 110
REASON_MAX: Final = 60


def render(overview: Overview, *, rows_max: int, width: int = WIDE) -> RenderableType:
    """Returns what is wrong, then tables of at most `rows_max` rows: workers, what waits, lanes, holds, ends.

    In less than 110 columns every cell may be broken over lines, else only words and broadcasts' ids are. Only the
    reason in a lane's row is cut, on a terminal; it stands whole among the holds.
    """
    parts: list[RenderableType] = [
        *_troubles(overview),
        *([_workers(overview, rows_max), Text()] if overview.workers else []),
        _waiting(overview),
    ]
    if overview.lanes:
        parts += [Text(), _lanes(overview, rows_max, width)]
    if overview.holds:
        parts += [Text(), _holds(overview, rows_max, is_wide=width >= WIDE)]
    parts += [Text(), _ended(overview), *_notes(overview)]
    return Group(*parts)


def span(seconds: float | None) -> str:
    """Returns a length of time in two figures at most: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`."""
    if seconds is None:
        return "-"
    if seconds < 10:  # noqa: PLR2004 (tenths matter only here)
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < MINUTE_S:
        return f"{whole} s"
    if whole < HOUR_S:
        return f"{whole // MINUTE_S} min {whole % MINUTE_S} s"
    if whole < DAY_S:
        return f"{whole // HOUR_S} h {whole % HOUR_S // MINUTE_S} min"
    return f"{whole // DAY_S} d {whole % DAY_S // HOUR_S} h"


def _troubles(overview: Overview) -> list[RenderableType]:
    told: list[RenderableType] = []
    for trouble in overview.troubles:
        since = f" (since {_moment(trouble.since, overview.at)})" if trouble.since is not None else ""
        told += [Text(f"! {trouble.sentence}{since}", style="bold red"), Text(f"  → {trouble.cure}")]
    return [*told, Text()] if told else []


def _moment(since: datetime, at: datetime) -> str:
    """Returns a moment as the hour of the clock here, with its day where that is not today's."""
    local = since.astimezone()
    same = local.date() == at.astimezone().date()
    return f"{local:%H:%M}" if same else f"{local:%Y-%m-%d %H:%M}"


def _table(
    *columns: str, right: Sequence[str] = (), words: Sequence[str] = (), is_wide: bool = True
) -> Table:
    """Returns a table whose columns of `words` give way first, and those of ids and figures not while it is wide."""
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for column in columns:
        table.add_column(
            column,
            justify="right" if column in right else "left",
            no_wrap=is_wide and column not in words,
            overflow="fold",
        )
    return table


def _workers(overview: Overview, rows_max: int) -> RenderableType:
    table = _table("worker", "pid", "up", "heartbeat", "pages", "taken", right=("pid", "pages", "taken"))
    for worker in overview.workers[:rows_max]:
        up = (overview.at - worker.since).total_seconds() if worker.since else None
        beat = f"{span(worker.heartbeat_age_s)} ago" + ("" if worker.alive else ", taken for dead")
        if worker.alive and worker.graph_away_since is not None:
            beat += ", without Graph"
        table.add_row(
            worker.host or worker.name,
            str(worker.pid),
            span(max(0.0, up) if up is not None else None),
            Text(beat, style="" if worker.alive and worker.graph_away_since is None else "red"),
            f"{worker.pages:,}",
            f"{worker.taken:,}",
        )
    return _more(table, overview.workers, rows_max)


def _waiting(overview: Overview) -> RenderableType:
    columns = ("not ended", "in lanes", "behind", "later", "taken", "parked", "dead letters")
    table = _table(*columns, right=columns)
    numbers = (
        overview.not_ended,
        overview.in_lanes,
        overview.behind,
        overview.later,
        overview.taken,
        sum(overview.parked.values()),
        overview.dead_letters,
    )
    table.add_row(*(f"{number:,}" for number in numbers))
    return table


def _lanes(overview: Overview, rows_max: int, width: int) -> RenderableType:
    numbers = ("waiting", "behind", "oldest", "backlog")
    columns = ("page", "lane", *numbers, "state")
    table = _table(*columns, right=numbers, words=("lane", "state"), is_wide=width >= WIDE)
    reason_max = REASON_MAX if width < PLAIN_WIDTH else PLAIN_WIDTH
    fullest = sorted(overview.lanes, key=lambda lane: -(lane.waiting + lane.behind))
    for lane in fullest[:rows_max]:
        table.add_row(
            lane.page,
            f"{lane.rate_class} {lane.priority}"
            + (f", broadcast {lane.broadcast}" if lane.broadcast else ""),
            f"{lane.waiting:,}",
            f"{lane.behind:,}",
            span(lane.next_age_s),
            span(lane.backlog_s),
            Text(
                _state(lane, overview.at, reason_max),
                style="" if lane.state in {"ready", "paced"} else "yellow",
            ),
        )
    return _more(table, fullest, rows_max)


def _state(lane: LaneSeen, at: datetime, reason_max: int) -> str:
    if lane.reason is None:
        return lane.state
    reason = shorten(lane.reason, reason_max, placeholder=" …")
    return f"{lane.state}{_until(lane.until, at) if lane.state != 'unserved' else ''}: {reason}"


def _until(until: datetime | None, at: datetime) -> str:
    if until is None:
        return " until released"
    return f" for {span(max(0.0, (until - at).total_seconds()))}"


def _holds(overview: Overview, rows_max: int, *, is_wide: bool) -> RenderableType:
    columns = ("held", "kind", "since", "ends", "reason")
    table = _table(*columns, words=("reason",), is_wide=is_wide)
    for hold in overview.holds[:rows_max]:
        since = span(max(0.0, (overview.at - hold.since).total_seconds()))
        ends = _until(hold.until, overview.at).strip()
        table.add_row(described(hold.scope), hold.kind, f"{since} ago", ends, hold.reason)
    return _more(table, overview.holds, rows_max)


def _ended(overview: Overview) -> RenderableType:
    columns = (*overview.ended, "retried", "reaped")
    table = _table(*columns, right=columns)
    numbers = (*overview.ended.values(), overview.retried, overview.reaped)
    table.add_row(*(f"{number:,}" for number in numbers))
    return table


def _notes(overview: Overview) -> list[RenderableType]:
    notes = []
    if overview.next_due is not None:
        due_s = max(0.0, (overview.next_due - overview.at).total_seconds())
        notes.append(f"the next of the later ones is due in {span(due_s)}")
    server = overview.server
    if server.memory_share is not None:
        notes.append(f"Redis uses {server.memory_share:.0%} of its memory")
    return [Text(), *(Text(note) for note in notes)] if notes else []


def _more(table: Table, rows: Sequence[object], rows_max: int) -> RenderableType:
    if len(rows) <= rows_max:
        return table
    return Group(table, Text(f"… and {len(rows) - rows_max:,} more (--rows)", style="dim"))
