"""Graph's version and the Pages' tokens are looked into: against the stub, and by a table of answers."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import msgspec
import pytest

from worker.config.pages import Page, Pages, read_pages
from worker.config.settings import Settings
from worker.doctor import graph
from worker.doctor.findings import Finding
from worker.stub import GraphStub

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOON_S = int(NOW.timestamp()) + 7 * 86_400
PAGE, OTHER, APP = "111111111111111", "222222222222222", "77"
SECRET = "hush-app"
TOKENS = {PAGE: "EAAB-hush-1", OTHER: "EAAB-hush-2"}


@pytest.fixture
def stub() -> Iterator[GraphStub]:
    """Graph with two Pages of one app."""
    with GraphStub(pages=TOKENS, app_id=APP, app_secret=SECRET, require_proof=False) as running:
        yield running


def pages_of(tokens: dict[str, str], **app: str) -> Pages:
    """Returns Pages with these tokens, all of one app or of none."""
    return read_pages(
        {**app, "pages": {page: {"access_token": token} for page, token in tokens.items()}}, "-"
    )


def asked(origin: str, pages: Pages, *only: str) -> list[tuple[str, str]]:
    """Returns what is found of the Pages' tokens; no finding shows a secret."""
    found = list(graph.tokens(Settings(graph_origin=origin), pages, NOW, only))
    assert b"hush" not in msgspec.json.encode(found)
    assert [each for each in found if (each.level == "ok") is bool(each.why and each.do)] == []
    return [(each.level, each.what) for each in found]


def test_living_tokens_are_well(stub: GraphStub) -> None:
    """With the app's secret `debug_token` is asked, without it the Page itself; both find a living token."""
    told = [("ok", f"the token of Page {PAGE}, {OTHER} is alive and may send")]
    assert asked(stub.origin, pages_of(TOKENS, app_id=APP, app_secret=SECRET)) == told
    assert asked(stub.origin, pages_of(TOKENS)) == told
    paths = [(request.method, request.path.partition("?")[0]) for request in stub.requests]
    assert sorted(set(paths)) == [("GET", "/v27.0/debug_token"), ("GET", "/v27.0/me")]


def test_a_dead_token_is_an_error(stub: GraphStub) -> None:
    """Its Page is named, with Graph's code where Graph gave one."""
    stub.set_token(PAGE, state="expired")
    told = ("ok", f"the token of Page {OTHER} is alive and may send")
    whole = pages_of(TOKENS, app_id=APP, app_secret=SECRET)
    dead = f"the token of Page {PAGE} is dead"
    assert asked(stub.origin, whole) == [("error", f"{dead} (debug_token: not valid)"), told]
    assert asked(stub.origin, pages_of(TOKENS)) == [("error", f"{dead} (code 190, subcode 463)"), told]


def test_a_token_of_another_page_is_an_error(stub: GraphStub) -> None:
    """Two tokens that were swapped are found with the app's secret and without."""
    swapped = {PAGE: TOKENS[OTHER]}
    told = [("error", f"the token of Page {PAGE} is that of Page {OTHER}")]
    assert asked(stub.origin, pages_of(swapped)) == told
    assert asked(stub.origin, pages_of(swapped, app_id=APP, app_secret=SECRET)) == told


def test_a_wrong_app_secret_is_an_error(stub: GraphStub) -> None:
    """It is the app that is told to be wrong, not the token."""
    told = f"Graph does not tell app {APP} about the token of Page {PAGE} (code 190)"
    wrong = pages_of({PAGE: TOKENS[PAGE]}, app_id=APP, app_secret="hush-other")
    assert asked(stub.origin, wrong) == [("error", told)]


def test_a_graph_that_is_away_is_one_error() -> None:
    """However many Pages there are, that Graph is away is told once."""
    told = "Graph at http://127.0.0.1:1 gave no answer (no connection to Graph: connection refused)"
    assert asked("http://127.0.0.1:1", pages_of(TOKENS)) == [("error", told)]


