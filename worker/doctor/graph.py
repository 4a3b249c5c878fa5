"""Graph as it answers here: its version's last day, and whether each Page's token lives, for how long, and for what."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, date, datetime
from typing import Final

import msgspec

from producer.errors.graph import GraphError, NoAnswer
from producer.versions import NEWEST, last_day_of
from worker.client import MessengerClient
from worker.config.endpoint import version_pair
from worker.config.pages import Page, Pages
from worker.config.settings import Settings
from worker.doctor.findings import Finding, error, listed, ok, warning

ASKED_MAX: Final = 100
AT_ONCE: Final = 8
TIMEOUT_S: Final = 10.0
ENDS_SOON_DAYS: Final = 90
EXPIRES_SOON_S: Final = 7 * 86_400
NEEDED: Final = "pages_messaging"
WANTED: Final[Mapping[str, str]] = {
    "pages_manage_metadata": "webhooks cannot be subscribed, and the profile cannot be set",
}
INVALID_TOKEN: Final = 190


class _Seen(msgspec.Struct, frozen=True):
    """What came of asking about one Page: facts of its token, or why there are none."""

    page: Page
    info: Mapping[str, object] = {}
    refusal: GraphError | None = None
    silence: NoAnswer | None = None


def version(settings: Settings, today: date) -> Iterator[Finding]:
    """Yields whether Meta still serves the version of the settings on `today`, and for how long."""
    number = settings.graph_version
    do = f"set OUTBOUND_GRAPH_VERSION={NEWEST}, after a look into Meta's changelog"
    pair = version_pair(number)
    if pair > version_pair(NEWEST):
        yield warning(
            "graph.version",
            f"v{number} is newer than any version that is known here (v{NEWEST})",
            why="if Meta has no such version it refuses every call",
            do="look into Meta's changelog, or update this package",
        )
        return
    ends = last_day_of(pair)
    if ends is None:
        yield ok("graph.version", f"v{number}, which has no last day yet")
    elif ends < today:
        yield warning(
            "graph.version",
            f"v{number} ended on {ends.isoformat()}",
            why="Meta answers with the rules of a later version, and what this one allowed may be refused",
            do=do,
        )
    elif (ends - today).days < ENDS_SOON_DAYS:
        yield warning(
            "graph.version",
            f"v{number} ends on {ends.isoformat()}, in {(ends - today).days} days",
            why="from then on Meta answers with the rules of a later version",
            do=do,
        )
    else:
        yield ok("graph.version", f"v{number}, until {ends.isoformat()}")


def tokens(settings: Settings, pages: Pages, now: datetime, only: Sequence[str] = ()) -> Iterator[Finding]:
    """Yields what Graph says of the Pages' tokens; asks about the first 100 Pages, or about those of `only`."""
    known = [page for page in pages.by_id.values() if not only or page.id in only]
    missing = sorted(set(only) - set(pages.by_id))
    if missing:
        yield error(
            "tokens",
            f"Page {listed(missing)} is none of the Pages here",
            why="there is no token that Graph could be asked about",
            do="add it to the Pages file, or name another with --page",
        )
    asked = known[:ASKED_MAX]
    seen = _asked(settings, pages, asked)
    silent = [each for each in seen if each.silence is not None]
    if silent:
        yield _unreachable(settings, silent)
    lifelong: list[str] = []
    for each in seen:
        if each.silence is None:
            found = list(_refused(each) if each.refusal is not None else judged(each.page, each.info, now))
            if not found:
                lifelong.append(each.page.id)
            yield from found
    if lifelong:
        yield ok("tokens", f"the token of Page {listed(lifelong)} is alive and may send")
    if len(known) > len(asked):
        yield warning(
            "tokens",
            f"{len(asked):,} of {len(known):,} Pages were asked about",
            why="each is a call to Graph; the tokens of the others may be dead",
            do="name others with --page",
        )


def _asked(settings: Settings, pages: Pages, asked: Sequence[Page]) -> list[_Seen]:
    """Asks about each Page, eight at once, through one client for each app."""
    with ExitStack() as clients, ThreadPoolExecutor(AT_ONCE) as pool:
        by_app = {
            app: clients.enter_context(_client(settings, page, timed=pages.timed_proof))
            for page in asked
            for app in [_app_of(page)]
        }
        return list(pool.map(lambda page: _ask(by_app[_app_of(page)], page), asked))


def _app_of(page: Page) -> tuple[str | None, ...]:
    """Returns what Pages must have in common to be asked about through one client."""
    return page.app_id, page.app_secret, page.origin


def _client(settings: Settings, page: Page, *, timed: bool) -> MessengerClient:
    return MessengerClient(
        page.access_token,
        app_id=page.app_id,
        app_secret=page.app_secret,
        version=settings.graph_version,
        origin=page.origin or settings.graph_origin,
        timeout_s=TIMEOUT_S,
        timed_proof=timed,
        debug=False,
        dangerous_plain_http=settings.dangerous_plain_http,
    )


