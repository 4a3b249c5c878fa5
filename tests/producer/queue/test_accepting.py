"""What a producer lets onto the queue, and once only: keys, bytes, what Meta has removed."""

from collections.abc import Callable

import pytest
import redis

from producer import (
    IdempotencyError,
    InvalidCommandError,
    Producer,
    QueueUnavailableError,
    RetiredCommandError,
    SendManyError,
    SettingsError,
    batch,
    messages,
)
from producer.store.scripting import Script


def waiting(server: "redis.Redis") -> int:
    """Returns how many commands have not ended."""
    count = server.hlen("outbound:commands")
    assert isinstance(count, int)
    return count


def test_a_second_enqueue_under_a_key_is_the_first_ones_ticket(server: "redis.Redis") -> None:
    """The command is on the queue once, and each Page has keys of its own."""
    producer = Producer.on(server, page="P1").with_options(idempotency_key="order 7")
    first = producer.send_text("1", "paid")
    again = producer.with_options(priority="bulk").send_text("1", "paid")
    other = producer.for_page("P2").send_text("1", "paid")
    assert (again.id, other.id == first.id, waiting(server)) == (first.id, False, 2)


def test_a_key_holds_after_its_command_has_ended(server: "redis.Redis") -> None:
    """For a day, unless set otherwise."""
    producer = Producer.on(server, page="P1").with_options(idempotency_key="k")
    first = producer.send_text("1", "paid")
    assert first.cancel()
    assert producer.send_text("1", "paid").id == first.id
    assert waiting(server) == 0
    assert 86_000_000 < server.pttl("outbound:idempotent:P1:k") <= 86_400_000
    short = Producer.on(server, page="P1", idempotency_retention_s=5).with_options(idempotency_key="s")
    short.send_text("1", "paid")
    assert 0 < server.pttl("outbound:idempotent:P1:s") <= 5_000


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(lambda p: p.send_text("1", "unpaid"), id="another text"),
        pytest.param(lambda p: p.send_text("2", "paid"), id="another person"),
        pytest.param(lambda p: p.mark_seen("1"), id="another method"),
        pytest.param(lambda p: p.send_batch([batch.send_text("1", "paid")]), id="a batch of the same"),
    ],
)
def test_another_command_under_a_key_is_an_error(
    server: "redis.Redis", other: Callable[[Producer], object]
) -> None:
    """The error names the first ticket, and nothing is enqueued."""
    producer = Producer.on(server, page="P1").with_options(idempotency_key="k")
    first = producer.send_text("1", "paid")
    with pytest.raises(IdempotencyError, match=first.id):
        other(producer)
    assert waiting(server) == 1


def test_a_batch_has_one_key(server: "redis.Redis") -> None:
    """All its parts are enqueued once, under one ticket."""
    producer = Producer.on(server, page="P1").with_options(idempotency_key="k")
    parts = [batch.send_text("1", "a"), batch.send_text("2", "b")]
    first = producer.send_batch(parts)
    assert producer.send_batch(parts).id == first.id
    assert waiting(server) == 2


def test_bytes_count_for_a_key(server: "redis.Redis") -> None:
    """The same bytes are the same command; those of a second enqueue are not kept."""
    producer = Producer.on(server, page="P1").with_options(idempotency_key="k")
    first = producer.send_image("1", b"one", filename="a.png")
    assert producer.send_image("1", b"one", filename="a.png").id == first.id
    with pytest.raises(IdempotencyError):
        producer.send_image("1", b"two", filename="a.png")
    assert server.keys("outbound:blob:*") == [f"outbound:blob:{first.id}".encode()]


@pytest.mark.parametrize("key", ["", "x" * 201], ids=["empty", "too long"])
def test_a_key_has_a_bound(server: "redis.Redis", key: str) -> None:
    """1 to 200 characters, said in the error."""
    with pytest.raises(InvalidCommandError, match="200"):
        Producer.on(server, page="P1").with_options(idempotency_key=key)


