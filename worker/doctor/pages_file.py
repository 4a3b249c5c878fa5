"""The Pages as they are configured here: there, readable by nobody else, and free of slips of the pen."""

import os
import stat
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from producer.errors import SettingsError
from worker.config.pages import Page, Pages, PagesSource
from worker.config.settings import Settings
from worker.doctor.findings import Finding, error, listed, ok, warning


def read(settings: Settings) -> tuple[Pages, list[Finding]]:
    """Returns the Pages, none where they cannot be read, and what there is to say of it."""
    if settings.pages_file is None and settings.pages is None:
        return Pages(), [
            error(
                "pages.file",
                "no Page is configured here",
                why="a worker with these settings has nothing to send for, and does not start",
                do='set OUTBOUND_PAGES_FILE to a TOML file with [pages.<page_id>] access_token = "…"',
            )
        ]
    try:
        pages = PagesSource(settings).current
    except SettingsError as problem:
        return Pages(), [
            error(
                "pages.file",
                str(problem),
                why="a worker does not start; one that runs keeps the Pages that it had",
                do="mend the file, or OUTBOUND_PAGES; its form is in deploy/pages.example.toml",
            )
        ]
    return pages, [ok("pages.file", f"{len(pages.by_id):,} {'Page' if len(pages.by_id) == 1 else 'Pages'}")]


def permissions(path: Path) -> Iterator[Finding]:
    """Yields who else may read or change the file of the tokens.

    Raises:
        OSError: there is no such file.
    """
    found = path.stat()
    mode = stat.S_IMODE(found.st_mode)
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield error(
            "pages.permissions",
            f"{path} may be changed by others (mode {mode:o})",
            why="whoever may write it decides with whose token messages are sent",
            do=f"chmod 600 {path}",
        )
    elif mode & stat.S_IROTH:
        yield warning(
            "pages.permissions",
            f"{path} may be read by everybody on this machine (mode {mode:o})",
            why="the tokens in it send in the Pages' names",
            do=f"chmod 600 {path} (in Kubernetes: defaultMode 0440 and fsGroup)",
        )
    else:
        yield ok("pages.permissions", f"{path} has mode {mode:o}")
    if path.parent.stat().st_mode & stat.S_IWOTH and not path.parent.stat().st_mode & stat.S_ISVTX:
        yield error(
            "pages.permissions",
            f"everybody may put another file in the place of {path}",
            why="whoever may write in its folder decides with whose token messages are sent",
            do=f"chmod o-w {path.parent}",
        )
    if not os.access(path, os.R_OK):
        yield error(
            "pages.permissions",
            f"{path} cannot be read by this user",
            why="a worker of this user does not start",
            do="give the file to the user that runs the worker",
        )


def entries(pages: Pages, own_page: str) -> Iterator[Finding]:
    """Yields slips of the pen in the Pages; `own_page` is `OUTBOUND_PAGE`, or empty."""
    found = [*_tokens(pages), *_ids(pages), *_apps(pages)]
    if own_page and pages.by_id and own_page not in pages.by_id:
        found.append(
            warning(
                "pages.entries",
                f"OUTBOUND_PAGE is {own_page}, which is none of the Pages here",
                why="`outbound send` and `outbound enqueue` queue for it unless they are told otherwise",
                do="set OUTBOUND_PAGE to one of the Pages, or take it away",
            )
        )
    if pages.by_id:
        yield from found or [
            ok("pages.entries", "every Page has an id, a token of its own, and its app's secret")
        ]


def _tokens(pages: Pages) -> Iterator[Finding]:
    by_token: defaultdict[str, list[str]] = defaultdict(list)
    for page in pages.by_id.values():
        by_token[page.access_token].append(page.id)
    for token, ids in by_token.items():
        if _is_placeholder(token):
            yield error(
                "pages.entries",
                f"the token of Page {listed(ids)} is a placeholder",
                why="Graph refuses it, and the Page is held",
                do="put the Page's own token in",
            )
        elif len(ids) > 1:
            yield error(
                "pages.entries",
                f"Page {listed(ids)} have one and the same token",
                why="a token speaks for one Page: messages of the others are refused, or leave in its name",
                do="give each Page its own token",
            )


def _is_placeholder(token: str) -> bool:
    return not token.isascii() or any(mark in token for mark in ("...", "<", "CHANGE", "REPLACE"))


def _ids(pages: Pages) -> Iterator[Finding]:
    odd = sorted(page for page in pages.by_id if not page.isdecimal())
    if odd:
        yield warning(
            "pages.entries",
            f"Page {listed(odd)} has an id that is no number",
            why="Meta's Page ids are numbers: what is queued for the right one waits",
            do="put the Page's id there, not its name",
        )


def _apps(pages: Pages) -> Iterator[Finding]:
    half = _ids_of(pages, lambda page: bool(page.app_id) != bool(page.app_secret))
    none = _ids_of(pages, lambda page: not page.app_id and not page.app_secret)
    if half:
        yield warning(
            "pages.apps",
            f"Page {listed(half)} has only one of app_id and app_secret",
            why="Pages of one app do not share batches, and tokens cannot be looked into",
            do="give both",
        )
    if none:
        yield warning(
            "pages.apps",
            f"Page {listed(none)} has no app_id and app_secret",
            why="calls carry no appsecret_proof: a stolen token works from anywhere; Pages do not share batches",
            do="put app_id and app_secret at the top of the Pages file",
        )
    if pages.timed_proof and not any(page.app_secret for page in pages.by_id.values()):
        yield warning(
            "pages.apps",
            "OUTBOUND_TIMED_PROOF is on, and no Page has an app_secret",
            why="there is no proof that could have a time",
            do="give app_id and app_secret, or take OUTBOUND_TIMED_PROOF away",
        )


def _ids_of(pages: Pages, holds: Callable[[Page], bool]) -> list[str]:
    return sorted(page.id for page in pages.by_id.values() if holds(page))
