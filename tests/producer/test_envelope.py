"""The form in which a command is accepted by Redis."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer import batch
from producer.commands import RawPart, SendBatch
from producer.envelope import BODY_BYTES_MAX, Delivery, arguments_of, checked, fixed_line, person_key
from producer.errors import InvalidCommandError
from producer.routing import route

COMMAND = batch.send_text("1234", "Hello!")


def _line(**options: object) -> str:
    delivery = Delivery(**{"page": "P1", **options})  # type: ignore[arg-type]  # options vary by test
    return fixed_line(route(COMMAND), "send_message", delivery)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        pytest.param({}, "P1|t|i||1234|send_message|||s", id="interactive commands are ordered"),
        pytest.param({"priority": "bulk"}, "P1|t|b||1234|send_message|||su", id="bulk commands are not"),
        pytest.param(
            {"priority": "bulk", "ordered": True},
            "P1|t|b||1234|send_message|||s",
            id="unless they ask for it",
        ),
        pytest.param({"ordered": False}, "P1|t|i||1234|send_message|||su", id="interactive ones can opt out"),
        pytest.param(
            {"at_most_once": True}, "P1|t|i||1234|send_message|||ms", id="at most once is an option"
        ),
    ],
)
def test_the_fixed_line_says_where_a_command_waits(options: dict[str, object], line: str) -> None:
    """Lane, conversation, type and options lie outside the command's bytes."""
    assert _line(**options) == line


def test_a_command_becomes_five_arguments() -> None:
    """Due and expiry are the server's business: relative ones stay relative."""
    delivery = Delivery(
        page="P1", send_at=datetime(2030, 1, 1, tzinfo=UTC), expires_in=timedelta(minutes=5), priority="bulk"
    )
    command_id, line, due, expires, body = arguments_of("id", COMMAND, route(COMMAND), delivery)
    assert (command_id, line, due, expires) == (
        "id",
        "P1|t|b||1234|send_message|||sul",
        "1893456000000",
        "+300000",
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
