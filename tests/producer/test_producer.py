"""The producer on a queue: fakeredis and the embedded server."""

import os
import threading
from collections.abc import Callable, Iterator
from typing import cast

import pytest
import redis

from producer import (
    InvalidCommandError,
    OutcomeTimeoutError,
    Producer,
    QueueFullError,
    QueueUnavailableError,
    SendManyError,
    SettingsError,
    batch,
)
from producer.commands import Command
from producer.tickets.batch_ticket import BatchTicket


def _waiting(server: "redis.Redis") -> int:
    count = server.hlen("outbound:commands")
    assert isinstance(count, int)
    return count


def test_a_sent_text_lies_on_the_queue_once(server: "redis.Redis") -> None:
    """A call returns a ticket as soon as the command is accepted."""
    ticket = Producer.on(server, page="P1").send_text("1234", "Hello!")
    assert _waiting(server) == 1
    assert server.hexists("outbound:commands", ticket.id)
    assert ticket.outcome() is None


def test_bound_views_share_the_queue(server: "redis.Redis") -> None:
    """`for_page` and `with_options` return a view; the producer that they came from stays as it was."""
    producer = Producer.on(server, page="P1")
    producer.for_page("P2").with_options(priority="bulk").send_text("1", "a")
    producer.send_text("1", "b")
    assert server.lrange("outbound:lane:P2/t/b", 0, -1) != []
    assert server.lrange("outbound:lane:P1/t/i", 0, -1) != []


def test_send_many_takes_an_iterator_of_any_length(server: "redis.Redis") -> None:
    """Bulk enqueues go in rounds, and tell how far they are."""
    seen: list[int] = []
    commands: Iterator[Command] = (batch.send_text(str(n), "x") for n in range(1_234))
    assert Producer.on(server, page="P1").send_many(commands, on_progress=seen.append) == 1_234
    assert seen == [500, 1_000, 1_234]
    assert _waiting(server) == 1_234


def test_send_many_says_how_far_it_came(server: "redis.Redis") -> None:
    """A command that is refused stops the bulk: those before it are on the queue, and the error says how many."""

    def commands() -> Iterator[Command]:
        yield from (batch.send_text(str(n), "x") for n in range(600))
        yield batch.send_text("600", "y" * 2_001)

    with pytest.raises(SendManyError, match="600 before it are on the queue") as caught:
        Producer.on(server, page="P1").send_many(commands())
    assert (caught.value.index, caught.value.enqueued) == (600, 600)
    assert _waiting(server) == 600


def test_a_full_page_refuses_and_accepts_nothing(server: "redis.Redis") -> None:
    """A Page's queue has a bound; what is over it is refused whole, and other Pages go on."""
    producer = Producer.on(server, page="P1", page_queue_max=10)
    producer.send_many(batch.send_text(str(n), "x") for n in range(10))
    with pytest.raises(QueueFullError, match="Page P1"):
        producer.send_text("11", "x")
    producer.for_page("P2").send_text("1", "x")
    assert _waiting(server) == 11


@pytest.mark.parametrize(
    ("call", "path"),
    [
        pytest.param(lambda p: p.send_text("1", "x" * 2_001), "text", id="a text over the limit"),
        pytest.param(lambda p: p.send_text("", "x"), "recipient", id="an empty recipient"),
        pytest.param(
            lambda p: p.send_text(
                "1", "x", quick_replies=[{"content_type": "text", "title": "t", "payload": "p"}] * 14
            ),
            "quick_replies",
            id="fourteen quick replies",
        ),
        pytest.param(lambda p: p.send_text("1", "x", access_token="T"), "access_token", id="a token"),
    ],
)
def test_bad_input_is_refused_before_it_reaches_redis(server: "redis.Redis", call: object, path: str) -> None:
    """The error names the path, and nothing is on the queue."""
    assert callable(call)
    with pytest.raises(InvalidCommandError) as caught:
        call(Producer.on(server, page="P1"))
    assert path in caught.value.path
    assert _waiting(server) == 0


def test_no_page_is_refused(server: "redis.Redis") -> None:
    """A producer without a Page says how to name one."""
    with pytest.raises(InvalidCommandError, match="page"):
        Producer.on(server).send_text("1", "x")


def test_redis_that_is_not_there_is_a_sentence() -> None:
    """A server that is not reached is an error of this library."""
    producer = Producer.connect("redis://127.0.0.1:1/0", page="P1")
    with pytest.raises(QueueUnavailableError, match="Redis was not reached"):
        producer.send_text("1", "x")
    producer.close()


