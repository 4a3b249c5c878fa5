"""An account on Instagram is asked as Instagram wants it, held to its bounds, and at its own origin."""

from typing import Any

import pytest

from producer import batch
from producer.commands import Command
from producer.errors import InvalidCommandError
from tests.conformance.far_end import FarEnd, part_reply
from worker import MessengerClient
from worker.call.endpoints import CallContext, call_for
from worker.call.graph.client import GraphClient
from worker.call.graph.origins import Origins
from worker.call.graph.signing import Signed
from worker.config.credentials import Credentials

B: Any = batch
INSTAGRAM = CallContext(platform="instagram")
OWN = "https://graph.instagram.com"
FIELDS = (
    "id,name,username,profile_pic,follower_count,is_verified_user,is_user_follow_business,"
    "is_business_follow_user"
)


@pytest.mark.parametrize(
    ("command", "query"),
    [
        (B.get_ice_breakers(), (("fields", "ice_breakers"), ("platform", "instagram"))),
        (B.get_messenger_profile(["greeting"]), (("fields", "greeting"), ("platform", "instagram"))),
        (B.delete_persistent_menu(), (("platform", "instagram"),)),
        (B.get_secondary_receivers(), (("fields", "id,name"), ("platform", "instagram"))),
        (B.get_user_profile("7"), (("fields", FIELDS),)),
        (B.get_greeting(platform="messenger"), (("fields", "greeting"), ("platform", "messenger"))),
    ],
    ids=["a property", "a profile", "a deletion", "receivers", "a person", "a platform that is given"],
)
def test_a_read_names_the_accounts_platform(command: Command, query: tuple[tuple[str, str], ...]) -> None:
    """Without a platform of its own a command goes with that of its account; on Messenger it names none."""
    assert call_for(command, INSTAGRAM).query == query
    if command.access_token is None and "platform" not in dict(call_for(command).query):
        assert "platform" not in repr(call_for(command).body)


@pytest.mark.parametrize(
    "command",
    [B.set_greeting("hi"), B.upload_image("https://e.com/a.png"), B.upload_image(b"x")],
    ids=["a property", "an upload by URL", "an upload with its bytes"],
)
def test_a_write_names_the_accounts_platform(command: Command) -> None:
    """The platform stands in the body."""
    body, plain = call_for(command, INSTAGRAM).body, call_for(command).body
    assert body == {**(plain or {}), "platform": "instagram"}


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (B.send_text("7", "ü" * 501), "message.text"),
        (B.send_images("7", ["https://e.com/a.png"] * 11), "message.attachments[10]"),
        (B.get_user_profile("7", fields=["name", "first_name"]), "fields[1]"),
    ],
    ids=["1,002 bytes", "11 pictures", "a name that is Messenger's"],
)
def test_what_instagram_would_refuse_is_refused_for_its_accounts_only(command: Command, path: str) -> None:
    """The bound is Instagram's, and on Messenger the same goes out."""
    with pytest.raises(InvalidCommandError) as caught:
        call_for(command, INSTAGRAM)
    assert caught.value.path == path
    assert call_for(command).method in {"GET", "POST"}


def test_each_call_goes_to_its_accounts_origin() -> None:
    """No request mixes origins, and the answers stay in the order of the calls."""
    asked: list[str] = []

    def make(origin: str | None) -> GraphClient:
        far = FarEnd({"id": origin or "own"})
        client = GraphClient(origin=origin or "https://graph.facebook.com", transport=far.transport)
        asked.append(origin or "own")
        return client

    origins = Origins(make)
    calls = [
        Signed(call_for(B.get_page_info()), Credentials("T", origin=origin)) for origin in (None, OWN, None)
    ]
    requests = origins.outgoing(calls)
    assert [each.url.partition("?")[0] for each in requests] == [
        "https://graph.facebook.com/v27.0/me",
        f"{OWN}/v27.0/me",
        "https://graph.facebook.com/v27.0/me",
    ]
    bodies = [each.body for each in origins.answers(requests)]  # type: ignore[union-attr]  # all are answered
    assert bodies == [b'{"id":"own"}', b'{"id":"https://graph.instagram.com"}', b'{"id":"own"}']
    assert asked == ["own", OWN]
    origins.close()


def test_the_direct_client_plays_by_instagrams_rules() -> None:
    """`platform` is the client's, for single calls and for batches."""
    far = FarEnd({"result": "success"})
    client = MessengerClient("T", origin=OWN, platform="instagram", transport=far.transport)
    client.set_ice_breakers([{"question": "q", "payload": "p"}])
    assert far.requests[0]["json"]["platform"] == "instagram"
    far.answer([part_reply({"data": []})])
    client.send_batch([batch.get_ice_breakers()])
    assert far.requests[0]["json"]["batch"][0]["relative_url"].endswith("&platform=instagram")
    with pytest.raises(InvalidCommandError):
        client.send_text("7", "x" * 1_001)