def test_only_the_named_pages_are_asked_about(stub: GraphStub) -> None:
    """`--page` asks about that Page alone; one that is not there is an error."""
    whole = pages_of(TOKENS)
    assert asked(stub.origin, whole, OTHER) == [("ok", f"the token of Page {OTHER} is alive and may send")]
    assert asked(stub.origin, whole, "5") == [("error", "Page 5 is none of the Pages here")]


def test_at_most_a_hundred_pages_are_asked_about(stub: GraphStub) -> None:
    """Above that it is told that the others were left out."""
    many = pages_of({str(1_000 + number): f"TOKEN-{number}" for number in range(101)})
    stub.clear()
    levels = asked(stub.origin, many)
    assert levels[-1] == ("warning", "100 of 101 Pages were asked about")
    assert len(stub.requests) == 100


WELL: dict[str, object] = {
    "is_valid": True,
    "type": "PAGE",
    "app_id": APP,
    "profile_id": PAGE,
    "expires_at": 0,
    "scopes": ["pages_messaging", "pages_manage_metadata"],
}
ANSWERS: dict[str, tuple[dict[str, object], list[tuple[str, str]]]] = {
    "for ever, for everything": ({}, []),
    "a user's token": (
        {"type": "USER", "profile_id": "9"},
        [("error", f"the token of Page {PAGE} is of the type USER, not PAGE")],
    ),
    "another app's": (
        {"app_id": "78"},
        [("error", f"the token of Page {PAGE} was made by app 78, not by app {APP}")],
    ),
    "one that expires in a week": (
        {"expires_at": SOON_S},
        [("warning", f"the token of Page {PAGE} expires on 2026-11-29 12:00 UTC")],
    ),
    "one that expires later": ({"expires_at": SOON_S + 1}, []),
    "one that has expired": (
        {"expires_at": int(NOW.timestamp())},
        [("error", f"the token of Page {PAGE} expires on 2026-11-22 12:00 UTC")],
    ),
    "one that loses its data": (
        {"data_access_expires_at": SOON_S},
        [("warning", f"the token of Page {PAGE} loses its access to data on 2026-11-29 12:00 UTC")],
    ),
    "no right to send": (
        {"scopes": ["pages_manage_metadata"]},
        [("error", f"the token of Page {PAGE} lacks pages_messaging")],
    ),
    "no right to set up": (
        {"scopes": ["pages_messaging"]},
        [("warning", f"the token of Page {PAGE} lacks pages_manage_metadata")],
    ),
    "nothing that is known": (
        {"is_valid": None},
        [("error", f"the token of Page {PAGE} is dead (debug_token: not valid)")],
    ),
}


@pytest.mark.parametrize(("differs", "findings"), ANSWERS.values(), ids=ANSWERS)
def test_a_token_is_judged(differs: dict[str, object], findings: list[tuple[str, str]]) -> None:
    """Whose it is, how long it lives, and what it may do."""
    found = list(graph.judged(Page(PAGE, "EAAB-hush", APP, SECRET), {**WELL, **differs}, NOW))
    assert [(each.level, each.what) for each in found] == findings


@pytest.mark.parametrize(
    ("number", "today", "level", "what"),
    [
        pytest.param("27.0", date(2026, 11, 22), "ok", "v27.0, which has no last day yet", id="the newest"),
        pytest.param("25.0", date(2026, 11, 22), "ok", "v25.0, until 2028-07-29", id="one that lives"),
        pytest.param(
            "25.0", date(2028, 5, 1), "warning", "v25.0 ends on 2028-07-29, in 89 days", id="one that ends"
        ),
        pytest.param(
            "4.0", date(2026, 11, 22), "warning", "v4.0 ended on 2021-11-02", id="one that has ended"
        ),
        pytest.param(
            "30.0",
            date(2026, 11, 22),
            "warning",
            "v30.0 is newer than any version that is known here (v27.0)",
            id="one that is not known",
        ),
    ],
)
def test_a_version_has_a_last_day(number: str, today: date, level: str, what: str) -> None:
    """It is told ninety days before it comes."""
    found: list[Finding] = list(graph.version(Settings(graph_version=number), today))
    assert [(each.level, each.what) for each in found] == [(level, what)]
