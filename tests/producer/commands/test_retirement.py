"""What Meta removed is refused past its version, and still spoken of before it."""

from datetime import date, timedelta
from typing import Any

import pytest

from producer import batch
from producer.commands import Command, SendMessage
from producer.commands.retirement import RetiredCommandError, check_not_retired, retirement_of, rows

B: Any = batch
NOW = (26, 0)
REFERENCE = (4, 0)

MENU = [
    {"type": "nested", "title": "t", "call_to_actions": [{"type": "postback", "title": "t", "payload": "p"}]}
]


def airline(kind: str) -> Command:
    """Return a send of an airline template, unchecked."""
    attachment = {"type": "template", "payload": {"template_type": f"airline_{kind}"}}
    return SendMessage(recipient="1", message={"attachment": attachment})


RETIRED: list[tuple[str, Command, tuple[int, int]]] = [
    ("create_message_creative", B.create_message_creative([{"text": "x"}]), (6, 0)),
    ("send_broadcast_message", B.send_broadcast_message(5), (6, 0)),
    ("cancel_broadcast", B.cancel_broadcast(5), (6, 0)),
    ("get_broadcast", B.get_broadcast(5), (6, 0)),
    ("get_broadcast_messages_sent", B.get_broadcast_messages_sent(5), (6, 0)),
    ("start_reach_estimation", B.start_reach_estimation(5), (6, 0)),
    ("get_reach_estimate", B.get_reach_estimate(5), (6, 0)),
    ("send_sponsored_message", B.send_sponsored_message(5, {}), (6, 0)),
    ("generate_messenger_code", B.generate_messenger_code(), (5, 0)),
    ("get_message_tags", B.get_message_tags(), (6, 0)),
    ("list template", B.send_list_template("1", [{"title": "t"}]), (5, 0)),
    ("open graph template", B.send_open_graph_template("1", [{"url": "https://u.example"}]), (5, 0)),
    ("airline_boardingpass template", airline("boardingpass"), (11, 0)),
    ("airline_checkin template", airline("checkin"), (11, 0)),
    ("airline_itinerary template", airline("itinerary"), (11, 0)),
    ("airline_update template", airline("update"), (11, 0)),
    ("target_audience", B.set_target_audience("all"), (8, 0)),
    ("home_url", B.delete_home_url(), (7, 0)),
    ("payment_settings", B.get_payment_settings(), (8, 0)),
    ("nested menu item", B.set_persistent_menu(MENU), (8, 0)),
    ("tag", B.send_text("1", "x", tag="ISSUE_RESOLUTION"), (6, 0)),
]
CUT = date(2026, 4, 27)
CUT_FROM_ALL: list[tuple[str, Command]] = [
    ("tag", B.send_text("1", "x", tag="ACCOUNT_UPDATE")),
    ("tag", B.send_text("1", "x", tag="POST_PURCHASE_UPDATE")),
    ("tag", B.send_text("1", "x", tag="CONFIRMED_EVENT_UPDATE")),
    ("recipient.notification_messages_token", B.send_text({"notification_messages_token": "t"}, "x")),
]


@pytest.mark.parametrize(("name", "command", "since"), RETIRED, ids=[case[0] for case in RETIRED])
def test_a_command_is_retired_from_its_version_on(
    name: str, command: Command, since: tuple[int, int]
) -> None:
    """Before that version it goes out; from it on the error says what to use instead."""
    before = (since[0] - 1, 0)
    row = retirement_of(command, since)
    assert (retirement_of(command, REFERENCE), retirement_of(command, before)) == (None, None)
    assert row is not None
    assert (row.name, row.since) == (name, since)
    with pytest.raises(RetiredCommandError) as caught:
        check_not_retired(command, NOW)
    assert row.instead in str(caught.value)
    assert "allow_retired" in str(caught.value)


@pytest.mark.parametrize("version", [REFERENCE, (21, 0), (24, 0), NOW], ids=str)
@pytest.mark.parametrize(("name", "command"), CUT_FROM_ALL, ids=[case[0] for case in CUT_FROM_ALL])
def test_what_meta_cut_from_all_versions_counts_by_day(
    name: str, command: Command, version: tuple[int, int]
) -> None:
    """Up to the day before it goes out at every version, and from that day on at none."""
    row = retirement_of(command, version, CUT)
    assert retirement_of(command, version, CUT - timedelta(days=1)) is None
    assert row is not None
    assert (row.name, row.since, row.cut) == (name, None, CUT)
    with pytest.raises(RetiredCommandError) as caught:
        check_not_retired(command, version)
    assert f"{name}: refused on every version since 27 Apr 2026, and Meta takes it no more" in str(
        caught.value
    )


def test_every_row_is_reached_by_a_command() -> None:
    """No row of the table is dead."""
    commands = [*(each[1] for each in RETIRED), *(each[1] for each in CUT_FROM_ALL)]
    assert {str(row) for row in rows()} == {str(retirement_of(command, NOW)) for command in commands}


def test_a_batch_is_retired_with_its_parts() -> None:
    """One retired part is enough."""
    command = B.send_batch([B.send_text("1", "x"), B.part(B.get_message_tags(), name="tags")])
    assert retirement_of(command, NOW) == retirement_of(B.get_message_tags(), NOW)


@pytest.mark.parametrize(
    "command",
    [
        B.send_text("1", "x", tag="HUMAN_AGENT"),
        B.send_generic_template("1", [{"title": "t"}]),
        B.set_greeting("x"),
        B.get_messenger_profile(["greeting", "commands"]),
        B.set_persistent_menu([{"type": "postback", "title": "t", "payload": "p"}]),
        B.get_user_profile("1"),
        B.send_raw_body({"message": {"text": "x"}}),
    ],
)
def test_what_is_alive_is_not_retired(command: Command) -> None:
    """Today's commands go out under today's version."""
    assert retirement_of(command, NOW) is None
