"""The direct client against the stub of Graph, over a socket: what it sends is what a strict Graph takes."""

from collections.abc import Iterator
from typing import Any

import pytest

from producer import batch
from worker import GraphError, MessengerClient, NoAnswer
from worker.stub import GraphStub

TOKEN, APP_SECRET = "EAAGm0PX4ZCpsBA", "0123456789abcdef"
B: Any = batch


@pytest.fixture(scope="module")
def stub() -> Iterator[GraphStub]:
    """A Graph with one Page, whose app has a secret."""
    with GraphStub(pages={"P1": TOKEN, "P2": "EAAGother"}, app_id="77", app_secret=APP_SECRET) as stub:
        yield stub


@pytest.fixture
def client(stub: GraphStub) -> Iterator[MessengerClient]:
    """A client that proves its tokens."""
    with MessengerClient(TOKEN, app_id="77", app_secret=APP_SECRET, origin=stub.origin) as client:
        yield client


def test_sends_and_bytes_arrive(client: MessengerClient, stub: GraphStub) -> None:
    """A text, a picture as bytes and one that was uploaded before."""
    start = len(stub.ledger)
    assert client.send_text("7", "Grüße")["recipient_id"] == "7"
    client.send_image("7", b"\x89PNG\r\n\x1a\n", filename="a.png")
    uploaded = client.upload_image(b"\x89PNG\r\n\x1a\n", is_reusable=True)
    client.send_image("7", {"attachment_id": uploaded["attachment_id"]})
    assert [(each.page, each.recipient, each.kind) for each in stub.ledger[start:]] == [
        ("P1", "7", "message")
    ] * 3


def test_what_is_set_is_read_back(client: MessengerClient) -> None:
    """The Messenger profile, labels and personas live on the other side."""
    client.set_greeting("Hello!")
    assert client.get_greeting() == [{"locale": "default", "text": "Hello!"}]
    client.delete_greeting()
    assert client.get_greeting() is None
    label = client.create_label("vip")
    client.associate_label("7", label["id"])
    assert [each["id"] for each in client.get_associated_labels("7")["data"]] == [label["id"]]
    persona = client.create_persona(name="Ann", profile_picture_url="https://e.com/a.png")
    assert [each["id"] for each in client.get_all_personas()] == [persona["id"]]


def test_a_batch_may_hold_parts_of_other_pages(client: MessengerClient, stub: GraphStub) -> None:
    """Every part goes out under the token that it names, proved, and a refused one is a value in the list."""
    start = len(stub.ledger)
    found = client.send_batch(
        [
            B.send_text("8", "a"),
            B.send_text("8", "b", access_token="EAAGother"),
            B.send_text("8", "c", access_token="EAAGnobody"),
        ]
    )
    assert [each["code"] if each else None for each in found] == [200, 200, 400]
    assert sorted(each.page for each in stub.ledger[start:]) == ["P1", "P2"]


def test_a_wrong_token_is_refused(client: MessengerClient) -> None:
    """As Graph says it, without the token."""
    with pytest.raises(GraphError) as caught:
        client.send_text("7", "x", access_token="EAAGnobody")
    assert (caught.value.code, "EAAGnobody" in str(caught.value)) == (190, False)


def test_a_proof_is_needed_and_made(stub: GraphStub) -> None:
    """A client with the wrong secret is refused, so those above were proved."""
    with (
        MessengerClient(TOKEN, app_id="77", app_secret="f" * 32, origin=stub.origin) as wrong,
        pytest.raises(GraphError, match="proof"),
    ):
        wrong.send_text("7", "x")
    with MessengerClient(
        TOKEN, app_id="77", app_secret=APP_SECRET, origin=stub.origin, timed_proof=True
    ) as timed:
        assert timed.get_page_info()["id"] == "P1"


def test_nobody_listens() -> None:
    """Nothing was sent, and the error says so."""
    with (
        MessengerClient(TOKEN, origin="http://127.0.0.1:1") as client,
        pytest.raises(NoAnswer, match="nothing was sent"),
    ):
        client.send_text("7", "x")
