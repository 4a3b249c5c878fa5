"""A line of JSON becomes the very command that a producer would queue, or an error with its path and bound."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from producer import batch
from producer.errors import InvalidCommandError
from producer.queue.envelope import Delivery
from worker.operations.lines import QueuedLine, parse_line

PAGE = "1895382890692545"
DEFAULTS = Delivery(page=PAGE)
QUICK_REPLIES = [{"content_type": "text", "title": "Red", "payload": "RED"}]

GOOD: dict[str, tuple[dict[str, Any], Any]] = {
    "a stored command": (
        {"type": "send_message", "recipient": "1", "message": {"text": "Hello!"}},
        batch.send_text("1", "Hello!"),
    ),
    "a call": ({"method": "send_text", "args": ["1", "Hello!"]}, batch.send_text("1", "Hello!")),
    "a call with options": (
        {"method": "send_text", "args": ["1"], "kwargs": {"text": "Hello!", "quick_replies": QUICK_REPLIES}},
        batch.send_text("1", "Hello!", quick_replies=QUICK_REPLIES),
    ),
    "a batch of calls, stored commands and raw parts": (
        {
            "method": "send_batch",
            "args": [
                [
                    {"method": "send_text", "args": ["1", "a"], "kwargs": {"name": "first"}},
                    {"type": "sender_action", "recipient": "1", "sender_action": "typing_on"},
                    {"method": "GET", "relative_url": "me"},
                ]
            ],
        },
        batch.send_batch(
            [
                batch.part(batch.send_text("1", "a"), name="first"),
                batch.typing_on("1"),
                {"method": "GET", "relative_url": "me"},
            ]
        ),
    ),
}


@pytest.mark.parametrize(("document", "command"), GOOD.values(), ids=GOOD)
def test_a_line_is_a_command(document: dict[str, Any], command: Any) -> None:  # noqa: ANN401 (any command)
    """Both forms of a line give the command that the vocabulary gives."""
    assert parse_line(json.dumps(document), DEFAULTS) == QueuedLine(command, DEFAULTS)


def test_a_line_may_name_its_page_and_priority() -> None:
    """What a line names goes before what the command line names."""
    line = {"method": "send_text", "args": ["1", "a"], "page": "77", "priority": "bulk"}
    delivery = Delivery(page="77", priority="bulk")
    assert parse_line(json.dumps(line), DEFAULTS) == QueuedLine(batch.send_text("1", "a"), delivery)


def test_a_line_may_say_how_it_is_delivered() -> None:
    """Every option of a producer's `with_options` stands beside the command."""
    options = {
        "send_at": "2030-01-31T08:00:00Z",
        "expires_in": 60,
        "idempotency_key": "order-1",
        "ordered": False,
        "at_most_once": True,
    }
    line = {"method": "send_text", "args": ["1", "a"], "priority": None, **options}
    delivery = Delivery(
        page=PAGE,
        send_at=datetime(2030, 1, 31, 8, tzinfo=UTC),
        expires_in=60.0,
        idempotency_key="order-1",
        ordered=False,
        at_most_once=True,
    )
    assert parse_line(json.dumps(line), DEFAULTS) == QueuedLine(batch.send_text("1", "a"), delivery)
    seconds = parse_line(json.dumps(line | {"send_at": 1_900_000_000.5}), DEFAULTS).delivery.send_at
    assert seconds == 1_900_000_000.5


BAD: dict[str, tuple[str, str]] = {
    "cut off": ('{"method": ', "is no JSON: Input data was truncated"),
    "a list": ("[]", 'is no object: a command is {"type": …} or {"method": …}'),
    "neither type nor method": (
        '{"recipient": "1"}',
        'type: is missing: a message is {"type": "send_message", …}, a call {"method": "send_text", …}',
    ),
    "a type with a letter missing": (
        '{"type": "send_mesage"}',
        "type: is no known type of command; did you mean send_message?",
    ),
    "a method with a letter missing": (
        '{"method": "send_txt"}',
        "method: is no method of the vocabulary; did you mean send_text?",
    ),
    "a private name as method": ('{"method": "__class__"}', "method: is no method of the vocabulary"),
    "an argument missing": (
        '{"method": "send_text", "args": ["1"]}',
        "send_text: missing a required argument: 'text'",
    ),
    "arguments that are no list": (
        '{"method": "send_text", "args": "1"}',
        'method: a call is {"method": "send_text", "args": [ … ], "kwargs": { … }}',
    ),
    "a text over the limit": (
        json.dumps({"method": "send_text", "args": ["1", "a" * 2001]}),
        "message.text: at most 2000 characters",
    ),
    "a stored text over the limit": (
        json.dumps({"type": "send_message", "recipient": "1", "message": {"text": "a" * 2001}}),
        "message.text: at most 2000 characters",
    ),
    "14 quick replies": (
        json.dumps(
            {"method": "send_text", "args": ["1", "a"], "kwargs": {"quick_replies": QUICK_REPLIES * 14}}
        ),
        "message.quick_replies[13]: at most 13 entries",
    ),
    "a recipient in no known way": (
        '{"method": "send_text", "args": [{"psid": "1"}, "a"]}',
        (
            "recipient.psid: is no known member; a recipient has one of id, user_ref, phone_number, comment_id, "
            "post_id, one_time_notif_token, notification_messages_token"
        ),
    ),
    "a number as Page": (
        '{"method": "send_text", "args": ["1", "a"], "page": 7}',
        "page: must be a Page id as text",
    ),
    "a priority that is none": (
        '{"method": "send_text", "args": ["1", "a"], "priority": "high"}',
        "priority: must be 'interactive' or 'bulk'",
    ),
    "a token": (
        '{"method": "send_text", "args": ["1", "a"], "kwargs": {"access_token": "EAAB"}}',
        (
            "access_token: does not travel through the queue; leave it to the worker's configuration, or name it: "
            'producer.secret("name")'
        ),
    ),
    "a link outside a batch": (
        '{"method": "send_text", "args": ["1", "a"], "kwargs": {"name": "first"}}',
        "kwargs: name and depends_on link the parts of a send_batch only",
    ),
    "a bad part of a batch": (
        '{"method": "send_batch", "args": [[{"method": "send_text", "args": ["1", ""]}]]}',
        "parts[0].message.text: must not be empty",
    ),
}


@pytest.mark.parametrize(("line", "sentence"), BAD.values(), ids=BAD)
def test_a_bad_line_says_where_and_what(line: str, sentence: str) -> None:
    """A bad line is refused with the path and the bound, never with the value."""
    with pytest.raises(InvalidCommandError) as refused:
        parse_line(line, DEFAULTS)
    assert str(refused.value) == sentence


def test_a_line_without_a_page_is_refused() -> None:
    """When neither the line nor the command line names a Page, the line is bad."""
    with pytest.raises(InvalidCommandError, match="no Page is named"):
        parse_line('{"method": "send_text", "args": ["1", "a"]}', Delivery())


def test_a_queued_line_is_a_value() -> None:
    """Two lines that say the same are equal, so that tests compare whole values."""
    line = msgspec.json.encode({"method": "mark_seen", "args": ["1"]})
    assert parse_line(line, DEFAULTS) == parse_line(line, DEFAULTS)
