"""What Graph answered becomes what the methods give back, also when something is missing."""

from typing import Any

import pytest

from producer import batch
from producer.commands import Command, GetAllPersonas
from worker.call.replies import next_cursor, unwrap, unwrap_part, unwrap_parts

B: Any = batch
PAGE = {"object": "page", "callback_url": "u"}
MENU = [{"locale": "default"}]
LOCALES: list[object] = [{"call_to_actions": [{"question": "q", "payload": "p"}], "locale": "default"}]

REPLIES: list[tuple[str, Command, object, object]] = [
    ("a send", B.send_text("1", "x"), {"message_id": "m"}, {"message_id": "m"}),
    ("no property", B.get_persistent_menu(), {"data": []}, None),
    ("a property", B.get_ice_breakers(), {"data": [{"ice_breakers": MENU}]}, MENU),
    ("ice breakers by locale", B.get_ice_breakers(), {"data": LOCALES}, LOCALES),
    ("no ice breakers", B.get_ice_breakers(), {"data": []}, None),
    ("commands", B.get_commands(), {"data": [{"commands": MENU}]}, MENU),
    (
        "a property with its name",
        B.get_home_url(),
        {"data": [{"home_url": {"url": "u"}}]},
        {"home_url": {"url": "u"}},
    ),
    ("another property than asked for", B.get_greeting(), {"data": [{}]}, None),
    (
        "a person's menu",
        B.get_user_persistent_menu("1"),
        {"data": [{"user_level_persistent_menu": MENU}]},
        MENU,
    ),
    ("no menu of a person", B.get_user_persistent_menu("1"), {"data": []}, None),
    ("no thread owner", B.get_thread_owner("1"), {"data": []}, None),
    ("a thread without an owner", B.get_thread_owner("1"), {"data": [{}]}, None),
    ("no metric", B.get_new_conversations(), {"data": []}, None),
    ("no metrics", B.get_insights(["m"]), {"data": []}, []),
    ("the Page's subscription", B.get_page_subscription(), {"data": [{"object": "user"}, PAGE]}, PAGE),
    ("no subscription of the Page", B.get_page_subscription(), {"data": [{"object": "user"}]}, None),
    ("labels with their paging", B.get_label_list(), {"data": [], "paging": {}}, {"data": [], "paging": {}}),
    ("a body of another form", B.get_insights(["m"]), [], None),
    ("null", B.get_persistent_menu(), None, None),
]


@pytest.mark.parametrize(
    ("command", "body", "expected"), [case[1:] for case in REPLIES], ids=[case[0] for case in REPLIES]
)
def test_a_reply_is_unwrapped(command: Command, body: object, expected: object) -> None:
    """What is absent is None, never an exception."""
    assert unwrap(command, body) == expected


def paged(after: object) -> dict[str, object]:
    """Return a page with a cursor."""
    return {"data": [], "paging": {"cursors": {"before": "a", "after": after}, "next": "https://e.com"}}


@pytest.mark.parametrize(
    ("command", "body", "seen", "expected"),
    [
        (GetAllPersonas(), paged("b"), [], "b"),
        (GetAllPersonas(cursor="b"), paged("c"), ["b"], "c"),
        (GetAllPersonas(cursor="b"), paged("b"), [], None),
        (GetAllPersonas(cursor="c"), paged("b"), ["b", "c"], None),
        (GetAllPersonas(), paged(""), [], None),
        (GetAllPersonas(), {"data": []}, [], None),
        (GetAllPersonas(), {"data": [], "paging": {}}, [], None),
        (B.get_personas(), paged("b"), [], None),
    ],
)
def test_personas_are_read_until_a_cursor_is_missing_or_comes_again(
    command: Command, body: object, seen: list[str], expected: str | None
) -> None:
    """Reading all personas ends, whatever the server does."""
    assert next_cursor(command, body, seen) == expected


def test_parts_come_back_parsed_and_in_their_order() -> None:
    """A failed part is a value with Graph's error; null stays None; what is no JSON stays text."""
    parts = [
        B.get_thread_owner("1"),
        B.send_text("1", "x"),
        B.send_text("2", "x"),
        B.part(B.mark_seen("1"), name="a"),
    ]
    headers = [{"name": "Content-Type", "value": "application/json"}]
    answers: list[object] = [
        {"code": 200, "headers": headers, "body": '{"data":[{"thread_owner":{"app_id":"5"}}]}'},
        {"code": 400, "body": '{"error":{"code":100}}'},
        None,
        {"code": 500, "body": "<html>"},
    ]
    assert unwrap_parts(parts, answers) == [
        {"code": 200, "headers": headers, "body": {"app_id": "5"}},
        {"code": 400, "body": {"error": {"code": 100}}},
        None,
        {"code": 500, "body": "<html>"},
    ]


@pytest.mark.parametrize(
    ("path", "code", "expected"),
    [
        ("data[0].thread_owner", 200, {"app_id": "5"}),
        ("data[1].thread_owner", 200, None),
        ("data.none", 200, None),
        (None, 200, {"data": [{"thread_owner": {"app_id": "5"}}]}),
        pytest.param(f"data[{'9' * 5_000}]", 200, None, id="a place that no list has"),
        ("data[0].thread_owner", 400, {"data": [{"thread_owner": {"app_id": "5"}}]}),
    ],
)
def test_a_raw_part_picks_from_its_answer(path: str | None, code: int, expected: object) -> None:
    """`responseAccessPath` picks from an answer of success, and leaves an error whole."""
    raw = {"method": "GET", "relative_url": "me/thread_owner"}
    if path is not None:
        raw["responseAccessPath"] = path
    (part,) = B.send_batch([raw]).parts
    answer = {"code": code, "body": '{"data":[{"thread_owner":{"app_id":"5"}}]}'}
    assert unwrap_part(part, answer) == {"code": code, "body": expected}


def test_a_missing_answer_is_an_error() -> None:
    """As many answers as parts, or the batch was not understood."""
    with pytest.raises(ValueError, match="shorter"):
        unwrap_parts([B.mark_seen("1")], [])
