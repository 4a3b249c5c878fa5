"""An outbox keeps what a producer would enqueue, and tells it so that a person sees what is wrong."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from producer import (
    GraphError,
    IdempotencyError,
    InvalidCommandError,
    NotSentError,
    OutcomeTimeoutError,
    Producer,
    QueueFullError,
    RetiredCommandError,
    SendManyError,
    batch,
    messages,
)
from producer.commands import Command
from producer.errors import BroadcastError
from producer.testing import AsyncOutbox, Enqueued, Outbox
from producer.vocabulary.methods import Vocabulary

TEXT = messages.text("Sale!")


@pytest.fixture
def box() -> Outbox:
    """An outbox of one Page."""
    return Outbox("P1")


def test_a_command_is_kept_with_all_that_it_was_given(box: Outbox) -> None:
    """Page, options, and the command itself, whichever view it came through."""
    view = box.for_page("P2").with_options(priority="bulk", at_most_once=True, expires_in=60)
    ticket = view.send_text("7", "Hello!", tag="HUMAN_AGENT")
    command = batch.send_text("7", "Hello!", tag="HUMAN_AGENT")
    assert box.commands == (
        Enqueued(
            id=ticket.id,
            command=command,
            page="P2",
            priority="bulk",
            ordered=False,
            at_most_once=True,
            expires_in=60,
        ),
    )
    assert box.only() == box.commands[0]
    assert (box.only().type, box.only().recipient, box.only().text) == ("send_message", "7", "Hello!")
    box.assert_sent(page="P2", tag="HUMAN_AGENT", text=re.compile("^Hel"), message=messages.text("Hello!"))


def test_an_outbox_is_a_producer_with_the_whole_vocabulary(box: Outbox) -> None:
    """A service takes it wherever it takes a producer, of threads or of an event loop."""
    assert isinstance(box, Producer)
    methods = {name for name in dir(Vocabulary) if not name.startswith("_")}
    assert methods - set(dir(box)) == set()
    assert methods - set(dir(box.aio)) == set()


@pytest.mark.parametrize(
    ("kind", "way"),
    [(Outbox, 'made with Outbox(page="…")'), (AsyncOutbox, 'Outbox(page="…").aio')],
    ids=["of threads", "of an event loop"],
)
def test_an_outbox_connects_to_no_server(kind: type[Outbox] | type[AsyncOutbox], way: str) -> None:
    """How a producer is made is no way to make one that keeps: the error says the way."""
    for make in (kind.connect, kind.on):
        with pytest.raises(TypeError) as caught:
            make("redis://127.0.0.1", page="P1")
        assert str(caught.value) == f"an outbox has no server to connect to: it is {way}"


def test_what_redis_would_not_be_given_is_refused(box: Outbox) -> None:
    """Bounds, tokens, options, what Meta removed, and a Page that nobody named; nothing is kept then."""
    with pytest.raises(InvalidCommandError, match="at most 2000"):
        box.send_text("7", "x" * 2_001)
    with pytest.raises(InvalidCommandError, match="access_token"):
        box.send_text("7", "x", access_token="T")
    with pytest.raises(InvalidCommandError, match="send_at"):
        box.with_options(send_at=1e12)
    with pytest.raises(RetiredCommandError, match=r"m\.me"):
        Outbox("P1", graph_version="26.0").generate_messenger_code()
    with pytest.raises(InvalidCommandError, match="no Page is named"):
        Outbox().send_text("7", "x")
    box.assert_not_sent()


def test_the_failure_lists_what_was_enqueued_and_the_nearest_miss(box: Outbox) -> None:
    """A person sees at once what the service did instead."""
    box.send_text("7", "Order 12 has been shipped.")
    box.with_options(priority="bulk", expires_in=60).send_text("8", "Sale!")
    with pytest.raises(AssertionError) as caught:
        box.assert_sent(page="P1", recipient="7", text="Order 13 has been shipped.")
    assert str(caught.value) == (
        "no command was enqueued with page='P1', recipient='7', text='Order 13 has been shipped.'\n"
        "\n"
        "2 commands were enqueued:\n"
        "  1. send_message to 7 on Page P1: text='Order 12 has been shipped.'\n"
        "  2. send_message to 8 on Page P1: text='Sale!' (bulk, expires_in=60)\n"
        "\n"
        "the nearest is 1., but:\n"
        "  text\n"
        "    asked for: 'Order 13 has been shipped.'\n"
        "    enqueued:  'Order 12 has been shipped.'\n"
        "                       ^"
    )


def test_texts_of_several_lines_are_told_as_a_diff(box: Outbox) -> None:
    """Line by line."""
    box.send_text("7", "Dear Ada,\nyour order left.")
    with pytest.raises(AssertionError) as caught:
        box.assert_sent(recipient="7", text="Dear Ada,\nyour order came.")
    lines = [line for line in str(caught.value).splitlines() if not line.lstrip().startswith("?")]
    assert lines[-4:] == [
        "  text (- asked for, + enqueued):",
        "      Dear Ada,",
        "    - your order came.",
        "    + your order left.",
    ]


def test_other_failures_list_everything_too(box: Outbox) -> None:
    """Nothing at all, too many, too few, and what should not have been."""
    with pytest.raises(AssertionError, match=r"with text='x'\n\nnothing was enqueued$"):
        box.assert_sent(text="x")
    for number in range(25):
        box.send_text(str(number), "x")
    with pytest.raises(
        AssertionError, match=r"^25 commands were enqueued with text='x', not 2\n\n"
    ) as caught:
        box.assert_sent(text="x", times=2)
    assert str(caught.value).endswith("  20. send_message to 19 on Page P1: text='x'\n  … and 5 more")
    with pytest.raises(AssertionError, match=r"^not just one command\n\n25 commands"):
        box.only()
    with pytest.raises(
        AssertionError, match=r"^enqueued with recipient='3'\n\n1 command was enqueued:\n  1\. send"
    ):
        box.assert_not_sent(recipient="3")
    box.clear()
    box.assert_not_sent()


def test_a_misspelt_name_is_an_error_even_when_nothing_should_match(box: Outbox) -> None:
    """A test that asks for what no command has would otherwise never fail."""
    with pytest.raises(TypeError, match="no command has 'recipent': did you mean 'recipient'"):
        box.assert_not_sent(recipent="7")
    box.send_sender_action("7", "typing_on")
    box.assert_sent(sender_action="typing_on", type="sender_action", text=None)
    box.assert_not_sent(text="x")


def test_secrets_are_not_shown(box: Outbox) -> None:
    """A failure's text ends in logs of a build."""
    box.set_get_started("START")
    box.set_user_persistent_menu("7", [])
    with pytest.raises(AssertionError) as caught:
        box.assert_sent(recipient="1")
    assert "SetMessengerProfile(" in str(caught.value)


