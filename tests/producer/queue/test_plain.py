"""Plain texts take a short way into Redis, and lie there as every other command does."""

from datetime import timedelta
from typing import Final

import pytest

from producer import batch
from producer.commands import Command, SendMessage
from producer.queue.envelope import Delivery, arguments_of
from producer.queue.plain import PlainTexts
from producer.queue.routing import route

DELIVERIES: Final = {
    "by default": Delivery(page="P1"),
    "bulk": Delivery(page="1.2-3_4", priority="bulk"),
    "ordered bulk": Delivery(page="P1", priority="bulk", ordered=True),
    "without order": Delivery(page="P1", ordered=False),
    "once at most": Delivery(page="P1", at_most_once=True),
    "later": Delivery(page="P1", send_at=4_000_000_000.5),
    "until then": Delivery(page="P1", expires_in=timedelta(seconds=1.5)),
}
TEXTS: Final = {
    "a word": batch.send_text("2345678901234567", "hello"),
    "the longest": batch.send_text("7", "x" * 2_000),
    "wide letters": batch.send_text("7", "\u2713" * 2_000),
    "of 31 bytes": batch.send_text("7", "x" * 31),
    "of 32 bytes": batch.send_text("7", "x" * 32),
    "to a long id": batch.send_text("7" * 100, "x"),
    "to other digits": batch.send_text("\u0661\u0662", "x"),
}
OTHERS: Final = {
    "with an option": batch.send_text("7", "x", tag="ACCOUNT_UPDATE"),
    "with metadata": batch.send_text("7", "x", metadata="m"),
    "with a type": batch.send_text("7", "x", messaging_type="RESPONSE"),
    "with a member of tomorrow": SendMessage(recipient="7", message={"text": "x"}, extra={"new": 1}),
    "an image": batch.send_image("7", "https://example.com/1.png"),
    "an action": batch.typing_on("7"),
    "to an object": batch.send_text({"phone_number": "+1 (212) 555-0100"}, "x"),
    "to an id with separators": batch.send_text("a|b", "x"),
    "to an id that is too long": batch.send_text("7" * 101, "x"),
    "without a text": SendMessage(recipient="7", message={}),
    "an empty text": SendMessage(recipient="7", message={"text": ""}),
    "a text that is too long": SendMessage(recipient="7", message={"text": "x" * 2_001}),
    "a text that is none": SendMessage(recipient="7", message={"text": 7}),
    "to nobody": SendMessage(recipient="", message={"text": "x"}),
}


@pytest.mark.parametrize("delivery", DELIVERIES.values(), ids=DELIVERIES)
@pytest.mark.parametrize("command", TEXTS.values(), ids=TEXTS)
def test_a_plain_text_lies_in_redis_as_by_the_long_way(command: Command, delivery: Delivery) -> None:
    """Whatever its options of delivery are, every argument is the same."""
    made = PlainTexts(delivery).arguments_of("id", command)
    assert made == arguments_of("id", command, route(command), delivery)


@pytest.mark.parametrize("command", OTHERS.values(), ids=OTHERS)
def test_any_other_command_takes_the_long_way(command: Command) -> None:
    """With its checks: the short way judges nothing that it does not take."""
    assert PlainTexts(Delivery(page="P1")).arguments_of("id", command) is None
