"""From a service through Redis and a real `dramatiq` process to Graph, and the outcome back."""

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, cast

import msgspec
import pytest

from producer import Producer, batch, messages
from producer.store.keys import Keys
from tests.flow.conftest import PAGES, House
from tests.running import ROOT, ticket_of, wait_until_ended
from worker.operations.dead_letters import replay
from worker.stub import Delivery

pytestmark = pytest.mark.process

BUTTON = {"type": "postback", "title": "Yes", "payload": "YES"}
REPLIES = [{"content_type": "text", "title": "Red", "payload": "RED"}]
TEMPLATE = {"template_type": "button", "text": "Sure?", "buttons": [BUTTON]}
ELEMENT = {"title": "Shoes", "subtitle": "Size 40", "buttons": [BUTTON]}
MEDIA_ELEMENT = {"media_type": "image", "attachment_id": "77"}


def template(**payload: object) -> dict[str, object]:
    """Returns the message that carries a template."""
    return {"attachment": {"type": "template", "payload": payload}}


SENDS: dict[str, tuple[Callable[[Producer], object], str, object]] = {
    "a text": (lambda to: to.send_text("7", "Grüße 👋"), "message", {"text": "Grüße 👋"}),
    "a text with quick replies": (
        lambda to: to.send_text("7", "Colour?", quick_replies=REPLIES, metadata="m-1"),
        "message",
        {"text": "Colour?", "quick_replies": REPLIES, "metadata": "m-1"},
    ),
    "a message object": (
        lambda to: to.send_message("7", messages.text("built")),
        "message",
        {"text": "built"},
    ),
    "a raw body": (
        lambda to: to.send_raw_body({"recipient": {"id": "7"}, "message": {"text": "raw"}}),
        "message",
        {"text": "raw"},
    ),
    "an image by id": (
        lambda to: to.send_image("7", {"attachment_id": "55"}),
        "message",
        {"attachment": {"type": "image", "payload": {"attachment_id": "55"}}},
    ),
    "a template of any type": (lambda to: to.send_template("7", TEMPLATE), "message", template(**TEMPLATE)),
    "a button template": (
        lambda to: to.send_button_template("7", "Sure?", [BUTTON]),
        "message",
        template(**TEMPLATE),
    ),
    "a generic template": (
        lambda to: to.send_generic_template("7", [ELEMENT], image_aspect_ratio="square"),
        "message",
        template(template_type="generic", elements=[ELEMENT], image_aspect_ratio="square"),
    ),
    "a media template": (
        lambda to: to.send_media_template("7", [MEDIA_ELEMENT]),
        "message",
        template(template_type="media", elements=[MEDIA_ELEMENT]),
    ),
    "mark_seen": (lambda to: to.mark_seen("7"), "sender_action", "mark_seen"),
    "typing_on": (lambda to: to.typing_on("7"), "sender_action", "typing_on"),
    "typing_off": (lambda to: to.typing_off("7"), "sender_action", "typing_off"),
}


def body_of(delivery: Delivery) -> object:
    """Returns what a delivery brought: the message object, or the action's name."""
    return delivery.body if delivery.kind == "sender_action" else msgspec.json.decode(delivery.body)


@pytest.mark.parametrize(("send", "kind", "body"), SENDS.values(), ids=SENDS)
def test_each_send_arrives_and_its_outcome_is_graphs_reply(
    house: House, send: Callable[[Producer], object], kind: str, body: object
) -> None:
    """What a producer sends is exactly what the person gets, and the outcome is `sent` with what Graph answered."""
    outcome = ticket_of(send(house.producer)).wait(10)
    [delivery] = house.stub.ledger
    assert (delivery.page, delivery.recipient, delivery.kind, body_of(delivery)) == (
        PAGES[0],
        "7",
        kind,
        body,
    )
    reply = {"recipient_id": "7"} | ({"message_id": delivery.message_id} if kind == "message" else {})
    assert (outcome.name, outcome.reply, outcome.attempts, outcome.possibly_repeated) == (
        "sent",
        reply,
        1,
        False,
    )


def test_a_batch_of_free_parts(house: House) -> None:
    """The parts of an explicit batch arrive each by itself, in order, and their replies come back under one ticket."""
    parts: list[Any] = [batch.send_text("7", "one"), batch.send_text("8", "two"), batch.typing_on("9")]
    outcome = ticket_of(house.producer.send_batch(parts)).wait(10)
    one, two, three = sorted(house.stub.ledger, key=lambda each: each.recipient)
    assert [body_of(each) for each in (one, two, three)] == [{"text": "one"}, {"text": "two"}, "typing_on"]
    replies = cast("list[dict[str, object]]", outcome.reply)
    assert (outcome.name, [each["code"] for each in replies]) == ("sent", [200, 200, 200])
    assert [each["body"] for each in replies] == [
        {"recipient_id": "7", "message_id": one.message_id},
        {"recipient_id": "8", "message_id": two.message_id},
        {"recipient_id": "9"},
    ]