def _ask(client: MessengerClient, page: Page) -> _Seen:
    try:
        if page.app:
            return _Seen(page, _of(page, dict(client.debug_token(access_token=page.access_token))))
        found = client.get_page_info(["id"], access_token=page.access_token)
        return _Seen(page, _of(page, {"is_valid": True, "profile_id": found.get("id", "")}))
    except GraphError as refusal:
        return _Seen(page, refusal=refusal)
    except NoAnswer as silence:
        return _Seen(page, silence=silence)


def _of(page: Page, told: dict[str, object]) -> dict[str, object]:
    """Returns what was told of a token; one of an account on Instagram names its Page, or itself by another id."""
    return {**told, "profile_id": page.id} if page.platform == "instagram" else told


def _unreachable(settings: Settings, silent: Sequence[_Seen]) -> Finding:
    reasons = sorted({each.silence.reason for each in silent if each.silence is not None})
    return error(
        "graph.reach",
        f"Graph at {settings.graph_origin} gave no answer ({listed(reasons)})",
        why="nothing is sent; what waits stays where it is",
        do="check the network, DNS and the proxy (HTTPS_PROXY) of this machine; --offline leaves Graph out",
    )


def _refused(seen: _Seen) -> Iterator[Finding]:
    refusal, page = seen.refusal, seen.page
    if refusal is None:
        return
    told = f"code {refusal.code}" + (f", subcode {refusal.subcode}" if refusal.subcode else "")
    if page.app:
        yield error(
            "tokens",
            f"Graph does not tell app {page.app_id} about the token of Page {page.id} ({told})",
            why="the app's id and secret do not fit together: calls with their proof are refused",
            do="copy app_id and app_secret again from the app's dashboard, Settings, Basic",
        )
    elif refusal.code == INVALID_TOKEN:
        yield _dead(page.id, told)
    else:
        yield warning(
            "tokens",
            f"Graph refused to show Page {page.id} to its own token ({told})",
            why="whether the token may send is not known",
            do="give app_id and app_secret, so that the token can be looked into",
        )


def _dead(page: str, told: str) -> Finding:
    return error(
        "tokens",
        f"the token of Page {page} is dead ({told})",
        why="the Page is held, and everything of it waits",
        do="make a new token, put it into the Pages file; the hold ends by itself",
    )


def judged(page: Page, info: Mapping[str, object], now: datetime) -> Iterator[Finding]:
    """Yields what is wrong with the token of `page`, by what `debug_token` said of it; nothing when all is well."""
    if not info.get("is_valid"):
        yield _dead(page.id, "debug_token: not valid")
        return
    yield from _speaks_for(page, info)
    for member, what in (("expires_at", "expires"), ("data_access_expires_at", "loses its access to data")):
        yield from _expiry(page.id, what, info.get(member), now)
    scopes = info.get("scopes")
    if isinstance(scopes, list):
        yield from _permissions(page.id, scopes)


def _speaks_for(page: Page, info: Mapping[str, object]) -> Iterator[Finding]:
    if info.get("type", "PAGE") != "PAGE":
        yield error(
            "tokens",
            f"the token of Page {page.id} is of the type {info['type']}, not PAGE",
            why="it does not send as the Page",
            do="exchange it: GET /me/accounts with the user's token lists the Pages' own",
        )
    elif info.get("profile_id", page.id) != page.id:
        yield error(
            "tokens",
            f"the token of Page {page.id} is that of Page {info['profile_id']}",
            why="messages leave in the wrong name, or are refused",
            do="put the Page's own token there",
        )
    if page.app_id and info.get("app_id", page.app_id) != page.app_id:
        yield error(
            "tokens",
            f"the token of Page {page.id} was made by app {info['app_id']}, not by app {page.app_id}",
            why="the appsecret_proof does not fit: Graph refuses every call",
            do="give this Page its own app_id and app_secret, or a token of the app",
        )


def _expiry(page: str, what: str, at: object, now: datetime) -> Iterator[Finding]:
    if not isinstance(at, int) or at == 0 or at - now.timestamp() > EXPIRES_SOON_S:
        return
    when = datetime.fromtimestamp(at, UTC)
    late = at <= now.timestamp()
    yield (error if late else warning)(
        "tokens",
        f"the token of Page {page} {what} on {when:%Y-%m-%d %H:%M} UTC",
        why="it has passed: calls are refused"
        if late
        else "from then on the Page is held, and everything of it waits",
        do="make a long-lived token (from a long-lived user token, or a system user), put it into the Pages file",
    )


def _permissions(page: str, scopes: Sequence[object]) -> Iterator[Finding]:
    if NEEDED not in scopes:
        yield error(
            "tokens",
            f"the token of Page {page} lacks {NEEDED}",
            why="Graph refuses every send",
            do=f"grant {NEEDED} to the app, and make a new token",
        )
    for name, consequence in WANTED.items():
        if name not in scopes:
            yield warning(
                "tokens",
                f"the token of Page {page} lacks {name}",
                why=consequence,
                do=f"grant {name} to the app, and make a new token; nothing, if it is not needed",
            )
