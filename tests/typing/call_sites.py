"""What a type checker sees where the vocabulary is used; mypy reads this file, nothing runs it.

A line with `type: ignore` is one that must be refused: mypy reports an ignore that is not needed.
"""

from typing import assert_type

from producer import AsyncBatchTicket, AsyncProducer, AsyncTicket, Producer, batch, messages
from producer.commands import GetUserProfile, Part, SendMessage
from producer.commands.results import Created, PartReply, Persona, SendReply, TokenInfo, UserProfile
from producer.tickets.batch_ticket import BatchTicket
from worker import MessengerClient


def direct(client: MessengerClient) -> None:
    """The direct client gives back Graph's answer."""
    assert_type(client.send_text("1", "Hello!"), SendReply)
    assert_type(client.get_user_profile("1", fields=["name"]), UserProfile)
    assert_type(client.get_whitelisted_domains(), list[str] | None)
    assert_type(client.send_batch([batch.send_text("1", "Hello!")]), list[PartReply | None])


def at_once(client: MessengerClient) -> None:
    """The client is the vocabulary: its methods have the reply types of their docstrings."""
    assert_type(client.get_all_personas(), list[Persona])
    assert_type(client.send_image("1", b"bytes", filename="a.png"), SendReply)
    assert_type(client.debug_token(), TokenInfo)


def results(producer: Producer) -> None:
    """A ticket's result is what the direct client gives back."""
    assert_type(producer.get_user_profile("1").result(timeout_s=5), UserProfile)
    assert_type(producer.for_page("2").create_label("vip").result(), Created)
    assert_type(producer.send_batch([batch.mark_seen("1")]).result(), list[PartReply | None])


def queued(producer: Producer) -> None:
    """The producer gives back tickets."""
    assert_type(producer.send_batch([batch.mark_seen("1")]), BatchTicket)


async def awaited(producer: AsyncProducer) -> None:
    """The producer of event loops gives back tickets once it is awaited, and an awaited ticket is the result."""
    assert_type(await producer.get_user_profile("1"), AsyncTicket[UserProfile])
    assert_type(await (await producer.get_user_profile("1")).result(timeout_s=5), UserProfile)
    assert_type(await (await producer.for_page("2").create_label("vip")), Created)
    assert_type(await producer.send_batch([batch.mark_seen("1")]), AsyncBatchTicket)
    assert_type(await (await producer.send_batch([])), list[PartReply | None])
    await producer.send_text("1", 5)  # type: ignore[arg-type]
    producer.send_text("1", "Hello!")  # type: ignore[unused-coroutine]


def parts() -> None:
    """A function of the batch gives back its command, or the part when it is linked."""
    assert_type(batch.send_text("1", "Hello!"), SendMessage)
    assert_type(batch.part(batch.send_text("1", "Hello!", tag="HUMAN_AGENT"), name="first"), Part)
    assert_type(batch.part(batch.get_user_profile("1"), depends_on="first"), Part)
    assert_type(batch.get_user_profile("1"), GetUserProfile)


def structs(client: MessengerClient) -> None:
    """Structs and dicts of the same form are taken side by side."""
    button = messages.PostbackButton(title="Start", payload="START")
    client.send_button_template("1", "What next?", [button, {"type": "web_url", "url": "https://e.com"}])
    client.send_generic_template("1", [messages.GenericElement(title="Hat", buttons=[button])])
    client.send_text("1", "Which?", quick_replies=[messages.TextReply(title="Red", payload="RED")])
    client.send_image("1", messages.AttachmentPayload(attachment_id="5"), filename="a.png")


def refused(client: MessengerClient, producer: Producer) -> None:
    """What is misspelt or of a wrong type shows before it runs."""
    client.send_text("1", 5)  # type: ignore[arg-type]
    client.send_text("1", "Hello!", quick_reply=[])  # type: ignore[call-arg]
    client.send_text({"idd": "1"}, "Hello!")  # type: ignore[arg-type]
    client.send_button_template("1", "What next?", [messages.TextReply(title="R", payload="R")])  # type: ignore[list-item]
    messages.PostbackButton(title="Start")  # type: ignore[call-arg]
    producer.send_text("1", "Hello!", messaging_type=1)  # type: ignore[arg-type]
    batch.send_text("1", "Hello!", depend_on="first")  # type: ignore[call-arg]