def test_a_bulk_takes_no_key(server: "redis.Redis") -> None:
    """One key stands for one command."""
    producer = Producer.on(server, page="P1").with_options(idempotency_key="k")
    with pytest.raises(InvalidCommandError, match="one command"):
        producer.send_many([batch.send_text("1", "x")])


def test_bytes_lie_beside_their_command(server: "redis.Redis") -> None:
    """Lasting once the command is accepted, deleted when it ends, and not in the envelope."""
    producer = Producer.on(server, page="P1")
    ticket = producer.send_image("1", b"some bytes", filename="a.png")
    key = f"outbound:blob:{ticket.id}"
    assert (server.get(key), server.pttl(key)) == (b"some bytes", -1)
    record = server.hget("outbound:commands", ticket.id)
    assert record is not None
    assert b"some bytes" not in record
    assert ticket.cancel()
    assert server.exists(key) == 0


def test_a_bulk_may_carry_bytes(server: "redis.Redis") -> None:
    """Each command's bytes lie beside it."""
    commands = [batch.send_image(str(n), b"x", filename="a.png") for n in range(3)]
    assert Producer.on(server, page="P1").send_many(commands) == 3
    assert [server.pttl(key) for key in server.keys("outbound:blob:*")] == [-1, -1, -1]


def test_a_command_without_its_bytes_is_not_accepted(server: "redis.Redis") -> None:
    """Bytes that expired before the enqueue came through are an error at the producer, not at the worker."""
    fixed = "P1|m|i||1|send_message|||ask"
    answer = Script("enqueue").run(server, "outbound", ["", 10, "an-id", fixed, "", "", b"{}"])
    assert answer == [-4, b"an-id"]
    assert waiting(server) == 0
    assert issubclass(QueueUnavailableError, Exception)


def test_bytes_have_a_bound(server: "redis.Redis") -> None:
    """Over 25 MB the error says to use a URL, and nothing is stored."""
    with pytest.raises(InvalidCommandError, match="URL"):
        Producer.on(server, page="P1").send_video("1", bytes(25 * 1024 * 1024 + 1))
    assert server.keys("*") == []


RETIRED: list[tuple[str, Callable[[Producer], object]]] = [
    ("broadcast_to", lambda p: p.send_broadcast_message("1")),
    ("generic template", lambda p: p.send_list_template("1", [{"title": "a"}, {"title": "b"}])),
    ("m.me", lambda p: p.generate_messenger_code()),
    ("broadcast_to", lambda p: p.send_batch([batch.create_message_creative([messages.text("x")])])),
]


@pytest.mark.parametrize(
    ("instead", "ask"), RETIRED, ids=["broadcast", "list template", "code", "in a batch"]
)
def test_what_meta_removed_is_refused_for_newer_versions(
    server: "redis.Redis", instead: str, ask: Callable[[Producer], object]
) -> None:
    """The error says what to use instead; an older version, or `allow_retired`, sends it all the same."""
    for producer in (Producer.on(server, page="P1"), Producer.on(server, page="P1", graph_version="v26.0")):
        with pytest.raises(RetiredCommandError, match=instead):
            ask(producer)
    assert waiting(server) == 0
    ask(Producer.on(server, page="P1", graph_version="4.0"))
    ask(Producer.on(server, page="P1", graph_version="26.0", allow_retired=True))
    assert waiting(server) == 2


def test_a_bulk_is_asked_too(server: "redis.Redis") -> None:
    """Views keep the version of the producer that they came from."""
    producer = Producer.on(server, graph_version="26.0").for_page("P1").with_options(priority="bulk")
    with pytest.raises(SendManyError, match=r"m\.me"):
        producer.send_many([batch.generate_messenger_code()])


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"graph_version": "new"}, "graph_version"),
        ({"idempotency_retention_s": 0}, "idempotency_retention_s"),
    ],
    ids=["version", "retention"],
)
def test_a_wrong_argument_is_a_sentence(server: "redis.Redis", options: dict[str, object], word: str) -> None:
    """It names itself."""
    with pytest.raises(SettingsError, match=word):
        Producer.on(server, page="P1", **options)  # type: ignore[arg-type]  # that is the test
