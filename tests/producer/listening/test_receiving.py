"""Law: what Meta's webhook tells is learned in one step, and no body of any form does harm."""

import hashlib
import hmac
import json

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from producer import InvalidCommandError, Learned, Producer, SignatureError
from producer.listening.webhook import hear
from worker.engine.chunk import Settlement
from worker.engine.knowledge import KnownPage, Profile
from worker.engine.lanes import Lanes

PROFILE = Profile(rates={"text": None}, types=("send_message",), pages={"P1": KnownPage()})
SECRET = "app secret"
WINDOW_MS = 7 * 86_400_000


def _event(page: str = "P1", person: str = "1", **what: object) -> dict[str, object]:
    return {"sender": {"id": person}, "recipient": {"id": page}, **what}


def _body(*events: dict[str, object]) -> dict[str, object]:
    return {"object": "page", "entry": [{"id": "P1", "messaging": list(events)}]}


def _signed(body: bytes) -> str:
    return "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def _in_doubt(server: "redis.Redis") -> str:
    ticket = Producer.on(server, page="P1").send_text("1", "x")
    lanes = Lanes(server)
    lanes.hello("w", PROFILE, b"{}")
    chunk = lanes.take("w", 1, PROFILE).chunk
    assert chunk is not None
    lanes.settle(chunk, [Settlement(ticket.id, "await", "ar", 60_000)])
    return ticket.id


def test_one_body_settles_echoes_and_learns_who_wrote(server: "redis.Redis") -> None:
    """Echoes end what was in doubt, people of several Pages are known again as reached, all else is passed over."""
    command_id = _in_doubt(server)
    server.hset("outbound:gone:P1", "2", "9999999999999|blocked")
    server.hset("outbound:gone:P2", "2", "9999999999999|blocked")
    server.hset("outbound:gone:P2", "3", "9999999999999|blocked")
    echo = {"is_echo": True, "metadata": command_id, "mid": "m_1"}
    body = _body(
        _event(message=echo),
        _event(person="2", message={"text": "Hi!"}, timestamp=1),
        _event(page="P2", person="2", postback={"payload": "x"}),
        _event(person="4", optin={"ref": "x"}),
        _event(read={"watermark": 1}),
    )
    content = json.dumps(body).encode()
    producer = Producer.on(server, page="P1")
    assert producer.receive(content, _signed(content), SECRET) == Learned(echoes=1, people=3, ignored=1)
    outcome = producer.ticket(command_id).outcome()
    assert outcome is not None
    assert (outcome.name, outcome.reply) == (
        "sent",
        {"recipient_id": "P1", "message_id": "m_1"},
    )
    assert server.hgetall("outbound:gone:P1") == {
        b"2": b"9999999999999|blocked"
    }  # it wrote before 7 days: too old
    assert server.hgetall("outbound:gone:P2") == {b"3": b"9999999999999|blocked"}
    assert server.zrange("outbound:window:P1", 0, -1) == [b"4"]
    assert server.zrange("outbound:window:P2", 0, -1) == [b"2"]
    assert 0 < server.pttl("outbound:window:P2") <= WINDOW_MS


def test_an_older_event_that_comes_late_does_not_move_the_window_back(server: "redis.Redis") -> None:
    """Meta repeats events and mixes their order: the latest that a person wrote counts."""
    producer = Producer.on(server, page="P1")
    seconds, _ = server.time()
    now_ms = seconds * 1000
    for at_ms in (now_ms - 5, now_ms - 90_000):
        producer.receive(_body(_event(message={"text": "x"}, timestamp=at_ms)))
    assert server.zscore("outbound:window:P1", "1") == now_ms - 5


@pytest.mark.parametrize("signature", [None, "", "sha256=", "sha1=00", "sha256=é", "\ud800"])
def test_a_wrong_signature_teaches_nothing(server: "redis.Redis", signature: str | None) -> None:
    """It raises a clear error, and Redis holds what it held."""
    content = json.dumps(_body(_event(message={"text": "x"}))).encode()
    with pytest.raises(SignatureError, match="answer 403"):
        Producer.on(server, page="P1").receive(content, signature, SECRET)
    assert server.keys() == []


@pytest.mark.parametrize(("body", "secret"), [(b"{}", None), ({}, SECRET), (b"{}", "")])
def test_a_signature_that_cannot_be_checked_is_an_error(body: object, secret: str | None) -> None:
    """Nobody believes that a body was checked which was not."""
    with pytest.raises(InvalidCommandError):
        hear(body, "sha256=00", secret)


ECHO = {"is_echo": True, "metadata": "x:1", "mid": "\ud800"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(ECHO),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["entry", "messaging", "message", "sender", "recipient", "id", "timestamp", "optin", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON | st.binary() | st.text() | st.floats())
def test_any_body_is_read(body: object) -> None:
    """Whatever it is, it comes to a count of what was passed over."""
    assert hear(body, None, None).ignored >= 0


def test_a_body_of_a_million_brackets_is_read() -> None:
    """Nor does depth do harm."""
    assert hear(b"[" * 1_000_000, None, None).ignored == 1
