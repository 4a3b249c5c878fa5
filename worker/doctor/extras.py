"""What an operator may add and need not: rows of the verdict table, and the token of the dashboard."""

from collections.abc import Iterator, Mapping

from producer.errors import SettingsError
from worker.config.secret_files import DASHBOARD_READ_TOKEN, DASHBOARD_TOKEN, secret_of
from worker.config.settings import Settings
from worker.dashboard.guard import Guard
from worker.doctor.findings import Finding, error, ok, warning
from worker.judge import DEFAULT
from worker.judge.file import read_table


def verdicts(settings: Settings) -> Iterator[Finding]:
    """Yields whether a worker takes the file of verdicts, and how many rows it changes; nothing without a file."""
    if not settings.verdicts_file:
        return
    try:
        table = read_table(settings.verdicts_file)
    except SettingsError as problem:
        yield error(
            "verdicts",
            str(problem),
            why="a worker does not start",
            do="mend the file, or take OUTBOUND_VERDICTS_FILE away; its form is in deploy/verdicts.example.toml",
        )
        return
    rows = sum(row not in DEFAULT.rows for row in table.rows)
    if rows:
        verb = "row is" if rows == 1 else "rows are"
        yield ok("verdicts", f"{rows:,} {verb} your own in the table of verdicts")
        return
    yield warning(
        "verdicts",
        f"{settings.verdicts_file} changes nothing",
        why="every refusal is judged as without the file",
        do="add [rows.<name>] to it, or take OUTBOUND_VERDICTS_FILE away",
    )


def token_of_dashboard(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Yields what is wrong with the tokens of the dashboard, which are not shown; nothing without one."""
    try:
        token = secret_of(DASHBOARD_TOKEN, environ)
        read_token = secret_of(DASHBOARD_READ_TOKEN, environ)
        if not token and not read_token:
            return
        Guard(token, read_token=read_token, host="127.0.0.1")
    except SettingsError as problem:
        yield error(
            "dashboard.token",
            str(problem),
            why="`outbound dashboard` does not start",
            do="set another, such as that of `openssl rand -hex 32`",
        )
        return
    yield ok("dashboard.token", "it is long enough")
