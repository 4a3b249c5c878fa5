"""What setting and reading the Messenger profile asks of Graph, a person's menu included; beyond the recorded cases."""

from typing import Any

import pytest

from producer import batch
from producer.commands import Command
from tests.worker.call.endpoints.tokens import CONTEXT
from worker.call.endpoints import Call, call_for

B: Any = batch
LOCALISED = {"call_to_actions": [{"question": "q", "payload": "p"}], "locale": "default"}

CALLS: list[tuple[str, Command, Call]] = [
    (
        "a greeting as one text",
        B.set_greeting("Hello!"),
        Call(
            method="POST",
            path="me/messenger_profile",
            body={"greeting": [{"locale": "default", "text": "Hello!"}]},
        ),
    ),
    (
        "a menu of items",
        B.set_persistent_menu(
            [{"type": "postback", "title": "t", "payload": "p"}], composer_input_disabled=True
        ),
        Call(
            method="POST",
            path="me/messenger_profile",
            body={
                "persistent_menu": [
                    {
                        "locale": "default",
                        "composer_input_disabled": True,
                        "call_to_actions": [{"type": "postback", "title": "t", "payload": "p"}],
                    }
                ]
            },
        ),
    ),
    (
        "a person's menu",
        B.set_user_persistent_menu("1", [{"locale": "default"}]),
        Call(
            method="POST",
            path="me/custom_user_settings",
            body={"psid": "1", "persistent_menu": [{"locale": "default"}]},
        ),
    ),
    (
        "reading a person's menu",
        B.get_user_persistent_menu("1"),
        Call(method="GET", path="me/custom_user_settings", query=(("psid", "1"),)),
    ),
    (
        "deleting a person's menu",
        B.delete_user_persistent_menu("1"),
        Call(
            method="DELETE",
            path="me/custom_user_settings",
            query=(("psid", "1"), ("params", '["persistent_menu"]')),
        ),
    ),
    (
        "ice breakers",
        B.set_ice_breakers([{"question": "q", "payload": "p"}]),
        Call(
            method="POST",
            path="me/messenger_profile",
            body={
                "ice_breakers": [
                    {"call_to_actions": [{"question": "q", "payload": "p"}], "locale": "default"}
                ]
            },
        ),
    ),
    (
        "ice breakers by locale",
        B.set_ice_breakers([LOCALISED]),
        Call(method="POST", path="me/messenger_profile", body={"ice_breakers": [LOCALISED]}),
    ),
    (
        "commands",
        B.set_commands([{"locale": "default", "commands": [{"name": "n", "description": "d"}]}]),
        Call(
            method="POST",
            path="me/messenger_profile",
            body={"commands": [{"locale": "default", "commands": [{"name": "n", "description": "d"}]}]},
        ),
    ),
    (
        "an audience without lists",
        B.set_target_audience("all"),
        Call(
            method="POST",
            path="me/messenger_profile",
            body={
                "target_audience": {"audience_type": "all", "countries": {"whitelist": [], "blacklist": []}}
            },
        ),
    ),
    (
        "an audience with null",
        B.set_target_audience("all", None),
        Call(
            method="POST",
            path="me/messenger_profile",
            body={
                "target_audience": {"audience_type": "all", "countries": {"whitelist": None, "blacklist": []}}
            },
        ),
    ),
    (
        "a home of another height",
        B.set_home_url("u", webview_height_ratio="full", webview_share_button="hide"),
        Call(
            method="POST",
            path="me/messenger_profile",
            body={"home_url": {"url": "u", "webview_height_ratio": "full", "webview_share_button": "hide"}},
        ),
    ),
]


@pytest.mark.parametrize(
    ("command", "expected"), [case[1:] for case in CALLS], ids=[case[0] for case in CALLS]
)
def test_a_command_becomes_its_call(command: Command, expected: Call) -> None:
    """Every field of the call is what Graph and the worker need."""
    assert call_for(command, CONTEXT) == expected
