"""`connect` makes a client as the reference document shows it."""

from typing import Any

import pytest

from producer import SettingsError
from producer.versions import NEWEST
from tests.conformance.far_end import FarEnd
from worker import MessengerClient, RequestInfo

ORIGIN = "https://mydummytestserver.com"


def facts_of(client: MessengerClient) -> tuple[str, str | None, str | None, str]:
    """Returns what the document lets one read of a client."""
    return client.access_token, client.app_id, client.app_secret, client.version


@pytest.mark.parametrize(
    ("arguments", "facts"),
    [
        pytest.param(("T",), ("T", None, None, NEWEST), id="a token"),
        pytest.param(("T", "4.0"), ("T", None, None, "4.0"), id="a token and a version"),
        pytest.param(("T", "v4.0"), ("T", None, None, "4.0"), id="a version with v"),
        pytest.param(("T", ""), ("T", None, None, NEWEST), id="an empty version"),
        pytest.param(
            ({"accessToken": "T", "appId": "A", "appSecret": "S", "version": "4.0"},),
            ("T", "A", "S", "4.0"),
            id="an object as the document has it",
        ),
        pytest.param(
            ({"access_token": "T", "app_id": "A", "version": "4.0"}, "5.0"),
            ("T", "A", None, "4.0"),
            id="an object with our names, whose version counts",
        ),
        pytest.param(
            ({"accessToken": "T"}, "5.0"), ("T", None, None, "5.0"), id="a version beside an object"
        ),
    ],
)
def test_connect_takes_a_token_or_an_object(arguments: tuple[Any, ...], facts: tuple[object, ...]) -> None:
    """Both forms of the document, and the class with its positional version, make the same client."""
    assert facts_of(MessengerClient.connect(*arguments)) == facts
    if isinstance(arguments[0], str):
        assert facts_of(MessengerClient(*arguments)) == facts


def test_everything_of_the_object_counts() -> None:
    """Origin, hook and the skipping of proofs reach the request."""
    seen: list[RequestInfo] = []
    far = FarEnd({})
    client = MessengerClient.connect(
        {
            "accessToken": "T",
            "appId": "A",
            "appSecret": "S",
            "version": "4.0",
            "origin": ORIGIN,
            "onRequest": seen.append,
            "skipAppSecretProof": True,
            "transport": far.transport,
        }
    )
    client.send_text("7", "Hello!")
    assert [info.url for info in seen] == [f"{ORIGIN}/v4.0/me/messages"]
    assert far.requests[0]["query"] == [["access_token", "T"]]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (({"accesToken": "T"},), "accesToken is no argument of a client: did you mean access_token?"),
        (({"appId": "A"},), "access_token is missing"),
        (("T", 4.0), "version must be text, such as 27.0 or v27.0"),
        (("T", "four"), "version must be a version of the Graph API"),
    ],
    ids=["a misspelt argument", "no token", "a number", "no version"],
)
def test_what_no_client_can_be_made_of_is_a_sentence(arguments: tuple[Any, ...], says: str) -> None:
    """The argument is named, and no secret."""
    with pytest.raises(SettingsError) as caught:
        MessengerClient.connect(*arguments)
    assert says in str(caught.value)