def test_a_key_stands_for_one_command(box: Outbox) -> None:
    """As in Redis."""
    once = box.with_options(idempotency_key="order 7")
    first = once.send_text("7", "paid")
    assert once.send_text("7", "paid").id == first.id
    assert once.for_page("P2").send_text("7", "paid").id != first.id
    with pytest.raises(IdempotencyError, match=first.id):
        once.send_text("7", "unpaid")
    assert len(box.commands) == 2


def test_a_ticket_ends_as_the_test_says(box: Outbox) -> None:
    """With a reply, a refusal, or by its own cancel; waiting for what never ends is an error at once."""
    box.reply_to("get_user_profile", {"first_name": "Ada"})
    assert box.get_user_profile("7").result() == {"first_name": "Ada"}
    refused = box.send_text("7", "x")
    box.end(refused, "refused", answer={"status": 400, "code": 551, "message": "not available"})
    with pytest.raises(GraphError, match="not available"):
        box.ticket(refused.id).result()
    gone = box.send_text("7", "y")
    assert (gone.cancel(), gone.cancel(), box.ticket("unknown").cancel()) == (True, False, False)
    with pytest.raises(NotSentError, match="cancelled"):
        gone.result()
    with pytest.raises(OutcomeTimeoutError, match=r"never will: .*outbound_worker"):
        box.send_text("7", "z").wait(60)
    with pytest.raises(ValueError, match="'get_profile' is no type"):
        box.reply_to("get_profile", {})


def test_a_batch_is_its_parts(box: Outbox) -> None:
    """Each is a command; the ticket's result is the list of their replies."""
    box.reply_to("sender_action", {"recipient_id": "8"})
    ticket = box.send_batch([batch.part(batch.send_text("7", "a"), name="first"), batch.typing_on("8")])
    assert [(each.recipient, each.batch) for each in box.commands] == [("7", ticket.id), ("8", ticket.id)]
    assert ticket.outcome() is None
    box.end(ticket.parts[0], reply={"message_id": "m"})
    assert ticket.result() == [
        {"code": 200, "body": {"message_id": "m"}},
        {"code": 200, "body": {"recipient_id": "8"}},
    ]


def test_many_are_kept_until_one_is_refused(box: Outbox) -> None:
    """As a producer does."""
    seen: list[int] = []
    assert box.send_many((batch.send_text("7", "x") for _ in range(1_100)), on_progress=seen.append) == 1_100
    assert seen == [500, 1_000, 1_100]
    with pytest.raises(SendManyError, match=r"command 1: .*1 before it"):
        box.send_many(batch.send_text("7", "x" * length) for length in (1, 2_001))
    assert len(box.commands) == 1_101


