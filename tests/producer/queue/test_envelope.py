"""The form in which a command is accepted by Redis."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer import batch
from producer.commands import Command, RawPart, SendBatch, encode, tag_of
from producer.errors import InvalidCommandError
from producer.queue.envelope import (
    BODY_BYTES_MAX,
    Delivery,
    arguments_of,
    checked,
    fixed_line,
    lengthened,
    people_of,
    person_key,
    shortened,
)
from producer.queue.routing import route

COMMAND = batch.send_text("1234", "Hello!")


def _line(**options: object) -> str:
    delivery = Delivery(**{"page": "P1", **options})  # type: ignore[arg-type]  # options vary by test
    return fixed_line(route(COMMAND), "send_message", delivery)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        pytest.param({}, "P1|t|i||1234||||s", id="interactive commands are ordered"),
        pytest.param({"priority": "bulk"}, "P1|t|b||1234||||su", id="bulk commands are not"),
        pytest.param(
            {"priority": "bulk", "ordered": True},
            "P1|t|b||1234||||s",
            id="unless they ask for it",
        ),
        pytest.param({"ordered": False}, "P1|t|i||1234||||su", id="interactive ones can opt out"),
        pytest.param({"at_most_once": True}, "P1|t|i||1234||||ms", id="at most once is an option"),
    ],
)
def test_the_fixed_line_says_where_a_command_waits(options: dict[str, object], line: str) -> None:
    """Lane, conversation, type and options lie outside the command's bytes."""
    assert _line(**options) == line


def test_a_command_becomes_five_arguments() -> None:
    """Its span counts from when it is due."""
    delivery = Delivery(
        page="P1", send_at=datetime(2030, 1, 1, tzinfo=UTC), expires_in=timedelta(minutes=5), priority="bulk"
    )
    command_id, line, due, expires, body = arguments_of("id", COMMAND, route(COMMAND), delivery)
    assert (command_id, line, due, expires) == (
        "id",
        "P1|t|b||1234||||sul",
        "1893456000000",
        "1893456300000",
    )
    assert b"Hello!" in body if isinstance(body, bytes) else False


@pytest.mark.parametrize(
    ("options", "path"),
    [
        pytest.param({"page": ""}, "page", id="no Page"),
        pytest.param({"page": "a|b"}, "page", id="a Page with a separator"),
        pytest.param({"page": "a/b"}, "page", id="a Page with a slash"),
        pytest.param({"page": "9" * 65}, "page", id="a Page id that is too long"),
        pytest.param({"page": "P1", "priority": "urgent"}, "priority", id="an unknown priority"),
        pytest.param({"page": "P1", "expires_in": 0}, "expires_in", id="an expiry of nothing"),
        pytest.param({"page": "P1", "expires_in": -5}, "expires_in", id="a negative expiry"),
        pytest.param(
            {"page": "P1", "send_at": datetime(2030, 1, 1)},  # noqa: DTZ001 (the mistake is the subject)
            "send_at",
            id="a time without its zone",
        ),
    ],
)
def test_a_delivery_option_out_of_bounds_is_refused(options: dict[str, object], path: str) -> None:
    """The error names the option."""
    with pytest.raises(InvalidCommandError) as caught:
        checked(Delivery(**options))  # type: ignore[arg-type]  # wrong types are the subject
    assert caught.value.path == path


def test_a_command_over_the_bound_is_refused() -> None:
    """An envelope has a bound in bytes, and the error names it."""
    huge = batch.send_raw_body({"recipient": {"id": "1"}, "message": {"x": "y" * BODY_BYTES_MAX}})
    with pytest.raises(InvalidCommandError, match="65536"):
        arguments_of("id", huge, route(huge), Delivery(page="P1"))