def test_a_wrong_url_is_refused_at_once() -> None:
    """The URL's form is checked before anything is sent."""
    with pytest.raises(SettingsError, match="redis://"):
        Producer.connect("http://127.0.0.1", page="P1")


def test_a_producer_is_shared_between_threads(server: "redis.Redis") -> None:
    """Eight threads enqueue through one producer, and nothing is lost or doubled."""
    producer = Producer.on(server, page="P1")
    threads = [
        threading.Thread(target=lambda: [producer.send_text("1", "x") for _ in range(25)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _waiting(server) == 200


def test_a_producer_goes_on_after_a_fork(valkey_url: str) -> None:
    """A child process uses connections of its own."""
    producer = Producer.connect(valkey_url, page="P1")
    producer.send_text("1", "parent")
    child = os.fork()
    if child == 0:
        producer.send_text("1", "child")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    producer.send_text("1", "parent again")
    client = redis.Redis.from_url(valkey_url)
    assert _waiting(client) == 3
    client.close()
    producer.close()


def test_a_batch_goes_as_single_envelopes_under_one_ticket(server: "redis.Redis") -> None:
    """Each part keeps its own order, rate and retries; linked parts stay together, alone in their request."""
    producer = Producer.on(server, page="P1")
    ticket = producer.send_batch(
        [
            batch.send_text("1", "a"),
            batch.part(batch.send_text("2", "b"), name="first"),
            batch.part(batch.send_text("3", "c"), depends_on="first"),
        ]
    )
    assert isinstance(ticket, BatchTicket)
    again = producer.ticket(ticket.id)
    assert isinstance(again, BatchTicket)
    assert [part.id for part in again.parts] == [part.id for part in ticket.parts]
    base = ticket.id.partition("x")[0]
    assert [part.id for part in ticket.parts] == [f"{base}.0", f"{base}.1.0", f"{base}.1.1"]
    assert _waiting(server) == 2


def test_waiting_for_what_does_not_end_is_a_time_out(server: "redis.Redis") -> None:
    """`wait` gives up after its time, and says that the command is still on its way."""
    ticket = Producer.on(server, page="P1").send_text("1", "x")
    with pytest.raises(OutcomeTimeoutError, match="on its way"):
        ticket.wait(0.05)


def test_a_waiting_command_can_be_cancelled(server: "redis.Redis") -> None:
    """`cancel` is true only if the command will surely not be sent; its successor in the conversation goes on."""
    producer = Producer.on(server, page="P1")
    first, second = (producer.ticket(producer.send_text("1", text).id) for text in ("a", "b"))
    assert first.cancel() is True
    assert first.cancel() is False
    outcome = first.outcome()
    assert outcome is not None
    assert (outcome.name, outcome.attempts) == ("cancelled", 0)
    assert second.outcome() is None
    assert server.lrange("outbound:lane:P1/t/i", 0, -1) == [second.id.encode(), first.id.encode()]


@pytest.mark.parametrize(
    "url",
    [
        "redis://user:se/cret@127.0.0.1:6379/0",
        "redis://user:se#cret@127.0.0.1:6379/0",
        "redis://127.0.0.1:6379/0?no_such_option=secret",
    ],
)
def test_a_wrong_url_is_refused_without_its_password(url: str) -> None:
    """The error of a URL that is none tells the form, and nothing of what was given."""
    with pytest.raises(SettingsError) as caught:
        Producer.connect(url)
    assert str(caught.value) == (
        "the Redis URL is not valid: its form is redis://user:password@host:6379/0, "
        "with / as %2F, # as %23 and ? as %3F in a password"
    )


def test_parts_of_a_batch_leave_in_their_order(server: "redis.Redis") -> None:
    """A part that follows linked parts to the same person waits behind them."""
    Producer.on(server, page="P1").send_batch(
        [
            batch.part(batch.send_text("1", "a"), name="first"),
            batch.part(batch.send_text("1", "b"), depends_on="first"),
            batch.send_text("1", "c"),
        ]
    )
    lane = cast("list[bytes]", server.lrange("outbound:lane:P1/t/i", 0, -1))
    behind = cast("list[bytes]", server.lrange("outbound:conversation:P1/1/i", 0, -1))
    assert [each.rpartition(b".")[2] for each in lane + behind] == [b"0", b"2"]


def test_a_batch_among_many_is_parts_by_themselves(server: "redis.Redis") -> None:
    """`send_many` fans a batch out as `send_batch` does, and counts it as the one command that it was."""
    commands: list[Command] = [
        batch.send_batch([batch.send_text("1", "a"), batch.send_text("2", "b")]),
        batch.send_text("3", "c"),
    ]
    assert Producer.on(server, page="P1").send_many(commands) == 2
    assert server.llen("outbound:lane:P1/t/i") == 3


def test_a_batch_takes_as_many_parts_queued_as_directly(server: "redis.Redis") -> None:
    """10,000 parts go under one ticket, in their order; one more is refused with the bound."""
    parts = [batch.send_text(str(1 + n % 9_999), str(n)) for n in range(10_000)]
    producer = Producer.on(server, page="P1")
    with pytest.raises(InvalidCommandError, match=r"^parts: 1 to 10000 parts$"):
        producer.send_batch([*parts, batch.send_text("7", "x")])
    ticket = producer.send_batch(parts)
    assert isinstance(ticket, BatchTicket)
    assert (_waiting(server), len(ticket.parts), ticket.outcome()) == (10_000, 10_000, None)
    lane = cast("list[bytes]", server.lrange("outbound:lane:P1/t/i", 0, -1))
    behind = cast("list[bytes]", server.lrange("outbound:conversation:P1/1/i", 0, -1))
    assert [each.decode() for each in lane + behind] == [part.id for part in ticket.parts]


def test_a_token_in_an_encoded_query_is_refused(server: "redis.Redis") -> None:
    """A raw part hides no token by percent-encoding."""
    with pytest.raises(InvalidCommandError, match=r"parts\[0\]\.relative_url: holds a token"):
        Producer.on(server, page="P1").send_batch(
            [{"method": "GET", "relative_url": "me?fields=id&access%5Ftoken=EAAB"}]
        )


WANTED = 'must be a command of producer.batch, such as batch.send_text(psid, "Hello!")'


@pytest.mark.parametrize(
    ("make", "what"),
    [
        pytest.param(lambda _: 1, "an int", id="a number"),
        pytest.param(lambda _: None, "None", id="nothing"),
        pytest.param(lambda _: "12", "a str", id="text"),
        pytest.param(lambda p: p.send_text("1", "x"), "a Ticket", id="what was enqueued already"),
    ],
)
def test_what_is_no_command_is_named(
    server: "redis.Redis", make: Callable[[Producer], object], what: str
) -> None:
    """`send_many` and `send_batch` say what they were given, by its type, and what they want; the rest is queued."""
    producer = Producer.on(server, page="P1")
    wrong = make(producer)
    before = _waiting(server)
    with pytest.raises(SendManyError) as caught:
        producer.send_many([batch.send_text("2", "x"), wrong])  # type: ignore[list-item]
    assert str(caught.value) == (
        f"command 1: {WANTED}; {what} was given (1 before it are on the queue: mend it, go on from there)"
    )
    assert isinstance(caught.value.__cause__, InvalidCommandError)
    with pytest.raises(InvalidCommandError) as refused:
        producer.send_batch([batch.send_text("2", "x"), wrong])  # type: ignore[list-item]
    assert str(refused.value) == f"parts[1]: {WANTED}, or a raw part as an object; {what} was given"
    assert _waiting(server) == before + 1


def test_a_part_or_a_plain_object_is_no_command_of_a_bulk(server: "redis.Redis") -> None:
    """Links and raw parts are those of one batch: `send_many` says that it takes neither."""
    producer = Producer.on(server, page="P1")
    linked = batch.part(batch.send_text("1", "x"), name="first")
    for wrong, what in ((linked, "a Part"), ({"method": "GET", "relative_url": "me"}, "a dict")):
        with pytest.raises(SendManyError, match=rf"producer\.batch, .*; {what} was given"):
            producer.send_many([wrong])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("wrong", "what"),
    [(1, "an int"), (None, "None"), (batch.send_text("1", "x"), "a SendMessage")],
    ids=["a number", "nothing", "one command"],
)
def test_what_is_no_list_of_commands_is_named(server: "redis.Redis", wrong: object, what: str) -> None:
    """One command in the place of a list is the usual slip."""
    producer = Producer.on(server, page="P1")
    with pytest.raises(
        InvalidCommandError, match=f"^commands: must be an iterable of commands; {what} was given$"
    ):
        producer.send_many(wrong)  # type: ignore[arg-type]
    with pytest.raises(InvalidCommandError, match=f"^parts: must be a list of commands; {what} was given$"):
        producer.send_batch(wrong)  # type: ignore[arg-type]
    with pytest.raises(
        InvalidCommandError, match=r"^must be a command that a batch can hold; an int was given$"
    ):
        batch.part(1)  # type: ignore[arg-type]