def test_a_broadcast_is_a_command_for_each_person(box: Outbox) -> None:
    """Somebody listed twice once; it is paused, cancelled and gone on with as in Redis."""
    begun = box.broadcast_to(["1", "2", "1"], TEXT, broadcast_id="sale")
    assert [(each.recipient, each.priority, each.broadcast) for each in box.commands] == [
        ("1", "bulk", "sale"),
        ("2", "bulk", "sale"),
    ]
    begun.pause()
    assert box.broadcast("sale").progress().paused
    begun.resume()
    box.end("sale:0")
    assert begun.cancel() == 1
    found = begun.progress()
    assert (found.state, found.added, found.waiting, found.paused, found.ended) == (
        "cancelled",
        2,
        0,
        False,
        {"sent": 1, "cancelled": 1},
    )
    with pytest.raises(BroadcastError, match="no broadcast none"):
        box.broadcast("none").progress()
    with pytest.raises(InvalidCommandError, match=r"recipients\[1\]"):
        box.broadcast_to(["1", "a b"], TEXT)


def test_a_broadcast_that_is_done_stays_done(box: Outbox) -> None:
    """As in Redis: cancelling or pausing it changes nothing; one that was cancelled cannot be paused."""
    done = box.broadcast_to(["1"], TEXT, broadcast_id="done")
    box.end("done:0")
    before = done.progress()
    assert (done.pause(), done.cancel(), done.progress()) == (False, 0, before)
    late = box.broadcast_to(["1"], TEXT, broadcast_id="late")
    assert (late.pause(), late.cancel(), late.pause()) == (True, 1, False)


def test_a_queue_that_is_full_can_be_played(box: Outbox) -> None:
    """Everything fails until the test ends it."""
    box.fail(QueueFullError("full"))
    with pytest.raises(QueueFullError):
        box.send_text("7", "x")
    with pytest.raises(SendManyError, match="full"):
        box.send_many([batch.send_text("7", "x")])
    with pytest.raises(QueueFullError):
        box.broadcast_to(["1"], TEXT)
    box.fail(None)
    box.send_text("7", "x")
    assert len(box.commands) == 1


def test_an_echo_settles_what_is_unknown(box: Outbox) -> None:
    """As in Redis."""
    ticket = box.send_text("7", "x")
    box.end(ticket, "unknown")
    event = {"recipient": {"id": "7"}, "message": {"is_echo": True, "metadata": ticket.id, "mid": "m"}}
    assert [box.confirm_echo(event) for _ in range(2)] == [1, 0]
    assert ticket.result() == {"recipient_id": "7", "message_id": "m"}


def test_a_sequence_is_its_steps(box: Outbox) -> None:
    """Each is a command, in order; the ticket tells of each; a key stands for the whole."""
    keyed = box.with_options(idempotency_key="k")
    ticket = keyed.send_sequence("7", [batch.typing_on("7"), batch.send_text("7", "a")])
    assert [(each.type, each.sequence, each.ordered) for each in box.commands] == [
        ("sender_action", ticket.id, True),
        ("send_message", ticket.id, True),
    ]
    assert keyed.send_sequence("7", [batch.typing_on("7"), batch.send_text("7", "a")]).id == ticket.id
    with pytest.raises(InvalidCommandError, match=r"steps\[0\]"):
        box.send_sequence("7", [batch.send_text("8", "a")])
    box.end(ticket.steps[0], reply={"n": 1})
    assert (ticket.outcomes()[1], ticket.outcome(), len(box.commands)) == (None, None, 2)
    assert not ticket.cancel()
    outcome = ticket.wait(1)
    assert (outcome.name, outcome.type, outcome.reply) == ("cancelled", "send_sequence", [{"n": 1}, None])


def test_an_event_loops_producer_keeps_into_the_same_outbox(box: Outbox) -> None:
    """Its tickets, bulks, batches, sequences and broadcasts are the outbox's."""
    box.reply_to("get_user_profile", {"first_name": "Ada"})

    async def commands() -> AsyncIterator[Command]:
        yield batch.send_text("8", "many")

    async def people() -> AsyncIterator[str]:
        yield "9"

    async def main() -> None:
        async with box.aio.for_page("P2") as producer:
            assert await (await producer.get_user_profile("7")) == {"first_name": "Ada"}
            assert await producer.send_many(commands()) == 1
            begun = await producer.broadcast_to(people(), TEXT, broadcast_id="sale")
            await begun.pause()
            assert (await producer.broadcast("sale").progress()).paused
            whole = await producer.send_batch([batch.mark_seen("1")])
            assert await whole.parts[0].cancel()
            outcome = await whole.outcome()
            assert outcome is not None
            assert outcome.name == "cancelled"
            assert await producer.confirm_echo({}) == 0
            steps = await producer.send_sequence("2", [batch.mark_seen("2"), batch.send_text("2", "b")])
            assert await steps.cancel()
            assert [each and each.name for each in await steps.outcomes()] == ["cancelled"] * 2

    asyncio.run(main())
    assert [(each.page, each.type, each.recipient) for each in box.commands] == [
        ("P2", "get_user_profile", None),
        ("P2", "send_message", "8"),
        ("P2", "send_message", "9"),
        ("P2", "sender_action", "1"),
        ("P2", "sender_action", "2"),
        ("P2", "send_message", "2"),
    ]