def test_a_batch_of_linked_parts(house: House) -> None:
    """Parts that wait for one another travel in one request, in their order, beside free ones."""
    parts: list[Any] = [
        batch.part(batch.send_text("7", "first"), name="first", omit_response_on_success=False),
        batch.part(batch.send_text("7", "second"), depends_on="first"),
        batch.send_text("8", "free"),
    ]
    outcome = ticket_of(house.producer.send_batch(parts)).wait(10)
    first, second = (each for each in house.stub.ledger if each.recipient == "7")
    assert [body_of(first), body_of(second)] == [{"text": "first"}, {"text": "second"}]
    assert (first.request, first.part, second.part) == (second.request, 0, 1)
    assert outcome.name == "sent"
    assert [each["code"] for each in cast("list[dict[str, object]]", outcome.reply)] == [200, 200, 200]


def test_what_depends_on_a_failed_part_is_not_sent(house: House) -> None:
    """When the first of two linked parts is refused, the second never arrives, and the batch ends refused."""
    house.stub.faults.add("error", recipient="7", code=100, subcode=2018001, times=1)
    parts: list[Any] = [
        batch.part(batch.send_text("7", "first"), name="first"),
        batch.part(batch.send_text("8", "second"), depends_on="first"),
    ]
    outcome = ticket_of(house.producer.send_batch(parts)).wait(10)
    assert (outcome.name, house.stub.ledger) == ("refused", [])


def test_a_part_that_is_refused_beside_one_that_is_sent_is_told_so(house: House) -> None:
    """The person of the first gets it once, the second's ticket has the reason, and later it is replayed by itself."""
    house.stub.faults.add("error", recipient="8", code=100, times=1)
    parts: list[Any] = [
        batch.part(batch.send_text("7", "first"), name="first"),
        batch.part(batch.send_text("8", "second"), depends_on="first"),
    ]
    ticket = house.producer.send_batch(parts)
    outcome = ticket.wait(10)
    own = [part.outcome() for part in ticket.parts]
    assert (outcome.name, [each and each.name for each in own]) == ("refused", ["sent", "refused"])
    with house.valkey.client() as client:
        assert replay(client, Keys(), [ticket.parts[1].id]).done == 1
    assert ticket.wait(10).name == "sent"
    told = [(each.recipient, body_of(each)) for each in house.stub.ledger]
    assert told == [("7", {"text": "first"}), ("8", {"text": "second"})]


def test_a_refusal_comes_back_with_its_reason(house: House) -> None:
    """What Graph refuses for good ends `refused`, with a sentence and Graph's codes, and is not tried again."""
    house.stub.faults.add("error", recipient="66", code=551, subcode=1545041)
    outcome = ticket_of(house.producer.send_text("66", "hello")).wait(10)
    assert (outcome.name, outcome.attempts, house.stub.ledger) == ("refused", 1, [])
    assert outcome.reason
    assert outcome.answer is not None
    assert (outcome.answer["code"], outcome.answer["subcode"]) == (551, 1545041)


def test_order_and_batches_under_load(house: House) -> None:
    """Under load texts share requests, and each person gets them in the order of sending, through errors that pass."""
    house.stub.faults.add("error", code=2, is_transient=True, every=29)
    numbers, people = range(10), [str(100 + each) for each in range(100)]
    for number in numbers:
        for page in PAGES:
            house.producer.for_page(page).send_many(batch.send_text(each, str(number)) for each in people)
    with house.valkey.client() as client:
        wait_until_ended(client, within_s=60)
    got: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in house.stub.ledger:
        got[each.page, each.recipient].append(msgspec.json.decode(each.body)["text"])
    assert got == {(page, person): [str(number) for number in numbers] for page in PAGES for person in people}
    sizes = [each.parts for each in house.stub.requests]
    assert sum(sizes) > len(numbers) * len(people) * len(PAGES)
    assert sum(sizes) / len(sizes) > 5


def test_a_ticket_waits_in_another_process(house: House) -> None:
    """A process that knows only a command's id waits for its outcome, and hears it as soon as it is there."""
    ticket = ticket_of(house.producer.with_options(send_at=time.time() + 2).send_text("7", "later"))
    code = (
        "import sys, time; from producer import Producer; "
        "ticket = Producer.connect(sys.argv[1]).ticket(sys.argv[2]); "
        "assert ticket.outcome() is None; outcome = ticket.wait(10); "
        "print(outcome.name, outcome.page, time.time() - outcome.at.timestamp() < 0.5)"
    )
    waiting = subprocess.run(  # noqa: S603 - our own interpreter with fixed arguments
        [sys.executable, "-c", code, house.valkey.url, ticket.id],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (waiting.stdout, waiting.stderr) == ("sent P1 True\n", "")
    assert [body_of(each) for each in house.stub.ledger] == [{"text": "later"}]
