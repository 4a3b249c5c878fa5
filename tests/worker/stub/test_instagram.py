"""The stub plays an account on Instagram beside its Pages on Messenger."""

import json
from collections.abc import Iterator

import httpx
import pytest

from worker.stub import GraphStub
from worker.stub.recipients import RecipientState

ACCOUNT, PAGE = "200", "100"
QUESTION = {"question": "q", "payload": "p"}


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    """A client of a stub that has one account on Instagram."""
    with GraphStub(instagram=(ACCOUNT,)) as stub, httpx.Client(base_url=stub.origin) as client:
        yield client


def ask(http: httpx.Client, page: str, method: str, path: str, **payload: object) -> tuple[int, int | None]:
    """Returns the error's code and subcode that a call under the token of `page` gets; 0 for none."""
    answer = http.request(
        method,
        f"{path}{'&' if '?' in path else '?'}access_token=TOKEN-{page}",
        content=json.dumps(payload) if payload else None,
        headers={"content-type": "application/json"},
    ).json()
    error = answer.get("error", {"code": 0})
    return error["code"], error.get("error_subcode")


@pytest.mark.parametrize(
    ("message", "there", "here"),
    [
        ({"text": "x" * 1_000}, (0, None), (0, None)),
        ({"text": "ü" * 501}, (100, 2534015), (0, None)),
        ({"attachment": {"type": "like_heart"}}, (0, None), (100, None)),
        ({"attachment": {"type": "MEDIA_SHARE", "payload": {"id": "5"}}}, (0, None), (100, None)),
        ({"attachment": {"type": "MEDIA_SHARE", "payload": {}}}, (100, 2534015), (100, None)),
        (
            {"attachments": [{"type": "image", "payload": {"url": "https://e.com/a.png"}}] * 11},
            (100, 2534015),
            (0, None),
        ),
    ],
    ids=["1,000 bytes", "1,002 bytes", "a heart", "a post", "a post without its id", "11 pictures"],
)
def test_a_message_is_held_to_its_platform(
    http: httpx.Client,
    message: dict[str, object],
    there: tuple[int, int | None],
    here: tuple[int, int | None],
) -> None:
    """What Instagram has and Messenger has not, and the other way round, is refused with the platform's code."""
    recipient = {"id": "7"}
    found = [
        ask(http, page, "POST", "/me/messages", recipient=recipient, message=message)
        for page in (ACCOUNT, PAGE)
    ]
    assert found == [there, here]


@pytest.mark.parametrize(
    ("state", "there", "here"),
    [
        ("window_closed", (10, 2534022), (10, 2018278)),
        ("unknown", (100, 2534014), (100, 2018001)),
        ("other_app", (100, 2534037), (2018300, None)),
        ("blocked", (551, 1545041), (551, 1545041)),
    ],
)
def test_a_person_in_a_state_has_the_platforms_code(
    state: RecipientState, there: tuple[int, int | None], here: tuple[int, int | None]
) -> None:
    """Both refuse the same, each by a code of its own where Meta gives one."""
    with GraphStub(instagram=(ACCOUNT,)) as stub, httpx.Client(base_url=stub.origin) as client:
        stub.set_recipient("7", state)
        found = [
            ask(client, page, "POST", "/me/messages", recipient={"id": "7"}, message={"text": "x"})
            for page in (ACCOUNT, PAGE)
        ]
    assert found == [there, here]


def test_people_there_have_fields_of_their_own(http: httpx.Client) -> None:
    """`username` is there and `first_name` is not."""
    assert ask(http, ACCOUNT, "GET", "/7?fields=id,name,username,is_user_follow_business") == (0, None)
    assert ask(http, ACCOUNT, "GET", "/7?fields=first_name") == (100, None)
    assert ask(http, PAGE, "GET", "/7?fields=first_name") == (0, None)


def test_a_page_and_its_account_have_profiles_apart(http: httpx.Client) -> None:
    """`platform=instagram` reads and writes the account's, and ice breakers need their locale."""
    localised = [{"call_to_actions": [QUESTION], "locale": "default"}]
    path = "/me/messenger_profile"
    assert ask(http, PAGE, "POST", path, platform="instagram", ice_breakers=localised) == (0, None)
    assert ask(http, PAGE, "POST", path, ice_breakers=[{"call_to_actions": [QUESTION]}]) == (100, 2534058)
    token = "access_token=TOKEN-100"
    found = [
        http.get(f"{path}?fields=ice_breakers&{token}{more}").json()["data"]
        for more in ("", "&platform=instagram")
    ]
    assert found == [[], localised]
