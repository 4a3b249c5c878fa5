"""An overview as tables."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from worker.operations.lanes import LaneSeen
from worker.operations.overview import Overview
from worker.operations.scopes import described

NAMED_MAX: Final = 5
MINUTE_S: Final = 60
HOUR_S: Final = 3_600
DAY_S: Final = 86_400


def render(overview: Overview, *, rows_max: int) -> RenderableType:
    """Returns tables of at most `rows_max` rows each: workers, what waits, lanes, holds, how commands ended."""
    parts: list[RenderableType] = [
        _workers(overview, rows_max),
        Text(),
        _waiting(overview),
    ]
    if overview.lanes:
        parts += [Text(), _lanes(overview, rows_max)]
    if overview.holds:
        parts += [Text(), _holds(overview, rows_max)]
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


def _table(*columns: str, right: Sequence[str] = ()) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", no_wrap=True)
    return table


def _workers(overview: Overview, rows_max: int) -> RenderableType:
    if not overview.workers:
        return Text("no worker is running: start one with `outbound worker`", style="yellow")
    table = _table("worker", "pid", "up", "heartbeat", "pages", "taken", right=("pid", "pages", "taken"))
    for worker in overview.workers[:rows_max]:
        up = (overview.at - worker.since).total_seconds() if worker.since else None
        beat = f"{span(worker.heartbeat_age_s)} ago" + ("" if worker.alive else ", taken for dead")
        table.add_row(
            worker.host or worker.name,
            str(worker.pid),
            span(max(0.0, up) if up is not None else None),
            Text(beat, style="" if worker.alive else "red"),
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


def _lanes(overview: Overview, rows_max: int) -> RenderableType:
    numbers = ("waiting", "behind", "oldest", "backlog")
    table = _table("page", "lane", *numbers, "state", right=numbers)
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
            Text(_state(lane, overview.at), style="" if lane.state in {"ready", "paced"} else "yellow"),
        )
    return _more(table, fullest, rows_max)


def _state(lane: LaneSeen, at: datetime) -> str:
    if lane.reason is None:
        return lane.state
    return f"{lane.state}{_until(lane.until, at) if lane.state != 'unserved' else ''}: {lane.reason}"


def _until(until: datetime | None, at: datetime) -> str:
    if until is None:
        return " until released"
    return f" for {span(max(0.0, (until - at).total_seconds()))}"


def _holds(overview: Overview, rows_max: int) -> RenderableType:
    table = _table("held", "kind", "since", "ends", "reason")
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
    if overview.parked:
        kinds = ", ".join(f"{kind} ({number:,})" for kind, number in overview.parked.items())
        notes.append(f"no running worker knows these types: {kinds}; start a newer worker")
    served = {page.page for page in overview.pages if page.served}
    without = [page for page in overview.unserved if page not in served]
    dead = [page for page in overview.unserved if page in served]
    if without:
        notes.append(f"no running worker holds a token for Page {_named(without)}; add it to the Pages file")
    if dead:
        notes.append(
            f"Page {_named(dead)} waits for another token: put it into the Pages file, "
            "or release the Page if the one there is alive"
        )
    return [Text(), *(Text(note) for note in notes)] if notes else []


def _named(pages: Sequence[str]) -> str:
    return ", ".join(pages[:NAMED_MAX]) + (", …" if len(pages) > NAMED_MAX else "")


def _more(table: Table, rows: Sequence[object], rows_max: int) -> RenderableType:
    if len(rows) <= rows_max:
        return table
    return Group(table, Text(f"… and {len(rows) - rows_max:,} more (--rows)", style="dim"))
