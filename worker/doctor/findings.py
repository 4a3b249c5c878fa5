"""A finding: what was seen, why it matters, what to do; and the net that turns a check's own failure into one."""

import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec
import redis

from producer.errors import SettingsError
from producer.store.refusals import refusal_of

Level = Literal["ok", "warning", "error"]
LEVELS: Final[tuple[Level, ...]] = ("ok", "warning", "error")
NAMED_MAX: Final = 3


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was seen; `why` and `do` are empty for what is well. No text holds a secret.

    `error`: something is lost or not sent now, or will be at the next accident. `warning`: it works, and will bite.
    """

    level: Level
    check: str
    what: str
    why: str = ""
    do: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All findings of one examination, what is well first and the worst last; `healthy` without an error."""

    healthy: bool
    errors: int
    warnings: int
    findings: list[Finding]


def ok(check: str, what: str) -> Finding:
    """Returns the finding that something is well."""
    return Finding(level="ok", check=check, what=what)


def warning(check: str, what: str, *, why: str, do: str) -> Finding:
    """Returns the finding that something works, and will bite."""
    return Finding(level="warning", check=check, what=what, why=why, do=do)


def error(check: str, what: str, *, why: str, do: str) -> Finding:
    """Returns the finding that something is wrong now."""
    return Finding(level="error", check=check, what=what, why=why, do=do)


def report_of(findings: Sequence[Finding]) -> Report:
    """Returns the report of findings; those of one level stay in their order."""
    levels = [finding.level for finding in findings]
    return Report(
        healthy="error" not in levels,
        errors=levels.count("error"),
        warnings=levels.count("warning"),
        findings=sorted(findings, key=lambda finding: LEVELS.index(finding.level)),
    )


def examined(check: str, examine: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """Returns what a check finds; when it fails itself, what it had found and that it failed, never a traceback."""
    found: list[Finding] = []
    try:
        found.extend(examine())
    except Exception as failure:  # noqa: BLE001 (whatever it is, the other checks go on)
        found.append(_failed(check, failure))
    return found


def listed(names: Sequence[str]) -> str:
    """Returns the first three names, and how many more there are."""
    more = f" and {len(names) - NAMED_MAX:,} more" if len(names) > NAMED_MAX else ""
    return ", ".join(names[:NAMED_MAX]) + more


def _failed(check: str, failure: Exception) -> Finding:
    """The text of a failure may hold anything, a token too: only its kind and its place are told."""
    if isinstance(failure, SettingsError):
        return error(
            check, str(failure), why="a worker with this setting does not start", do="mend the setting"
        )
    refusal = refusal_of(failure)
    if refusal is not None:
        return error(check, refusal.what, why="what was to be seen here is not known", do=refusal.do)
    if isinstance(failure, redis.RedisError):
        return error(
            check,
            f"Redis did not answer this check ({type(failure).__name__})",
            why="what was to be seen here is not known",
            do="run `outbound doctor` again; if it stays, look into the log of the server",
        )
    last = traceback.extract_tb(failure.__traceback__)[-1:]
    place = f" at {Path(last[0].filename).name}:{last[0].lineno}" if last else ""
    return error(
        check,
        f"this check failed itself: {type(failure).__name__}{place}",
        why="what was to be seen here is not known",
        do="report it with this line: it is a defect of ours",
    )