@given(st.text(min_size=1, max_size=400), st.text(min_size=1, max_size=400))
def test_a_persons_key_holds_no_separator_and_is_their_own(one: str, other: str) -> None:
    """Whatever a recipient is called, the engine's separators are not in its key, and two people have two keys."""
    key = person_key(one)
    assert 0 < len(key) <= 100
    assert not set(key) & set("|/,\n ")
    assert (key == person_key(other)) == (one == other)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        pytest.param(
            {"send_at": 1.8e12},
            "send_at: must be at most 10000000000 seconds since 1970",
            id="a time in milliseconds",
        ),
        pytest.param(
            {"send_at": float("inf")},
            "send_at: must be at most 10000000000 seconds since 1970",
            id="never",
        ),
        pytest.param(
            {"send_at": float("nan")},
            "send_at: must be at most 10000000000 seconds since 1970",
            id="no number",
        ),
        pytest.param(
            {"send_at": "tomorrow"},
            "send_at: must be a datetime with its time zone, or seconds since 1970",
            id="a time as text",
        ),
        pytest.param(
            {"expires_in": "5m"}, "expires_in: must be a timedelta or seconds", id="a duration as text"
        ),
        pytest.param(
            {"page": 111},
            "page: must be a Page id: at most 64 letters, digits, '_', '-' or '.'",
            id="a Page as a number",
        ),
        pytest.param(
            {"ordered": "no"}, "ordered, at_most_once: must be True or False", id="a switch as text"
        ),
    ],
)
def test_an_option_of_the_wrong_type_or_size_is_refused_in_a_sentence(
    options: dict[str, object], problem: str
) -> None:
    """What a delivery option may be is said before anything reaches Redis."""
    delivery = Delivery(**{"page": "P1", **options})  # type: ignore[arg-type]  # options vary by test
    with pytest.raises(InvalidCommandError) as caught:
        checked(delivery)
    assert str(caught.value) == problem


def test_a_linked_batch_charges_every_part_to_its_class() -> None:
    """Its lane is that of its slowest class; what it costs others stands beside."""
    raw: dict[str, object] = {"method": "GET", "relative_url": "me/messenger_profile?fields=greeting"}
    parts = [batch.part(batch.send_text(str(n), "x"), name=f"n{n}") for n in range(3)]
    command = SendBatch(parts=[*parts, RawPart(part=raw)])
    line = fixed_line(route(command), "send_batch", Delivery(page="P1"))
    assert line.split("|")[1] == "p"
    assert line.split("|")[7] == "1,t3"


def test_a_linked_batch_charges_every_bucket_of_its_parts() -> None:
    """Private replies are the Page's, menus each user's own."""
    parts = [batch.part(batch.send_text({"comment_id": f"c{n}"}, "x"), name=f"n{n}") for n in range(3)]
    menus = [batch.delete_user_persistent_menu(user) for user in ("7", "a*b,c")]
    line = fixed_line(route(SendBatch(parts=[*parts, *menus])), "send_batch", Delivery(page="P1"))
    assert line.split("|")[6] == "private_reply*3,user_menu:7,user_menu:a%2Ab%2Cc"


@pytest.mark.parametrize(
    ("command", "stored"),
    [
        (batch.send_text("1234567890123456", "Zoë"), b"\xc1\0\xa4Zo\xc3\xab"),
        (batch.send_text("user_1", "a", tag="T"), b"\xc1\x82\xa7message\x81\xa4text\xa1a\xa3tag\xa1T"),
        (batch.typing_on("1"), b"\xc1\x81\xadsender_action\xa9typing_on"),
        (batch.send_text({"phone_number": "1"}, "a"), None),
        (batch.get_page_info(), b"\x80"),
        (batch.send_text("7" * 40, "a"), b"\xc1\0\xa1a"),
        (batch.send_text("a,b", "a"), None),
    ],
)
def test_a_person_stands_once_in_a_record(command: Command, stored: bytes | None) -> None:
    """A command lies in Redis without its recipient where the fixed line names the same, and comes back in whole."""
    body = encode(command)
    person = people_of(route(command))
    found = shortened(body, person)
    assert found == (body if stored is None else stored)
    assert lengthened(found, person) == body


@pytest.mark.parametrize("damaged", [b"\xc1", b"\xc1\xff", b"\xc1\x8f", b"", b"\0"])
def test_damaged_bytes_stay_as_they_are(damaged: bytes) -> None:
    """What no producer wrote is left for the decoder to refuse."""
    assert lengthened(damaged, "1") == damaged


def test_at_most_once_holds_for_all_that_changes_something() -> None:
    """What may have been carried out ends `unknown`, a label as a text; reading again changes nothing."""
    once = Delivery(page="1", at_most_once=True)

    def options(command: Command, delivery: Delivery) -> str:
        return fixed_line(route(command), tag_of(command), delivery).rpartition("|")[2]

    changing = (batch.create_label("vip"), batch.mark_seen("1"), batch.upload_image("https://e.com/1.png"))
    assert [set("ms") <= set(options(each, once)) for each in changing] == [True] * 3
    assert "s" not in options(batch.get_user_profile("1"), once)
    assert "s" not in options(batch.create_label("vip"), Delivery(page="1"))
